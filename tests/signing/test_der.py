"""DER: what is written can be read, and nothing but DER can."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extern_desktop.signing import der

MOMENTS = st.datetimes(min_value=datetime(1950, 1, 1), max_value=datetime(2100, 1, 1)).map(lambda moment: moment.replace(microsecond=0, tzinfo=UTC))  # noqa: DTZ001


@settings(max_examples=80, deadline=None)
@given(body=st.binary(max_size=300))
def test_read_one_gives_back_what_tlv_wrote(body: bytes) -> None:
    node = der.read_one(der.octet_string(body))
    assert node.octets() == body
    assert node.raw == der.octet_string(body)


@settings(max_examples=80, deadline=None)
@given(number=st.integers(-(2**200), 2**200))
def test_integer_round_trip_is_minimal(number: int) -> None:
    encoded = der.integer(number)
    assert der.read_one(encoded).integer() == number
    padded = der.tlv(der.INTEGER, (b"\xff" if number < 0 else b"\x00") + der.read_one(encoded).body)
    with pytest.raises(der.DerError):
        der.read_one(padded).integer()


@settings(max_examples=60, deadline=None)
@given(arcs=st.tuples(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**130), max_size=3)))
def test_oid_round_trip_with_large_arcs(arcs: tuple[int, int, list[int]]) -> None:
    dotted = ".".join(str(arc) for arc in (arcs[0], arcs[1], *arcs[2]))
    if len(der.oid(dotted)) <= 64:
        assert der.read_one(der.oid(dotted)).oid() == dotted


@settings(max_examples=60, deadline=None)
@given(moment=MOMENTS)
def test_time_round_trip_in_utc(moment: datetime) -> None:
    assert der.read_one(der.time(moment)).time() == moment


def test_time_of_another_zone_is_written_in_utc() -> None:
    moscow = datetime(2026, 6, 1, 15, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=3)))
    assert der.time(moscow) == b"\x17\r260601120000Z"


def test_time_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="zone"):
        der.time(datetime(2026, 6, 1))  # noqa: DTZ001  that is the mistake


def test_time_after_2049_is_generalized() -> None:
    assert der.time(datetime(2050, 1, 1, tzinfo=UTC)) == b"\x18\x0f20500101000000Z"


@settings(max_examples=60, deadline=None)
@given(bits=st.frozensets(st.integers(0, 15)))
def test_named_bits_round_trip(bits: frozenset[int]) -> None:
    assert der.read_one(der.named_bits(bits)).bits() == bits


def test_set_of_is_sorted_by_encodings() -> None:
    assert der.set_of(b"\x02\x01\x02", b"\x02\x01\x01") == b"\x31\x06\x02\x01\x01\x02\x01\x02"


@pytest.mark.parametrize(
    "data",
    [
        pytest.param("", id="nothing"),
        pytest.param("30", id="tag-alone"),
        pytest.param("3001", id="cut-off"),
        pytest.param("308000 00", id="indefinite"),
        pytest.param("30810100", id="long-form-of-a-short-length"),
        pytest.param("3082000100", id="length-with-zero-before"),
        pytest.param("30850000000001 00", id="length-of-five-octets"),
        pytest.param("1f0100", id="long-tag"),
        pytest.param("0500 00", id="trailing-octet"),
        pytest.param("05000500", id="two-values"),
    ],
)
def test_read_one_anything_but_der_is_refused(data: str) -> None:
    with pytest.raises(der.DerError):
        der.read_one(bytes.fromhex(data))


@pytest.mark.parametrize(
    ("data", "read"),
    [
        ("010101", der.Node.boolean),
        ("01020000", der.Node.boolean),
        ("0200", der.Node.integer),
        ("02020001", der.Node.integer),
        ("0202ffff", der.Node.integer),
        ("0600", der.Node.oid),
        ("06018b", der.Node.oid),
        ("06032a8001", der.Node.oid),
        ("0300", der.Node.bits),
        ("03020800", der.Node.bits),
        ("030101", der.Node.bits),
        ("03020100", der.Node.bit_octets),
        ("0c01ff", der.Node.text),
        ("0401ff", der.Node.text),
        ("170d3236303630313132303030305a", der.Node.octets),
        ("170d3236313330313132303030305a", der.Node.time),
        ("170d32363036303131323030303030", der.Node.time),
        ("170b323630363031313230305a", der.Node.time),
        ("1811323032363036303131323030302e355a5a", der.Node.time),
    ],
)
def test_node_value_not_written_as_der_writes_it_is_refused(data: str, read: object) -> None:
    assert callable(read)
    with pytest.raises(der.DerError):
        read(der.read_one(bytes.fromhex(data)))
