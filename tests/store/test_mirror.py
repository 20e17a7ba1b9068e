from __future__ import annotations

import shutil
import tempfile
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extern_desktop.settings.places import Stage
from extern_desktop.store.errors import NotInWorkspaceError
from extern_desktop.store.keys import obtain_key
from extern_desktop.store.values import ChangeKind, DocflowUpdate, FetchedDocument, MirrorDocflow, Obligation
from extern_desktop.store.workspace import Workspace, make_folder
from store.conftest import NOON, NORTH_WIND, ROMASHKA, cell, docflow, document

YEAR = (date(2026, 1, 1), date(2026, 12, 31))


def update(flow: MirrorDocflow, documents: int = 1, owed: int = 0) -> DocflowUpdate:
    rows = tuple(document(flow.id, number) for number in range(1, documents + 1))
    return DocflowUpdate(flow, rows, tuple(Obligation(flow.id, row.id, "fns534-report-receipt", f"https://host/{row.id}") for row in rows[:owed]))


def test_store_page_keeps_words_without_their_urns(workspace: Workspace) -> None:
    changes = workspace.mirror.store_docflow_page([docflow(status="urn:docflow-common-status:something-new")])

    row = workspace.mirror.docflow(docflow().id)
    assert (row.type, row.status, row.success_state) == ("fns534-report", "something-new", "neutral")
    assert row == replace(docflow(), type="fns534-report", status="something-new", success_state="neutral")
    assert changes.of(ChangeKind.DOCFLOWS) == {row.id}


def test_store_page_twice_changes_nothing(workspace: Workspace) -> None:
    page = [docflow(number) for number in range(1, 101)]

    assert len(workspace.mirror.store_docflow_page(page).of(ChangeKind.DOCFLOWS)) == 100
    assert not workspace.mirror.store_docflow_page(page)


def test_store_page_older_never_overwrites_newer(workspace: Workspace) -> None:
    workspace.mirror.store_docflow_page([docflow(minutes=10, status="finished")])

    assert not workspace.mirror.store_docflow_page([docflow(minutes=5, status="sent")])

    assert workspace.mirror.docflow(docflow().id).status == "finished"


def test_store_page_two_changes_in_one_tick_believes_the_later_and_reads_again(workspace: Workspace) -> None:
    workspace.mirror.store_docflows([update(docflow(status="delivered"))])
    assert workspace.mirror.unread() == ()

    workspace.mirror.store_docflow_page([docflow(status="response-arrived")])

    assert workspace.mirror.docflow(docflow().id).status == "response-arrived"
    assert workspace.mirror.unread() == (docflow().id,)


def test_unread_is_what_changed_since_it_was_read_whole(workspace: Workspace) -> None:
    workspace.mirror.store_docflow_page([docflow(1, minutes=2), docflow(2, minutes=1)])
    assert workspace.mirror.unread() == (docflow(2).id, docflow(1).id)

    workspace.mirror.store_docflows([update(docflow(1, minutes=2)), update(docflow(2, minutes=1))])
    assert workspace.mirror.unread() == ()

    workspace.mirror.store_docflow_page([docflow(2, minutes=3, status="delivered")])
    assert workspace.mirror.unread() == (docflow(2).id,)


def test_documents_keep_their_content_when_read_again(workspace: Workspace) -> None:
    flow = docflow()
    workspace.mirror.store_docflows([update(flow, documents=1)])
    receipt = workspace.mirror.documents(flow.id)[0]
    assert workspace.mirror.documents_to_fetch() == (receipt,)
    assert workspace.mirror.content(receipt.id) is None

    changes = workspace.mirror.keep_fetched([FetchedDocument(receipt.id, b"<receipt/>" * 1000, b"\x30\x80")])
    workspace.mirror.store_docflows([update(replace(flow, changed_at=NOON + timedelta(minutes=1)), documents=2)])

    kept, new = workspace.mirror.documents(flow.id)
    assert (kept.has_content, kept.has_signature, new.has_content) == (True, True, False)
    assert (workspace.mirror.content(kept.id), workspace.mirror.signature(kept.id)) == (b"<receipt/>" * 1000, b"\x30\x80")
    assert changes.of(ChangeKind.DOCUMENTS) == {receipt.id}
    assert changes.of(ChangeKind.DOCFLOWS) == {flow.id}
    assert [row.id for row in workspace.mirror.documents_to_fetch()] == [new.id]


def test_keep_fetched_portion_with_an_unknown_document_keeps_nothing_of_it(workspace: Workspace) -> None:
    flow = docflow()
    workspace.mirror.store_docflows([update(flow)])
    known = FetchedDocument(document(flow.id).id, b"large" * 10_000, b"\x30\x80")

    with pytest.raises(NotInWorkspaceError):
        workspace.mirror.keep_fetched([known, FetchedDocument("x", b"unknown" * 10_000)])

    assert workspace.mirror.content(known.document_id) is None
    assert list((workspace.folder / "contents").glob("*/*")) == []


def test_keep_fetched_again_replaces_it(workspace: Workspace) -> None:
    flow = docflow()
    workspace.mirror.store_docflows([update(flow)])
    receipt = document(flow.id)
    workspace.mirror.keep_fetched([FetchedDocument(receipt.id, b"first")])

    workspace.mirror.keep_fetched([FetchedDocument(receipt.id, b"second")])

    assert workspace.mirror.content(receipt.id) == b"second"
    with workspace._database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from content").scalar_one() == 1


def test_obligations_met_are_gone_with_the_next_reading(workspace: Workspace) -> None:
    workspace.mirror.store_docflows([update(docflow(), documents=2, owed=2)])
    assert len(workspace.mirror.obligations(docflow().id)) == 2

    workspace.mirror.store_docflows([update(docflow(minutes=1), documents=2, owed=1)])
    assert [row.document_id for row in workspace.mirror.obligations(docflow().id)] == [document(docflow().id).id]

    workspace.mirror.store_docflows([update(docflow(minutes=0), documents=2, owed=2)])
    assert len(workspace.mirror.obligations(docflow().id)) == 1, "an older reading brought an obligation back"


def test_docflow_of_draft(workspace: Workspace) -> None:
    workspace.mirror.store_docflow_page([docflow(1), docflow(2, original_draft_id="draft")])

    found = workspace.mirror.docflow_of_draft("draft")

    assert found is not None
    assert found.id == docflow(2).id
    assert workspace.mirror.docflow_of_draft("other") is None
    assert workspace.mirror.docflow_of_draft("") is None


@pytest.mark.parametrize("organisation_id", [None, ROMASHKA.id])
def test_docflows_pages_give_every_row_once_in_order(workspace: Workspace, organisation_id: str | None) -> None:
    flows = [docflow(number, minutes=number // 3, organisation_id=(ROMASHKA, NORTH_WIND)[number % 2].id) for number in range(50)]
    workspace.mirror.store_docflow_page(flows)
    wanted = [flow for flow in flows if organisation_id in (None, flow.organisation_id)]
    wanted.sort(key=lambda flow: (flow.changed_at, flow.id), reverse=True)

    seen: list[str] = []
    page = workspace.mirror.docflows(organisation_id=organisation_id, most=7)
    while page:
        seen += [row.id for row in page]
        page = workspace.mirror.docflows(organisation_id=organisation_id, after=page[-1], most=7)

    assert seen == [flow.id for flow in wanted]


def test_unknown_rows_say_so(workspace: Workspace) -> None:
    for act in (
        lambda: workspace.mirror.docflow("x"),
        lambda: workspace.mirror.document("x"),
        lambda: workspace.mirror.content("x"),
        lambda: workspace.mirror.keep_fetched([FetchedDocument("x", b"")]),
    ):
        with pytest.raises(NotInWorkspaceError):
            act()


def test_reports_table_terms_no_longer_named_are_gone(workspace: Workspace) -> None:
    march, april = cell(date(2026, 3, 25)), cell(date(2026, 4, 27), organisation=NORTH_WIND)
    next_year = cell(date(2027, 3, 25), period_year=2026)
    workspace.organisations.replace_all([ROMASHKA, NORTH_WIND])
    workspace.mirror.reports_table([ROMASHKA.id, NORTH_WIND.id], date(2026, 1, 1), date(2027, 12, 31), [march, april, next_year])

    changes = workspace.mirror.reports_table([ROMASHKA.id, NORTH_WIND.id], *YEAR, [april])

    assert changes.of(ChangeKind.CELLS) == {ROMASHKA.id}
    left = [row.cell for row in workspace.views.calendar(date(2026, 1, 1), date(2027, 12, 31))]
    assert left == [april, next_year]
    assert not workspace.mirror.reports_table([ROMASHKA.id, NORTH_WIND.id], *YEAR, [april])


def test_reports_table_status_changes_are_told(workspace: Workspace) -> None:
    workspace.organisations.replace_all([ROMASHKA])
    workspace.mirror.reports_table([ROMASHKA.id], *YEAR, [cell(date(2026, 3, 25))])

    changes = workspace.mirror.reports_table([ROMASHKA.id], *YEAR, [cell(date(2026, 3, 25), "accepted")])

    assert changes.of(ChangeKind.CELLS) == {ROMASHKA.id}
    assert workspace.views.calendar(*YEAR)[0].cell.status == "accepted"


def test_sync_mark_moves(workspace: Workspace) -> None:
    assert workspace.mirror.sync_mark("docflows") is None
    workspace.mirror.set_sync_mark("docflows", NOON)
    workspace.mirror.set_sync_mark("docflows", NOON + timedelta(seconds=1))
    assert workspace.mirror.sync_mark("docflows") == NOON + timedelta(seconds=1)


HISTORY = [
    update(docflow(number, minutes=minute, status=f"s{minute}"), documents=minute + 1, owed=minute % 2) for number in (1, 2) for minute in range(4)
]


@settings(max_examples=25, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(order=st.permutations(HISTORY), again=st.lists(st.sampled_from(HISTORY), max_size=6), whole=st.lists(st.booleans(), min_size=14, max_size=14))
def test_any_order_with_repeats_gives_the_same_mirror(order: list[DocflowUpdate], again: list[DocflowUpdate], whole: list[bool]) -> None:
    folder = Path(tempfile.mkdtemp())
    make_folder(folder)
    try:
        with Workspace(folder, obtain_key(folder, Stage.TRAINING)) as workspace:
            for it, is_whole in zip(order + again, whole, strict=False):
                workspace.mirror.store_docflow_page([it.docflow])
                if is_whole:
                    workspace.mirror.store_docflows([it])
            for docflow_id in workspace.mirror.unread():
                last = max((it for it in HISTORY if it.docflow.id == docflow_id), key=lambda it: it.docflow.changed_at)
                workspace.mirror.store_docflows([last])
            for number in (1, 2):
                flow = workspace.mirror.docflow(docflow(number).id)
                assert (flow.status, len(workspace.mirror.documents(flow.id)), len(workspace.mirror.obligations(flow.id))) == ("s3", 4, 1)
            assert workspace.mirror.unread() == ()
    finally:
        shutil.rmtree(folder)
