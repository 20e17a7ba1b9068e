"""Signatures of GOST R 34.10-2012: the examples of RFC 7091, independent judges, and everything that must be no signature."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from extern_desktop.signing import gost3410
from extern_desktop.signing.curves import CURVES, Curve
from extern_desktop.signing.public_keys import read_public_key
from extern_desktop.signing.streebog import streebog
from signing.conftest import OPENSSL_SETS, Gcrypt, GostOpenssl

# RFC 7091 appendix A, example 1.
EXAMPLE_1 = Curve(
    name="RFC 7091 A.1",
    oids=("1.2.643.2.2.35.0",),
    bits=256,
    p=0x8000000000000000000000000000000000000000000000000000000000000431,
    a=7,
    b=0x5FBFF498AA938CE739B8E022FBAFEF40563F6E6A3472FC2A514C0CE9DAE23B7E,
    q=0x8000000000000000000000000000000150FE8A1892976154C59CFC193ACCF5B3,
    base=(2, 0x8E2A8A0E65147D4BD6316030E16D19C85C97F0A9CA267122B96ABBCEA7E8FC8),
)
# RFC 7091 appendix A, example 2.
EXAMPLE_2 = Curve(
    name="RFC 7091 A.2",
    oids=("1.2.643.7.1.2.1.2.0",),
    bits=512,
    p=0x4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DF1D852741AF4704A0458047E80E4546D35B8336FAC224DD81664BBF528BE6373,
    a=7,
    b=0x1CFF0806A31116DA29D8CFA54E57EB748BC5F377E49400FDD788B649ECA1AC4361834013B2AD7322480A89CA58E0CF74BC9E540C2ADD6897FAD0A3084F302ADC,
    q=0x4531ACD1FE0023C7550D267B6B2FEE80922B14B2FFB90F04D4EB7C09B5D2D15DA82F2D7ECB1DBAC719905C5EECC423F1D86E25EDBE23C595D644AAF187E6E6DF,
    base=(
        0x24D19CC64572EE30F396BF6EBBFD7A6C5213B3B3D7057CC825F91093A68CD762FD60611262CD838DC6B60AA7EEE804E28BC849977FAC33B4B530F1B120248A9A,
        0x2BB312A43BD2CE6E0D020613C857ACDDCFBF061E91E5F2C3F32447C259F39B2C83AB156D77F1496BF7EB3351E1EE4E43DC1A18B91B24640B6DBB92CB1ADD371E,
    ),
)
EXAMPLES = [
    (
        EXAMPLE_1,
        "7A929ADE789BB9BE10ED359DD39A72C11B60961F49397EEE1D19CE9891EC3B28",
        "2DFBC1B372D89A1188C09C52E0EEC61FCE52032AB1022E8E67ECE6672B043EE5",
        "77105C9B20BCD3122823C8CF6FCC7B956DE33814E95B7FE64FED924594DCEAB3",
        "41AA28D2F1AB148280CD9ED56FEDA41974053554A42767B83AD043FD39DC0493",
        "1456C64BA4642A1653C235A98A60249BCD6D3F746B631DF928014F6C5BF9C40",
        "7F2B49E270DB6D90D8595BEC458B50C58585BA1D4E9B788F6689DBD8E56FD80B",
        "26F1B489D6701DD185C8413A977B3CBBAF64D1C593D26627DFFB101A87FF77DA",
    ),
    (
        EXAMPLE_2,
        "BA6048AADAE241BA40936D47756D7C93091A0E8514669700EE7508E508B102072E8123B2200A0563322DAD2827E2714A2636B7BFD18AADFC62967821FA18DD4",
        "3754F3CFACC9E0615C4F4A7C4D8DAB531B09B6F9C170C533A71D147035B0C5917184EE536593F4414339976C647C5D5A407ADEDB1D560C4FC6777D2972075B8C",
        "359E7F4B1410FEACC570456C6801496946312120B39D019D455986E364F365886748ED7A44B3E794434006011842286212273A6D14CF70EA3AF71BB1AE679F1",
        "2F86FA60A081091A23DD795E1E3C689EE512A3C82EE0DCC2643C78EEA8FCACD35492558486B20F1C9EC197C90699850260C93BCBCD9C5C3317E19344E173AE36",
        "1081B394696FFE8E6585E7A9362D26B6325F56778AADBC081C0BFBE933D52FF5823CE288E8C4F362526080DF7F70CE406A6EEB1F56919CB92A9853BDE73E5B4A",
        "115DC5BC96760C7B48598D8AB9E740D4C4A85A65BE33C1815B5C320C854621DD5A515856D13314AF69BC5B924C8B4DDFF75C45415C1D9DD9DD33612CD530EFE1",
        "37C7C90CD40B0F5621DC3AC1B751CFA0E2634FA0503B3D52639F5D7FB72AFD61EA199441D943FFE7F0C70A2759A3CDB84C114E1F9339FDF27F35ECA93677BEEC",
    ),
]
EVERY_CURVE = pytest.mark.parametrize("curve", CURVES, ids=lambda curve: curve.name)


def _signed(curve: Curve) -> tuple[tuple[int, int], bytes, bytes]:
    """Point of a new key, a digest, its signature."""
    private_key = gost3410.new_private_key(curve)
    digest = hashlib.shake_128(curve.name.encode()).digest(curve.size_bytes)
    return gost3410.public_point(curve, private_key), digest, gost3410.sign(curve, private_key, digest)


@pytest.mark.parametrize(("curve", "d", "e", "k", "r", "s", "x", "y"), EXAMPLES, ids=["A.1", "A.2"])
def test_sign_rfc_7091_example_gives_its_numbers(curve: Curve, d: str, e: str, k: str, r: str, s: str, x: str, y: str) -> None:
    size = curve.size_bytes
    digest = int(e, 16).to_bytes(size, "little")
    signature = gost3410.sign(curve, int(d, 16), digest, nonce=int(k, 16))
    assert signature == int(s, 16).to_bytes(size, "big") + int(r, 16).to_bytes(size, "big")
    point = gost3410.public_point(curve, int(d, 16))
    assert point == (int(x, 16), int(y, 16))
    assert gost3410.verify(curve, point, digest, signature)


@EVERY_CURVE
def test_verify_own_signature_holds_and_any_change_breaks_it(curve: Curve) -> None:
    point, digest, signature = _signed(curve)
    assert gost3410.verify(curve, point, digest, signature)
    for place in range(0, len(signature), 7):
        changed = signature[:place] + bytes([signature[place] ^ 1]) + signature[place + 1 :]
        assert not gost3410.verify(curve, point, digest, changed)
    assert not gost3410.verify(curve, point, bytes([digest[0] ^ 1]) + digest[1:], signature)


@EVERY_CURVE
def test_verify_numbers_out_of_range_are_no_signature(curve: Curve) -> None:
    point, digest, signature = _signed(curve)
    size = curve.size_bytes
    s, r = int.from_bytes(signature[:size], "big"), int.from_bytes(signature[size:], "big")
    bad = [(0, r), (s, 0), (0, 0), (curve.q, r), (s, curve.q), (s + curve.q, r), (s, r + curve.q), (curve.q - s, r), (s, curve.q - r), (r, s)]
    for bad_s, bad_r in bad:
        if max(bad_s, bad_r) < 1 << curve.bits:
            assert not gost3410.verify(curve, point, digest, bad_s.to_bytes(size, "big") + bad_r.to_bytes(size, "big"))
    for length in (0, 1, size, 2 * size - 1):
        assert not gost3410.verify(curve, point, digest, signature[:length])
    assert not gost3410.verify(curve, point, digest, signature + b"\x00")


@EVERY_CURVE
def test_verify_point_off_the_curve_or_digest_of_another_length_is_refused(curve: Curve) -> None:
    point, digest, signature = _signed(curve)
    assert not gost3410.verify(curve, (point[0], point[1] ^ 1), digest, signature)
    assert not gost3410.verify(curve, (point[0] + curve.p, point[1]), digest, signature)
    assert not gost3410.verify(curve, (0, 0), digest, signature)
    assert not gost3410.verify(curve, point, digest[:-1], signature)
    assert not gost3410.verify(curve, point, digest + b"\x00", signature)


def test_verify_on_another_curve_of_the_same_length_is_refused() -> None:
    for curve in CURVES:
        point, digest, signature = _signed(curve)
        for other in CURVES:
            if other is not curve:
                assert not gost3410.verify(other, point, digest, signature)


@pytest.mark.parametrize("number", [0, None], ids=["zero", "multiple-of-q"])
def test_sign_digest_that_is_zero_modulo_q_counts_as_one(number: int | None) -> None:
    curve = CURVES[3]
    digest = (curve.q if number is None else number).to_bytes(curve.size_bytes, "little")
    private_key = gost3410.new_private_key(curve)
    signature = gost3410.sign(curve, private_key, digest)
    point = gost3410.public_point(curve, private_key)
    assert gost3410.verify(curve, point, digest, signature)
    assert gost3410.verify(curve, point, (1).to_bytes(curve.size_bytes, "little"), signature)


@EVERY_CURVE
def test_sign_is_accepted_by_libgcrypt_and_refused_when_changed(gcrypt: Gcrypt, curve: Curve) -> None:
    point, digest, signature = _signed(curve)
    assert gcrypt.verifies(curve, point, digest, signature)
    assert not gcrypt.verifies(curve, point, digest, signature[:-1] + bytes([signature[-1] ^ 1]))


@pytest.mark.parametrize("parameter_set", OPENSSL_SETS)
def test_signatures_cross_openssl_both_ways_on_every_parameter_set(gost_openssl: GostOpenssl, parameter_set: str) -> None:
    algorithm, _name = OPENSSL_SETS[parameter_set]
    bits = int(algorithm[-3:])
    folder: Path = gost_openssl.folder
    key = gost_openssl.new_key(parameter_set)
    public = read_public_key(key.public_key)
    assert public.family.bits == bits
    data = b"report " * 100
    (folder / "data").write_bytes(data)
    (folder / "ours").write_bytes(key.sign(data))
    gost_openssl.run("pkey", "-in", "key.pem", "-pubout", "-out", "public.pem")
    gost_openssl.run("dgst", f"-md_gost12_{bits}", "-verify", "public.pem", "-signature", "ours", "data")
    gost_openssl.run("dgst", f"-md_gost12_{bits}", "-sign", "key.pem", "-out", "theirs", "data")
    assert gost3410.verify(public.curve, public.point, streebog(data, bits), (folder / "theirs").read_bytes())
    (folder / "data").write_bytes(data[:-1])
    assert gost_openssl.attempt("dgst", f"-md_gost12_{bits}", "-verify", "public.pem", "-signature", "ours", "data").returncode != 0
