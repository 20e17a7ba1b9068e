"""What the virtual Rutoken computes: judged by the examples of the standards and by `openssl` with its GOST engine."""

from __future__ import annotations

import hashlib
import os
import threading
from itertools import pairwise
from pathlib import Path

import pytest

from extern_desktop.signing import gost3410
from extern_desktop.signing.curves import CURVE_BY_OID
from extern_desktop.signing.streebog import streebog
from virtual_rutoken import cryptoki as ck
from virtual_rutoken.cryptoki import Cryptoki, Rv
from virtual_rutoken.gost_judge import CRYPTOPRO_XA, make_gost_key, needs_engine, oid, openssl_accepts, openssl_digest, public_key_pem
from virtual_rutoken.plug import DEFAULT_PIN

CURVES_256 = (
    "1.2.643.2.2.35.1", "1.2.643.2.2.35.2", "1.2.643.2.2.35.3", "1.2.643.2.2.36.0", "1.2.643.2.2.36.1",
    "1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.1.2", "1.2.643.7.1.2.1.1.3", "1.2.643.7.1.2.1.1.4",
)  # fmt: skip
CURVES_512 = ("1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.2", "1.2.643.7.1.2.1.2.3")


# --- hashing ---

RFC6986_M1 = b"012345678901234567890123456789012345678901234567890123456789012"
RFC6986_M1_512 = "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"
RFC6986_M1_256 = "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"


@pytest.mark.parametrize(("mechanism", "expected"), [(ck.STREEBOG256, RFC6986_M1_256), (ck.STREEBOG512, RFC6986_M1_512)])
def test_digest_of_the_standards_example_agrees(module: Cryptoki, mechanism: int, expected: str) -> None:
    assert module.digest(module.open_session(), mechanism, [RFC6986_M1]).hex() == expected


@needs_engine
@pytest.mark.parametrize("length", [0, 1, 31, 63, 64, 65, 127, 128, 1000, 70_001])
@pytest.mark.parametrize(("mechanism", "bits"), [(ck.STREEBOG256, 256), (ck.STREEBOG512, 512)])
def test_digest_in_parts_agrees_with_openssl(module: Cryptoki, tmp_path: Path, mechanism: int, bits: int, length: int) -> None:
    data = b"\xff" * (length // 2) + os.urandom(length - length // 2)
    cuts = sorted({0, length // 3, length // 2, length})
    parts = [data[start:end] for start, end in pairwise(cuts)]
    assert module.digest(module.open_session(), mechanism, parts) == openssl_digest(tmp_path, data, bits)


def test_digest_sha256_agrees_with_hashlib(module: Cryptoki) -> None:
    assert module.digest(module.open_session(), ck.SHA256, [b"ab", b"c"]) == hashlib.sha256(b"abc").digest()


def test_digest_asked_for_its_length_goes_on(module: Cryptoki) -> None:
    session = module.open_session()
    assert module.begin("C_DigestInit", session, ck.STREEBOG512) is Rv.OK
    assert module.begin("C_DigestInit", session, ck.STREEBOG512) is Rv.OPERATION_ACTIVE
    assert module.asked_length("C_Digest", session, RFC6986_M1) == 64
    assert module.finish("C_Digest", session, RFC6986_M1, room=63)[0] is Rv.BUFFER_TOO_SMALL
    assert module.finish("C_Digest", session, RFC6986_M1)[1].hex() == RFC6986_M1_512
    assert module.finish("C_Digest", session, RFC6986_M1)[0] is Rv.OPERATION_NOT_INITIALIZED


# --- signing ---


@needs_engine
@pytest.mark.parametrize("curve", [*CURVES_256, *CURVES_512])
def test_sign_on_each_curve_is_accepted_by_openssl(module: Cryptoki, tmp_path: Path, curve: str) -> None:
    bits = 512 if curve in CURVES_512 else 256
    generate, with_hash, raw, digest = {
        256: (ck.GOST256_KEY_PAIR_GEN, ck.GOST256_WITH_HASH, ck.GOST256, ck.STREEBOG256),
        512: (ck.GOST512_KEY_PAIR_GEN, ck.GOST512_WITH_HASH, ck.GOST512, ck.STREEBOG512),
    }[bits]
    session = module.log_in()
    public, private = module.generate(session, generate, {ck.GOST_PARAMS: oid(curve)})
    pem = public_key_pem(curve, bits, module.attribute(session, public, ck.VALUE))
    data = os.urandom(300)
    hashed = module.digest(session, digest, [data])
    for signature in (module.sign(session, with_hash, private, data), module.sign(session, raw, private, hashed)):
        assert openssl_accepts(tmp_path, pem, data, signature, hash_name=f"md_gost12_{bits}")
        assert not openssl_accepts(tmp_path, pem, data + b"!", signature, hash_name=f"md_gost12_{bits}")
        assert module.verify(session, with_hash, public, data, signature) is Rv.OK
        assert module.verify(session, raw, public, hashed, signature) is Rv.OK
        assert module.verify(session, with_hash, public, data + b"!", signature) is Rv.SIGNATURE_INVALID
        assert module.verify(session, with_hash, public, data, signature[:-1]) is Rv.SIGNATURE_LEN_RANGE


@pytest.mark.parametrize("curve_oid", [*CURVES_256, *CURVES_512])
def test_sign_on_each_curve_is_accepted_by_the_products_own_arithmetic(module: Cryptoki, curve_oid: str) -> None:
    """Where openssl has no engine this is the only second opinion; it is checked against the vectors of RFC 7091 and RFC 6986 by itself."""
    curve = CURVE_BY_OID[curve_oid]
    generate, with_hash = {
        256: (ck.GOST256_KEY_PAIR_GEN, ck.GOST256_WITH_HASH),
        512: (ck.GOST512_KEY_PAIR_GEN, ck.GOST512_WITH_HASH),
    }[curve.bits]
    session = module.log_in()
    public, private = module.generate(session, generate, {ck.GOST_PARAMS: oid(curve_oid)})
    point = curve.read_point(module.attribute(session, public, ck.VALUE))
    assert point is not None
    data = os.urandom(200)
    signature = module.sign(session, with_hash, private, data)
    assert gost3410.verify(curve, point, streebog(data, curve.bits), signature)
    assert not gost3410.verify(curve, point, streebog(data + b"!", curve.bits), signature)


def test_sign_in_parts_is_the_signature_of_the_whole(module: Cryptoki) -> None:
    session = module.log_in()
    public, private = make_gost_key(module, session)
    assert module.begin("C_SignInit", session, ck.GOST256_WITH_HASH, private) is Rv.OK
    for part in (b"one ", b"", b"two"):
        module.must("C_SignUpdate", session, part, len(part))
    assert module.finish("C_Sign", session, b"three")[0] is Rv.OPERATION_ACTIVE
    assert module.asked_length("C_SignFinal", session) == 64
    assert module.finish("C_SignFinal", session, room=63)[0] is Rv.BUFFER_TOO_SMALL
    rv, signature = module.finish("C_SignFinal", session)
    assert rv is Rv.OK
    assert module.verify(session, ck.GOST256_WITH_HASH, public, b"one two", signature) is Rv.OK


def test_sign_refuses_what_the_standard_refuses(module: Cryptoki) -> None:
    session = module.log_in()
    public, private = make_gost_key(module, session)
    assert module.begin("C_SignInit", session, ck.GOST512_WITH_HASH, private) is Rv.KEY_TYPE_INCONSISTENT
    assert module.begin("C_SignInit", session, ck.STREEBOG256, private) is Rv.MECHANISM_INVALID
    assert module.begin("C_SignInit", session, ck.GOST256, public) is Rv.KEY_HANDLE_INVALID
    assert module.finish("C_Sign", session, b"")[0] is Rv.OPERATION_NOT_INITIALIZED
    assert module.begin("C_SignInit", session, ck.GOST256, private) is Rv.OK
    assert module.begin("C_SignInit", session, ck.GOST256, private) is Rv.OPERATION_ACTIVE
    assert module.finish("C_Sign", session, b"not a digest")[0] is Rv.DATA_LEN_RANGE
    module.must("C_Logout", session)
    assert module.begin("C_SignInit", session, ck.GOST256, private) is Rv.USER_NOT_LOGGED_IN


def test_sign_with_a_key_that_wants_the_pin_each_time(module: Cryptoki) -> None:
    session = module.log_in()
    _, private = module.generate(session, ck.GOST256_KEY_PAIR_GEN, {ck.GOST_PARAMS: oid(CRYPTOPRO_XA)}, always_authenticate=True)
    assert module.begin("C_SignInit", session, ck.GOST256_WITH_HASH, private) is Rv.OK
    assert module.finish("C_Sign", session, b"data")[0] is Rv.USER_NOT_LOGGED_IN
    assert module.login(session, DEFAULT_PIN, ck.CONTEXT_SPECIFIC) is Rv.OK
    assert module.finish("C_Sign", session, b"data")[0] is Rv.OK


def test_sign_from_two_threads_gives_good_signatures(module: Cryptoki) -> None:
    first = module.log_in()
    public, private = make_gost_key(module, first)
    ends: list[Rv] = []

    def sign(session: int) -> None:
        for number in range(20):
            data = b"%d" % number
            signature = module.sign(session, ck.GOST256_WITH_HASH, private, data)
            ends.append(module.verify(session, ck.GOST256_WITH_HASH, public, data, signature))

    threads = [threading.Thread(target=sign, args=(session,)) for session in (first, module.open_session())]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ends == [Rv.OK] * 40
