"""Reports tables: which reports are due and what was sent for each term."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from extern_desktop.extern_api.accounts import AccountCalls
from extern_desktop.extern_api.calls import QueryValue
from extern_desktop.extern_api.wire.tables import ReportDocflow, ReportDocflowsAnswer, ReportsTable, ReportsTablesAnswer, ReportsTableSearch
from extern_desktop.extern_api.wire.times import write_day, write_day_stamp
from extern_desktop.jobs.work import Work

PAGE_ORGANISATIONS: Final = 50
"""The operator takes up to 1000, but reading megabytes of JSON at once would hold the interpreter from the window."""


class TableCalls(AccountCalls):
    """The operator's calendar."""

    def search_reports_tables(
        self, date_from: date, date_to: date, *, organisation_ids: Sequence[str] | None = None, work: Work | None = None
    ) -> tuple[ReportsTable, ...]:
        """Terms between two days, both included, of all organisations or of those named."""
        watched = work or Work()
        gathered: list[ReportsTable] = []
        while True:
            watched.checkpoint()
            body = ReportsTableSearch(
                organization_ids=None if organisation_ids is None else tuple(organisation_ids),
                date_from=write_day(date_from),
                date_to=write_day(date_to),
                skip=len(gathered),
                take=PAGE_ORGANISATIONS,
            )
            page = self._channel.search(self._path(watched, "reports-tables", "search"), ReportsTablesAnswer, watched, body).reports_tables
            gathered += page
            if len(page) < PAGE_ORGANISATIONS:
                return tuple(gathered)

    def report_docflows(
        self, organisation_id: str, form_id: int, deadline_on: date, period_year: int, period_number: int, *, work: Work | None = None
    ) -> tuple[ReportDocflow, ...]:
        """What was sent for one cell; empty when nothing was."""
        watched = work or Work()
        query: dict[str, QueryValue | None] = {
            "formId": form_id,
            "deadline": write_day_stamp(deadline_on),
            "periodYear": period_year,
            "periodNumber": period_number,
        }
        path = self._path(watched, "reports-tables", organisation_id, "report-docflows")
        return self._channel.read(path, ReportDocflowsAnswer, watched, query).docflows
