"""SubjectPublicKeyInfo: both spellings of the parameters are taken, everything doubtful is refused."""

from __future__ import annotations

import pytest

from extern_desktop.signing import der, oids
from extern_desktop.signing.curves import CURVE_BY_OID, Curve
from extern_desktop.signing.errors import UnsupportedKeyError
from extern_desktop.signing.public_keys import algorithm_identifier, algorithm_of, read_public_key, write_public_key
from extern_desktop.signing.values import KeyAlgorithm
from signing.conftest import OPENSSL_SETS, GostOpenssl

XCH_A = "1.2.643.2.2.36.0"


def _key(algorithm: str, parameters: bytes, curve: Curve = CURVE_BY_OID[XCH_A], point: bytes | None = None) -> bytes:
    octets = curve.point_octets(curve.base) if point is None else point
    return der.sequence(der.sequence(der.oid(algorithm), parameters), der.bit_string(der.octet_string(octets)))


@pytest.mark.parametrize("parameter_set", OPENSSL_SETS)
def test_write_public_key_is_octet_for_octet_what_openssl_writes(gost_openssl: GostOpenssl, parameter_set: str) -> None:
    key = gost_openssl.new_key(parameter_set)
    gost_openssl.run("pkey", "-in", "key.pem", "-pubout", "-outform", "DER", "-out", "public.der")
    theirs = (gost_openssl.folder / "public.der").read_bytes()
    public = read_public_key(theirs)
    assert theirs == key.public_key == write_public_key(algorithm_identifier(parameter_set), public.curve, public.point)


def test_read_public_key_with_and_without_the_digest_is_the_same_point() -> None:
    with_digest = read_public_key(_key(oids.KEY_256, der.sequence(der.oid(XCH_A), der.oid(oids.DIGEST_256))))
    without = read_public_key(_key(oids.KEY_256, der.sequence(der.oid(XCH_A))))
    assert (with_digest.curve, with_digest.point) == (without.curve, without.point)
    assert with_digest.algorithm_der != without.algorithm_der


CURVE = CURVE_BY_OID[XCH_A]


@pytest.mark.parametrize(
    ("spki", "algorithm"),
    [
        pytest.param(_key(oids.RSA, b"\x05\x00"), oids.RSA, id="rsa"),
        pytest.param(_key("1.2.643.2.2.19", der.sequence(der.oid(XCH_A))), "1.2.643.2.2.19", id="gost-2001"),
        pytest.param(_key(oids.KEY_256, b""), oids.KEY_256, id="no-parameters"),
        pytest.param(_key(oids.KEY_256, der.sequence()), oids.KEY_256, id="empty-parameters"),
        pytest.param(_key(oids.KEY_256, der.sequence(der.oid("1.2.643.2.2.35.9"))), "1.2.643.2.2.35.9", id="unknown-curve"),
        pytest.param(_key(oids.KEY_512, der.sequence(der.oid(XCH_A))), XCH_A, id="curve-of-the-other-length"),
        pytest.param(_key(oids.KEY_256, der.sequence(der.oid(XCH_A), der.oid(oids.DIGEST_512))), XCH_A, id="digest-of-the-other-length"),
        pytest.param(_key(oids.KEY_256, der.sequence(der.oid(XCH_A)), point=bytes(64)), XCH_A, id="point-off-the-curve"),
        pytest.param(_key(oids.KEY_256, der.sequence(der.oid(XCH_A)), point=CURVE.point_octets(CURVE.base)[:-1]), XCH_A, id="point-cut-off"),
        pytest.param(b"", "", id="nothing"),
        pytest.param(b"\x30\x00", "", id="empty"),
        pytest.param(der.sequence(der.sequence(der.integer(5)), der.bit_string(b"")), "", id="no-identifier"),
    ],
)
def test_read_public_key_anything_doubtful_is_unsupported(spki: bytes, algorithm: str) -> None:
    with pytest.raises(UnsupportedKeyError) as caught:
        read_public_key(spki)
    assert caught.value.algorithm == algorithm


def test_algorithm_of_names_the_kind() -> None:
    assert algorithm_of(_key(oids.KEY_256, der.sequence(der.oid(XCH_A)))) is KeyAlgorithm.GOST_256
    assert algorithm_of(_key(oids.KEY_512, der.sequence(der.oid(XCH_A)))) is KeyAlgorithm.GOST_512
    assert algorithm_of(_key(oids.RSA, b"\x05\x00")) is KeyAlgorithm.RSA
    assert algorithm_of(_key("1.2.840.10045.2.1", b"")) is KeyAlgorithm.OTHER
