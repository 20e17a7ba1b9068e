"""Parameter sets: each is a curve with the order that it claims, and both ways of reckoning on it agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extern_desktop.signing import _points
from extern_desktop.signing._extension import HAS_NATIVE
from extern_desktop.signing.curves import CURVE_BY_OID, CURVES, Curve

EVERY_CURVE = pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)


@EVERY_CURVE
def test_curve_base_point_lies_on_it_and_has_the_order_q(curve: Curve) -> None:
    assert curve.holds(curve.base)
    assert (4 * curve.a**3 + 27 * curve.b**2) % curve.p != 0
    assert _points.multiply(curve, curve.q - 1, curve.base) == (curve.base[0], curve.p - curve.base[1])
    assert _points.combine_pure(curve, curve.q - 1, curve.base, 1, curve.base) is None
    assert _points.combine(curve, curve.q - 1, curve.base, 1, curve.base) is None


@EVERY_CURVE
def test_curve_order_times_cofactor_is_within_hasse(curve: Curve) -> None:
    assert (curve.q * curve.cofactor - curve.p - 1) ** 2 <= 4 * curve.p


@EVERY_CURVE
def test_read_point_takes_points_and_nothing_else(curve: Curve) -> None:
    octets = curve.point_octets(curve.base)
    assert curve.read_point(octets) == curve.base
    assert curve.read_point(octets[:-1]) is None
    assert curve.read_point(octets + b"\x00") is None
    assert curve.read_point(bytes([octets[0] ^ 1]) + octets[1:]) is None
    assert curve.read_point(b"\xff" * len(octets)) is None


def test_curves_same_parameters_under_several_names_are_one_curve() -> None:
    assert CURVE_BY_OID["1.2.643.2.2.35.1"] is CURVE_BY_OID["1.2.643.2.2.36.0"] is CURVE_BY_OID["1.2.643.7.1.2.1.1.2"]
    assert CURVE_BY_OID["1.2.643.2.2.35.3"] is CURVE_BY_OID["1.2.643.2.2.36.1"] is CURVE_BY_OID["1.2.643.7.1.2.1.1.4"]
    assert CURVE_BY_OID["1.2.643.2.2.35.2"] is CURVE_BY_OID["1.2.643.7.1.2.1.1.3"]
    assert len(CURVE_BY_OID) == 12


@pytest.mark.skipif(not HAS_NATIVE, reason="the C extension is not built here: there is one way of reckoning only")
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_combine_both_twins_agree(data: st.DataObject) -> None:
    curve = data.draw(st.sampled_from(CURVES))
    numbers = st.one_of(st.sampled_from([0, 1, 2, 3, 15, 16, curve.q - 2, curve.q - 1]), st.integers(0, curve.q - 1))
    first, second, secret = data.draw(numbers), data.draw(numbers), data.draw(st.integers(1, 5))
    other = _points.combine_pure(curve, secret, curve.base, 0, curve.base)
    assert other is not None
    expected = _points.combine_pure(curve, first, curve.base, second, other)
    assert _points.combine_native(curve, first, curve.base, second, other) == expected
