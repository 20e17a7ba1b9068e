"""The first page: the strip of days, what is due, what waits, what went wrong."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest

from extern_desktop.app import open_desk
from extern_desktop.domain.docflows import CellStatus
from extern_desktop.domain.outbox import OutboxEvent
from extern_desktop.services.desk import Desk
from extern_desktop.services.today_values import ReportStanding, WaitingKind
from extern_desktop.services.what_is_due import DAYS, day_marks, due_groups, read_calendar, today_of, what_is_due, working_calendar
from extern_desktop.settings.places import Places, Stage
from extern_desktop.store.values import (
    DocflowUpdate,
    FormCount,
    MirrorDocflow,
    MirrorDocument,
    Obligation,
    Refusal,
    RefusalReason,
    ReportsCell,
)
from services.conftest import ROMASHKA, SEVERNY, NewReport

MONDAY = date(2026, 3, 16)
CERTIFICATE = b"\x30\x03\x02\x01\x01"


def test_day_marks_are_two_weeks_from_today_on() -> None:
    tuesday, wednesday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=2)
    ahead = [FormCount(MONDAY, "УСН", "not-sent", 2), FormCount(MONDAY, "УСН", "accepted", 1), FormCount(tuesday, "НДС", "sent", 4)]

    marks = day_marks(MONDAY, [*ahead, FormCount(wednesday, "НДС", "not-required-report", 1)], working_calendar())

    assert [mark.on for mark in marks] == [MONDAY + timedelta(days=offset) for offset in range(DAYS)]
    assert (marks[0].due, marks[0].all_done) == (2, False)
    assert (marks[1].due, marks[1].all_done) == (0, True)
    assert (marks[2].due, marks[2].all_done) == (0, False)  # nothing was due: nothing is done
    assert [mark.on.weekday() for mark in marks if not mark.is_working] == [5, 6, 5, 6]


def test_day_marks_know_the_holidays() -> None:
    marks = day_marks(date(2026, 5, 1), [], working_calendar())

    assert not marks[0].is_working  # 1 May


def test_due_groups_count_one_form_of_one_day_over_all_organisations() -> None:
    first, second = MONDAY + timedelta(days=9), MONDAY - timedelta(days=2)
    of_first = [FormCount(first, "УСН", "not-sent", 4), FormCount(first, "УСН", "accepted", 2), FormCount(first, "УСН", "sent", 1)]
    counts = [FormCount(second, "НДС", "not-sent-after-deadline", 1), *of_first]

    groups = due_groups(counts, MONDAY)

    assert [(it.form_short_name, it.due_on, it.left, it.total, it.days_left) for it in groups] == [("НДС", second, 1, 1, -2), ("УСН", first, 4, 7, 9)]


@pytest.mark.parametrize("status", CellStatus)
def test_due_group_is_left_out_when_its_only_cell_needs_nobody(status: CellStatus) -> None:
    needs_somebody = {CellStatus.NOT_SENT, CellStatus.NOT_SENT_AFTER_DEADLINE, CellStatus.DECLINED}

    assert bool(due_groups([FormCount(MONDAY, "УСН", status, 1)], MONDAY)) is (status in needs_somebody)


def test_due_group_of_a_word_we_do_not_know_promises_nothing() -> None:
    assert due_groups([FormCount(MONDAY, "УСН", "word-of-tomorrow", 1)], MONDAY)[0].left == 1


# --- on a real workspace ---


@pytest.fixture
def quiet_desk(places: Places) -> Iterator[Desk]:
    """A desk that knows its organisations and has never met an operator."""
    with open_desk(places, stage=Stage.TRAINING) as desk:
        desk.store.organisations.replace_all([ROMASHKA, SEVERNY])
        yield desk


def signed(desk: Desk, report_id: str) -> str:
    content = desk.store.reports.content(report_id)
    return desk.store.outbox.add_signed(report_id, hashlib.sha256(content).hexdigest(), b"\x30\x00", CERTIFICATE, ROMASHKA.id, "0087").id


def test_today_of_an_empty_workplace_is_calm(quiet_desk: Desk) -> None:
    page = what_is_due(desk=quiet_desk)

    assert (page.due, page.waiting, page.failed, page.ready_report_ids, page.accepted_count) == ((), (), (), (), 0)
    assert (len(page.days), page.organisations, page.synchronised_at) == (DAYS, 2, None)
    assert quiet_desk.operator is None


def test_today_begins_when_the_day_begins_in_moscow(places: Places) -> None:
    with open_desk(places, stage=Stage.TRAINING, now=lambda: datetime(2026, 3, 15, 21, 30, tzinfo=UTC)) as desk:
        assert today_of(desk) == MONDAY
        assert what_is_due(desk=desk).on == MONDAY


def test_today_shows_terms_of_the_calendar(quiet_desk: Desk) -> None:
    today = today_of(quiet_desk)
    terms = ((ROMASHKA, today + timedelta(days=3)), (SEVERNY, today - timedelta(days=1)))
    cells = [ReportsCell(whose.id, 7, "УСН", "УСН", "1152017", "yearly", on, 2025, 1, "not-sent") for whose, on in terms]
    quiet_desk.store.mirror.reports_table([ROMASHKA.id, SEVERNY.id], today - timedelta(days=92), today + timedelta(days=92), cells)

    page = what_is_due(desk=quiet_desk)

    assert [(group.days_left, group.left) for group in page.due] == [(-1, 1), (3, 1)]
    assert [mark.due for mark in page.days] == [0, 0, 0, 1] + [0] * (DAYS - 4)
    assert [cell.organisation.inn for cell in read_calendar(today, today + timedelta(days=5), desk=quiet_desk)] == [ROMASHKA.inn]


def test_today_offers_ready_reports_and_says_what_was_interrupted(quiet_desk: Desk, new_report: NewReport) -> None:
    ready, begun = new_report(quiet_desk), new_report(quiet_desk, authority="0088")
    signed(quiet_desk, begun)

    page = what_is_due(desk=quiet_desk)

    assert page.ready_report_ids == (ready,)
    assert [(item.kind, item.subject) for item in page.waiting] == [(WaitingKind.INTERRUPTED, quiet_desk.store.reports.get(begun).file_name)]


def test_today_says_that_an_outcome_is_uncertain_once(quiet_desk: Desk, new_report: NewReport) -> None:
    outbox, owner = quiet_desk.store.outbox, quiet_desk.store.owner
    act = signed(quiet_desk, new_report(quiet_desk))
    outbox.lease(act, owner, 60.0)
    for event in (OutboxEvent.UPLOAD_DONE, OutboxEvent.CHECK_PASSED, OutboxEvent.PREPARE_PASSED, OutboxEvent.SEND_ASKED, OutboxEvent.LINE_LOST):
        outbox.advance(act, event, owner=owner)
    outbox.release(act, owner)

    assert [item.kind for item in what_is_due(desk=quiet_desk).waiting] == [WaitingKind.OUTCOME_UNCERTAIN]


def test_today_tells_the_operators_no_in_its_own_words(quiet_desk: Desk, new_report: NewReport) -> None:
    report_id = new_report(quiet_desk)
    act = signed(quiet_desk, report_id)
    quiet_desk.store.outbox.lease(act, quiet_desk.store.owner, 60.0)
    refusal = Refusal("check", "", reasons=(RefusalReason("Не указан ОКТМО"), RefusalReason("И ещё")))
    quiet_desk.store.outbox.advance(act, OutboxEvent.REFUSED, owner=quiet_desk.store.owner, refusal=refusal)

    (failed,) = what_is_due(desk=quiet_desk).failed

    assert (failed.report_id, failed.standing, failed.reason) == (report_id, ReportStanding.REFUSED_BY_OPERATOR, "Не указан ОКТМО")


def test_today_tells_the_authoritys_no_and_the_receipts_it_waits_for(quiet_desk: Desk) -> None:
    now = quiet_desk.now()
    declined = MirrorDocflow("df-1", "fns534-report", "response-arrived", "failed", ROMASHKA.id, now, now, form_name="УСН")
    documents = tuple(MirrorDocument(f"doc-{number}", "df-1", "fns534-report-receipt", "x.xml") for number in (1, 2))
    owed = tuple(Obligation("df-1", it.id, "fns534-report-receipt", "https://x") for it in documents)
    quiet_desk.store.mirror.store_docflows([DocflowUpdate(declined, documents, owed)])

    page = what_is_due(desk=quiet_desk)

    assert [(it.standing, it.docflow_id, it.subject) for it in page.failed] == [(ReportStanding.DECLINED, "df-1", "УСН")]
    assert [(it.kind, it.docflow_id, it.count, it.organisation_name) for it in page.waiting] == [(WaitingKind.REPLIES_OWED, "df-1", 2, ROMASHKA.name)]


