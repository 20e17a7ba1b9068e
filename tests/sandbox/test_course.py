"""The pure parts: the course of a docflow and the status of a cell, every case of their tables."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime, timedelta

import pytest

from extern_desktop.domain.docflows import CellStatus, DocflowStatus, ReportDocument, ReportStatus, SuccessState
from extern_desktop.domain.terms import ReportForm
from extern_desktop.domain.working_days import read_calendar
from extern_desktop.sandbox import course
from extern_desktop.sandbox.cells import FiledReport, cell_status, report_status, training_term
from extern_desktop.sandbox.scene import Verdict
from extern_desktop.sandbox.values import Pace
from extern_desktop.settings.places import resource_folder

D = ReportDocument
S = DocflowStatus
DUE = date(2026, 12, 25)
BEFORE, AFTER = datetime(2026, 12, 25, 20, 59, tzinfo=UTC), datetime(2026, 12, 25, 21, 0, tzinfo=UTC)
"""The last minute of the day in Moscow, and the first of the next."""


@pytest.mark.parametrize(
    ("verdict", "present", "replied", "status", "success"),
    [
        (Verdict.ACCEPT, (), (), S.SENT, SuccessState.NEUTRAL),
        (Verdict.ACCEPT, (), (D.DATE_CONFIRMATION,), S.SENT, SuccessState.NEUTRAL),
        (Verdict.ACCEPT, (D.RECEIPT,), (), S.DELIVERED, SuccessState.NEUTRAL),
        (Verdict.ACCEPT, (D.RECEIPT, D.ACCEPTANCE_POSITIVE), (), S.RESPONSE_ARRIVED, SuccessState.NEUTRAL),
        (Verdict.ACCEPT, (D.RECEIPT, D.ACCEPTANCE_POSITIVE), (D.ACCEPTANCE_POSITIVE,), S.RESPONSE_PROCESSED, SuccessState.NEUTRAL),
        (Verdict.ACCEPT, course.LATER[Verdict.ACCEPT], (D.ACCEPTANCE_POSITIVE,), S.RESPONSE_ARRIVED, SuccessState.SUCCESSFUL),
        (Verdict.ACCEPT, course.LATER[Verdict.ACCEPT], (D.ACCEPTANCE_POSITIVE, D.PROCESSING_OK), S.RESPONSE_PROCESSED, SuccessState.SUCCESSFUL),
        (Verdict.ACCEPT, course.LATER[Verdict.ACCEPT], course.WANTS_REPLY, S.FINISHED, SuccessState.SUCCESSFUL),
        (Verdict.CLARIFY, course.LATER[Verdict.CLARIFY], course.WANTS_REPLY, S.FINISHED, SuccessState.WARNING),
        (Verdict.REFUSE, (D.RECEIPT, D.ACCEPTANCE_NEGATIVE), (), S.RESPONSE_ARRIVED, SuccessState.FAILED),
        (Verdict.REFUSE, (D.RECEIPT, D.ACCEPTANCE_NEGATIVE), (D.DATE_CONFIRMATION, D.ACCEPTANCE_NEGATIVE), S.FINISHED, SuccessState.FAILED),
    ],
)
def test_standing_of_each_moment_is_that_of_the_life_cycle(
    verdict: Verdict, present: tuple[ReportDocument, ...], replied: tuple[ReportDocument, ...], status: DocflowStatus, success: SuccessState
) -> None:
    assert course.standing(verdict, {*course.AT_ONCE, *present}, replied) == course.Standing(status, success)


@pytest.mark.parametrize("verdict", Verdict)
def test_next_document_followed_to_the_end_gives_the_whole_course(verdict: Verdict) -> None:
    present: list[ReportDocument] = list(course.AT_ONCE)
    while (kind := course.next_document(verdict, present)) is not None:
        present.append(kind)
    assert tuple(present) == course.AT_ONCE + course.LATER[verdict]


def test_every_pace_but_instant_delays_every_document() -> None:
    for kind in set(itertools.chain.from_iterable(course.LATER.values())):
        delays = [course.delay(pace, kind) for pace in (Pace.INSTANT, Pace.MINUTES, Pace.REAL)]
        assert delays == sorted(delays)
        assert timedelta() == delays[0] < delays[1] < delays[2]


def _filed(*reports: tuple[datetime, ReportStatus]) -> list[FiledReport]:
    return [FiledReport(*report) for report in reports]


R = ReportStatus


@pytest.mark.parametrize(
    ("filed", "now", "status"),
    [
        (_filed(), BEFORE, CellStatus.NOT_SENT),
        (_filed(), AFTER, CellStatus.NOT_SENT_AFTER_DEADLINE),
        (_filed((BEFORE, R.SENT)), AFTER, CellStatus.SENT),
        (_filed((AFTER, R.SENT)), AFTER, CellStatus.SENT_AFTER_DEADLINE),
        (_filed((BEFORE, R.ACCEPTED)), AFTER, CellStatus.ACCEPTED),
        (_filed((AFTER, R.ACCEPTED)), AFTER, CellStatus.ACCEPTED_AFTER_DEADLINE),
        (_filed((BEFORE, R.ACCEPTED), (AFTER, R.ACCEPTED)), AFTER, CellStatus.ACCEPTED),
        (_filed((BEFORE, R.ACCEPTED), (BEFORE, R.SENT)), AFTER, CellStatus.ACCEPTED_WITH_SENT),
        (_filed((BEFORE, R.ACCEPTED), (BEFORE, R.DECLINED)), AFTER, CellStatus.ACCEPTED_WITH_WARNING),
        (_filed((BEFORE, R.DECLINED)), AFTER, CellStatus.DECLINED),
        (_filed((BEFORE, R.DECLINED), (AFTER, R.ACCEPTED)), AFTER, CellStatus.ACCEPTED_AFTER_DEADLINE),
        (_filed((BEFORE, R.DECLINED), (BEFORE, R.SENT)), AFTER, CellStatus.SENT),
        (_filed((BEFORE, R.ACCEPTED_WITH_REBUKE)), AFTER, CellStatus.ACCEPTED_WITH_REBUKE),
        (_filed((BEFORE, R.ACCEPTED_WITH_REBUKE), (AFTER, R.ACCEPTED)), AFTER, CellStatus.ACCEPTED),
    ],
)
def test_cell_status_of_each_history_is_the_operators_word(filed: list[FiledReport], now: datetime, status: CellStatus) -> None:
    assert cell_status(filed, DUE, now, is_before_training=False) is status


def test_cell_status_before_the_training_is_marked_by_hand_until_something_is_sent() -> None:
    assert cell_status([], DUE, AFTER, is_before_training=True) is CellStatus.ACCEPTED_CUSTOM
    assert cell_status(_filed((AFTER, R.DECLINED)), DUE, AFTER, is_before_training=True) is CellStatus.DECLINED


@pytest.mark.parametrize(
    ("present", "status"),
    [
        ((), R.SENT),
        ((D.RECEIPT,), R.SENT),
        ((D.RECEIPT, D.ACCEPTANCE_POSITIVE), R.ACCEPTED),
        (course.LATER[Verdict.ACCEPT], R.ACCEPTED),
        (course.LATER[Verdict.CLARIFY], R.ACCEPTED_WITH_REBUKE),
        (course.LATER[Verdict.REFUSE], R.DECLINED),
    ],
)
def test_report_status_follows_the_authoritys_documents(present: tuple[ReportDocument, ...], status: ReportStatus) -> None:
    assert report_status(present) is status


@pytest.mark.parametrize(
    ("started_on", "due_on"),
    [(date(2026, 11, 24), date(2026, 12, 4)), (date(2026, 12, 28), date(2027, 1, 11)), (date(2026, 9, 2), date(2026, 9, 14))],
)
def test_training_term_is_the_working_day_ten_days_on_or_after(started_on: date, due_on: date) -> None:
    calendar = read_calendar((resource_folder() / "calendars" / "russia.toml").read_bytes())
    term = training_term(started_on, calendar)
    assert (term.form, term.period.year, term.due_on) == (ReportForm.USN, started_on.year - 1, due_on)
