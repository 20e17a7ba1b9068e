"""Envelopes: opened by OpenSSL, made by OpenSSL, and damaged in every way."""

from __future__ import annotations

import base64
import hashlib
import random
from dataclasses import dataclass
from pathlib import Path

import pytest

from extern_desktop.signing import der, envelope, oids, vko
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.curves import CURVE_BY_OID
from extern_desktop.signing.errors import DamagedEnvelopeError, NotAddressedError, UnreadableEnvelopeError, UnsupportedKeyError
from extern_desktop.signing.gost3410 import public_point
from extern_desktop.signing.public_keys import algorithm_identifier, read_public_key, write_public_key
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Certificate
from signing.conftest import NOW, OPENSSL_SETS, Authority, GostOpenssl, flip

LENGTHS = (0, 1, 8, 1023, 1024, 1025, 4100)


def _content(length: int) -> bytes:
    return hashlib.shake_128(b"content").digest(length)


def test_agree_rfc_7836_example_gives_its_key() -> None:
    """VKO of 256 bits on TC26-512-A, RFC 7836 appendix B."""
    curve = CURVE_BY_OID["1.2.643.7.1.2.1.2.1"]
    private_key = int.from_bytes(
        bytes.fromhex(
            "c990ecd972fce84ec4db022778f50fcac726f46708384b8d458304962d7147f8c2db41cef22c90b102f2968404f9b9be6d47c79692d81826b32b8daca43cb667"
        ),
        "little",
    )
    other = curve.read_point(
        bytes.fromhex(
            "192fe183b9713a077253c72c8735de2ea42a3dbc66ea317838b65fa32523cd5efca974eda7c863f4954d1147f1f2b25c395fce1c129175e876d132e94ed5a651"
            "04883b414c9b592ec4dc84826f07d0b6d9006dda176ce48c391e3f97d102e03bb598bf132a228a45f7201aba08fc524a2d77e43a362ab022ad4028f75bde3b79"
        )
    )
    assert other is not None
    public = read_public_key(write_public_key(algorithm_identifier(curve.oids[0]), curve, other))
    agreed = vko.agree(curve, private_key, public, bytes.fromhex("1d80603c8544c727"))
    assert agreed.hex() == "c9a9a77320e2cc559ed72dce6f47e2192ccea95fa648670582c054c0ef36c221"


# Recommendations of TC26 on 28147-89 in CMS (TK26CMS), key transport with a key of 512 bits on TC26-512-B.
TK26_KEY = 0x3FC01CDCD4EC5F972EB482774C41E66DB7F380528DFE9E67992BA05AEE462435757530E641077CE587B976C8EEB48C48FD33FD175F0C7DE6A44E014E6BCB074B
TK26_ENVELOPE = base64.b64decode(
    "MIIB0gYJKoZIhvcNAQcDoIIBwzCCAb8CAQAxggF8MIIBeAIBADBbMFYxKTAnBgkqhkiG9w0BCQEWGkdvc3RSMzQxMC0yMDEyQGV4YW1wbGUuY29tMSkwJwYD"
    "VQQDEyBHb3N0UjM0MTAtMjAxMiA1MTIgYml0cyBleGNoYW5nZQIBATAhBggqhQMHAQEBAjAVBgkqhQMHAQIBAgIGCCqFAwcBAQIDBIHyMIHvMCgEIIsYzbVL"
    "n33aLinQ7SLNA7y+Lrm02khqDCfXrNS9iiMhBATerS8zoIHCBgkqhQMHAQIFAQGggaowIQYIKoUDBwEBAQIwFQYJKoUDBwECAQICBggqhQMHAQECAwOBhAAE"
    "gYAYiTVLKpSGaAvjJEDQ0hdKqR/jek5Q9Q2pXC+NkOimQh7dpCi+wcaHlPcBk96hmpnOFvLaiokX8V6jqtBl5gdkM40kOXv8kcDdTzEVKA/ZLxA8xanL+gTD"
    "6ZjaPsUu06nsA2MoMBWcHLUzueaP3bGT/yHTV+Za5xdcQehag/lNBgQIvCw4uUl0XC4wOgYJKoZIhvcNAQcBMB8GBiqFAwICFTAVBAj+1QzaXaN9FwYJKoUD"
    "BwECBQEBgAyK54euw0sHhEVEkA0="
)


@dataclass(frozen=True)
class PublishedKey:
    """The private key of the example, with a certificate under the issuer and serial number that the example names."""

    certificate: Certificate

    def agree(self, public_key: bytes, ukm: bytes) -> bytes:
        return vko.agree(CURVE_BY_OID["1.2.643.7.1.2.1.2.2"], TK26_KEY, read_public_key(public_key), ukm)


def test_decrypt_published_example_gives_its_text() -> None:
    recipients = der.read_one(TK26_ENVELOPE).children()[1].only_child(0xA0).children()[1].children(der.SET)
    issuer, serial = recipients[0].children()[1].children()
    curve = CURVE_BY_OID["1.2.643.7.1.2.1.2.2"]
    public_key = write_public_key(algorithm_identifier(curve.oids[0]), curve, public_point(curve, TK26_KEY))
    algorithm = der.sequence(der.oid(oids.SIGNATURE_512))
    validity = der.sequence(der.time(NOW), der.time(NOW))
    signed = der.sequence(der.tlv(0xA0, der.integer(2)), serial.raw, algorithm, issuer.raw, validity, issuer.raw, public_key)
    certificate = read_certificate(der.sequence(signed, algorithm, der.bit_string(bytes(128))))
    assert envelope.decrypt(TK26_ENVELOPE, PublishedKey(certificate)) == b"Test message"


@pytest.mark.parametrize("parameter_set", OPENSSL_SETS)
def test_envelopes_cross_openssl_both_ways_on_every_parameter_set(gost_openssl: GostOpenssl, parameter_set: str) -> None:
    key = gost_openssl.new_key(parameter_set)
    folder: Path = gost_openssl.folder
    for length in LENGTHS:
        content = _content(length)
        (folder / "ours").write_bytes(envelope.encrypt(content, [key.certificate]))
        key_options = ("-recip", "certificate.pem", "-inkey", "key.pem")
        gost_openssl.run("cms", "-decrypt", "-binary", "-inform", "DER", "-in", "ours", *key_options, "-out", "opened")
        assert (folder / "opened").read_bytes() == content, length
        (folder / "content").write_bytes(content)
        gost_openssl.run("cms", "-encrypt", "-binary", "-in", "content", "-outform", "DER", "-out", "theirs", "-gost89", "certificate.pem")
        assert key.decrypt((folder / "theirs").read_bytes()) == content, length


def test_decrypt_envelope_with_another_s_box_inside(gost_openssl: GostOpenssl) -> None:
    """OpenSSL set to CryptoPro-A encrypts the content with it and transports the key with param-Z."""
    key = gost_openssl.new_key("1.2.643.2.2.36.0")
    content = _content(3000)
    (gost_openssl.folder / "content").write_bytes(content)
    arguments = ("cms", "-encrypt", "-binary", "-in", "content", "-outform", "DER", "-out", "theirs", "-gost89", "certificate.pem")
    gost_openssl.run(*arguments, s_box="id-Gost28147-89-CryptoPro-A-ParamSet")
    made = (gost_openssl.folder / "theirs").read_bytes()
    assert der.oid("1.2.643.2.2.31.1") in made
    assert key.decrypt(made) == content


def test_encrypt_for_several_each_opens_it(authority: Authority) -> None:
    first, second, stranger = authority.issue("first"), authority.issue("second"), authority.issue("stranger")
    made = envelope.encrypt(b"content", [first.certificate, second.certificate])
    assert first.decrypt(made) == second.decrypt(made) == b"content"
    with pytest.raises(NotAddressedError) as caught:
        stranger.decrypt(made)
    assert set(caught.value.recipients) == {first.certificate.serial_number, second.certificate.serial_number}
    assert caught.value.serial_number == stranger.certificate.serial_number


def test_encrypt_for_a_certificate_without_a_gost_key_is_refused(gost_openssl: GostOpenssl) -> None:
    gost_openssl.run("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-subj", "/CN=RSA", "-outform", "DER", "-out", "c")
    with pytest.raises(UnsupportedKeyError):
        envelope.encrypt(b"content", [read_certificate((gost_openssl.folder / "c").read_bytes())])


def test_encrypt_twice_gives_different_envelopes(anna: TrainingKey) -> None:
    assert envelope.encrypt(b"content", [anna.certificate]) != envelope.encrypt(b"content", [anna.certificate])


def test_decrypt_transport_with_a_flipped_bit_never_opens(anna: TrainingKey) -> None:
    made = envelope.encrypt(b"content", [anna.certificate])
    transport = made.index(b"\x04\x20")  # the encrypted key, 32 octets
    with pytest.raises(DamagedEnvelopeError):
        anna.decrypt(flip(made, 8 * (transport + 5)))


@pytest.mark.parametrize("junk", [b"", b"\x30\x00", b"junk" * 100, der.sequence(der.oid(oids.DATA), der.tlv(0xA0, der.sequence()))])
def test_decrypt_of_anything_else_is_a_refusal(anna: TrainingKey, junk: bytes) -> None:
    with pytest.raises(UnreadableEnvelopeError):
        anna.decrypt(junk)


@pytest.mark.parametrize("cipher", ["-kuznyechik-ctr-acpkm", "-magma-ctr-acpkm"])
def test_decrypt_cipher_that_we_do_not_open_is_named(gost_openssl: GostOpenssl, cipher: str) -> None:
    key = gost_openssl.new_key("1.2.643.2.2.36.0")
    (gost_openssl.folder / "content").write_bytes(b"content")
    gost_openssl.run("cms", "-encrypt", "-binary", "-in", "content", "-outform", "DER", "-out", "theirs", cipher, "certificate.pem")
    with pytest.raises(UnreadableEnvelopeError) as caught:
        key.decrypt((gost_openssl.folder / "theirs").read_bytes())
    assert any(word in caught.value.detail for word in ("cipher", "key transport"))


def test_decrypt_thousands_of_damaged_envelopes_raise_nothing_else(anna: TrainingKey) -> None:
    chance = random.Random(28_147)
    content = b"content of a report"
    made = envelope.encrypt(content, [anna.certificate])
    outcomes: set[object] = set()
    for _ in range(2000):
        damaged = bytearray(made)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            outcomes.add(len(anna.decrypt(bytes(damaged))))
        except (UnreadableEnvelopeError, NotAddressedError, DamagedEnvelopeError) as error:
            outcomes.add(type(error))
    assert {UnreadableEnvelopeError, NotAddressedError, DamagedEnvelopeError} <= outcomes
