"""Cells of the reports tables: which term a report fills, and what its docflows make of the cell.

Pure functions over rows; the operator's own words for statuses are in `domain.docflows`.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from extern_desktop.domain.docflows import CellStatus, ReportDocument, ReportStatus
from extern_desktop.domain.terms import FilingTerm, Periodicity, ReportForm, filing_terms, period_of
from extern_desktop.domain.working_days import WorkingCalendar
from extern_desktop.extern_api.wire.times import MOSCOW
from extern_desktop.sandbox.scene import FORMS, FormCard, TrainingTaxpayer

_TRAINING_TIME: Final = timedelta(days=10)
"""Within the two weeks that the first page shows."""


@dataclass(frozen=True, slots=True)
class FiledReport:
    """One docflow as the table sees it."""

    sent_at: datetime
    status: ReportStatus


@dataclass(frozen=True, slots=True)
class TableTerm:
    """One cell: a form and a term."""

    card: FormCard
    term: FilingTerm
    is_before_training: bool
    """The term ended before the training began: filed elsewhere, marked by hand."""


def report_status(present: Collection[ReportDocument]) -> ReportStatus:
    """How a filed report stands, by the authority's documents."""
    if ReportDocument.ACCEPTANCE_NEGATIVE in present:
        return ReportStatus.DECLINED
    if ReportDocument.PROCESSING_PRECISE in present:
        return ReportStatus.ACCEPTED_WITH_REBUKE
    return ReportStatus.ACCEPTED if ReportDocument.ACCEPTANCE_POSITIVE in present else ReportStatus.SENT


def cell_status(filed: Sequence[FiledReport], due_on: date, now: datetime, *, is_before_training: bool) -> CellStatus:
    """Status of a cell with these reports, oldest first."""
    if not filed:
        if is_before_training:
            return CellStatus.ACCEPTED_CUSTOM
        return CellStatus.NOT_SENT_AFTER_DEADLINE if moscow_day(now) > due_on else CellStatus.NOT_SENT
    latest = filed[-1]
    accepted_before = [report for report in filed[:-1] if report.status in _ACCEPTED]
    late = moscow_day(min(report.sent_at for report in accepted_before or [latest])) > due_on
    if latest.status is ReportStatus.DECLINED:
        return CellStatus.ACCEPTED_WITH_WARNING if accepted_before else CellStatus.DECLINED
    if latest.status is ReportStatus.SENT:
        if accepted_before:
            return CellStatus.ACCEPTED_WITH_SENT
        return CellStatus.SENT_AFTER_DEADLINE if late else CellStatus.SENT
    if latest.status is ReportStatus.ACCEPTED_WITH_REBUKE:
        return CellStatus.ACCEPTED_WITH_REBUKE
    return CellStatus.ACCEPTED_AFTER_DEADLINE if late else CellStatus.ACCEPTED


_ACCEPTED: Final = frozenset({ReportStatus.ACCEPTED, ReportStatus.ACCEPTED_WITH_REBUKE})


def table_terms(taxpayer: TrainingTaxpayer, first_on: date, last_on: date, started_on: date, calendar: WorkingCalendar) -> list[TableTerm]:
    """The cells of one taxpayer in a window, forms in the scene's order.

    УСН of the last complete year has the *training term*, so that something is always due; every other term is the statutory one.
    """
    cells: list[TableTerm] = []
    for card in FORMS:
        if card.form not in taxpayer.forms:
            continue
        for term in _terms(card.form, taxpayer, first_on, last_on, started_on, calendar):
            cells.append(TableTerm(card, term, term.due_on < started_on))
    return cells


def training_term(started_on: date, calendar: WorkingCalendar) -> FilingTerm:
    """УСН for the last complete year, due ten days after the training began, or on the working day that follows."""
    due_on = calendar.on_or_after(started_on + _TRAINING_TIME)
    return FilingTerm(ReportForm.USN, period_of(Periodicity.YEARLY, started_on.year - 1, 1), due_on, provisional=False)


def moscow_day(moment: datetime) -> date:
    """A term is a day in Moscow."""
    return moment.astimezone(MOSCOW).date()


def _terms(
    form: ReportForm, taxpayer: TrainingTaxpayer, first_on: date, last_on: date, started_on: date, calendar: WorkingCalendar
) -> list[FilingTerm]:
    terms = list(filing_terms(form, taxpayer.payer, first_on, last_on, calendar))
    if form is not ReportForm.USN:
        return terms
    ours = training_term(started_on, calendar)
    terms = [term for term in terms if term.period.year != ours.period.year]
    if first_on <= ours.due_on <= last_on:
        terms.append(ours)
    return sorted(terms, key=lambda term: term.due_on)
