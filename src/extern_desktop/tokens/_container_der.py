"""A strict reader of DER for key containers: definite, shortest lengths and nothing behind the end.

A damaged file must be noticed, so nothing is guessed. It knows no meanings; `_container_parts` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

SEQUENCE: Final = 0x30
OCTET_STRING: Final = 0x04
BIT_STRING: Final = 0x03
OBJECT_IDENTIFIER: Final = 0x06
IA5_STRING: Final = 0x16

_LONG_LENGTH: Final = 0x80
_HIGH_TAG: Final = 0x1F


class NotDerError(ValueError):
    """The octets are no strict DER. Stays inside the room."""


@dataclass(frozen=True, slots=True)
class Element:
    """One value of the encoding."""

    tag: int
    content: bytes
    whole: bytes
    """Tag, length and content, as they stand."""

    def children(self) -> tuple[Element, ...]:
        return read_all(self.content)


def read_one(data: bytes) -> Element:
    """The only element of `data`."""
    element, rest = _split(data)
    if rest:
        raise NotDerError
    return element


def read_all(data: bytes) -> tuple[Element, ...]:
    """All elements of `data`, one behind the other."""
    elements = []
    while data:
        element, data = _split(data)
        elements.append(element)
    return tuple(elements)


def read_bits(element: Element) -> frozenset[int]:
    """Numbers of the bits that are set in a BIT STRING; bit 0 is the first."""
    if element.tag != BIT_STRING or not element.content or element.content[0] > 7:
        raise NotDerError
    unused, octets = element.content[0], element.content[1:]
    if unused and (not octets or octets[-1] & ((1 << unused) - 1)):
        raise NotDerError
    return frozenset(8 * place + bit for place, octet in enumerate(octets) for bit in range(8) if octet & (0x80 >> bit))


def read_identifier(element: Element) -> str:
    """An OBJECT IDENTIFIER in dotted form."""
    octets = element.content
    if element.tag != OBJECT_IDENTIFIER or not octets or octets[-1] & 0x80:
        raise NotDerError
    arcs: list[int] = []
    value = 0
    for octet in octets:
        value = value << 7 | octet & 0x7F
        if not octet & 0x80:
            arcs.append(value)
            value = 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, (first, arcs[0] - 40 * first, *arcs[1:])))


def _split(data: bytes) -> tuple[Element, bytes]:
    if len(data) < 2 or data[0] & _HIGH_TAG == _HIGH_TAG:
        raise NotDerError
    length, start = data[1], 2
    if length & _LONG_LENGTH:
        start += length & ~_LONG_LENGTH
        octets = data[2:start]
        length = int.from_bytes(octets, "big")
        # The shortest form only: no leading zero, no long form where the short one would do, and none of the indefinite length.
        if not octets or len(octets) != start - 2 or octets[0] == 0 or length < _LONG_LENGTH:
            raise NotDerError
    end = start + length
    if end > len(data):
        raise NotDerError
    return Element(data[0], data[start:end], data[:end]), data[end:]
