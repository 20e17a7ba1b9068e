"""Key agreement VKO GOST R 34.10-2012 (RFC 7836 4.3) and the key wrap of CryptoPro (RFC 4357 6.3 to 6.5): how an envelope's key travels."""

from __future__ import annotations

import hmac

from extern_desktop.signing import _points
from extern_desktop.signing.curves import Curve
from extern_desktop.signing.errors import UnsupportedKeyError
from extern_desktop.signing.gost28147 import Gost28147
from extern_desktop.signing.public_keys import PublicKey
from extern_desktop.signing.streebog import streebog


def agree(curve: Curve, private_key: int, other: PublicKey, ukm: bytes) -> bytes:
    """32 octets that both sides come to. `ukm` is a little-endian number; zero counts as one. Raises `UnsupportedKeyError` for another curve."""
    if other.curve is not curve:
        raise UnsupportedKeyError(other.curve.oids[0])
    number = curve.cofactor * (int.from_bytes(ukm, "little") or 1) * private_key % curve.q
    point = _points.multiply(curve, number, other.point)
    if point is None:  # a point of a small order: nobody honest sends one
        raise UnsupportedKeyError(other.curve.oids[0])
    return streebog(curve.point_octets(point), 256)


def wrap(key: bytes, ukm: bytes, content_key: bytes, s_box: str) -> tuple[bytes, bytes]:
    """Encrypted key (32 octets) and its imitovstavka (4)."""
    cipher = Gost28147(_diversified(key, ukm, s_box), s_box)
    return cipher.encrypt_blocks(content_key), cipher.imito(content_key, start=ukm)


def unwrap(key: bytes, ukm: bytes, encrypted_key: bytes, mac: bytes, s_box: str) -> bytes | None:
    """The content's key, or `None` when its imitovstavka differs: damaged, or made for another key."""
    cipher = Gost28147(_diversified(key, ukm, s_box), s_box)
    content_key = cipher.decrypt_blocks(encrypted_key)
    return content_key if hmac.compare_digest(cipher.imito(content_key, start=ukm), mac) else None


def _diversified(key: bytes, ukm: bytes, s_box: str) -> bytes:
    """CryptoPro KEK diversification, RFC 4357 6.5."""
    for octet in ukm:
        words = [int.from_bytes(key[start : start + 4], "little") for start in range(0, 32, 4)]
        chosen = sum(word for bit, word in enumerate(words) if octet >> bit & 1) & 0xFFFFFFFF
        others = sum(word for bit, word in enumerate(words) if not octet >> bit & 1) & 0xFFFFFFFF
        start = chosen.to_bytes(4, "little") + others.to_bytes(4, "little")
        key = Gost28147(key, s_box).encrypt_feedback(start, key, meshing=False)
    return key
