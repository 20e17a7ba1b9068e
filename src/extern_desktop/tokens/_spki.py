"""Public keys as a token keeps them, written as SubjectPublicKeyInfo. Used in the child process only; needs nothing but bytes."""

from __future__ import annotations


def tlv(tag: int, *parts: bytes) -> bytes:
    """One DER element with a definite length."""
    content = b"".join(parts)
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def oid(dotted: str) -> bytes:
    """An object identifier in DER."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    octets = bytearray((first * 40 + second,))
    for arc in rest:
        chunk = [arc & 0x7F]
        while arc := arc >> 7:
            chunk.append(0x80 | arc & 0x7F)
        octets += bytes(reversed(chunk))
    return tlv(0x06, bytes(octets))


def gost_key_info(algorithm: str, parameters: bytes, value: bytes) -> bytes:
    """RFC 9215 §4: the point is an OCTET STRING of x and y, little-endian each, inside the BIT STRING."""
    return tlv(0x30, tlv(0x30, oid(algorithm), parameters), tlv(0x03, b"\0", tlv(0x04, value)))


def rsa_key_info(modulus: bytes, exponent: bytes) -> bytes:
    """RFC 3279 §2.3.1."""
    return tlv(0x30, tlv(0x30, oid("1.2.840.113549.1.1.1"), b"\x05\0"), tlv(0x03, b"\0", tlv(0x30, _unsigned(modulus), _unsigned(exponent))))


def _unsigned(octets: bytes) -> bytes:
    digits = octets.lstrip(b"\0") or b"\0"
    return tlv(0x02, (b"\0" if digits[0] & 0x80 else b"") + digits)
