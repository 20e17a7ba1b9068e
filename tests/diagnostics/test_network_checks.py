"""Operator reachable, TLS, clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from diagnostics.workplaces import HEALTHY, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Remedy, Verdict
from extern_desktop.diagnostics.workplace import Reach, Workplace
from extern_desktop.extern_api.errors import TlsProblem, UnreachableReason


def seen(reach: Reach, reason: str = "", skew: timedelta | None = None) -> Workplace:
    return replace(HEALTHY, operator=replace(HEALTHY.operator, reach=reach, reason=reason, skew=skew))


@pytest.mark.parametrize("check_id", ["operator-reachable", "operator-tls", "clock-skew"])
def test_network_checks_of_a_healthy_workplace_pass(check_id: str) -> None:
    assert judged(HEALTHY, check_id) == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("reason", UnreachableReason)
def test_operator_that_is_not_reached_is_the_one_failure_and_says_why(reason: UnreachableReason) -> None:
    workplace = seen(Reach.NOT_REACHED, reason.value)

    assert_only_failed(workplace, "operator-reachable", Remedy.CHECK_NETWORK)
    assert answer_of(workplace, "operator-reachable").evidence["reason"] == reason.value


@pytest.mark.parametrize(
    ("reach", "remedy"), [(Reach.FOREIGN, Remedy.SIGN_IN_TO_NETWORK), (Reach.NO_ADDRESS, Remedy.CHECK_OPERATOR_ADDRESS)]
)
def test_operator_reachable_tells_a_portal_from_a_missing_address(reach: Reach, remedy: Remedy) -> None:
    assert_only_failed(seen(reach, "text/html"), "operator-reachable", remedy)


def test_operator_that_is_not_reached_leaves_clock_and_validity_unasked() -> None:
    report = run_checks(seen(Reach.NOT_REACHED, "timed-out"))

    assert {answer.id: answer.because_of for answer in report.answers if answer.because_of} == {
        "operator-tls": "operator-reachable",
        "clock-skew": "operator-tls",
        "certificate-validity": "clock-skew",
        "certificate-chain": "certificate-validity",
    }


@pytest.mark.parametrize(
    ("kind", "remedy"),
    [
        (TlsProblem.UNKNOWN_ROOT, Remedy.ADD_CORPORATE_ROOT),
        (TlsProblem.OTHER, Remedy.ADD_CORPORATE_ROOT),
        (TlsProblem.WRONG_HOST, Remedy.SIGN_IN_TO_NETWORK),
        (TlsProblem.EXPIRED, Remedy.SYNCHRONISE_CLOCK),
        (TlsProblem.NOT_YET_VALID, Remedy.SYNCHRONISE_CLOCK),
    ],
)
def test_operator_tls_fails_with_the_remedy_of_the_problem(kind: TlsProblem, remedy: Remedy) -> None:
    assert_only_failed(seen(Reach.TLS_FAILED, kind.value), "operator-tls", remedy)


def test_operator_tls_on_this_computer_is_no_question_but_its_failure_is_one() -> None:
    loopback = replace(HEALTHY.operator, host="127.0.0.1", is_loopback=True)

    assert judged(replace(HEALTHY, operator=loopback), "operator-tls") == (Verdict.NOT_APPLICABLE, Remedy.NONE)
    failing = replace(loopback, reach=Reach.TLS_FAILED, reason=TlsProblem.UNKNOWN_ROOT.value)
    assert_only_failed(replace(HEALTHY, operator=failing), "operator-tls", Remedy.ADD_CORPORATE_ROOT)


@pytest.mark.parametrize("seconds", [120, -120, 0])
def test_clock_skew_within_two_minutes_passes(seconds: int) -> None:
    assert judged(seen(Reach.REACHED, skew=timedelta(seconds=seconds)), "clock-skew") == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("seconds", [121, -121, 7200, -63_000_000])
def test_clock_skew_beyond_two_minutes_is_the_one_failure_whatever_the_certificates_look_like(seconds: int) -> None:
    """With a wrong clock a valid certificate looks expired: the certificate is not blamed."""
    workplace = seen(Reach.REACHED, skew=timedelta(seconds=seconds))
    workplace = replace(workplace, now_at=workplace.now_at + timedelta(days=4000))

    assert_only_failed(workplace, "clock-skew", Remedy.SYNCHRONISE_CLOCK)
    assert answer_of(workplace, "clock-skew").evidence["minutes ahead"] == round(seconds / 60)


def test_clock_skew_of_an_operator_that_told_no_time_is_unknown_and_blocks_nothing() -> None:
    workplace = seen(Reach.REACHED, "OperatorFailedError")

    assert judged(workplace, "clock-skew") == (Verdict.UNKNOWN, Remedy.NONE)
    assert judged(workplace, "certificate-validity") == (Verdict.PASSED, Remedy.NONE)
    assert run_checks(workplace).is_ready
