"""Keys, signatures and certificates in one open login; OpenSSL is the judge of every signature."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import DeviceFailedError, KeyMissingError, TokenMissingError, TokenRemovedError
from extern_desktop.tokens.session import OpenToken
from extern_desktop.tokens.values import TokenCertificate
from tokens import openssl
from tokens.conftest import SERIAL
from virtual_rutoken.plug import VirtualRutoken

PIN = Pin(VirtualRutoken.DEFAULT_PIN)
DATA = "Декларация".encode("cp1251") * 300
KINDS = [(256, "md_gost12_256", 64), (512, "md_gost12_512", 128), (2048, "sha256", 256)]


@pytest.fixture
def opened(desk: TokenDesk) -> Iterator[OpenToken]:
    with desk.open(SERIAL, PIN) as opened:
        yield opened


def key_of(key_id: bytes) -> TokenCertificate:
    """Signing needs nothing of a certificate but the id of its key."""
    return TokenCertificate(b"", key_id, "", has_private_key=True)


@pytest.mark.parametrize(("bits", "digest", "size"), KINDS)
def test_sign_openssl_accepts_it_and_refuses_other_data(opened: OpenToken, tmp_path: Path, bits: int, digest: str, size: int) -> None:
    public_key = opened.generate_key_pair(b"key", "Ключ", bits)
    signature = opened.sign(key_of(b"key"), DATA)
    assert len(signature) == size
    assert openssl.accepts(tmp_path, digest, public_key, DATA, signature)
    assert not openssl.accepts(tmp_path, digest, public_key, DATA[:-1] + b"?", signature)


@pytest.mark.parametrize(("bits", "digest", "_size"), KINDS)
def test_digest_is_the_one_openssl_makes(opened: OpenToken, tmp_path: Path, bits: int, digest: str, _size: int) -> None:
    opened.generate_key_pair(b"key", "Ключ", bits)
    assert opened.digest(key_of(b"key"), DATA) == openssl.hash_of(tmp_path, digest, DATA)


def test_digest_data_bigger_than_the_pipe_arrives_whole(opened: OpenToken, tmp_path: Path) -> None:
    opened.generate_key_pair(b"key", "Ключ", 2048)
    large = bytes(range(256)) * 20_000
    assert opened.digest(key_of(b"key"), large) == openssl.hash_of(tmp_path, "sha256", large)


def test_sign_each_key_signs_with_itself(opened: OpenToken, tmp_path: Path) -> None:
    keys = {key_id: opened.generate_key_pair(key_id, "Ключ", 2048) for key_id in (b"one", b"two")}
    signature = opened.sign(key_of(b"two"), DATA)
    assert openssl.accepts(tmp_path, "sha256", keys[b"two"], DATA, signature)
    assert not openssl.accepts(tmp_path, "sha256", keys[b"one"], DATA, signature)


def test_sign_certificate_without_its_key_is_named(opened: OpenToken) -> None:
    with pytest.raises(KeyMissingError) as missing:
        opened.sign(key_of(b"nobody"), DATA)
    assert missing.value.token_label == "Ключ Образцовой"


def test_store_certificate_is_listed_with_its_key_and_without_a_pin(desk: TokenDesk, opened: OpenToken, tmp_path: Path) -> None:
    der = openssl.make_certificate(tmp_path)
    opened.generate_key_pair(b"key", "Ключ")
    opened.store_certificate(der, b"key", "Образцова А. Т.")
    opened.store_certificate(der, b"other", "Без ключа")
    opened.close()
    (card,) = desk.list_tokens()
    assert sorted((item.key_id, item.label, item.has_private_key) for item in card.certificates) == [
        (b"key", "Образцова А. Т.", True),
        (b"other", "Без ключа", False),
    ]
    assert {item.der for item in card.certificates} == {der}


def test_store_certificate_label_in_cp1251_is_read(desk: TokenDesk, opened: OpenToken, token: VirtualRutoken, tmp_path: Path) -> None:
    """Windows programs write labels so; the library behind us would fail on it."""
    opened.store_certificate(openssl.make_certificate(tmp_path), b"key", "Ключ А")
    opened.close()
    objects = token.slot_folder(0) / "objects.bin"
    content = objects.read_bytes()
    assert "Ключ А".encode() in content
    objects.write_bytes(content.replace("Ключ А".encode(), "Ключ А      "[:11].encode("cp1251")))
    assert [item.label for item in desk.list_tokens()[0].certificates] == ["Ключ А"]


def test_open_card_after_login_knows_the_private_keys(desk: TokenDesk, opened: OpenToken, tmp_path: Path) -> None:
    opened.generate_key_pair(b"key", "Ключ")
    opened.store_certificate(openssl.make_certificate(tmp_path), b"key", "Образцова А. Т.")
    opened.close()
    with desk.open(SERIAL, PIN) as again:
        assert [item.has_private_key for item in again.card.certificates] == [True]


def test_sign_token_pulled_in_the_middle_is_told_and_what_was_signed_is_good(
    desk: TokenDesk, opened: OpenToken, token: VirtualRutoken, tmp_path: Path
) -> None:
    public_key = opened.generate_key_pair(b"key", "Ключ", 2048)
    token.set_fault("C_Sign", "pull", after=4)  # two calls of the module for each signature
    signatures = [opened.sign(key_of(b"key"), DATA) for _ in range(2)]
    with pytest.raises(TokenRemovedError) as removed:
        opened.sign(key_of(b"key"), DATA)
    assert (removed.value.serial, removed.value.token_label) == (SERIAL, "Ключ Образцовой")
    assert all(openssl.accepts(tmp_path, "sha256", public_key, DATA, signature) for signature in signatures)
    opened.close()
    token.clear_faults()
    token.plug(0)
    with desk.open(SERIAL, PIN) as again:
        assert openssl.accepts(tmp_path, "sha256", public_key, DATA, again.sign(key_of(b"key"), DATA))


def test_sign_token_pulled_and_put_back_needs_its_pin_again(opened: OpenToken, token: VirtualRutoken) -> None:
    opened.generate_key_pair(b"key", "Ключ")
    token.unplug(0)
    token.plug(0)
    with pytest.raises(TokenRemovedError):
        opened.sign(key_of(b"key"), DATA)
    assert token.calls("C_Login") == 1


def test_sign_another_token_in_the_slot_signs_nothing(opened: OpenToken, token: VirtualRutoken) -> None:
    opened.generate_key_pair(b"key", "Ключ")
    token.plug(0, serial="3a5f0042", label="Ключ Образцовой")
    with pytest.raises(TokenMissingError) as missing:
        opened.sign(key_of(b"key"), DATA)
    assert missing.value.serial == SERIAL
    assert token.calls("C_Sign") == 0


def test_sign_device_error_has_its_code_and_may_be_asked_again(opened: OpenToken, token: VirtualRutoken, tmp_path: Path) -> None:
    public_key = opened.generate_key_pair(b"key", "Ключ", 2048)
    token.set_fault("C_Sign", "device-error")
    with pytest.raises(DeviceFailedError) as failed:
        opened.sign(key_of(b"key"), DATA)
    assert failed.value.code == "CKR_DEVICE_ERROR"
    token.clear_faults()
    assert openssl.accepts(tmp_path, "sha256", public_key, DATA, opened.sign(key_of(b"key"), DATA))


def test_sign_batch_asks_the_token_for_nothing_but_the_signatures(opened: OpenToken, token: VirtualRutoken) -> None:
    """One login, one search, one look whose token it is; a real device answers each question in milliseconds."""
    opened.generate_key_pair(b"key", "Ключ", 256)
    opened.sign(key_of(b"key"), DATA)
    functions = ("C_Login", "C_FindObjectsInit", "C_GetAttributeValue", "C_GetTokenInfo", "C_SignInit", "C_Sign")
    before = [token.calls(function) for function in functions]
    for _ in range(50):
        opened.sign(key_of(b"key"), DATA)
    assert [token.calls(function) - first for function, first in zip(functions, before, strict=True)] == [0, 0, 0, 50, 50, 100]


def test_sign_costs_the_program_little_of_its_processor(opened: OpenToken) -> None:
    opened.generate_key_pair(b"key", "Ключ", 256)
    started_at = time.process_time()
    for _ in range(200):
        opened.sign(key_of(b"key"), DATA)
    assert (time.process_time() - started_at) / 200 < 0.0005
