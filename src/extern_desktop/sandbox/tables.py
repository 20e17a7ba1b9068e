"""The reports tables: what is due from whom, and how each cell stands by its docflows."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import date

from extern_desktop.domain.docflows import ReportDocument
from extern_desktop.domain.terms import KND, RULES, ReportForm, period_number
from extern_desktop.extern_api.wire import tables as wire
from extern_desktop.extern_api.wire.times import write_day_stamp, write_moscow
from extern_desktop.sandbox import docflows
from extern_desktop.sandbox.cells import FiledReport, TableTerm, cell_status, report_status, table_terms
from extern_desktop.sandbox.database import read_stamp
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.scene import FORMS, FormCard, TrainingTaxpayer


def table_of(turn: Turn, taxpayer: TrainingTaxpayer, first_on: date, last_on: date) -> wire.ReportsTable:
    """One taxpayer's cells whose terms end in the window."""
    terms = _terms(turn, taxpayer, first_on, last_on)
    forms = []
    for card in FORMS:
        deadlines = tuple(_deadline(turn, taxpayer, term) for term in terms if term.card is card)
        if deadlines:
            forms.append(wire.FormDeadlines(form_info=form_info(card), deadlines=deadlines))
    return wire.ReportsTable(organization_id=taxpayer.organisation.id, forms=tuple(forms))


def report_docflows(turn: Turn, taxpayer: TrainingTaxpayer, card: FormCard, year: int, number: int) -> tuple[wire.ReportDocflow, ...]:
    """What was sent for one cell, oldest first."""
    return tuple(
        wire.ReportDocflow(
            docflow_id=row["id"],
            organization_short_name=taxpayer.organisation.name,
            form=form_info(card),
            recipient=row["authority"],
            send_date=write_moscow(read_stamp(row["sent_at"])),
            correction_number=row["correction"],
            report_status=report_status(_present(turn, row["id"])),
        )
        for row in _filed(turn, taxpayer, card.form, year, number)
    )


def form_info(card: FormCard) -> wire.FormInfo:
    return wire.FormInfo(
        form_full_name=card.full_name,
        form_short_name=card.short_name,
        form_id=card.form_id,
        knd=KND[card.form],
        periodicity=RULES[card.form].periodicity,
    )


def find_form(form_id: str) -> FormCard | None:
    return next((card for card in FORMS if str(card.form_id) == form_id), None)


def _terms(turn: Turn, taxpayer: TrainingTaxpayer, first_on: date, last_on: date) -> Sequence[TableTerm]:
    return table_terms(taxpayer, first_on, last_on, turn.office.started_on, turn.office.calendar)


def _deadline(turn: Turn, taxpayer: TrainingTaxpayer, cell: TableTerm) -> wire.DeadlineInfo:
    term = cell.term
    rows = _filed(turn, taxpayer, term.form, term.period.year, term.period.number)
    filed = [FiledReport(read_stamp(row["sent_at"]), report_status(_present(turn, row["id"]))) for row in rows]
    return wire.DeadlineInfo(
        deadline=write_day_stamp(term.due_on),
        period_year=term.period.year,
        period_number=term.period.number,
        period_start=write_day_stamp(term.period.first_on),
        period_end=write_day_stamp(term.period.last_on),
        status=cell_status(filed, term.due_on, turn.now, is_before_training=cell.is_before_training),
    )


def _filed(turn: Turn, taxpayer: TrainingTaxpayer, form: ReportForm, year: int, number: int) -> list[sqlite3.Row]:
    rows = turn.rows.execute(
        "SELECT id, authority, sent_at, correction, period_code FROM docflows "
        "WHERE organisation_id = ? AND knd = ? AND year = ? ORDER BY sent_at, rowid",
        (taxpayer.organisation.id, KND[form], year),
    )
    return [row for row in rows if period_number(form, row["period_code"]) == number]


def _present(turn: Turn, docflow_id: str) -> frozenset[ReportDocument]:
    return docflows.present(turn, docflow_id)
