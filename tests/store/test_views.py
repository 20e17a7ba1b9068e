from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import sqlite

from extern_desktop.domain.docflows import UNFILED
from extern_desktop.domain.outbox import OutboxEvent
from extern_desktop.store import mirror, outbox, reports, schema, views
from extern_desktop.store.values import DocflowUpdate, Obligation, OwedReplies, Refusal
from extern_desktop.store.workspace import Workspace
from store.conftest import NOON, NORTH_WIND, ROMASHKA, TESTOV, add_signed, cell, docflow, document, identity

E = OutboxEvent
ON = date(2026, 3, 20)
TERM = date(2026, 3, 25)


@pytest.fixture(autouse=True)
def _organisations(workspace: Workspace) -> None:
    workspace.organisations.replace_all([ROMASHKA, NORTH_WIND, TESTOV])


def table(workspace: Workspace, *cells: Any) -> None:
    workspace.mirror.reports_table([ROMASHKA.id, NORTH_WIND.id, TESTOV.id], date(2025, 1, 1), date(2027, 1, 1), cells)


def test_today_empty_workspace_is_quiet(workspace: Workspace) -> None:
    today = workspace.views.today(ON)

    assert (today.overdue, today.ahead, today.owed, today.failures, today.uncertain) == ((),) * 5
    assert (today.in_outbox, today.accepted, today.synchronised_at) == (0, 0, None)


def test_today_counts_terms_by_day_form_and_status_overdue_ones_apart(workspace: Workspace) -> None:
    long_ago = ON - timedelta(days=100)
    table(
        workspace,
        cell(TERM),
        cell(TERM, organisation=TESTOV, period_number=2),
        cell(long_ago, "not-sent-after-deadline", NORTH_WIND),
        cell(long_ago, "accepted", ROMASHKA),
        cell(TERM, "accepted", TESTOV),
        cell(ON + timedelta(days=14), organisation=TESTOV),
        cell(ON + timedelta(days=13), "declined", NORTH_WIND),
    )

    today = workspace.views.today(ON)

    assert [(it.on, it.status, it.count) for it in today.overdue] == [(long_ago, "not-sent-after-deadline", 1)]
    last = ON + timedelta(days=13)
    assert [(it.on, it.status, it.count) for it in today.ahead] == [(TERM, "accepted", 1), (TERM, "not-sent", 2), (last, "declined", 1)]
    assert today.accepted == 1


def test_today_of_very_many_overdue_terms_names_the_last_ones_oldest_first(workspace: Workspace) -> None:
    days = [ON - timedelta(days=back) for back in range(1, views.MOST_OVERDUE + 20)]
    table(workspace, *(cell(on, "not-sent-after-deadline") for on in days))

    assert [it.on for it in workspace.views.today(ON).overdue] == days[: views.MOST_OVERDUE][::-1]


@pytest.mark.parametrize(
    ("periodicity", "number", "code", "year", "matches"),
    [
        ("yearly", 1, "34", 2025, True),
        ("quarterly", 1, "21", 2025, True),
        ("quarterly", 2, "31", 2025, True),
        ("quarterly", 3, "33", 2025, True),
        ("quarterly", 4, "34", 2025, True),
        ("quarterly", 4, "24", 2025, True),
        ("quarterly", 3, "34", 2025, False),
        ("monthly", 11, "11", 2025, True),
        ("yearly", 1, "34", 2024, False),
        ("quarterly", 1, "??", 2025, False),
    ],
)
def test_due_date_of_a_report_is_that_of_the_term_of_its_period(
    workspace: Workspace, periodicity: str, number: int, code: str, year: int, matches: bool
) -> None:
    table(workspace, cell(TERM, periodicity=periodicity, period_number=number))
    report = workspace.reports.add(b"<report/>", "x.xml", identity(period_code=code, year=year))

    expected = {report.id: TERM} if matches else {}
    assert workspace.views.due_dates() == expected
    assert workspace.views.due_dates(report.id) == expected
    assert workspace.views.due_dates("another") == {}


def test_calendar_of_one_organisation_or_of_all(workspace: Workspace) -> None:
    table(workspace, cell(TERM), cell(TERM, "accepted-with-rebuke", NORTH_WIND), cell(TERM, "not-required-report", TESTOV))

    assert [row.organisation for row in workspace.views.calendar(ON, TERM, NORTH_WIND.id)] == [NORTH_WIND]
    assert [row.organisation.name for row in workspace.views.calendar(ON, TERM)] == sorted([ROMASHKA.name, NORTH_WIND.name, TESTOV.name])
    assert workspace.views.calendar(ON, TERM - timedelta(days=1)) == ()


def test_statuses_of_the_index_of_due_terms_are_those_that_wait_for_a_report() -> None:
    assert set(re.findall("'(.*?)'", schema.IS_DUE)) == UNFILED


def owe(workspace: Workspace) -> Obligation:
    flow = docflow()
    owed = Obligation(flow.id, document(flow.id).id, "fns534-report-receipt", "https://host/reply")
    workspace.mirror.store_docflows([DocflowUpdate(flow, (document(flow.id),), (owed,))])
    return owed


def reply(workspace: Workspace, owed: Obligation) -> str:
    return workspace.outbox.add_reply(
        docflow_id=owed.docflow_id,
        document_id=owed.document_id,
        reply_type=owed.reply_type,
        reply_id="r",
        file_name="IZ.xml",
        content=b"x",
        signature=b"s",
        certificate_der=b"c",
        organisation_id=ROMASHKA.id,
    ).id


def test_waiting_until_the_reply_is_in_the_outbox_and_again_when_it_is_refused(workspace: Workspace) -> None:
    owed = owe(workspace)
    (row,) = workspace.views.waiting()
    assert (row.obligation, row.organisation_name, row.form_name, row.document_type) == (owed, ROMASHKA.name, "УСН", "fns534-report-receipt")
    assert row.received_at == NOON

    assert workspace.views.today(ON).owed == (OwedReplies(owed.docflow_id, 1, "УСН", ROMASHKA.name),)
    assert workspace.views.owed_counts() == {owed.docflow_id: 1}

    act = reply(workspace, owed)
    assert (workspace.views.waiting(), workspace.views.today(ON).owed, workspace.views.owed_counts()) == ((), (), {})

    workspace.outbox.advance(act, E.REFUSED, refusal=Refusal("code", "no"))
    assert [it.obligation for it in workspace.views.waiting()] == [owed]


def test_waiting_names_every_reply_though_today_shows_the_first_ones(workspace: Workspace) -> None:
    flows = [docflow(number) for number in range(1, views.MOST_ROWS + 20)]
    updates = []
    for number, flow in enumerate(flows):
        receipt = replace(document(flow.id), id=f"document-{number}")
        updates.append(DocflowUpdate(flow, (receipt,), (Obligation(flow.id, receipt.id, "fns534-report-receipt", "https://host/reply"),)))
    workspace.mirror.store_docflows(updates)

    assert {row.obligation.docflow_id for row in workspace.views.waiting()} == {flow.id for flow in flows}
    today = workspace.views.today(ON)
    assert (len(today.owed), today.owed_docflows) == (views.MOST_ROWS, len(flows))


def test_failures_of_the_authority_until_the_report_is_sent_again(workspace: Workspace) -> None:
    act = add_signed(workspace)
    workspace.outbox.note(act, docflow_id=docflow(1).id)
    another_year = docflow(2, period_end_on=date(2024, 12, 31), minutes=9)
    workspace.mirror.store_docflow_page([docflow(1, success_state="urn:docflow-state:failed"), another_year])

    (row,) = workspace.views.failures()
    assert (row.docflow_id, row.outbox_id, row.report_id) == (docflow(1).id, act, workspace.reports.list()[0].id)
    assert (row.organisation_name, row.form_name, row.year) == (ROMASHKA.name, "УСН", 2025)

    workspace.mirror.store_docflow_page([docflow(3, minutes=10)])
    assert workspace.views.failures() == ()
    workspace.mirror.store_docflow_page([docflow(3, minutes=11, success_state="failed")])
    assert [row.docflow_id for row in workspace.views.failures()] == [docflow(3).id, docflow(1).id]


def test_failures_of_the_operator_until_the_report_is_signed_again(workspace: Workspace) -> None:
    act = add_signed(workspace)
    refusal = Refusal("urn:error:externapi:checkProtocolHasErrors", "check found errors", "T-1")
    workspace.outbox.advance(act, E.REFUSED, refusal=refusal)

    (row,) = workspace.views.failures()
    assert (row.outbox_id, row.refusal, row.form_name, row.period_code, row.year) == (act, refusal, "УСН", "34", 2025)

    report = workspace.reports.list()[0]
    workspace.outbox.add_signed(report.id, report.content_sha256, b"s", b"c", ROMASHKA.id, "0087")
    assert workspace.views.failures() == ()


def test_today_counts_the_outbox_and_names_what_is_uncertain(workspace: Workspace) -> None:
    first, _ = add_signed(workspace, b"1"), add_signed(workspace, b"2")
    workspace.outbox.lease(first, workspace.owner, 60)
    for event in (E.UPLOAD_DONE, E.CHECK_PASSED, E.PREPARE_PASSED, E.SEND_ASKED, E.LINE_LOST):
        workspace.outbox.advance(first, event, owner=workspace.owner)
    workspace.mirror.set_sync_mark(views.DOCFLOWS_MARK, NOON)

    today = workspace.views.today(ON)

    assert (today.in_outbox, [row.id for row in today.uncertain], today.synchronised_at) == (2, [first], NOON)


STATEMENTS: Mapping[str, sa.Executable] = {
    "overdue": views.OVERDUE,
    "calendar": views.CALENDAR[False],
    "calendar of one": views.CALENDAR[True],
    "accepted": views.ACCEPTED,
    "forms": views.FORMS,
    "terms of reports": views.TERMS_OF_REPORTS[False],
    "term of one report": views.TERMS_OF_REPORTS[True],
    "owed": views.OWED,
    "owed docflows": views.OWED_DOCFLOWS,
    "owed counts": views.OWED_COUNTS,
    "failed": views.FAILED,
    "refused": views.REFUSED,
    "uncertain": views.UNCERTAIN,
    "open count": views.OPEN_COUNT,
    "unread": mirror.UNREAD,
    "to fetch": mirror.TO_FETCH,
    "reports": reports.LIST_NEWEST,
    "unfinished": outbox._UNFINISHED,
    **{f"docflows {way}": statement for way, statement in mirror.PAGES.items()},
}
BOUND: Mapping[str, Any] = {
    "first_on": "2026-01-01",
    "last_on": "2026-01-31",
    "most": 200,
    "organisation_id": ROMASHKA.id,
    "after_at": "2026-01-01T00:00:00.000000Z",
    "after_id": "x",
}


@pytest.mark.parametrize("name", STATEMENTS)
def test_query_plan_has_no_full_scan(workspace: Workspace, name: str) -> None:
    compiled: Any = STATEMENTS[name].compile(dialect=sqlite.dialect(paramstyle="named"))  # type: ignore[attr-defined]  # every statement here has it
    bound = {key: BOUND.get(key, value) for key, value in compiled.params.items()}
    with workspace._database.read() as connection:
        raw: Any = connection.connection.dbapi_connection
        plan = [row[3] for row in raw.execute(f"explain query plan {compiled}", bound).fetchall()]

    assert plan
    # `owed` is the few docflows that were chosen through an index before.
    assert not [step for step in plan if re.match(r"SCAN (?!CONSTANT|owed)", step) and "INDEX" not in step], plan
