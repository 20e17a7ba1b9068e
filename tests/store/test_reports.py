from __future__ import annotations

from datetime import timedelta

import pytest

from extern_desktop.domain.outbox import OutboxEvent, OutboxState
from extern_desktop.store.errors import NotInWorkspaceError, ReportInOutboxError
from extern_desktop.store.values import ChangeKind, Changes, CheckSummary
from extern_desktop.store.workspace import Workspace
from store.conftest import NOON, NORTH_WIND, ROMASHKA, TESTOV, add_signed, docflow, identity

FOUND = CheckSummary(2, 1, NOON)


def test_add_everything_comes_back(workspace: Workspace) -> None:
    row = workspace.reports.add(b"<report/>", "NO_USN.xml", identity(), FOUND)

    assert (row.file_name, row.content_bytes, row.identity, row.check) == ("NO_USN.xml", 9, identity(), FOUND)
    assert workspace.reports.get(row.id) == row
    assert workspace.reports.list() == (row,)
    assert (row.outbox, row.organisation, row.docflow_status) == (None, None, "")


def test_add_file_that_is_no_report_yet_is_kept_all_the_same(workspace: Workspace) -> None:
    row = workspace.reports.add(b"\xff\xfe broken", "draft.xml", None)

    assert (row.identity, row.check) == (None, None)
    assert workspace.reports.content(row.id) == b"\xff\xfe broken"


@pytest.mark.parametrize("organisation", [ROMASHKA, NORTH_WIND, TESTOV])
def test_organisation_is_found_by_inn_and_kpp(workspace: Workspace, organisation: object) -> None:
    workspace.organisations.replace_all([ROMASHKA, NORTH_WIND, TESTOV])
    assert isinstance(organisation, type(ROMASHKA))

    row = workspace.reports.add(b"x", "x.xml", identity(payer_inn=organisation.inn, payer_kpp=organisation.kpp))

    assert row.organisation == organisation


def test_organisation_moved_to_a_new_id_is_found_again(workspace: Workspace) -> None:
    from dataclasses import replace

    row = workspace.reports.add(b"x", "x.xml", identity())
    moved = replace(ROMASHKA, id="99999999-aaaa-4bbb-8ccc-000000000009")
    workspace.organisations.replace_all([moved, ROMASHKA])

    assert len(workspace.reports.list()) == 1, "two ids for one payer must not double the report"
    workspace.organisations.replace_all([moved])
    assert workspace.reports.get(row.id).organisation == moved


def test_list_last_changed_comes_first(workspace: Workspace) -> None:
    first, second = (workspace.reports.add(name.encode(), name, identity(name)) for name in ("a", "b"))
    assert [row.id for row in workspace.reports.list()] == [second.id, first.id]

    workspace.reports.replace_content(first.id, b"edited", "a", identity("a"))

    assert [row.id for row in workspace.reports.list()] == [first.id, second.id]


def test_list_shows_the_last_act_and_its_docflow(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    workspace.outbox.advance(outbox_id, OutboxEvent.WITHDRAWN)
    report_id = workspace.reports.list()[0].id
    again = workspace.outbox.add_signed(report_id, workspace.reports.get(report_id).content_sha256, b"s2", b"c", ROMASHKA.id, "0087")
    workspace.mirror.store_docflow_page([docflow(status="urn:docflow-common-status:finished", success_state="urn:docflow-state:successful")])
    workspace.outbox.note(again.id, docflow_id=docflow().id)

    (row,) = workspace.reports.list()

    assert row.outbox is not None
    assert (row.outbox.id, row.outbox.state) == (again.id, OutboxState.SIGNED)
    assert (row.docflow_status, row.success_state) == ("finished", "successful")


def test_find_by_bytes(workspace: Workspace) -> None:
    row = workspace.reports.add(b"these", "x.xml", identity())

    assert workspace.reports.find(b"these") == row
    assert workspace.reports.find(b"others") is None


def test_set_checked_changes_neither_bytes_nor_time_of_change(workspace: Workspace) -> None:
    row = workspace.reports.add(b"x", "x.xml", None)

    checked = workspace.reports.set_checked(row.id, FOUND, identity())

    assert (checked.check, checked.identity, checked.changed_at, checked.content_sha256) == (FOUND, identity(), row.changed_at, row.content_sha256)


def test_replace_content_forgets_the_old_check(workspace: Workspace) -> None:
    row = workspace.reports.add(b"old", "x.xml", identity(), FOUND)

    replaced = workspace.reports.replace_content(row.id, b"new", "y.xml", identity("Y"))

    assert (replaced.check, replaced.file_name, replaced.added_at) == (None, "y.xml", row.added_at)
    assert replaced.changed_at - row.changed_at >= timedelta()
    assert workspace.reports.content(row.id) == b"new"


def test_replace_content_of_a_signed_report_is_refused(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace, b"signed")
    report_id = workspace.reports.list()[0].id

    with pytest.raises(ReportInOutboxError) as refused:
        workspace.reports.replace_content(report_id, b"other", "x.xml", identity())

    assert refused.value.state is OutboxState.SIGNED
    assert workspace.reports.content(report_id) == b"signed"
    workspace.outbox.advance(outbox_id, OutboxEvent.WITHDRAWN)
    assert workspace.reports.replace_content(report_id, b"other", "x.xml", identity()).content_bytes == 5


def test_remove_takes_the_report_and_its_bytes(workspace: Workspace) -> None:
    row = workspace.reports.add(b"x", "x.xml", identity())

    workspace.reports.remove(row.id)

    assert workspace.reports.list() == ()
    with workspace._database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from content").scalar_one() == 0


def test_remove_of_what_was_ever_signed_is_refused(workspace: Workspace) -> None:
    workspace.outbox.advance(add_signed(workspace), OutboxEvent.WITHDRAWN)

    with pytest.raises(ReportInOutboxError):
        workspace.reports.remove(workspace.reports.list()[0].id)


def test_unknown_report_says_so_everywhere(workspace: Workspace) -> None:
    reports = workspace.reports
    for act in (
        lambda: reports.get("nobody"),
        lambda: reports.content("nobody"),
        lambda: reports.remove("nobody"),
        lambda: reports.set_checked("nobody", FOUND, None),
        lambda: reports.replace_content("nobody", b"x", "x.xml", None),
    ):
        with pytest.raises(NotInWorkspaceError):
            act()


def test_changes_name_the_report(workspace: Workspace) -> None:
    heard: list[Changes] = []
    workspace.subscribe(heard.append)

    row = workspace.reports.add(b"x", "x.xml", identity())
    workspace.reports.set_checked(row.id, FOUND, identity())
    workspace.reports.remove(row.id)

    assert [changes.of(ChangeKind.REPORTS) for changes in heard] == [{row.id}] * 3


def test_organisations_same_list_again_changes_nothing(workspace: Workspace) -> None:
    assert workspace.organisations.replace_all([ROMASHKA, TESTOV]).of(ChangeKind.ORGANISATIONS) == {ROMASHKA.id, TESTOV.id}
    assert not workspace.organisations.replace_all([TESTOV, ROMASHKA])
    assert workspace.organisations.replace_all([TESTOV]).of(ChangeKind.ORGANISATIONS) == {ROMASHKA.id}
    assert workspace.organisations.all() == (TESTOV,)
    workspace.organisations.replace_all([])
    assert workspace.organisations.all() == ()
