"""Chains: verdicts of our own, each compared with what `openssl verify` makes of the same certificates."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.chains import check_chain
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.issue import AUTHORITY_USAGE, CertificateTerms, issue_certificate, issue_root
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Certificate, ChainVerdict, Subject
from signing.conftest import ANNA, DAY, NOW, Authority, GostOpenssl, authority_terms, flip

V = ChainVerdict


def _judged(openssl: GostOpenssl, leaf: Certificate, issuers: Sequence[Certificate], at: datetime) -> bool:
    """What OpenSSL says: self-signed issuers are its roots, the rest lies beside."""
    names = []
    for number, certificate in enumerate((leaf, *issuers)):
        (openssl.folder / f"{number}.der").write_bytes(certificate.der)
        openssl.run("x509", "-inform", "DER", "-in", f"{number}.der", "-out", f"{number}.pem")
        names.append(f"{number}.pem")
    (openssl.folder / "all.pem").write_bytes(b"".join((openssl.folder / name).read_bytes() for name in names[1:]))
    options = ["-CAfile", "all.pem"] if issuers else []
    moment = str(int(at.timestamp()))
    return openssl.attempt("verify", "-no-CAstore", "-no-CApath", "-attime", moment, *options, names[0]).returncode == 0


def _root(folder: Path, name: str, terms: CertificateTerms | None = None, subject: Subject | None = None) -> TrainingKey:
    key = TrainingKey.create(folder / f"{name}.pem")
    key.keep_certificate(issue_root(subject or Subject(common_name=name), key, terms or authority_terms()))
    return key


def _middle(authority: Authority, name: str, issuer: TrainingKey, terms: CertificateTerms | None = None) -> TrainingKey:
    return authority.issue(name, Subject(common_name=name), terms or authority_terms(), issuer)


def test_check_chain_under_a_root_is_trusted_and_openssl_agrees(gost_openssl: GostOpenssl, authority: Authority) -> None:
    leaf, root = authority.issue("leaf").certificate, authority.root.certificate
    assert check_chain(leaf, [root], at=NOW) is V.TRUSTED
    assert _judged(gost_openssl, leaf, [root], NOW)
    assert check_chain(root, [root], at=NOW) is V.TRUSTED


def test_check_chain_without_the_issuer_is_unknown_and_openssl_agrees(gost_openssl: GostOpenssl, authority: Authority, tmp_path: Path) -> None:
    leaf, stranger = authority.issue("leaf").certificate, _root(tmp_path, "stranger").certificate
    assert check_chain(leaf, [], at=NOW) is V.UNKNOWN_ISSUER
    assert check_chain(leaf, [stranger], at=NOW) is V.UNKNOWN_ISSUER
    assert check_chain(stranger, [authority.root.certificate], at=NOW) is V.UNKNOWN_ISSUER
    assert not _judged(gost_openssl, leaf, [stranger], NOW)


@pytest.mark.parametrize(
    ("at", "verdict"),
    [
        (NOW - 2 * DAY, V.NOT_YET_VALID),
        (NOW - DAY, V.TRUSTED),
        (NOW + 365 * DAY - timedelta(seconds=1), V.TRUSTED),
        (NOW + 365 * DAY + timedelta(seconds=1), V.EXPIRED),
    ],
)
def test_check_chain_term_of_the_certificate_decides(gost_openssl: GostOpenssl, authority: Authority, at: datetime, verdict: ChainVerdict) -> None:
    leaf, root = authority.issue("leaf").certificate, authority.root.certificate
    assert check_chain(leaf, [root], at=at) is verdict
    assert _judged(gost_openssl, leaf, [root], at) is (verdict is V.TRUSTED)


def test_check_chain_last_second_of_the_term_belongs_to_it(authority: Authority) -> None:
    """RFC 5280 4.1.2.5; OpenSSL leaves that second out, so it isn't asked."""
    assert check_chain(authority.issue("leaf").certificate, [authority.root.certificate], at=NOW + 365 * DAY) is V.TRUSTED


def test_check_chain_expired_certificate_of_an_unknown_issuer_says_expired(authority: Authority) -> None:
    assert check_chain(authority.issue("leaf").certificate, [], at=NOW + 1000 * DAY) is V.EXPIRED


@pytest.mark.parametrize(("days", "verdict"), [((-10, -1), V.ISSUER_EXPIRED), ((1, 10), V.ISSUER_NOT_YET_VALID)])
def test_check_chain_term_of_the_issuer_decides(
    gost_openssl: GostOpenssl, authority: Authority, tmp_path: Path, days: tuple[int, int], verdict: ChainVerdict
) -> None:
    terms = replace(authority_terms(), valid_from_at=NOW + days[0] * DAY, valid_to_at=NOW + days[1] * DAY)
    root = _root(tmp_path, "old", terms)
    leaf = authority.issue("leaf", issuer=root).certificate
    assert check_chain(leaf, [root.certificate], at=NOW) is verdict
    assert not _judged(gost_openssl, leaf, [root.certificate], NOW)


def test_check_chain_signature_by_another_key_of_the_same_name_is_broken(gost_openssl: GostOpenssl, authority: Authority, tmp_path: Path) -> None:
    """No key identifiers here, as in certificates of old: the name alone leads to the wrong key."""
    leaf = authority.issue("leaf").certificate
    damaged = read_certificate(flip(leaf.der, 8 * len(leaf.der) - 4))
    assert check_chain(damaged, [authority.root.certificate], at=NOW) is V.BROKEN_SIGNATURE
    assert not _judged(gost_openssl, damaged, [authority.root.certificate], NOW)


def test_check_chain_name_changed_after_issue_is_broken(gost_openssl: GostOpenssl, authority: Authority) -> None:
    leaf = authority.issue("leaf").certificate
    forged = read_certificate(leaf.der.replace(b"11223344595", b"11223344596"))
    assert check_chain(forged, [authority.root.certificate], at=NOW) is V.BROKEN_SIGNATURE
    assert not _judged(gost_openssl, forged, [authority.root.certificate], NOW)


def test_check_chain_another_authority_of_the_same_name_is_no_issuer(gost_openssl: GostOpenssl, authority: Authority, tmp_path: Path) -> None:
    namesake = _root(tmp_path, "namesake", subject=Subject(common_name="Учебный удостоверяющий центр"))
    leaf = authority.issue("leaf").certificate
    assert check_chain(leaf, [namesake.certificate], at=NOW) is V.UNKNOWN_ISSUER
    assert check_chain(leaf, [namesake.certificate, authority.root.certificate], at=NOW) is V.TRUSTED
    assert not _judged(gost_openssl, leaf, [namesake.certificate], NOW)


def test_check_chain_through_an_authority_between_is_trusted(gost_openssl: GostOpenssl, authority: Authority) -> None:
    middle = _middle(authority, "middle", authority.root)
    leaf = authority.issue("leaf", issuer=middle).certificate
    issuers = [middle.certificate, authority.root.certificate]
    assert check_chain(leaf, issuers, at=NOW) is V.TRUSTED
    assert check_chain(leaf, [middle.certificate], at=NOW) is V.UNKNOWN_ISSUER
    assert _judged(gost_openssl, leaf, issuers, NOW)


@pytest.mark.parametrize(("allowed", "verdict"), [(0, V.ISSUER_MAY_NOT_ISSUE), (1, V.TRUSTED), (None, V.TRUSTED)])
def test_check_chain_path_length_is_kept(
    gost_openssl: GostOpenssl, authority: Authority, tmp_path: Path, allowed: int | None, verdict: ChainVerdict
) -> None:
    root = _root(tmp_path, "short", authority_terms(allowed))
    middle = _middle(authority, "middle", root)
    leaf = authority.issue("leaf", issuer=middle).certificate
    issuers = [middle.certificate, root.certificate]
    assert check_chain(leaf, issuers, at=NOW) is verdict
    assert _judged(gost_openssl, leaf, issuers, NOW) is (verdict is V.TRUSTED)


@pytest.mark.parametrize(
    "terms",
    [
        pytest.param(CertificateTerms(NOW - DAY, NOW + DAY), id="a-person"),
        pytest.param(CertificateTerms(NOW - DAY, NOW + DAY, key_usage=AUTHORITY_USAGE), id="no-basic-constraints"),
        pytest.param(CertificateTerms(NOW - DAY, NOW + DAY, key_usage=frozenset({"cRLSign"}), is_authority=True), id="no-key-cert-sign"),
    ],
)
def test_check_chain_issued_by_who_may_not_issue_is_refused(gost_openssl: GostOpenssl, authority: Authority, terms: CertificateTerms) -> None:
    impostor = _middle(authority, "impostor", authority.root, terms)
    leaf = authority.issue("leaf", issuer=impostor).certificate
    issuers = [impostor.certificate, authority.root.certificate]
    assert check_chain(leaf, issuers, at=NOW) is V.ISSUER_MAY_NOT_ISSUE
    assert not _judged(gost_openssl, leaf, issuers, NOW)


@pytest.mark.parametrize("parameter_set", ["1.2.643.7.1.2.1.1.1", "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.3"])
def test_check_chain_root_of_openssl_on_another_curve_is_trusted(gost_openssl: GostOpenssl, tmp_path: Path, parameter_set: str) -> None:
    root = gost_openssl.new_key(parameter_set)
    at = root.certificate.valid_from_at + DAY
    key = TrainingKey.create(tmp_path / "leaf.pem")
    leaf = key.keep_certificate(issue_certificate(ANNA, key.public_key, CertificateTerms(at - DAY, at + DAY), issuer=root))
    assert check_chain(leaf, [root.certificate], at=at) is V.TRUSTED
    assert _judged(gost_openssl, leaf, [root.certificate], at)


def test_check_chain_unknown_critical_extension_is_refused(gost_openssl: GostOpenssl) -> None:
    extension = "1.2.643.9.9.9=critical,ASN1:UTF8String:?"
    gost_openssl.new_key("1.2.643.2.2.36.0")
    options = ("-x509", "-md_gost12_256", "-key", "key.pem", "-subj", "/CN=x", "-addext", extension)
    gost_openssl.run("req", "-new", *options, "-outform", "DER", "-out", "c")
    certificate = read_certificate((gost_openssl.folder / "c").read_bytes())
    at = certificate.valid_from_at + DAY
    assert check_chain(certificate, [certificate], at=at) is V.UNKNOWN_CRITICAL_EXTENSION
    assert not _judged(gost_openssl, certificate, [certificate], at)


def test_check_chain_root_with_an_rsa_key_is_unsupported(gost_openssl: GostOpenssl) -> None:
    gost_openssl.run("req", "-new", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "k", "-subj", "/CN=RSA", "-outform", "DER", "-out", "c")
    certificate = read_certificate((gost_openssl.folder / "c").read_bytes())
    assert check_chain(certificate, [certificate], at=certificate.valid_from_at + DAY) is V.UNSUPPORTED_ALGORITHM


def test_check_chain_two_authorities_that_issued_each_other_end_nowhere(authority: Authority, tmp_path: Path) -> None:
    first, second = TrainingKey.create(tmp_path / "first.pem"), TrainingKey.create(tmp_path / "second.pem")
    first.keep_certificate(issue_root(Subject("first"), first, authority_terms()))
    second.keep_certificate(issue_certificate(Subject("second"), second.public_key, authority_terms(), issuer=first))
    first.keep_certificate(issue_certificate(Subject("first"), first.public_key, authority_terms(), issuer=second))
    assert check_chain(first.certificate, [first.certificate, second.certificate], at=NOW) is V.UNKNOWN_ISSUER


def test_check_chain_thousands_of_damaged_certificates_are_never_trusted(authority: Authority) -> None:
    chance = random.Random(509)
    whole = authority.issue("leaf").certificate.der
    verdicts = set()
    for _ in range(1500):
        damaged = bytearray(whole)
        damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        try:
            certificate = read_certificate(bytes(damaged))
        except UnreadableCertificateError:
            continue
        verdicts.add(check_chain(certificate, [authority.root.certificate], at=NOW))
    assert V.TRUSTED not in verdicts
    assert V.BROKEN_SIGNATURE in verdicts
