"""How a report stands, in one word, for every state of the outbox and every word of the docflow."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from extern_desktop.domain.docflows import DocflowStatus, SuccessState
from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import OutboxKind, OutboxState
from extern_desktop.services.list_reports import ready_report_ids, standing_of
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.store.values import CheckSummary, OutboxRow, ReportRow

AT = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
LATER = AT + timedelta(minutes=5)
PAYER = Organisation("org", "7701234560", "770101001", "ООО «Ромашка»")
SOUND, WITH_ERRORS = CheckSummary(0, 2, AT), CheckSummary(1, 0, AT)
S, R, D = OutboxState, ReportStanding, DocflowStatus


def act(state: OutboxState, *, changed_at: datetime = AT) -> OutboxRow:
    return OutboxRow("act", 1, OutboxKind.REPORT, state, "org", "0087", "usn.xml", "00", 1, "00", AT, changed_at)


def report(
    check: CheckSummary | None = SOUND,
    outbox: OutboxRow | None = None,
    *,
    status: str = "",
    success: str = "",
    changed_at: datetime = AT,
    organisation: Organisation | None = PAYER,
) -> ReportRow:
    return ReportRow("report", "usn.xml", 1, "00", None, check, AT, changed_at, organisation, outbox, status, success)


@pytest.mark.parametrize(("check", "standing"), [(None, R.DRAFT), (WITH_ERRORS, R.HAS_ERRORS), (SOUND, R.READY)])
def test_report_without_an_act_stands_as_its_check_says(check: CheckSummary | None, standing: ReportStanding) -> None:
    assert standing_of(report(check)) is standing
    assert standing_of(report(check, act(S.WITHDRAWN))) is standing


UNSENT = {
    S.SIGNED: R.SIGNED,
    S.UPLOADED: R.SIGNED,
    S.CHECKED: R.SIGNED,
    S.PREPARED: R.SIGNED,
    S.SENDING: R.SENDING,
    S.UNCERTAIN: R.UNCERTAIN,
    S.REFUSED: R.REFUSED_BY_OPERATOR,
}


def test_states_of_the_table_and_the_two_others_are_all_states() -> None:
    assert set(UNSENT) | {S.SENT, S.WITHDRAWN} == set(OutboxState)


@pytest.mark.parametrize(("state", "check"), list(product(UNSENT, [SOUND, None, WITH_ERRORS])))
def test_report_on_its_way_stands_as_its_act_whatever_the_check_says(state: OutboxState, check: CheckSummary | None) -> None:
    assert standing_of(report(check, act(state))) is UNSENT[state]


def test_report_that_was_corrected_after_the_operators_no_is_on_the_desk_again() -> None:
    assert standing_of(report(SOUND, act(S.REFUSED), changed_at=LATER)) is R.READY
    assert standing_of(report(WITH_ERRORS, act(S.REFUSED), changed_at=LATER)) is R.HAS_ERRORS
    assert standing_of(report(SOUND, act(S.REFUSED, changed_at=LATER))) is R.REFUSED_BY_OPERATOR


SENT = [
    ("", "", R.SENT),  # the docflow was not read yet
    (D.SENT, SuccessState.NEUTRAL, R.SENT),
    (D.DELIVERED, SuccessState.NEUTRAL, R.DELIVERED),
    (D.RESPONSE_ARRIVED, SuccessState.NEUTRAL, R.ACCEPTED),
    ("a-word-of-tomorrow", SuccessState.NEUTRAL, R.SENT),
    (D.FINISHED, "a-word-of-tomorrow", R.ACCEPTED),
    *((status, SuccessState.FAILED, R.DECLINED) for status in (*DocflowStatus, "a-word-of-tomorrow")),
    *((status, SuccessState.WARNING, R.CLARIFICATION) for status in DocflowStatus),
    *((status, SuccessState.SUCCESSFUL, R.ACCEPTED) for status in DocflowStatus),
]


@pytest.mark.parametrize(("status", "success", "standing"), SENT)
def test_report_that_was_sent_stands_as_its_docflow_says(status: str, success: str, standing: ReportStanding) -> None:
    for check, changed_at in product((SOUND, None, WITH_ERRORS), (AT, LATER)):
        assert standing_of(report(check, act(S.SENT), status=status, success=success, changed_at=changed_at)) is standing


@pytest.mark.parametrize("state", UNSENT)
def test_docflow_of_an_earlier_act_says_nothing_of_this_one(state: OutboxState) -> None:
    assert standing_of(report(SOUND, act(state), status=D.FINISHED, success=SuccessState.SUCCESSFUL)) is UNSENT[state]


def test_ready_are_sound_reports_of_our_organisations_that_nobody_has_signed() -> None:
    rows = [
        report(),
        report(organisation=None),
        report(WITH_ERRORS),
        report(None),
        *(report(SOUND, act(state)) for state in OutboxState if state is not S.WITHDRAWN),
    ]

    assert ready_report_ids(rows) == ("report",)
