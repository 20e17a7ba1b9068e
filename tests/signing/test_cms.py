"""Detached signatures: what others make of ours, what we make of others', and everything that must not pass."""

from __future__ import annotations

import random
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from extern_desktop.signing import der, oids
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.cms import sign_detached, verify_detached
from extern_desktop.signing.errors import SignerFailedError, UnsupportedKeyError
from extern_desktop.signing.signer import Signer
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Certificate, SignatureProblem
from signing.conftest import DAY, NOW, OPENSSL_SETS, Authority, GostOpenssl, flip

REPORT = '<?xml version="1.0" encoding="windows-1251"?><Файл ИдФайл="NO_USN"/>'.encode("cp1251") * 20
EVERY_SET = pytest.mark.parametrize("parameter_set", OPENSSL_SETS)


def _openssl_verify(openssl: GostOpenssl, signature: bytes, content: bytes, *more: str) -> subprocess.CompletedProcess[bytes]:
    (openssl.folder / "signature.p7s").write_bytes(signature)
    (openssl.folder / "content").write_bytes(content)
    return openssl.attempt(
        "cms", "-verify", *more, "-binary", "-inform", "DER", "-in", "signature.p7s", "-content", "content", "-CAfile", "certificate.pem",
        "-purpose", "any", "-out", "verified",
    )  # fmt: skip


@EVERY_SET
def test_sign_detached_is_accepted_by_openssl_and_refused_after_one_flipped_octet(gost_openssl: GostOpenssl, parameter_set: str) -> None:
    key = gost_openssl.new_key(parameter_set)
    signature = sign_detached(REPORT, key, signed_at=datetime.now(UTC))
    accepted = _openssl_verify(gost_openssl, signature, REPORT, "-cades")
    assert accepted.returncode == 0, accepted.stderr.decode()
    assert (gost_openssl.folder / "verified").read_bytes() == REPORT
    assert _openssl_verify(gost_openssl, signature, flip(REPORT, 77), "-cades").returncode != 0
    assert _openssl_verify(gost_openssl, flip(signature, 8 * len(signature) - 3), REPORT, "-cades").returncode != 0


@EVERY_SET
@pytest.mark.parametrize("cades", [True, False], ids=["cades", "plain"])
def test_verify_detached_signature_made_by_openssl_holds(gost_openssl: GostOpenssl, parameter_set: str, cades: bool) -> None:
    key = gost_openssl.new_key(parameter_set)
    (gost_openssl.folder / "content").write_bytes(REPORT)
    digest = "md_gost12_256" if OPENSSL_SETS[parameter_set][0].endswith("256") else "md_gost12_512"
    options = ["-cades"] if cades else []
    gost_openssl.run(
        "cms", "-sign", *options, "-binary", "-in", "content", "-signer", "certificate.pem", "-inkey", "key.pem", "-md", digest,
        "-outform", "DER", "-out", "theirs.p7s", "-nosmimecap",
    )  # fmt: skip
    signature = (gost_openssl.folder / "theirs.p7s").read_bytes()
    verified = verify_detached(REPORT, signature)
    assert verified.problem is None
    assert verified.intact
    assert verified.certificate == key.certificate
    assert verified.certificate_is_named is cades
    assert verified.signed_at is not None
    assert abs(verified.signed_at - datetime.now(UTC)) < DAY
    assert verify_detached(flip(REPORT, 5), signature).problem is SignatureProblem.CONTENT_CHANGED
    assert not verify_detached(REPORT, signature + b"\x00").intact


def test_sign_detached_layout_is_what_the_operator_expects(anna: TrainingKey) -> None:
    signature = sign_detached(REPORT, anna, signed_at=NOW)
    kind, wrapper = der.read_one(signature).children()
    assert kind.oid() == oids.SIGNED_DATA
    version, digests, content, certificates, signers = wrapper.only_child(0xA0).children()
    assert version.integer() == 1
    assert digests.children(der.SET)[0].raw == der.sequence(der.oid("1.2.643.7.1.1.2.2"))
    assert content.raw == der.sequence(der.oid("1.2.840.113549.1.7.1"))
    assert certificates.body == anna.certificate.der
    (signer,) = signers.children(der.SET)
    attributes = [attribute.children()[0].oid() for attribute in signer.children()[3].children(0xA0)]
    assert sorted(attributes) == [
        "1.2.840.113549.1.9.16.2.47",
        "1.2.840.113549.1.9.3",
        "1.2.840.113549.1.9.4",
        "1.2.840.113549.1.9.5",
    ]
    assert signer.children()[4].raw == der.sequence(der.oid("1.2.643.7.1.1.1.1"))
    assert verify_detached(REPORT, signature).signed_at == NOW


@dataclass(frozen=True)
class BrokenCarrier:
    """A key carrier that gives something else than the signature; the key behind it is real."""

    key: TrainingKey
    spoil: Callable[[bytes], bytes]

    @property
    def certificate(self) -> Certificate:
        return self.key.certificate

    def digest(self, data: bytes) -> bytes:
        return self.key.digest(data)

    def sign(self, data: bytes) -> bytes:
        return self.spoil(self.key.sign(data))


@pytest.mark.parametrize(
    "spoil",
    [
        pytest.param(lambda signature: signature[32:] + signature[:32], id="halves-swapped"),
        pytest.param(lambda signature: signature[::-1], id="little-endian"),
        pytest.param(lambda signature: signature[:-1], id="cut-off"),
        pytest.param(lambda signature: bytes(64), id="zeros"),
        pytest.param(lambda signature: b"", id="nothing"),
        pytest.param(lambda signature: flip(signature, 100), id="flipped"),
    ],
)
def test_sign_detached_carrier_gives_no_signature_nothing_is_returned(anna: TrainingKey, spoil: Callable[[bytes], bytes]) -> None:
    carrier: Signer = BrokenCarrier(anna, spoil)
    with pytest.raises(SignerFailedError) as caught:
        sign_detached(REPORT, carrier, signed_at=NOW)
    assert caught.value.serial_number == anna.certificate.serial_number


def test_sign_detached_certificate_without_a_gost_key_is_refused(gost_openssl: GostOpenssl, anna: TrainingKey) -> None:
    gost_openssl.run("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-subj", "/CN=RSA", "-outform", "DER", "-out", "c")
    rsa = read_certificate((gost_openssl.folder / "c").read_bytes())

    @dataclass(frozen=True)
    class OtherCertificate(BrokenCarrier):
        @property
        def certificate(self) -> Certificate:
            return rsa

    with pytest.raises(UnsupportedKeyError):
        sign_detached(REPORT, OtherCertificate(anna, bytes), signed_at=NOW)


# Signatures put together by hand, each wrong in one way


@dataclass
class Draft:
    """The parts of a signature, to be spoilt one at a time before they are put together and signed by the real key."""

    key: TrainingKey
    attributes: dict[str, list[bytes]]
    sort: bool = True
    digest_oid: str = oids.DIGEST_256
    signature_oid: str = oids.KEY_256
    certificates: tuple[bytes, ...] = ()
    content: bytes = b""
    identifier: bytes = b""
    signers: int = 1
    repeated: bytes = b""

    def build(self) -> bytes:
        encoded = [der.sequence(der.oid(kind), der.set_of(*values)) for kind, values in self.attributes.items()]
        encoded += [self.repeated] if self.repeated else []
        body = b"".join(sorted(encoded) if self.sort else sorted(encoded, reverse=True))
        signature = self.key.sign(der.tlv(der.SET, body))
        algorithm = der.sequence(der.oid(self.digest_oid))
        signer = der.sequence(
            der.integer(1), self.identifier, algorithm, der.tlv(0xA0, body), der.sequence(der.oid(self.signature_oid)), der.octet_string(signature)
        )
        certificates = der.tlv(0xA0, b"".join(self.certificates)) if self.certificates else b""
        signed = der.sequence(
            der.integer(1), der.set_of(algorithm), der.sequence(der.oid(oids.DATA), self.content), certificates, der.set_of(*[signer] * self.signers)
        )
        return der.sequence(der.oid(oids.SIGNED_DATA), der.tlv(0xA0, signed))


@pytest.fixture
def draft(anna: TrainingKey) -> Draft:
    issuer, serial = _issuer_and_serial(anna.certificate)
    return Draft(
        key=anna,
        attributes={
            oids.CONTENT_TYPE: [der.oid(oids.DATA)],
            oids.SIGNING_TIME: [der.time(NOW)],
            oids.MESSAGE_DIGEST: [der.octet_string(anna.digest(REPORT))],
        },
        certificates=(anna.certificate.der,),
        identifier=der.sequence(issuer, serial),
    )


def _issuer_and_serial(certificate: Certificate) -> tuple[bytes, bytes]:
    fields = der.read_one(certificate.der).children()[0].children()
    return fields[3].raw, fields[1].raw


def test_verify_detached_draft_as_it_should_be_holds(draft: Draft) -> None:
    verified = verify_detached(REPORT, draft.build())
    assert verified.problem is None
    assert not verified.certificate_is_named


def _without(kind: str) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        del draft.attributes[kind]

    return change


def _with(kind: str, *values: bytes) -> Callable[[Draft], None]:
    return lambda draft: draft.attributes.update({kind: list(values)})


def _set(**fields: object) -> Callable[[Draft], None]:
    def change(draft: Draft) -> None:
        for name, value in fields.items():
            setattr(draft, name, value)

    return change


P = SignatureProblem
DIGEST_TWICE = der.sequence(der.oid(oids.MESSAGE_DIGEST), der.set_of(der.octet_string(bytes(32))))


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        pytest.param(_without(oids.MESSAGE_DIGEST), P.ATTRIBUTE_MISSING, id="no-message-digest"),
        pytest.param(_without(oids.CONTENT_TYPE), P.ATTRIBUTE_MISSING, id="no-content-type"),
        pytest.param(_with(oids.MESSAGE_DIGEST), P.ATTRIBUTE_MISSING, id="empty-message-digest"),
        pytest.param(_with(oids.MESSAGE_DIGEST, der.octet_string(bytes(32)), der.octet_string(b"")), P.ATTRIBUTE_DOUBLED, id="two-digests-in-one"),
        pytest.param(_set(repeated=DIGEST_TWICE), P.ATTRIBUTE_DOUBLED, id="message-digest-twice"),
        pytest.param(_with(oids.MESSAGE_DIGEST, der.octet_string(bytes(32))), P.CONTENT_CHANGED, id="digest-of-something-else"),
        pytest.param(_with(oids.MESSAGE_DIGEST, der.octet_string(bytes(31))), P.CONTENT_CHANGED, id="digest-too-short"),
        pytest.param(_with(oids.MESSAGE_DIGEST, der.integer(1)), P.UNREADABLE, id="digest-is-a-number"),
        pytest.param(_with(oids.CONTENT_TYPE, der.oid(oids.SIGNED_DATA)), P.CONTENT_TYPE_DIFFERS, id="other-content-type"),
        pytest.param(_with(oids.SIGNING_TIME, der.octet_string(b"today")), P.UNREADABLE, id="time-is-no-time"),
        pytest.param(_set(sort=False), P.ATTRIBUTES_UNSORTED, id="attributes-unsorted"),
        pytest.param(_set(digest_oid=oids.DIGEST_512), P.ALGORITHM_MISMATCH, id="hash-of-the-other-length"),
        pytest.param(_set(digest_oid=oids.SHA_256), P.ALGORITHM_MISMATCH, id="hash-is-sha"),
        pytest.param(_set(signature_oid=oids.KEY_512), P.ALGORITHM_MISMATCH, id="signature-of-the-other-length"),
        pytest.param(_set(signature_oid=oids.RSA), P.ALGORITHM_MISMATCH, id="signature-is-rsa"),
        pytest.param(_set(certificates=()), P.CERTIFICATE_MISSING, id="no-certificate"),
        pytest.param(_set(certificates=(b"\x30\x00",)), P.CERTIFICATE_UNREADABLE, id="certificate-is-none"),
        pytest.param(_set(identifier=der.sequence(der.sequence(), der.integer(5))), P.CERTIFICATE_MISSING, id="names-another-certificate"),
        pytest.param(_set(identifier=der.tlv(0x80, bytes(20))), P.UNREADABLE, id="named-by-key-identifier"),
        pytest.param(_set(content=der.tlv(0xA0, der.octet_string(REPORT))), P.NOT_DETACHED, id="content-inside"),
        pytest.param(_set(signers=0), P.NO_SIGNER, id="no-signer"),
        pytest.param(_set(signers=2), P.SEVERAL_SIGNERS, id="two-signers"),
        pytest.param(
            _with(oids.SIGNING_CERTIFICATE_V2, der.sequence(der.sequence(der.sequence(der.octet_string(bytes(32)))))),
            P.CERTIFICATE_SUBSTITUTED,
            id="names-another-by-hash",
        ),
        pytest.param(_with(oids.SIGNING_CERTIFICATE_V2, der.sequence(der.sequence())), P.UNREADABLE, id="names-none-by-hash"),
        pytest.param(_with(oids.SIGNING_CERTIFICATE_V2, der.sequence()), P.UNREADABLE, id="names-nothing"),
        pytest.param(
            _with(
                oids.SIGNING_CERTIFICATE_V2,
                der.sequence(der.sequence(der.sequence(der.sequence(der.oid("1.2.3")), der.octet_string(bytes(32))))),
            ),
            P.UNSUPPORTED_ALGORITHM,
            id="named-by-unknown-hash",
        ),
    ],
)
def test_verify_detached_wrong_in_one_way_says_which(draft: Draft, spoil: Callable[[Draft], None], problem: SignatureProblem) -> None:
    spoil(draft)
    verified = verify_detached(REPORT, draft.build())
    assert verified.problem is problem
    assert not verified.intact


def test_verify_detached_two_signers_are_counted_as_refused(draft: Draft) -> None:
    draft.signers = 2
    assert verify_detached(REPORT, draft.build()).refused_signers == 2


def test_verify_detached_certificate_of_another_key_says_the_signature_is_damaged(authority: Authority, draft: Draft) -> None:
    other = authority.issue("other")
    issuer, serial = _issuer_and_serial(other.certificate)
    draft.certificates, draft.identifier = (other.certificate.der,), der.sequence(issuer, serial)
    verified = verify_detached(REPORT, draft.build())
    assert verified.problem is SignatureProblem.SIGNATURE_DAMAGED
    assert verified.certificate == other.certificate


def test_verify_detached_second_certificate_beside_the_signers_is_no_harm(authority: Authority, draft: Draft) -> None:
    draft.certificates = (authority.root.certificate.der, draft.key.certificate.der)
    verified = verify_detached(REPORT, draft.build())
    assert verified.intact
    assert verified.certificate == draft.key.certificate


def test_verify_detached_unreadable_certificate_beside_the_signers_is_no_harm(draft: Draft) -> None:
    draft.certificates = (der.sequence(der.integer(1)), draft.key.certificate.der)
    assert verify_detached(REPORT, draft.build()).intact


def test_verify_detached_without_signed_attributes_is_refused(anna: TrainingKey) -> None:
    issuer, serial = _issuer_and_serial(anna.certificate)
    algorithm = der.sequence(der.oid(oids.DIGEST_256))
    signer = der.sequence(
        der.integer(1), der.sequence(issuer, serial), algorithm, der.sequence(der.oid(oids.KEY_256)), der.octet_string(anna.sign(REPORT))
    )
    certificates = der.tlv(0xA0, anna.certificate.der)
    signed = der.sequence(der.integer(1), der.set_of(algorithm), der.sequence(der.oid(oids.DATA)), certificates, der.set_of(signer))
    signature = der.sequence(der.oid(oids.SIGNED_DATA), der.tlv(0xA0, signed))
    assert verify_detached(REPORT, signature).problem is SignatureProblem.ATTRIBUTE_MISSING


def test_verify_detached_indefinite_length_is_refused(anna: TrainingKey) -> None:
    signature = sign_detached(REPORT, anna, signed_at=NOW)
    body = der.read_one(signature).body
    assert verify_detached(REPORT, b"\x30\x80" + body + b"\x00\x00").problem is SignatureProblem.UNREADABLE


@pytest.mark.parametrize("junk", [b"", b"\x30", b"0" * 1000, b"\x30\x80\x00\x00", b"MIIG" * 100, bytes(2_000_000)])
def test_verify_detached_anything_else_is_unreadable(junk: bytes) -> None:
    verified = verify_detached(REPORT, junk)
    assert verified.problem is SignatureProblem.UNREADABLE
    assert verified.certificate is None


def test_verify_detached_cut_off_anywhere_is_unreadable(anna: TrainingKey) -> None:
    signature = sign_detached(REPORT, anna, signed_at=NOW)
    for length in range(len(signature)):
        assert verify_detached(REPORT, signature[:length]).problem is SignatureProblem.UNREADABLE
    assert verify_detached(REPORT, signature + b"\x00").problem is SignatureProblem.UNREADABLE


def test_verify_detached_a_flip_in_every_octet_never_passes(anna: TrainingKey) -> None:
    chance = random.Random(3410)
    signature = sign_detached(REPORT, anna, signed_at=NOW)
    for octet in range(len(signature)):
        damaged = flip(signature, 8 * octet + chance.randrange(8))
        assert verify_detached(REPORT, damaged).problem is not None, octet


def test_verify_detached_thousands_of_mutations_never_pass_and_never_raise(anna: TrainingKey) -> None:
    chance = random.Random(2012)
    content = REPORT[:100]
    signature = sign_detached(content, anna, signed_at=NOW)
    problems = set()
    for _ in range(3000):
        damaged = bytearray(signature)
        for _ in range(chance.randint(1, 4)):
            place = chance.randrange(len(damaged))
            match chance.randrange(4):
                case 0:
                    damaged[place] = chance.randrange(256)
                case 1:
                    del damaged[place : place + chance.randint(1, 40)]
                case 2:
                    damaged[place:place] = chance.randbytes(chance.randint(1, 10))
                case _:
                    other = chance.randrange(len(damaged))
                    damaged[place : place + 16] = damaged[other : other + 16]
        if bytes(damaged) == signature:
            continue
        verified = verify_detached(content, bytes(damaged))
        problems.add(verified.problem)
    assert None not in problems
    assert len(problems) > 5
