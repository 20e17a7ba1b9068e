"""Reports tables: the operator's calendar of reports and their terms."""

from __future__ import annotations

from extern_desktop.extern_api.wire.base import Wire


class FormInfo(Wire, frozen=True, kw_only=True):
    """A form of the calendar. Unlike `form-version`, its names are `form-full-name` and `form-short-name`."""

    form_full_name: str = ""
    form_short_name: str = ""
    form_id: int = 0
    knd: str | None = None
    okud: str | None = None
    periodicity: str | None = None
    """yearly, quarterly, monthly, twice-a-month."""


class DeadlineInfo(Wire, frozen=True, kw_only=True):
    deadline: str = ""
    """A stamp whose day is the term."""
    period_year: int = 0
    period_number: int = 0
    period_start: str | None = None
    period_end: str | None = None
    status: str = ""
    """See `domain.docflows.CellStatus`."""


class FormDeadlines(Wire, frozen=True, kw_only=True):
    form_info: FormInfo = FormInfo()
    deadlines: tuple[DeadlineInfo, ...] = ()


class ReportsTable(Wire, frozen=True, kw_only=True):
    organization_id: str
    forms: tuple[FormDeadlines, ...] = ()


class ReportsTableSearch(Wire, frozen=True, kw_only=True):
    """Body of POST `reports-tables/search`. `take` counts organisations, at most 1000."""

    organization_ids: tuple[str, ...] | None = None
    date_from: str | None = None
    date_to: str | None = None
    skip: int | None = None
    take: int | None = None


class ReportsTablesAnswer(Wire, frozen=True, kw_only=True):
    reports_tables: tuple[ReportsTable, ...] = ()


class ReportDocflow(Wire, frozen=True, kw_only=True):
    """What was sent for one cell."""

    docflow_id: str
    organization_short_name: str = ""
    form: FormInfo = FormInfo()
    recipient: str | None = None
    send_date: str | None = None
    correction_number: int | None = None
    report_status: str | int = ""
    """A word or a number; see `spellings.report_status_text`."""


class ReportDocflowsAnswer(Wire, frozen=True, kw_only=True):
    docflows: tuple[ReportDocflow, ...] = ()
