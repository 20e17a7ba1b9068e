"""Sums of multiples of points: in C where the extension is there, in Python where it isn't.

Neither takes the same time for every number. Long-term private keys stay on tokens; here are public values, ephemeral keys and training keys.
"""

from __future__ import annotations

from typing import Final

from extern_desktop.signing._extension import HAS_NATIVE
from extern_desktop.signing.curves import Curve, Point

if HAS_NATIVE:
    from extern_desktop.signing import _native

_Jacobian = tuple[int, int, int]
"""x = X/Z², y = Y/Z³; Z = 0 is the point at infinity."""
_INFINITY: Final = (1, 1, 0)


def multiply(curve: Curve, number: int, point: Point) -> Point | None:
    """number·point; `None` is the point at infinity."""
    return combine(curve, number, point, 0, point)


def combine(curve: Curve, first: int, first_point: Point, second: int, second_point: Point) -> Point | None:
    """first·first_point + second·second_point, numbers from 0 to q - 1; `None` is the point at infinity."""
    return (combine_native if HAS_NATIVE else combine_pure)(curve, first, first_point, second, second_point)


def combine_native(curve: Curve, first: int, first_point: Point, second: int, second_point: Point) -> Point | None:
    size = curve.size_bytes
    octets = _native.combine(
        curve.p.to_bytes(size, "little"),
        curve.a.to_bytes(size, "little"),
        first.to_bytes(size, "little"),
        curve.point_octets(first_point),
        second.to_bytes(size, "little"),
        curve.point_octets(second_point),
    )
    return (int.from_bytes(octets[:size], "little"), int.from_bytes(octets[size:], "little")) if octets else None


def combine_pure(curve: Curve, first: int, first_point: Point, second: int, second_point: Point) -> Point | None:
    """Both numbers bit by bit together (Shamir's trick), over Jacobian coordinates."""
    both = _affine(curve, _add(curve, (*first_point, 1), second_point)) if second else None
    steps: dict[tuple[int, int], Point | None] = {(1, 0): first_point, (0, 1): second_point, (1, 1): both}
    total: _Jacobian = _INFINITY
    for bit in range(max(first.bit_length(), second.bit_length()) - 1, -1, -1):
        total = _double(curve, total)
        step = steps.get((first >> bit & 1, second >> bit & 1))
        if step is not None:
            total = _add(curve, total, step)
    return _affine(curve, total)


def _double(curve: Curve, point: _Jacobian) -> _Jacobian:
    x, y, z = point
    p = curve.p
    if not y or not z:
        return _INFINITY
    yy = y * y % p
    s = 4 * x * yy % p
    zz = z * z % p
    m = (3 * x * x + curve.a * zz * zz) % p
    new_x = (m * m - 2 * s) % p
    return new_x, (m * (s - new_x) - 8 * yy * yy) % p, 2 * y * z % p


def _add(curve: Curve, point: _Jacobian, other: Point) -> _Jacobian:
    x, y, z = point
    p = curve.p
    if not z:
        return (*other, 1)
    zz = z * z % p
    h = (other[0] * zz - x) % p
    r = (other[1] * zz * z - y) % p
    if not h:
        return _INFINITY if r else _double(curve, point)
    hh = h * h % p
    hhh = h * hh % p
    w = x * hh % p
    new_x = (r * r - hhh - 2 * w) % p
    return new_x, (r * (w - new_x) - y * hhh) % p, z * h % p


def _affine(curve: Curve, point: _Jacobian) -> Point | None:
    x, y, z = point
    if not z:
        return None
    inverse = pow(z, -1, curve.p)
    square = inverse * inverse % curve.p
    return x * square % curve.p, y * square * inverse % curve.p
