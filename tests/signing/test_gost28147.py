"""GOST 28147-89: the published block, and every mode against OpenSSL's engine."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extern_desktop.signing.gost28147 import S_BOXES, Gost28147, imito
from extern_desktop.signing.oids import PARAM_Z
from signing.conftest import GostOpenssl

CRYPTOPRO_A = "1.2.643.2.2.31.1"
KEY = hashlib.shake_128(b"key").digest(32)
START = hashlib.shake_128(b"start").digest(8)
LENGTHS = (0, 1, 7, 8, 9, 1023, 1024, 1025, 2048, 5000)


def test_encrypt_block_of_rfc_8891_comes_out_with_octets_reversed() -> None:
    """RFC 8891 A.2: Magma is this cipher with param-Z, read from the other end."""
    key = bytes.fromhex("ffeeddccbbaa99887766554433221100f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff")
    words = b"".join(key[start : start + 4][::-1] for start in range(0, 32, 4))
    cipher = Gost28147(words)
    encrypted = cipher.encrypt_blocks(bytes.fromhex("fedcba9876543210")[::-1])
    assert encrypted[::-1].hex() == "4ee901e5c2d8ca3d"
    assert cipher.decrypt_blocks(encrypted)[::-1].hex() == "fedcba9876543210"


@settings(max_examples=40, deadline=None)
@given(key=st.binary(min_size=32, max_size=32), start=st.binary(min_size=8, max_size=8), data=st.binary(max_size=2200))
def test_modes_decrypting_gives_back_what_was_encrypted(key: bytes, start: bytes, data: bytes) -> None:
    for s_box in S_BOXES:
        cipher = Gost28147(key, s_box)
        assert cipher.decrypt_feedback(start, cipher.encrypt_feedback(start, data)) == data
        assert cipher.count(start, cipher.count(start, data)) == data
        whole = data[: len(data) // 8 * 8]
        assert cipher.decrypt_blocks(cipher.encrypt_blocks(whole)) == whole


@pytest.mark.parametrize("length", LENGTHS)
@pytest.mark.parametrize(("mode", "s_box"), [("gost89", PARAM_Z), ("gost89-cnt", CRYPTOPRO_A), ("gost89-cnt-12", PARAM_Z)])
def test_modes_agree_with_openssl(gost_openssl: GostOpenssl, mode: str, s_box: str, length: int) -> None:
    data = hashlib.shake_128(b"data").digest(length)
    (gost_openssl.folder / "data").write_bytes(data)
    expected = gost_openssl.run("enc", f"-{mode}", "-K", KEY.hex(), "-iv", START.hex(), "-in", "data")
    cipher = Gost28147(KEY, s_box)
    ours = cipher.encrypt_feedback(START, data) if mode == "gost89" else cipher.count(START, data)
    assert ours == expected


S_BOX_NAMES = {f"1.2.643.2.2.31.{number}": f"id-Gost28147-89-CryptoPro-{letter}-ParamSet" for number, letter in enumerate("ABCD", 1)}


@pytest.mark.parametrize("s_box", S_BOX_NAMES)
def test_feedback_with_every_cryptopro_s_box_agrees_with_openssl(gost_openssl: GostOpenssl, s_box: str) -> None:
    data = hashlib.shake_128(b"data").digest(1500)
    (gost_openssl.folder / "data").write_bytes(data)
    expected = gost_openssl.run("enc", "-gost89", "-K", KEY.hex(), "-iv", START.hex(), "-in", "data", s_box=S_BOX_NAMES[s_box])
    assert Gost28147(KEY, s_box).encrypt_feedback(START, data) == expected


@pytest.mark.parametrize("length", [1, 7, 8, 9, 16, 17, 1000])
def test_imito_agrees_with_openssl(gost_openssl: GostOpenssl, length: int) -> None:
    data = hashlib.shake_128(b"data").digest(length)
    (gost_openssl.folder / "data").write_bytes(data)
    printed = gost_openssl.run("dgst", "-mac", "gost-mac-12", "-macopt", f"hexkey:{KEY.hex()}", "-r", "data")
    assert imito(KEY, data).hex() == printed.split()[0].decode()


def test_imito_of_changed_data_or_key_differs() -> None:
    data = bytes(range(40))
    assert imito(KEY, data) != imito(KEY, data[:-1] + b"\x00")
    assert imito(KEY, data) != imito(bytes(32), data)
    assert len(imito(KEY, data)) == 4


def test_cipher_key_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="32 octets"):
        Gost28147(bytes(31))


def test_encrypt_blocks_broken_block_is_refused() -> None:
    with pytest.raises(ValueError, match="whole blocks"):
        Gost28147(KEY).encrypt_blocks(bytes(7))
