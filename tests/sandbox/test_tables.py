"""The reports tables over HTTP: the training term, and cells that follow the docflows."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import ROMASHKA, TESTOV, Caller, Clock, declaration

WINDOW = {"date-from": "2026-09-01", "date-to": "2027-03-31"}


def _cells(caller: Caller, organisation_id: str = ROMASHKA.id, **window: str) -> dict[tuple[str, int, int], dict[str, Any]]:
    """Cells by form, year and number."""
    body = {"organization-ids": [organisation_id], **(window or WINDOW)}
    (table,) = caller.done("POST", "/reports-tables/search", json=body)["reports-tables"]
    assert table["organization-id"] == organisation_id
    return {
        (form["form-info"]["form-short-name"], cell["period-year"], cell["period-number"]): cell
        for form in table["forms"]
        for cell in form["deadlines"]
    }


def _usn(caller: Caller) -> str:
    return str(_cells(caller)["УСН", 2025, 1]["status"])


def test_training_term_is_ten_days_after_the_first_start(caller: Caller) -> None:
    cells = _cells(caller)
    assert cells["УСН", 2025, 1] == {
        "deadline": "2026-12-04T00:00:00",
        "period-year": 2025,
        "period-number": 1,
        "period-start": "2025-01-01T00:00:00",
        "period-end": "2025-12-31T00:00:00",
        "status": "not-sent",
    }
    assert cells["УСН", 2026, 1]["deadline"] == "2027-03-25T00:00:00"
    assert cells["РСВ", 2026, 4]["deadline"] == "2027-01-25T00:00:00"
    assert cells["НДС", 2026, 4]["status"] == "not-sent"


def test_terms_before_the_training_count_as_filed_elsewhere(caller: Caller) -> None:
    assert _cells(caller)["РСВ", 2026, 3]["status"] == "accepted-custom"


def test_entrepreneur_has_only_his_own_forms(caller: Caller) -> None:
    assert {form for form, _year, _number in _cells(caller, TESTOV.id)} == {"УСН", "Уведомление ЕНП"}
    forms = caller.done("GET", f"/reports-tables/{TESTOV.id}/forms")["forms"]
    assert [form["knd"] for form in forms] == ["1152017", "1110355"]
    assert forms[0]["periodicity"] == "yearly"


def test_search_without_a_window_takes_three_months_each_way_and_all_taxpayers(caller: Caller) -> None:
    tables = caller.done("POST", "/reports-tables/search", json={})["reports-tables"]
    assert len(tables) == 3
    days = [cell["deadline"][:10] for table in tables for form in table["forms"] for cell in form["deadlines"]]
    assert min(days) >= "2026-08-24"
    assert max(days) <= "2027-02-24"
    assert caller.done("POST", "/reports-tables/search", json={"skip": 1, "take": 1})["reports-tables"][0] == tables[1]


@pytest.mark.parametrize(("authority", "status"), [("0087", "accepted"), ("0088", "declined"), ("0085", "accepted-with-rebuke")])
def test_cell_after_a_robots_answer_has_its_colour(caller: Caller, authority: str, status: str) -> None:
    docflow_id = caller.file(declaration(authority=authority), authority)
    assert _usn(caller) == status
    cell = _cells(caller)["УСН", 2025, 1]
    query = {"formId": "152017", "deadline": cell["deadline"], "periodYear": "2025", "periodNumber": "1"}
    (filed,) = caller.done("GET", f"/reports-tables/{ROMASHKA.id}/report-docflows", params=query)["docflows"]
    assert (filed["docflow-id"], filed["report-status"], filed["recipient"]) == (docflow_id, status, authority)


def test_cell_through_time_and_corrections_tells_each_state(caller: Caller, clock: Clock, office: Any) -> None:
    clock.pass_by(days=40)
    caller.sign_in(office.account.login, office.account.password.reveal())
    assert _usn(caller) == "not-sent-after-deadline"
    caller.file(declaration(authority="0088"), "0088")
    assert _usn(caller) == "declined"
    caller.file(declaration())
    assert _usn(caller) == "accepted-after-deadline"
    caller.file(declaration(authority="0088", correction_number=1), "0088")
    assert _usn(caller) == "accepted-with-warning"


def test_search_for_an_unknown_organisation_is_404(caller: Caller) -> None:
    assert caller.ask("POST", "/reports-tables/search", json={"organization-ids": ["x"]}).status_code == 404


@pytest.mark.parametrize(
    "window", [{"date-from": "0001-01-01"}, {"date-to": "9999-12-31"}, {"date-from": "2001-01-01", "date-to": "2020-01-01"}, {"date-from": "soon"}]
)
def test_search_in_an_impossible_window_is_refused(caller: Caller, window: dict[str, str]) -> None:
    assert caller.ask("POST", "/reports-tables/search", json=window).status_code == 400
