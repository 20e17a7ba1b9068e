"""Signatures of GOST R 34.10-2012 (RFC 7091) over a digest.

Signing here is for training keys and for tests: it does not hide its timing, so long-term keys stay on tokens.
"""

from __future__ import annotations

import secrets

from extern_desktop.signing import _points
from extern_desktop.signing.curves import Curve, Point


def new_private_key(curve: Curve) -> int:
    return secrets.randbelow(curve.q - 1) + 1


def public_point(curve: Curve, private_key: int) -> Point:
    point = _points.multiply(curve, private_key, curve.base)
    if point is None:
        raise ValueError("a private key is from 1 to q - 1")
    return point


def sign(curve: Curve, private_key: int, digest: bytes, *, nonce: int | None = None) -> bytes:
    """Signature octets s, then r, each big-endian (RFC 9215). The digest is in the order of octets of `streebog`.

    `nonce` is for the vectors of the standard alone; a number used twice gives the key away.
    """
    number = _number(curve, digest)
    while True:
        k = new_private_key(curve) if nonce is None else nonce
        point = _points.multiply(curve, k, curve.base)
        r = point[0] % curve.q if point else 0
        s = (r * private_key + k * number) % curve.q
        if r and s:
            return s.to_bytes(curve.size_bytes, "big") + r.to_bytes(curve.size_bytes, "big")
        if nonce is not None:
            raise ValueError("this nonce gives no signature")


def verify(curve: Curve, point: Point, digest: bytes, signature: bytes) -> bool:
    """Whether `signature` (s, then r) over the digest is by the key of `point`. Anything out of range is simply no signature."""
    size = curve.size_bytes
    if len(signature) != 2 * size or len(digest) != size or not curve.holds(point):
        return False
    s, r = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    if not (0 < r < curve.q and 0 < s < curve.q):
        return False
    inverse = pow(_number(curve, digest), -1, curve.q)
    found = _points.combine(curve, s * inverse % curve.q, curve.base, -r * inverse % curve.q, point)
    return found is not None and found[0] % curve.q == r


def _number(curve: Curve, digest: bytes) -> int:
    """The digest as the number e of the standard; zero counts as one."""
    return int.from_bytes(digest, "little") % curve.q or 1
