"""The reports tables' endpoints."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Final

from starlette.routing import Route

from extern_desktop.extern_api.wire import tables as wire
from extern_desktop.extern_api.wire.times import read_day
from extern_desktop.sandbox import tables
from extern_desktop.sandbox.cells import moscow_day
from extern_desktop.sandbox.refusals import bad_request, not_found
from extern_desktop.sandbox.scene import FORMS, TAXPAYERS, TrainingTaxpayer
from extern_desktop.sandbox.web import Answer, Call, route

_TABLES: Final = "/v1/{account}/reports-tables"
_WINDOW: Final = timedelta(days=92)
"""Three months back and ahead, unless the caller says otherwise."""
_LONGEST_WINDOW: Final = timedelta(days=3653)
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
_SHORT_NUMBER: Final = re.compile(r"[0-9]{1,4}")


def _taxpayer(organisation_id: str) -> TrainingTaxpayer:
    found = next((taxpayer for taxpayer in TAXPAYERS if taxpayer.organisation.id == organisation_id.lower()), None)
    if found is None:
        raise not_found("организация")
    return found


def _day(text: str | None, default: date) -> date:
    day = read_day(text)
    if text and day is None:
        raise bad_request(f"Дата {text} не прочитана.")
    return day or default


def _forms(call: Call) -> Answer:
    taxpayer = _taxpayer(call.path["organisation"])
    return Answer({"forms": [tables.form_info(card) for card in FORMS if card.form in taxpayer.forms]})


def _search(call: Call) -> Answer:
    asked = call.wire(wire.ReportsTableSearch) if call.body else wire.ReportsTableSearch()
    today = moscow_day(call.turn.now)
    first_on, last_on = _day(asked.date_from, today - _WINDOW), _day(asked.date_to, today + _WINDOW)
    if last_on - first_on > _LONGEST_WINDOW or not _FIRST_YEAR <= first_on.year <= last_on.year <= _LAST_YEAR:
        raise bad_request("Период поиска: не больше десяти лет, с 2000 по 2100 год.")
    chosen = TAXPAYERS if not asked.organization_ids else tuple(map(_taxpayer, asked.organization_ids))
    skip, take = max(asked.skip or 0, 0), 1000 if asked.take is None else min(max(asked.take, 0), 1000)
    found = tuple(tables.table_of(call.turn, taxpayer, first_on, last_on) for taxpayer in chosen[skip : skip + take])
    return Answer(wire.ReportsTablesAnswer(reports_tables=found))


def _report_docflows(call: Call) -> Answer:
    taxpayer = _taxpayer(call.path["organisation"])
    card = tables.find_form(call.one("formId"))
    if card is None:
        raise not_found("форма")
    year, number = call.one("periodYear"), call.one("periodNumber")
    if not (_SHORT_NUMBER.fullmatch(year) and _SHORT_NUMBER.fullmatch(number)):
        raise bad_request("Нужны periodYear и periodNumber.")
    return Answer(wire.ReportDocflowsAnswer(docflows=tables.report_docflows(call.turn, taxpayer, card, int(year), int(number))))


ROUTES: Final[tuple[Route, ...]] = (
    route(_TABLES + "/search", "POST", _search),
    route(_TABLES + "/{organisation}/forms", "GET", _forms),
    route(_TABLES + "/{organisation}/report-docflows", "GET", _report_docflows),
)
