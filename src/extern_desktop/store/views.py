"""What a person sees: our own acts laid over what the operator said. Reads only.

Every statement is a constant that goes through an index; a test reads its query plan.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final

import sqlalchemy as sa

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.store._engine import Database
from extern_desktop.store._rows import OUTBOX_COLUMNS, cell_row, outbox_row, refusal_from_json
from extern_desktop.store.schema import (
    IS_DUE,
    IS_OPEN,
    IS_REFUSED,
    REPLY_STANDS,
    docflow,
    document,
    mark,
    obligation,
    organisation,
    outbox,
    report,
    reports_cell,
)
from extern_desktop.store.values import CalendarCell, DayCount, FailureRow, FormCount, Obligation, OutboxRow, TodayRows, WaitingRow

DOCFLOWS_MARK: Final = "docflows"
"""Name of the mark that says up to when docflows are known."""
MOST_ROWS: Final = 200
MOST_OVERDUE: Final = 100
_FIRST = sa.bindparam("first_on", type_=reports_cell.c.deadline_on.type)
_LAST = sa.bindparam("last_on", type_=reports_cell.c.deadline_on.type)
_MOST: Final[sa.BindParameter[int]] = sa.bindparam("most")
_WHOSE: Final[sa.BindParameter[str]] = sa.bindparam("organisation_id")
# Every status that begins with "accepted"; comparing is three times as fast as LIKE.
_ACCEPTED: Final = sa.and_(reports_cell.c.status >= "accepted", reports_cell.c.status < "acceptee")

# --- calendar ---

_WINDOW: Final = reports_cell.c.deadline_on.between(_FIRST, _LAST)
_OF_ONE: Final = reports_cell.c.organisation_id == _WHOSE


def _laid_over(chosen: sa.Select[Any]) -> sa.Select[Any]:
    """The chosen terms with their organisation and the latest report and act of ours. Chosen first, so that no more than these are looked up."""
    term = chosen.subquery("term")
    our_report = (
        sa.select(report.c.id)
        .where(
            report.c.form_knd == term.c.knd,
            report.c.year == term.c.period_year,
            report.c.payer_inn == organisation.c.inn,
            report.c.payer_kpp == organisation.c.kpp,
            sa.or_(term.c.periodicity == "yearly", report.c.period_number == term.c.period_number),
        )
        .order_by(report.c.changed_at.desc())
        .limit(1)
        .correlate(term, organisation)
        .scalar_subquery()
    )
    last_act = sa.select(sa.func.max(outbox.c.number)).where(outbox.c.report_id == report.c.id).correlate(report).scalar_subquery()
    return (
        sa.select(
            *term.c,
            organisation.c.inn,
            organisation.c.kpp,
            organisation.c.name,
            report.c.id.label("report_id"),
            report.c.errors,
            outbox.c.id.label("outbox_id"),
            outbox.c.state,
        )
        .select_from(
            term.join(organisation, organisation.c.id == term.c.organisation_id)
            .outerjoin(report, report.c.id == our_report)
            .outerjoin(outbox, sa.and_(outbox.c.report_id == report.c.id, outbox.c.number == last_act))
        )
        .order_by(term.c.deadline_on, organisation.c.name, term.c.form_short_name)
    )


_CELL: Final = sa.select(*reports_cell.c)
CALENDAR: Final = {False: _laid_over(_CELL.where(_WINDOW)), True: _laid_over(_CELL.where(_WINDOW, _OF_ONE))}
_DUE: Final = _CELL.where(sa.text(IS_DUE))
DUE: Final = _laid_over(_DUE.where(_WINDOW).order_by(reports_cell.c.deadline_on, reports_cell.c.organisation_id).limit(_MOST))
OVERDUE: Final = _laid_over(
    _DUE.where(reports_cell.c.deadline_on < _FIRST).order_by(reports_cell.c.deadline_on.desc(), reports_cell.c.organisation_id.desc()).limit(_MOST)
)
"""The last ones: what has been overdue for years must not hide what is due tomorrow."""
_DAYS: Final = (
    sa.select(reports_cell.c.deadline_on, sa.func.count(), sa.func.count().filter(sa.not_(_ACCEPTED), reports_cell.c.status != "not-required-report"))
    .where(_WINDOW)
    .group_by(reports_cell.c.deadline_on)
    .order_by(reports_cell.c.deadline_on)
)
DAYS: Final = {False: _DAYS, True: _DAYS.where(_OF_ONE)}
FORMS: Final = (
    sa.select(reports_cell.c.deadline_on, reports_cell.c.form_short_name, reports_cell.c.status, sa.func.count())
    .where(_WINDOW)
    .group_by(reports_cell.c.deadline_on, reports_cell.c.form_short_name, reports_cell.c.status)
)
ACCEPTED: Final = sa.select(sa.func.count()).select_from(reports_cell).where(_WINDOW, _ACCEPTED)

# --- what waits, what failed ---

_ANSWERED: Final = (
    sa.select(sa.literal(1))
    .where(
        outbox.c.document_id == obligation.c.document_id,
        outbox.c.reply_type == obligation.c.reply_type,
        REPLY_STANDS,
    )
    .correlate(obligation)
    .exists()
)
WAITING: Final = (
    sa.select(
        obligation,
        docflow.c.organisation_id,
        organisation.c.name.label("organisation_name"),
        docflow.c.type.label("docflow_type"),
        docflow.c.form_name,
        document.c.type.label("document_type"),
        document.c.file_name,
    )
    .select_from(
        obligation.join(docflow, docflow.c.id == obligation.c.docflow_id)
        .join(document, document.c.id == obligation.c.document_id)
        .outerjoin(organisation, organisation.c.id == docflow.c.organisation_id)
    )
    .where(sa.not_(_ANSWERED))
    .order_by(obligation.c.received_at)
    .limit(_MOST)
)
_LATER: Final = docflow.alias("later")
FAILED: Final = (
    sa.select(
        docflow.c.id,
        docflow.c.organisation_id,
        organisation.c.name.label("organisation_name"),
        docflow.c.form_name,
        docflow.c.period_code,
        docflow.c.period_end_on,
        docflow.c.changed_at,
        docflow.c.success_state,
        outbox.c.id.label("outbox_id"),
        outbox.c.report_id,
    )
    .select_from(
        docflow.outerjoin(organisation, organisation.c.id == docflow.c.organisation_id).outerjoin(
            outbox, sa.and_(outbox.c.docflow_id == docflow.c.id, outbox.c.kind == "report")
        )
    )
    .where(
        sa.text("docflow.success_state in ('failed', 'warning')"),
        # A failure is over once the same report was sent again and has not failed.
        ~sa.select(sa.literal(1))
        .where(
            _LATER.c.organisation_id == docflow.c.organisation_id,
            _LATER.c.form_knd == docflow.c.form_knd,
            _LATER.c.period_end_on.is_not_distinct_from(docflow.c.period_end_on),
            _LATER.c.changed_at > docflow.c.changed_at,
            sa.text("later.success_state not in ('failed', 'warning')"),
        )
        .correlate(docflow)
        .exists(),
    )
    .order_by(docflow.c.changed_at.desc())
    .limit(_MOST)
)
_NEXT: Final = outbox.alias("next_act")
REFUSED: Final = (
    sa.select(
        outbox.c.id,
        outbox.c.organisation_id,
        organisation.c.name.label("organisation_name"),
        outbox.c.report_id,
        outbox.c.refusal,
        outbox.c.changed_at,
        report.c.form_short_name,
        report.c.period_code,
        report.c.year,
    )
    .select_from(
        outbox.outerjoin(organisation, organisation.c.id == outbox.c.organisation_id).outerjoin(report, report.c.id == outbox.c.report_id)
    )
    .where(
        sa.text(f"outbox.{IS_REFUSED.text}"),
        ~sa.select(sa.literal(1)).where(_NEXT.c.report_id == outbox.c.report_id, _NEXT.c.number > outbox.c.number).correlate(outbox).exists(),
    )
    .order_by(outbox.c.changed_at.desc())
    .limit(_MOST)
)
UNCERTAIN: Final = sa.select(*OUTBOX_COLUMNS).where(IS_OPEN, outbox.c.state == "uncertain").order_by(outbox.c.number)
OPEN_COUNT: Final = sa.select(sa.func.count()).select_from(outbox).where(IS_OPEN)
_MARK: Final = sa.select(mark.c.at).where(mark.c.name == DOCFLOWS_MARK)


class Views:
    """Queries over outbox and mirror together."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def today(self, on: date, days: int = 14) -> TodayRows:
        """The Today page for the day `on` and the `days` from it on, in one snapshot."""
        last = on + timedelta(days=days - 1)
        month_first = on.replace(day=1)
        month_last = (month_first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        with self._database.read() as connection:
            return TodayRows(
                days=_days(connection, on, last, None),
                due=_due(connection, on, last),
                waiting=_waiting(connection),
                failures=_failures(connection),
                uncertain=_uncertain(connection),
                in_outbox=connection.execute(OPEN_COUNT).scalar_one(),
                accepted=connection.execute(ACCEPTED, {"first_on": month_first, "last_on": month_last}).scalar_one(),
                synchronised_at=connection.execute(_MARK).scalar_one_or_none(),
            )

    def calendar(self, first_on: date, last_on: date, organisation_id: str | None = None) -> tuple[CalendarCell, ...]:
        """Terms between two dates, both included, by date. For a month; a year of many organisations is `days`."""
        with self._database.read() as connection:
            rows = connection.execute(CALENDAR[organisation_id is not None], _window(first_on, last_on, organisation_id))
            return tuple(_cell(row) for row in rows)

    def days(self, first_on: date, last_on: date, organisation_id: str | None = None) -> tuple[DayCount, ...]:
        """How many terms fall on each day, only days with any."""
        with self._database.read() as connection:
            return _days(connection, first_on, last_on, organisation_id)

    def forms(self, first_on: date, last_on: date) -> tuple[FormCount, ...]:
        """Terms between two dates, both included, counted by day, form and status: for many organisations far less than `calendar`."""
        with self._database.read() as connection:
            return tuple(FormCount(*row) for row in connection.execute(FORMS, _window(first_on, last_on, None)))

    def waiting(self) -> tuple[WaitingRow, ...]:
        """Replies we owe and nobody is sending, the oldest document first."""
        with self._database.read() as connection:
            return _waiting(connection)

    def failures(self) -> tuple[FailureRow, ...]:
        """Refused by the operator or by the authority, and not sent again since; the last first."""
        with self._database.read() as connection:
            return _failures(connection)


def _window(first_on: date, last_on: date, organisation_id: str | None) -> dict[str, Any]:
    window: dict[str, Any] = {"first_on": first_on, "last_on": last_on}
    return window if organisation_id is None else window | {"organisation_id": organisation_id}


def _cell(row: Any) -> CalendarCell:
    return CalendarCell(
        cell_row(row),
        Organisation(row.organisation_id, row.inn, row.kpp, row.name),
        row.report_id,
        row.errors,
        row.outbox_id,
        None if row.state is None else OutboxState(row.state),
    )


def _due(connection: sa.Connection, on: date, last: date) -> tuple[CalendarCell, ...]:
    overdue = connection.execute(OVERDUE, {"first_on": on, "most": MOST_OVERDUE})
    due = connection.execute(DUE, {"first_on": on, "last_on": last, "most": MOST_ROWS})
    return tuple(_cell(row) for rows in (overdue, due) for row in rows)


def _days(connection: sa.Connection, first_on: date, last_on: date, organisation_id: str | None) -> tuple[DayCount, ...]:
    rows = connection.execute(DAYS[organisation_id is not None], _window(first_on, last_on, organisation_id))
    return tuple(DayCount(on, total, still_open) for on, total, still_open in rows)


def _waiting(connection: sa.Connection) -> tuple[WaitingRow, ...]:
    return tuple(
        WaitingRow(
            Obligation(row.docflow_id, row.document_id, row.reply_type, row.href),
            row.organisation_id,
            row.organisation_name or "",
            row.docflow_type,
            row.form_name,
            row.document_type,
            row.file_name,
            row.received_at,
        )
        for row in connection.execute(WAITING, {"most": MOST_ROWS})
    )


def _failures(connection: sa.Connection) -> tuple[FailureRow, ...]:
    by_authority = [
        FailureRow(
            row.organisation_id,
            row.organisation_name or "",
            row.form_name,
            row.period_code,
            row.period_end_on.year if row.period_end_on else None,
            row.changed_at,
            docflow_id=row.id,
            outbox_id=row.outbox_id,
            report_id=row.report_id,
            is_filed=row.success_state == "warning",
        )
        for row in connection.execute(FAILED, {"most": MOST_ROWS})
    ]
    by_operator = [
        FailureRow(
            row.organisation_id,
            row.organisation_name or "",
            row.form_short_name or "",
            row.period_code or "",
            row.year,
            row.changed_at,
            outbox_id=row.id,
            report_id=row.report_id,
            refusal=refusal_from_json(row.refusal),
        )
        for row in connection.execute(REFUSED, {"most": MOST_ROWS})
    ]
    return tuple(sorted(by_authority + by_operator, key=lambda row: row.failed_at, reverse=True)[:MOST_ROWS])


def _uncertain(connection: sa.Connection) -> tuple[OutboxRow, ...]:
    return tuple(outbox_row(row) for row in connection.execute(UNCERTAIN))
