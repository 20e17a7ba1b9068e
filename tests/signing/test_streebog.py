"""Streebog against RFC 6986, against libgcrypt and OpenSSL, and the two twins against each other."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extern_desktop.signing._extension import HAS_NATIVE
from extern_desktop.signing.streebog import Hash, PureStreebog, Streebog, streebog
from signing.conftest import Gcrypt, GostOpenssl

M1 = b"012345678901234567890123456789012345678901234567890123456789012"
M2 = bytes.fromhex(
    "d1e520e2e5f2f0e82c20d1f2f0e8e1eee6e820e2edf3f6e82c20e2e5fef2fa20f120eceef0ff20f1f2f0e5ebe0ece820ede020f5f0e0e1f0fbff20efebfaeafb20c8e3eef0e5e2fb"
)
# RFC 6986 section 10, examples 1 and 2; the RFC prints digests as numbers, these are the octets (the other way round).
VECTORS = [
    (M1, 512, "1b54d01a4af5b9d5cc3d86d68d285462b19abc2475222f35c085122be4ba1ffa00ad30f8767b3a82384c6574f024c311e2a481332b08ef7f41797891c1646f48"),
    (M1, 256, "9d151eefd8590b89daa6ba6cb74af9275dd051026bb149a452fd84e5e57b5500"),
    (M2, 512, "1e88e62226bfca6f9994f1f2d51569e0daf8475a3b0fe61a5300eee46d961376035fe83549ada2b8620fcd7c496ce5b33f0cb9dddc2b6460143b03dabac9fb28"),
    (M2, 256, "9dd2fe4e90409e5da87f53976d7405b0c0cac628fc669a741d50063c557e8f50"),
]
TWINS = [pytest.param(PureStreebog, id="python"), pytest.param(Streebog, id="native" if HAS_NATIVE else "no-native-here")]


@pytest.mark.parametrize("twin", TWINS)
@pytest.mark.parametrize(("message", "bits", "digest"), VECTORS)
def test_streebog_rfc_6986_example_gives_its_digest(twin: Callable[[int], Hash], message: bytes, bits: int, digest: str) -> None:
    hasher = twin(bits)
    hasher.update(message)
    assert hasher.digest().hex() == digest


@settings(max_examples=60, deadline=None)
@given(pieces=st.lists(st.binary(max_size=200), max_size=8), bits=st.sampled_from([256, 512]))
def test_streebog_in_pieces_equals_one_shot_and_both_twins_agree(pieces: list[bytes], bits: int) -> None:
    whole = b"".join(pieces)
    python, whichever = PureStreebog(bits), Streebog(bits)
    for piece in pieces:
        python.update(piece)
        whichever.update(piece)
        whichever.digest()  # looking at it changes nothing
    assert python.digest() == whichever.digest() == streebog(whole, bits)


def test_streebog_sum_carries_over_all_words_in_both_twins() -> None:
    data = b"\xff" * 1000
    python = PureStreebog(512)
    python.update(data)
    assert python.digest() == streebog(data, 512)


@pytest.mark.parametrize("bits", [256, 512])
def test_streebog_every_length_around_blocks_agrees_with_libgcrypt(gcrypt: Gcrypt, bits: int) -> None:
    data = hashlib.shake_128(b"lengths").digest(5000)
    for length in (*range(200), 4095, 4096, 4097, 5000):
        assert streebog(data[:length], bits) == gcrypt.streebog(data[:length], bits), length


@pytest.mark.parametrize("bits", [256, 512])
def test_streebog_file_agrees_with_openssl(gost_openssl: GostOpenssl, bits: int) -> None:
    data = hashlib.shake_128(b"file").digest(100_001)
    (gost_openssl.folder / "file").write_bytes(data)
    printed = gost_openssl.run("dgst", f"-md_gost12_{bits}", "-r", "file")
    assert printed.split()[0].decode() == streebog(data, bits).hex()


@pytest.mark.parametrize("twin", TWINS)
def test_streebog_of_another_length_is_refused(twin: Callable[[int], Hash]) -> None:
    with pytest.raises(ValueError, match="256 or 512"):
        twin(384)
