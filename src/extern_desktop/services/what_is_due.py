"""What is due, what waits, what went wrong: the first page, and the calendar behind it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from datetime import date, timedelta
from functools import cache
from typing import Final, TypeVar

from extern_desktop.domain.docflows import UNFILED, CellStatus
from extern_desktop.domain.outbox import OutboxKind
from extern_desktop.domain.working_days import WorkingCalendar
from extern_desktop.domain.working_days import read_calendar as read_working_calendar
from extern_desktop.extern_api.wire.times import MOSCOW
from extern_desktop.services.desk import Desk
from extern_desktop.services.list_reports import ready_report_ids
from extern_desktop.services.signers import list_signing_keys
from extern_desktop.services.today_values import DayMark, DueGroup, FailedItem, ReportStanding, Today, WaitingItem, WaitingKind
from extern_desktop.services.values import CalendarCell
from extern_desktop.settings.places import resource_folder
from extern_desktop.store.values import CalendarCell as StoredCell
from extern_desktop.store.values import FailureRow, FormCount, OutboxRow, OwedReplies

K = TypeVar("K")

DAYS: Final = 14
CERTIFICATE_WARNING: Final = timedelta(days=60)
"""From here on a certificate's end is shown: renewing takes time."""


def what_is_due(*, desk: Desk) -> Today:
    """Everything the first page shows, as this workspace knows it. Asks neither the network nor a token."""
    today = today_of(desk)
    rows = desk.store.views.today(today, DAYS)
    reports = desk.store.reports.list()
    return Today(
        on=today,
        days=day_marks(today, rows.ahead, working_calendar()),
        due=due_groups((*rows.overdue, *rows.ahead), today),
        waiting=tuple(_waiting(rows.owed, rows.uncertain, desk.store.outbox.unfinished())),
        owed_docflows=rows.owed_docflows,
        failed=tuple(_failed(row) for row in rows.failures),
        ready_report_ids=ready_report_ids(reports),
        reports=len(reports),
        accepted_count=rows.accepted,
        organisations=len(desk.store.organisations.all()),
        synchronised_at=rows.synchronised_at,
    )


def certificates_ending(*, desk: Desk) -> tuple[WaitingItem, ...]:
    """Certificates that end soon, soonest first. Asks the tokens, so it is apart from `what_is_due`."""
    now = desk.now()
    ending = sorted(
        (key.certificate for key in list_signing_keys(desk) if now <= key.certificate.valid_to_at <= now + CERTIFICATE_WARNING),
        key=lambda certificate: certificate.valid_to_at,
    )
    return tuple(
        WaitingItem(WaitingKind.CERTIFICATE_ENDS, it.owner, it.organisation, "", 1, it.valid_to_at.astimezone(MOSCOW).date()) for it in ending
    )


def read_calendar(first: date, last: date, *, desk: Desk) -> tuple[CalendarCell, ...]:
    """Terms between two days, both included."""
    return tuple(_cell(stored) for stored in desk.store.views.calendar(first, last))


@cache
def working_calendar() -> WorkingCalendar:
    """The production calendar that is shipped with the program."""
    return read_working_calendar((resource_folder() / "calendars" / "russia.toml").read_bytes())


def today_of(desk: Desk) -> date:
    """The day in Moscow: terms are days there."""
    return desk.now().astimezone(MOSCOW).date()


def day_marks(today: date, ahead: Iterable[FormCount], calendar: WorkingCalendar) -> tuple[DayMark, ...]:
    """The strip of days from today on. Pure."""
    total, left = _counted(ahead, lambda it: it.on)
    marks = []
    for offset in range(DAYS):
        on = today + timedelta(days=offset)
        marks.append(DayMark(on, calendar.is_working(on), left[on], total[on] > 0 and not left[on]))
    return tuple(marks)


def due_groups(counts: Iterable[FormCount], today: date) -> tuple[DueGroup, ...]:
    """One line for a form due on one day, the oldest day first; days with nothing left are not listed. Pure."""
    total, left = _counted(counts, lambda it: (it.on, it.form_short_name))
    groups = (DueGroup(form, on, left[on, form], count, (on - today).days) for (on, form), count in sorted(total.items()))
    return tuple(group for group in groups if group.left)


def _counted(counts: Iterable[FormCount], place_of: Callable[[FormCount], K]) -> tuple[Counter[K], Counter[K]]:
    """By place: how many terms ask for a report at all, and how many still wait for it."""
    total: Counter[K] = Counter()
    left: Counter[K] = Counter()
    for it in counts:
        status = _status(it.status)
        total[place_of(it)] += it.count if status is not CellStatus.NOT_REQUIRED else 0
        left[place_of(it)] += it.count if status in UNFILED else 0
    return total, left


def _waiting(owed: Sequence[OwedReplies], uncertain: Sequence[OutboxRow], unfinished: Sequence[OutboxRow]) -> Iterable[WaitingItem]:
    for row in uncertain:
        yield WaitingItem(WaitingKind.OUTCOME_UNCERTAIN, row.file_name, "", row.docflow_id or "", 1, None)
    asked = {row.id for row in uncertain}
    for row in unfinished:
        if row.id not in asked and row.owner is None and row.kind is OutboxKind.REPORT:
            yield WaitingItem(WaitingKind.INTERRUPTED, row.file_name, "", "", 1, None)
    for it in owed:
        yield WaitingItem(WaitingKind.REPLIES_OWED, it.form_name, it.organisation_name, it.docflow_id, it.replies, None)


def _failed(row: FailureRow) -> FailedItem:
    reason = row.refusal.reasons[0].description if row.refusal and row.refusal.reasons else row.refusal.message if row.refusal else ""
    standing = ReportStanding.CLARIFICATION if row.is_filed else ReportStanding.DECLINED
    standing = ReportStanding.REFUSED_BY_OPERATOR if row.refusal else standing
    return FailedItem(row.report_id or "", row.docflow_id or "", standing, row.form_name, row.organisation_name, reason, row.failed_at)


def _cell(stored: StoredCell) -> CalendarCell:
    cell = stored.cell
    return CalendarCell(
        stored.organisation,
        cell.form_id,
        cell.form_short_name,
        cell.form_full_name,
        cell.knd,
        cell.deadline_on,
        cell.period_year,
        cell.period_number,
        _status(cell.status),
    )


def _status(word: str) -> CellStatus:
    try:
        return CellStatus(word)
    except ValueError:
        return CellStatus.NOT_SENT  # a word of the operator that we don't know: nothing is promised


