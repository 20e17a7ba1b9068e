"""Validity and chain of the certificates whose keys are in reach."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from diagnostics.workplaces import CERTIFICATE, HEALTHY, NOW, SEEN, THUMBPRINT, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Remedy, Verdict
from extern_desktop.diagnostics.workplace import SeenCertificate, Workplace
from extern_desktop.signing.values import ChainVerdict

CHECKS = ("certificate-validity", "certificate-chain")


def with_certificates(*certificates: SeenCertificate) -> Workplace:
    return replace(HEALTHY, certificates=certificates)


def valid(from_days: float, to_days: float, chain: ChainVerdict = ChainVerdict.TRUSTED) -> SeenCertificate:
    """A certificate valid from and to so many days from now."""
    term = replace(CERTIFICATE, valid_from_at=NOW + timedelta(days=from_days), valid_to_at=NOW + timedelta(days=to_days))
    return replace(SEEN, certificate=term, chain=chain)


@pytest.mark.parametrize("check_id", CHECKS)
def test_certificate_checks_of_a_healthy_workplace_pass(check_id: str) -> None:
    assert judged(HEALTHY, check_id) == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("check_id", CHECKS)
@pytest.mark.parametrize("certificates", [(), (replace(SEEN, has_private_key=False),)])
def test_certificate_checks_without_a_usable_key_are_no_question(check_id: str, certificates: tuple[SeenCertificate, ...]) -> None:
    assert judged(with_certificates(*certificates), check_id) == (Verdict.NOT_APPLICABLE, Remedy.NONE)


@pytest.mark.parametrize(
    ("certificate", "chain"), [(valid(-400, -0.001), ChainVerdict.EXPIRED), (valid(0.001, 400), ChainVerdict.NOT_YET_VALID)], ids=["expired", "early"]
)
def test_certificate_out_of_its_term_is_the_one_failure(certificate: SeenCertificate, chain: ChainVerdict) -> None:
    workplace = with_certificates(replace(certificate, chain=chain))

    assert_only_failed(workplace, "certificate-validity", Remedy.RENEW_CERTIFICATE)
    assert answer_of(workplace, "certificate-chain").because_of == "certificate-validity"


def test_certificate_evidence_names_thumbprint_and_days() -> None:
    assert answer_of(HEALTHY, "certificate-validity").evidence == {THUMBPRINT: "2025-12-06/2026-12-06"}


@pytest.mark.parametrize(("days", "verdict"), [(30, Verdict.PASSED), (29.9, Verdict.WARNING), (0, Verdict.WARNING)])
def test_certificate_that_ends_within_thirty_days_wants_attention(days: float, verdict: Verdict) -> None:
    assert answer_of(with_certificates(valid(-100, days)), "certificate-validity").verdict is verdict


def test_certificate_that_is_expired_beside_a_valid_one_stops_nothing() -> None:
    workplace = with_certificates(valid(-400, -1, ChainVerdict.EXPIRED), SEEN)

    assert [judged(workplace, check_id) for check_id in CHECKS] == [(Verdict.PASSED, Remedy.NONE)] * 2


def test_certificate_of_an_unknown_issuer_wants_attention_and_stops_nothing() -> None:
    workplace = with_certificates(replace(SEEN, chain=ChainVerdict.UNKNOWN_ISSUER))

    assert judged(workplace, "certificate-chain") == (Verdict.WARNING, Remedy.INSTALL_ISSUER_CERTIFICATE)
    assert run_checks(workplace).is_ready


@pytest.mark.parametrize(
    "chain", [it for it in ChainVerdict if it not in (ChainVerdict.TRUSTED, ChainVerdict.UNKNOWN_ISSUER)], ids=lambda verdict: verdict.value
)
def test_certificate_with_a_chain_that_does_not_hold_is_the_one_failure(chain: ChainVerdict) -> None:
    workplace = with_certificates(replace(SEEN, chain=chain))

    assert_only_failed(workplace, "certificate-chain", Remedy.REPLACE_CERTIFICATE)
    assert answer_of(workplace, "certificate-chain").evidence == {THUMBPRINT: chain.value}
