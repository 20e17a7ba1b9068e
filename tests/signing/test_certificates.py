"""Certificates in people's words: Russian attributes, terms, usage; made by us and by OpenSSL."""

from __future__ import annotations

import base64
import os
import random
import subprocess
import sys
from datetime import timedelta

import pytest

from extern_desktop.signing.certificates import read_certificate, read_certificate_file
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.issue import SIGNER_USAGE, CertificateTerms, issue_certificate
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import KeyAlgorithm, Subject
from signing.conftest import DAY, NOW, OPENSSL_SETS, Authority, GostOpenssl


def test_read_certificate_of_a_legal_person_names_everything(authority: Authority) -> None:
    certificate = authority.issue("anna").certificate
    assert certificate.owner == "Образцова Анна Тестовна"
    assert certificate.organisation == "ООО «Ромашка»"
    assert certificate.position == "Главный бухгалтер"
    assert certificate.inn == "7701234560"
    assert certificate.snils == "11223344595"
    assert certificate.ogrn == "1027700123450"
    assert certificate.issuer == "Учебный удостоверяющий центр"
    assert (certificate.valid_from_at, certificate.valid_to_at) == (NOW - DAY, NOW + 365 * DAY)
    assert certificate.algorithm is KeyAlgorithm.GOST_256
    assert certificate.key_usage == SIGNER_USAGE
    assert certificate.is_training
    assert len(certificate.thumbprint) == 40
    assert certificate.thumbprint == certificate.thumbprint.upper()
    assert "der=" not in repr(certificate)


def test_read_certificate_of_an_entrepreneur_has_the_persons_inn(authority: Authority) -> None:
    subject = Subject("Тестов Тест Тестович", surname="Тестов", given_names="Тест Тестович", inn="770123456703", ogrnip="304770000000000")
    certificate = authority.issue("test", subject).certificate
    assert (certificate.inn, certificate.ogrn, certificate.organisation) == ("770123456703", "304770000000000", "")
    assert certificate.owner == "Тестов Тест Тестович"


def test_read_certificate_inn_of_an_organisation_with_two_zeros_is_shortened(authority: Authority) -> None:
    assert authority.issue("old", Subject("ООО «Ромашка»", inn="007701234560")).certificate.inn == "7701234560"


def test_read_certificate_outside_the_training_policy_is_no_training_one(authority: Authority) -> None:
    terms = CertificateTerms(NOW - DAY, NOW + DAY, policies=("1.2.643.100.113.1",))
    assert not authority.issue("real", terms=terms).certificate.is_training


@pytest.mark.parametrize(("number", "text"), [(1, "01"), (0x0A, "0A"), (0x80, "80"), (0x1234, "1234"), (0xFEDCBA9876, "FEDCBA9876")])
def test_read_certificate_serial_number_is_whole_upper_hex_octets(authority: Authority, number: int, text: str) -> None:
    terms = CertificateTerms(NOW - DAY, NOW + DAY, serial_number=number)
    assert authority.issue("serial", terms=terms).certificate.serial_number == text


@pytest.mark.parametrize("parameter_set", OPENSSL_SETS)
def test_read_certificate_made_by_openssl_on_every_parameter_set(gost_openssl: GostOpenssl, parameter_set: str) -> None:
    subject = "/CN=Образцова/O=ООО Ромашка/INNLE=7701234560/SNILS=11223344595/OGRN=1027700123450"
    certificate = gost_openssl.new_key(parameter_set, subject=subject).certificate
    bits = OPENSSL_SETS[parameter_set][0][-3:]
    assert certificate.algorithm is {"256": KeyAlgorithm.GOST_256, "512": KeyAlgorithm.GOST_512}[bits]
    assert certificate.owner == "Образцова"
    assert (certificate.inn, certificate.snils, certificate.ogrn) == ("7701234560", "11223344595", "1027700123450")
    printed = gost_openssl.run("x509", "-in", "certificate.pem", "-noout", "-fingerprint", "-sha1", "-serial").decode()
    assert certificate.thumbprint in printed.replace(":", "")
    assert f"serial={certificate.serial_number}\n" in printed
    assert "keyCertSign" in certificate.key_usage
    assert not certificate.is_training


def test_read_certificate_with_an_rsa_key_says_so(gost_openssl: GostOpenssl) -> None:
    gost_openssl.run("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-subj", "/CN=RSA", "-outform", "DER", "-out", "c")
    certificate = read_certificate((gost_openssl.folder / "c").read_bytes())
    assert certificate.algorithm is KeyAlgorithm.RSA


def test_read_certificate_file_takes_der_and_pem(anna: TrainingKey) -> None:
    pem = b"-----BEGIN CERTIFICATE-----\r\n" + base64.encodebytes(anna.certificate.der) + b"-----END CERTIFICATE-----\r\n"
    assert read_certificate_file(b"text before\n" + pem) == read_certificate_file(anna.certificate.der) == anna.certificate


@pytest.mark.parametrize("junk", [b"", b"\x30", b"\x30\x00", b"no certificate", b"\x30\x82\x00\x01\x00", b"\x00" * 100_000])
def test_read_certificate_of_anything_else_is_a_refusal(junk: bytes) -> None:
    with pytest.raises(UnreadableCertificateError):
        read_certificate(junk)
    with pytest.raises(UnreadableCertificateError):
        read_certificate_file(junk)


def test_read_certificate_cut_off_or_longer_is_a_refusal(anna: TrainingKey) -> None:
    whole = anna.certificate.der
    for length in range(len(whole)):
        with pytest.raises(UnreadableCertificateError):
            read_certificate(whole[:length])
    with pytest.raises(UnreadableCertificateError):
        read_certificate(whole + b"\x00")


def test_read_certificate_thousands_of_damaged_ones_raise_nothing_else(anna: TrainingKey) -> None:
    chance = random.Random(20_260_601)
    whole = anna.certificate.der
    readable = 0
    for _ in range(4000):
        damaged = bytearray(whole)
        for _ in range(chance.randint(1, 3)):
            damaged[chance.randrange(len(damaged))] = chance.randrange(256)
        try:
            read_certificate(bytes(damaged))
            readable += 1
        except UnreadableCertificateError:
            pass
    assert 0 < readable < 4000


def test_issue_certificate_is_accepted_by_openssl(gost_openssl: GostOpenssl, authority: Authority) -> None:
    leaf = authority.issue("leaf", terms=CertificateTerms(NOW - DAY, NOW + 365 * DAY))
    moment = str(int(NOW.timestamp()))
    gost_openssl.run("verify", "-x509_strict", "-attime", moment, "-CAfile", str(authority.root.path), str(leaf.path))
    text = gost_openssl.run("x509", "-in", str(leaf.path), "-noout", "-text", "-nameopt", "utf8").decode()
    for part in (
        "OGRN=1027700123450, SNILS=11223344595, 1.2.643.100.4=7701234560, INN=770123456703",
        "title=Главный бухгалтер, SN=Образцова, GN=Анна Тестовна, CN=ООО «Ромашка»",
        "Digital Signature, Non Repudiation, Key Encipherment, Data Encipherment, Key Agreement",
        "CA:FALSE",
        "Policy: 2.25.333418598632919292618240151468213827449",
    ):
        assert part in text


def test_issue_certificate_for_a_key_of_512_bits_is_accepted_by_openssl(gost_openssl: GostOpenssl, authority: Authority) -> None:
    owner = gost_openssl.new_key("1.2.643.7.1.2.1.2.3")
    terms = CertificateTerms(NOW - DAY, NOW + timedelta(days=30))
    certificate = issue_certificate(Subject("Иванов"), owner.public_key, terms, issuer=authority.root)
    (gost_openssl.folder / "leaf.der").write_bytes(certificate)
    moment = str(int(NOW.timestamp()))
    gost_openssl.run("x509", "-inform", "DER", "-in", "leaf.der", "-out", "leaf.pem")
    gost_openssl.run("verify", "-attime", moment, "-CAfile", str(authority.root.path), "leaf.pem")


def test_certificates_values_and_errors_import_nothing_heavy() -> None:
    script = (
        "import sys, extern_desktop.signing.values, extern_desktop.signing.errors, extern_desktop.signing.certificates\n"
        "heavy = {'asn1crypto', 'cryptography', 'secrets', 'tempfile', 'extern_desktop.signing._native', 'extern_desktop.signing.streebog'}\n"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    printed = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True, env=environment)
    assert printed.stdout.strip() == b"[]"
