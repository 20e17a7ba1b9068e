"""DER, written exactly and read strictly. It knows tags and lengths, and nothing of what is inside.

A reader that finds anything but DER (indefinite or padded lengths, long tags, octets left over) raises `DerError`; callers make their errors of it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

BOOLEAN: Final = 0x01
INTEGER: Final = 0x02
BIT_STRING: Final = 0x03
OCTET_STRING: Final = 0x04
NULL: Final = 0x05
OID: Final = 0x06
UTF8_STRING: Final = 0x0C
NUMERIC_STRING: Final = 0x12
PRINTABLE_STRING: Final = 0x13
T61_STRING: Final = 0x14
IA5_STRING: Final = 0x16
VISIBLE_STRING: Final = 0x1A
UNIVERSAL_STRING: Final = 0x1C
UTC_TIME: Final = 0x17
GENERALIZED_TIME: Final = 0x18
BMP_STRING: Final = 0x1E
SEQUENCE: Final = 0x30
SET: Final = 0x31

TEXT_ENCODINGS: Final = {
    UTF8_STRING: "utf-8",
    NUMERIC_STRING: "latin-1",  # these are ASCII by the book; authorities have put more into them
    PRINTABLE_STRING: "latin-1",
    T61_STRING: "latin-1",
    IA5_STRING: "latin-1",
    VISIBLE_STRING: "latin-1",
    UNIVERSAL_STRING: "utf-32-be",
    BMP_STRING: "utf-16-be",
}
"""Tags that hold a text, and how it is read."""


class DerError(ValueError):
    """Not the DER that was expected here. Stays inside this room."""


def context(number: int, *, constructed: bool = True) -> int:
    """Tag octet of `[number]`."""
    return 0x80 | (0x20 if constructed else 0) | number


# Writing


def tlv(tag: int, body: bytes) -> bytes:
    size = len(body)
    if size < 0x80:
        return bytes((tag, size)) + body
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(octets))) + octets + body


def sequence(*parts: bytes) -> bytes:
    return tlv(SEQUENCE, b"".join(parts))


def set_of(*parts: bytes) -> bytes:
    """SET OF: members sorted by their encodings, as DER asks."""
    return tlv(SET, b"".join(sorted(parts)))


def octet_string(body: bytes) -> bytes:
    return tlv(OCTET_STRING, body)


def bit_string(body: bytes, unused_bits: int = 0) -> bytes:
    return tlv(BIT_STRING, bytes((unused_bits,)) + body)


def named_bits(numbers: frozenset[int]) -> bytes:
    """BIT STRING of named bits: trailing zero bits are cut."""
    if not numbers:
        return bit_string(b"")
    last = max(numbers)
    octets = bytearray(last // 8 + 1)
    for number in numbers:
        octets[number // 8] |= 0x80 >> number % 8
    return bit_string(bytes(octets), 7 - last % 8)


def integer(value: int) -> bytes:
    return tlv(INTEGER, value.to_bytes((value if value >= 0 else ~value).bit_length() // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    return tlv(BOOLEAN, b"\xff" if value else b"\x00")


@lru_cache(maxsize=512)
def oid(dotted: str) -> bytes:
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    octets = bytearray()
    for arc in (first * 40 + second, *rest):
        septets = [arc & 0x7F]
        while arc := arc >> 7:
            septets.append(arc & 0x7F | 0x80)
        octets.extend(reversed(septets))
    return tlv(OID, bytes(octets))


def text(value: str, tag: int = UTF8_STRING) -> bytes:
    return tlv(tag, value.encode(TEXT_ENCODINGS[tag]))


def time(moment: datetime) -> bytes:
    """UTCTime through 2049 and GeneralizedTime after, whole seconds of UTC (RFC 5280 4.1.2.5, RFC 5652 11.3). `moment` is aware."""
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    moment = moment.astimezone(UTC)
    if 1950 <= moment.year < 2050:
        return tlv(UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(GENERALIZED_TIME, moment.strftime("%Y%m%d%H%M%SZ").encode())


# Reading


class Node:
    """One encoded value: its tag octet, its contents, and the whole encoding as it stood."""

    __slots__ = ("body", "raw", "tag")

    def __init__(self, tag: int, body: bytes, raw: bytes) -> None:
        self.tag = tag
        self.body = body
        self.raw = raw

    def expect(self, tag: int) -> Node:
        if self.tag != tag:
            raise DerError(f"tag {self.tag:02x} instead of {tag:02x}")
        return self

    def children(self, tag: int = SEQUENCE) -> list[Node]:
        self.expect(tag)
        return read_all(self.body)

    def only_child(self, tag: int) -> Node:
        """The one value inside an explicit tag."""
        self.expect(tag)
        return read_one(self.body)

    def oid(self) -> str:
        self.expect(OID)
        return _dotted(self.body)

    def integer(self) -> int:
        body = self.expect(INTEGER).body
        if not body or (len(body) > 1 and ((body[0] == 0 and body[1] < 0x80) or (body[0] == 0xFF and body[1] >= 0x80))):
            raise DerError("INTEGER is not minimal")
        return int.from_bytes(body, "big", signed=True)

    def boolean(self) -> bool:
        body = self.expect(BOOLEAN).body
        if body not in (b"\x00", b"\xff"):
            raise DerError("BOOLEAN is neither 00 nor FF")
        return body == b"\xff"

    def octets(self) -> bytes:
        return self.expect(OCTET_STRING).body

    def bit_octets(self) -> bytes:
        """Contents of a BIT STRING of whole octets."""
        body = self.expect(BIT_STRING).body
        if body[:1] != b"\x00":
            raise DerError("BIT STRING of broken octets")
        return body[1:]

    def bits(self) -> frozenset[int]:
        """Numbers of the set bits of a BIT STRING of named bits."""
        body = self.expect(BIT_STRING).body
        if not body or body[0] > 7 or (len(body) == 1 and body[0]):
            raise DerError("BIT STRING without its first octet")
        return frozenset(8 * place + bit for place, octet in enumerate(body[1:]) for bit in range(8) if octet & 0x80 >> bit)

    def text(self) -> str:
        encoding = TEXT_ENCODINGS.get(self.tag)
        if encoding is None:
            raise DerError(f"tag {self.tag:02x} instead of a text")
        try:
            return self.body.decode(encoding)
        except UnicodeDecodeError as error:
            raise DerError("text in a wrong encoding") from error

    def time(self) -> datetime:
        layout = {UTC_TIME: ("%y%m%d%H%M%SZ", 13), GENERALIZED_TIME: ("%Y%m%d%H%M%SZ", 15)}.get(self.tag)
        if layout is None or len(self.body) != layout[1] or not self.body[:-1].isdigit():
            raise DerError("time that isn't written as DER writes it")
        try:
            moment = datetime.strptime(self.body.decode("ascii"), layout[0]).replace(tzinfo=UTC)
        except ValueError as error:
            raise DerError("time that doesn't exist") from error
        if self.tag == UTC_TIME and moment.year >= 2050:
            moment = moment.replace(year=moment.year - 100)
        return moment


def read_all(data: bytes) -> list[Node]:
    """All values that lie one after another in `data`; nothing may be left over."""
    nodes: list[Node] = []
    position, end = 0, len(data)
    while position < end:
        if position + 2 > end:
            raise DerError("cut off")
        tag, size = data[position], data[position + 1]
        start = position + 2
        if tag & 0x1F == 0x1F:
            raise DerError("long tag")
        if size & 0x80:
            count = size & 0x7F
            if not 1 <= count <= 4 or start + count > end:
                raise DerError("length of an unknown form")
            size = int.from_bytes(data[start : start + count], "big")
            start += count
            if size < 0x80 or size >> 8 * (count - 1) == 0:
                raise DerError("length is not minimal")
        if start + size > end:
            raise DerError("cut off")
        nodes.append(Node(tag, data[start : start + size], data[position : start + size]))
        position = start + size
    return nodes


def read_one(data: bytes) -> Node:
    """The one value that `data` is."""
    nodes = read_all(data)
    if len(nodes) != 1:
        raise DerError(f"{len(nodes)} values instead of one")
    return nodes[0]


@lru_cache(maxsize=1024)
def _dotted(body: bytes) -> str:
    if not body or body[-1] & 0x80 or len(body) > 64:
        raise DerError("OBJECT IDENTIFIER is cut off or too long")
    arcs: list[int] = []
    value = 0
    fresh = True
    for octet in body:
        if fresh and octet == 0x80:
            raise DerError("OBJECT IDENTIFIER is not minimal")
        value = value << 7 | octet & 0x7F
        fresh = not octet & 0x80
        if fresh:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))
