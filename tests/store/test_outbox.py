from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from extern_desktop.domain.outbox import ImpossibleStepError, OutboxEvent, OutboxKind, OutboxState
from extern_desktop.store.errors import AlreadyInOutboxError, ContentChangedError, NotInWorkspaceError, OutboxLeaseError
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.lock import Owner
from extern_desktop.store.values import ChangeKind, Changes, DocflowUpdate, MirrorDocument, OutboxRow, Refusal, RefusalReason, SignedReport
from extern_desktop.store.workspace import Workspace
from store.conftest import ROMASHKA, add_signed, child_environment, docflow, document, identity

E, S = OutboxEvent, OutboxState
WAY_TO_SENDING = (E.UPLOAD_DONE, E.CHECK_PASSED, E.PREPARE_PASSED, E.SEND_ASKED)


def walk(workspace: Workspace, outbox_id: str, *events: OutboxEvent, owner: str | None = None) -> OutboxRow:
    owner = owner or workspace.owner
    row = workspace.outbox.lease(outbox_id, owner, 60)
    for event in events:
        row = workspace.outbox.advance(outbox_id, event, owner=owner)
    return row


def test_add_signed_keeps_bytes_signature_and_certificate_exactly(workspace: Workspace) -> None:
    content = "<?xml version='1.0' encoding='windows-1251'?><Файл/>".encode("cp1251") * 1000
    report = workspace.reports.add(content, "report.xml", identity())

    row = workspace.outbox.add_signed(report.id, report.content_sha256, b"\x30\x00sig", b"\x30\x01cert", ROMASHKA.id, "0087")

    assert (row.state, row.kind, row.report_id, row.authority, row.number) == (S.SIGNED, OutboxKind.REPORT, report.id, "0087", 1)
    signed = workspace.outbox.signed(row.id)
    assert (signed.content, signed.signature, signed.certificate_der) == (content, b"\x30\x00sig", b"\x30\x01cert")


def test_add_signed_report_changed_since_is_refused(workspace: Workspace) -> None:
    report = workspace.reports.add(b"old", "report.xml", identity())
    workspace.reports.replace_content(report.id, b"new", "report.xml", identity())

    with pytest.raises(ContentChangedError):
        workspace.outbox.add_signed(report.id, report.content_sha256, b"s", b"c", ROMASHKA.id, "0087")

    assert workspace.outbox.all() == ()


def test_add_signed_unknown_report_says_so(workspace: Workspace) -> None:
    with pytest.raises(NotInWorkspaceError):
        workspace.outbox.add_signed("nobody", "00", b"s", b"c", ROMASHKA.id, "0087")


@pytest.mark.parametrize(("content", "file_id"), [(b"one", "OTHER"), (b"other", "ONE")])
def test_add_signed_same_bytes_or_file_id_twice_is_refused(workspace: Workspace, content: bytes, file_id: str) -> None:
    first = add_signed(workspace, b"one", "ONE")

    with pytest.raises(AlreadyInOutboxError) as refused:
        add_signed(workspace, content, file_id)

    assert (refused.value.outbox_id, refused.value.state) == (first, S.SIGNED)
    assert len(workspace.outbox.all()) == 1


def add_reply(workspace: Workspace, answered: MirrorDocument) -> OutboxRow:
    return workspace.outbox.add_reply(
        docflow_id=answered.docflow_id,
        document_id=answered.id,
        reply_type="fns534-report-receipt",
        reply_id="r1",
        file_name="IZ.xml",
        content=b"<receipt/>",
        signature=b"s",
        certificate_der=b"c",
        organisation_id=ROMASHKA.id,
    )


def signed(workspace: Workspace, content: bytes, file_id: str = "") -> SignedReport:
    row = workspace.reports.add(content, f"{file_id or 'file'}.xml", identity(file_id=file_id))
    return SignedReport(row.id, row.content_sha256, b"s" + content, b"c", ROMASHKA.id, "0087")


def test_add_all_signed_keeps_each_with_its_number_in_the_order_given(workspace: Workspace) -> None:
    before = workspace.outbox.get(add_signed(workspace, b"zero"))
    together = [signed(workspace, b"one", "ONE"), signed(workspace, b"two", "TWO"), signed(workspace, b"three", "THREE")]

    ids = workspace.outbox.add_all_signed(together)

    rows = [workspace.outbox.get(outbox_id) for outbox_id in ids]
    assert [row.report_id for row in rows] == [it.report_id for it in together]
    assert [row.number for row in rows] == [before.number + 1, before.number + 2, before.number + 3]
    assert [workspace.outbox.signed(row.id).signature for row in rows] == [b"sone", b"stwo", b"sthree"]


@pytest.mark.parametrize(("content", "file_id"), [(b"one", "OTHER"), (b"other", "ONE")])
@pytest.mark.parametrize("is_kept_before", [True, False])
def test_add_all_signed_with_one_that_stands_keeps_none(workspace: Workspace, content: bytes, file_id: str, is_kept_before: bool) -> None:
    first, other, again = signed(workspace, b"one", "ONE"), signed(workspace, b"two", "TWO"), signed(workspace, content, file_id)
    if is_kept_before:
        workspace.outbox.add_all_signed([first])
    before = workspace.outbox.all()

    with pytest.raises(AlreadyInOutboxError):
        workspace.outbox.add_all_signed([other, again] if is_kept_before else [first, other, again])

    assert workspace.outbox.all() == before


def test_looking_for_the_same_act_goes_through_its_index(workspace: Workspace) -> None:
    asked: list[tuple[str, Any]] = []
    engines = (workspace._database._writer, workspace._database._readers)
    workspace.mirror.store_docflows([DocflowUpdate(docflow(), (document(docflow().id),), ())])
    one = signed(workspace, b"one", "ONE")
    for engine in engines:
        sa.event.listen(engine, "before_cursor_execute", lambda _c, _cursor, sql, values, *_more: asked.append((sql, values)))

    workspace.outbox.add_all_signed([one])
    add_reply(workspace, document(docflow().id))
    workspace.reports.find(b"one")

    selects = [(sql, values) for sql, values in asked if sql.lstrip().lower().startswith("select")]
    assert len(selects) >= 5
    with workspace._database.read() as connection:
        raw: Any = connection.connection.dbapi_connection
        for sql, values in selects:
            plan = [row[3] for row in raw.execute(f"explain query plan {sql}", values)]
            assert not [step for step in plan if step.startswith("SCAN") and "CONSTANT" not in step], (sql, plan)


@pytest.mark.parametrize(("event", "allowed"), [(E.WITHDRAWN, True), (E.REFUSED, True), (E.UPLOAD_DONE, False)])
def test_add_signed_again_only_after_refusal_or_withdrawal(workspace: Workspace, event: OutboxEvent, allowed: bool) -> None:
    walk(workspace, add_signed(workspace, b"one", "ONE"), event)

    if allowed:
        assert workspace.outbox.get(add_signed(workspace, b"one", "ONE")).number == 2
    else:
        with pytest.raises(AlreadyInOutboxError):
            add_signed(workspace, b"one", "ONE")


def test_add_signed_after_sent_is_refused(workspace: Workspace) -> None:
    walk(workspace, add_signed(workspace, b"one", "ONE"), *WAY_TO_SENDING, E.ACCEPTED)

    with pytest.raises(AlreadyInOutboxError):
        add_signed(workspace, b"one", "ONE")


def test_number_counts_on_although_the_clock_goes_back(workspace: Workspace) -> None:
    with time_machine.travel(datetime(2031, 1, 1, tzinfo=UTC), tick=False):
        add_signed(workspace, b"first")
    with time_machine.travel(datetime(2020, 1, 1, tzinfo=UTC), tick=False):
        add_signed(workspace, b"second")

    assert [(row.number, row.created_at.year) for row in workspace.outbox.unfinished()] == [(1, 2031), (2, 2020)]


def test_advance_keeps_facts_with_the_step(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    workspace.outbox.lease(outbox_id, workspace.owner, 60)
    workspace.outbox.note(outbox_id, owner=workspace.owner, content_id="c", draft_id="d")

    row = workspace.outbox.advance(outbox_id, E.UPLOAD_DONE, owner=workspace.owner, document_id="doc", signature_id="sig")

    assert (row.state, row.content_id, row.draft_id, row.document_id, row.signature_id) == (S.UPLOADED, "c", "d", "doc", "sig")
    assert row == workspace.outbox.get(outbox_id)


def test_advance_refusal_comes_back_whole(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    walk(workspace, outbox_id, E.UPLOAD_DONE)
    refusal = Refusal("urn:error:externapi:checkProtocolHasErrors", "Ошибки", "T-1", (RefusalReason("Не заполнен КПП", "Файл/@КПП", "Error"),))

    row = workspace.outbox.advance(outbox_id, E.REFUSED, owner=workspace.owner, refusal=refusal)

    assert (row.state, row.refusal, row.owner, row.lease_until_at) == (S.REFUSED, refusal, None, None)


def test_advance_impossible_step_changes_nothing(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    before = workspace.outbox.get(outbox_id)

    with pytest.raises(ImpossibleStepError):
        workspace.outbox.advance(outbox_id, E.ACCEPTED)

    assert workspace.outbox.get(outbox_id) == before


def test_advance_draft_lost_forgets_the_draft(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    workspace.outbox.note(outbox_id, content_id="c", draft_id="d", document_id="doc", check_task_id="t")
    walk(workspace, outbox_id, E.UPLOAD_DONE)

    row = workspace.outbox.advance(outbox_id, E.DRAFT_LOST, owner=workspace.owner)

    assert (row.state, row.content_id, row.draft_id, row.document_id, row.check_task_id) == (S.SIGNED, None, None, None, None)


def test_advance_send_without_a_lease_is_refused(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    for event in WAY_TO_SENDING[:-1]:
        workspace.outbox.advance(outbox_id, event)

    with pytest.raises(OutboxLeaseError):
        workspace.outbox.advance(outbox_id, E.SEND_ASKED)


def test_advance_by_another_owner_is_refused(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    workspace.outbox.lease(outbox_id, workspace.owner, 60)

    for owner in (None, "elsewhere:1"):
        with pytest.raises(OutboxLeaseError) as refused:
            workspace.outbox.advance(outbox_id, E.UPLOAD_DONE, owner=owner)
        assert refused.value.owner == workspace.owner
    assert workspace.outbox.get(outbox_id).state is S.SIGNED


def test_lease_held_by_a_living_owner_is_refused(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    workspace.outbox.lease(outbox_id, "another-computer:1", 60)

    with pytest.raises(OutboxLeaseError):
        workspace.outbox.lease(outbox_id, workspace.owner, 60)


def test_lease_again_by_its_owner_counts_no_attempt(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)

    first = workspace.outbox.lease(outbox_id, workspace.owner, 60)
    second = workspace.outbox.lease(outbox_id, workspace.owner, 600)

    assert (first.attempt, second.attempt) == (1, 1)
    assert first.lease_until_at is not None
    assert second.lease_until_at is not None
    assert second.lease_until_at > first.lease_until_at


def test_lease_expired_while_sending_is_taken_over_as_uncertain(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    walk(workspace, outbox_id, *WAY_TO_SENDING, owner="another-computer:1")

    with time_machine.travel(datetime.now(UTC) + timedelta(seconds=61)):
        row = workspace.outbox.lease(outbox_id, workspace.owner, 60)

    assert (row.state, row.owner, row.attempt) == (S.UNCERTAIN, workspace.owner, 2)
    with pytest.raises(OutboxLeaseError):
        workspace.outbox.advance(outbox_id, E.ACCEPTED, owner="another-computer:1")


def test_lease_finished_act_is_refused(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    walk(workspace, outbox_id, E.WITHDRAWN)

    with pytest.raises(OutboxLeaseError):
        workspace.outbox.lease(outbox_id, workspace.owner, 60)


def test_release_while_sending_leaves_uncertain(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    walk(workspace, outbox_id, *WAY_TO_SENDING)

    workspace.outbox.release(outbox_id, workspace.owner)

    row = workspace.outbox.get(outbox_id)
    assert (row.state, row.owner) == (S.UNCERTAIN, None)


def test_release_by_somebody_else_changes_nothing(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    before = workspace.outbox.lease(outbox_id, workspace.owner, 60)

    workspace.outbox.release(outbox_id, "elsewhere:1")

    assert workspace.outbox.get(outbox_id) == before


def test_open_after_the_owner_ended_reads_sending_as_uncertain(workspace: Workspace, key: WorkspaceKey) -> None:
    sending, waiting = add_signed(workspace, b"one"), add_signed(workspace, b"two")
    with Workspace(workspace.folder, key) as ended:
        walk(ended, sending, *WAY_TO_SENDING)
        walk(ended, waiting, E.UPLOAD_DONE)

    with Workspace(workspace.folder, key) as opened:
        assert [(row.state, row.owner) for row in opened.outbox.unfinished()] == [(S.UNCERTAIN, None), (S.UPLOADED, None)]


def test_open_beside_a_living_sender_leaves_it_alone(workspace: Workspace, key: WorkspaceKey) -> None:
    outbox_id = add_signed(workspace)
    walk(workspace, outbox_id, *WAY_TO_SENDING)

    with Workspace(workspace.folder, key) as second:
        assert second.outbox.recover() == ()

    assert workspace.outbox.advance(outbox_id, E.ACCEPTED, owner=workspace.owner).state is S.SENT


def test_owner_killed_process_is_dead_and_a_living_one_is_not(workspace: Workspace) -> None:
    folder = workspace.folder / "owners"
    program = (
        "import sys, time; from pathlib import Path; from extern_desktop.store.lock import Owner\n"
        "owner = Owner(Path(sys.argv[1])); print(owner.name, flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", program, str(folder)], stdout=subprocess.PIPE, text=True, env=child_environment())
    assert child.stdout is not None
    name = child.stdout.readline().strip()
    mine = Owner(folder)
    try:
        assert not mine.is_dead(name)
        child.kill()
        child.wait()
        assert mine.is_dead(name)
        assert not mine.is_dead(mine.name)
        assert not mine.is_dead("another-computer:" + name.rpartition(":")[2])
        mine.clear_dead()
        assert {path.name for path in folder.iterdir()} == {mine.name.rpartition(":")[2], workspace.owner.rpartition(":")[2]}
    finally:
        child.kill()
        child.stdout.close()
        mine.close()


@pytest.mark.parametrize(
    "statement",
    [
        "update outbox set docflow_id = 'x'",
        "update outbox set state = 'signed'",
        "delete from outbox",
    ],
)
def test_finished_act_the_database_itself_refuses_to_change_it(workspace: Workspace, statement: str) -> None:
    walk(workspace, add_signed(workspace), E.WITHDRAWN)
    before = workspace.outbox.all()

    with pytest.raises(sa.exc.IntegrityError), workspace._database.write() as writing:
        writing.execute(sa.text(statement))

    assert workspace.outbox.all() == before


@pytest.mark.parametrize("column", ["signature", "certificate_der", "content_sha256", "number", "authority", "created_at"])
def test_signed_facts_the_database_itself_refuses_to_change_them(workspace: Workspace, column: str) -> None:
    add_signed(workspace)

    with pytest.raises(sa.exc.IntegrityError), workspace._database.write() as writing:
        writing.execute(sa.text(f"update outbox set {column} = {column}"))


def test_signed_bytes_survive_an_edit_of_the_report(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace, b"signed" * 5000)
    walk(workspace, outbox_id, E.WITHDRAWN)
    report_id = workspace.outbox.get(outbox_id).report_id
    assert report_id is not None

    workspace.reports.replace_content(report_id, b"edited", "report.xml", identity("NEW"))

    assert workspace.outbox.signed(outbox_id).content == b"signed" * 5000


def test_reply_has_its_own_way_and_cannot_be_doubled(workspace: Workspace) -> None:
    flow = docflow()
    workspace.mirror.store_docflow_page([flow])
    answered = document(flow.id)

    row = add_reply(workspace, answered)
    assert (row.kind, row.state, row.document_id, row.reply_id, row.docflow_id) == (OutboxKind.REPLY, S.SIGNED, answered.id, "r1", flow.id)
    with pytest.raises(AlreadyInOutboxError):
        add_reply(workspace, answered)
    assert walk(workspace, row.id, E.UPLOAD_DONE, E.SEND_ASKED, E.LINE_LOST, E.FOUND_UNSENT).state is S.UPLOADED
    assert walk(workspace, row.id, E.SEND_ASKED, E.ACCEPTED).state is S.SENT
    with pytest.raises(AlreadyInOutboxError):
        add_reply(workspace, answered)


def test_changes_name_the_act_and_its_report(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace)
    heard: list[Changes] = []
    workspace.subscribe(heard.append)

    walk(workspace, outbox_id, E.UPLOAD_DONE)

    report_id = workspace.outbox.get(outbox_id).report_id
    assert heard[-1].of(ChangeKind.OUTBOX) == {outbox_id}
    assert heard[-1].of(ChangeKind.REPORTS) == {report_id}
