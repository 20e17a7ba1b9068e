"""Take one act of the outbox from where it stands to where it ends: contents, draft, document, signature, check, prepare, send.

Every step is written down before the next is asked, so an interrupted act goes on from where it was. A send whose answer was lost is asked about,
never sent again: there is no step from `UNCERTAIN` to `SENDING`.
"""

from __future__ import annotations

import base64
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import FINISHED, OutboxEvent, OutboxState
from extern_desktop.extern_api.errors import LineLostError, OperatorRefusedError
from extern_desktop.extern_api.tasks import check_verdict, prepare_verdict, refusal_of, sent_docflow
from extern_desktop.extern_api.values import SendFate
from extern_desktop.extern_api.wire.drafts import CertificateContent, DraftMeta, Payer, PayerOrganization, Recipient, Sender
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.errors import OutcomeUncertainError, UnknownPayerError
from extern_desktop.services.refusals import kept_refusal, reasons_of
from extern_desktop.store.values import OutboxRow, Refusal
from extern_desktop.store.workspace import Workspace

if TYPE_CHECKING:
    from extern_desktop.extern_api.operator import Operator
    from extern_desktop.store.outbox import Outbox

LEASE_SECONDS: Final = 900.0
"""How long an act is ours without a sign of life; longer than any single wait for a task."""


@dataclass(frozen=True, slots=True)
class _Way:
    """What every step of one act needs."""

    outbox: Outbox
    store: Workspace
    operator: Operator
    owner: str
    work: Work


def send_report(outbox_id: str, *, store: Workspace, operator: Operator, work: Work) -> OutboxRow:
    """Walk the act to its end and give its last row: sent, refused or withdrawn.

    A cancel stops before the send is asked; after that it only stops the watching. Raises what the operator's room raises; the row then stands where
    the last finished step left it, and calling again goes on from there.
    """
    outbox, owner = store.outbox, store.owner
    row = outbox.get(outbox_id)
    if row.state in FINISHED:
        return row
    row = outbox.lease(outbox_id, owner, LEASE_SECONDS)
    way = _Way(outbox, store, operator, owner, work)
    try:
        while row.state not in FINISHED:
            row = _STEPS[row.state](row, way)
    finally:
        outbox.release(outbox_id, owner)
    return row


def _hand_over(row: OutboxRow, way: _Way) -> OutboxRow:
    """Contents, draft, document and signature. Ids are noted as they come, so nothing is made twice by an interruption that can be seen."""
    way.work.checkpoint()
    way.work.show(Stage.UPLOADING, subject=row.file_name)
    signed = way.outbox.signed(row.id)
    try:
        if row.content_id is None:
            row = way.outbox.note(row.id, owner=way.owner, content_id=way.operator.upload(signed.content, work=way.work))
        if row.draft_id is None:
            meta = _draft_meta(row, signed.certificate_der, _organisation(row, way.store))
            row = way.outbox.note(row.id, owner=way.owner, draft_id=way.operator.create_draft(meta, work=way.work).id)
        if row.document_id is None or row.signature_id is None:
            row = way.outbox.note(row.id, owner=way.owner, document_id=str(uuid.uuid4()), signature_id=str(uuid.uuid4()))
        content_id, draft_id, document_id, signature_id = _handed_over(row)
        way.operator.put_document(draft_id, document_id, content_id, work=way.work)
        way.operator.put_signature(draft_id, document_id, signature_id, signed.signature, work=way.work)
    except OperatorRefusedError as error:
        return _refused_or_lost(row, error, way)
    return way.outbox.advance(row.id, OutboxEvent.UPLOAD_DONE, owner=way.owner)


def _check(row: OutboxRow, way: _Way) -> OutboxRow:
    """The operator's own check of the draft."""
    draft_id = _begin(row, Stage.OPERATOR_CHECK, way)
    try:
        task_id = way.operator.start_check(draft_id, work=way.work).id
        row = way.outbox.note(row.id, owner=way.owner, check_task_id=task_id)
        verdict = check_verdict(way.operator.wait_task(draft_id, task_id, stage=Stage.OPERATOR_CHECK, work=way.work))
    except OperatorRefusedError as error:
        return _refused_or_lost(row, error, way)
    return _decide(row, verdict.may_go_on, OutboxEvent.CHECK_PASSED, Refusal("check", "", reasons=reasons_of(verdict.findings)), way)


def _prepare(row: OutboxRow, way: _Way) -> OutboxRow:
    """Signatures verified, contents packed and encrypted by the operator."""
    draft_id = _begin(row, Stage.PREPARING, way)
    try:
        task_id = way.operator.start_prepare(draft_id, work=way.work).id
        row = way.outbox.note(row.id, owner=way.owner, prepare_task_id=task_id)
        verdict = prepare_verdict(way.operator.wait_task(draft_id, task_id, stage=Stage.PREPARING, work=way.work))
    except OperatorRefusedError as error:
        return _refused_or_lost(row, error, way)
    return _decide(row, verdict.may_go_on, OutboxEvent.PREPARE_PASSED, Refusal(verdict.status, "", reasons=reasons_of(verdict.findings)), way)


def _begin(row: OutboxRow, stage: Stage, way: _Way) -> str:
    """Show the step, stop here if asked to, and give the draft that it is about."""
    way.work.checkpoint()
    way.work.show(stage, subject=row.file_name)
    return _draft_id(row)


def _decide(row: OutboxRow, may_go_on: bool, passed: OutboxEvent, refusal: Refusal, way: _Way) -> OutboxRow:
    if may_go_on:
        return way.outbox.advance(row.id, passed, owner=way.owner)
    return way.outbox.advance(row.id, OutboxEvent.REFUSED, owner=way.owner, refusal=refusal)


def _send(row: OutboxRow, way: _Way) -> OutboxRow:
    """The point of no return. `SENDING` is on disk before the request leaves."""
    way.work.point_of_no_return()
    way.work.show(Stage.SENDING, subject=row.file_name)
    draft_id = _draft_id(row)
    row = way.outbox.advance(row.id, OutboxEvent.SEND_ASKED, owner=way.owner)
    try:
        # The operator's check has shown its warnings already; what only warns does not stop a report.
        task = way.operator.start_send(draft_id, force=True, work=way.work)
    except OperatorRefusedError as error:
        return _refused_send(row, error, way)
    except LineLostError:
        return way.outbox.advance(row.id, OutboxEvent.LINE_LOST, owner=way.owner)
    row = way.outbox.note(row.id, owner=way.owner, send_task_id=task.id)
    return _watch_send(row, way)


def _watch_send(row: OutboxRow, way: _Way) -> OutboxRow:
    """Wait for a send that the operator has taken. The task's own word decides."""
    task = way.operator.wait_task(_draft_id(row), row.send_task_id or "", stage=Stage.SENDING, work=way.work)
    try:
        docflow = sent_docflow(task)
    except OperatorRefusedError as error:
        return _refused_send(row, error, way)
    event = OutboxEvent.ACCEPTED if row.state is OutboxState.SENDING else OutboxEvent.FOUND_SENT
    return way.outbox.advance(row.id, event, owner=way.owner, docflow_id=docflow.id)


def _ask(row: OutboxRow, way: _Way) -> OutboxRow:
    """What became of a send whose answer we don't have? Asked until the operator knows; nothing is sent here."""
    way.work.show(Stage.ASKING, subject=row.file_name)
    draft_id = _draft_id(row)
    try:
        inquiry = way.operator.inquire_send(draft_id, row.send_task_id, work=way.work)
    except OperatorRefusedError as error:
        if error.status != _GONE:
            raise
        return _ask_the_mirror(row, way)
    if inquiry.fate is SendFate.RUNNING:
        way.work.pause(_ASK_AGAIN_SECONDS)
        return way.outbox.note(row.id, owner=way.owner, send_task_id=inquiry.task_id) if inquiry.task_id else row
    if inquiry.fate is SendFate.SENT:
        return way.outbox.advance(row.id, OutboxEvent.FOUND_SENT, owner=way.owner, docflow_id=inquiry.docflow_id)
    if inquiry.fate is SendFate.REFUSED and inquiry.refusal is not None:
        return way.outbox.advance(row.id, OutboxEvent.REFUSED, owner=way.owner, refusal=kept_refusal(inquiry.refusal))
    return way.outbox.advance(row.id, OutboxEvent.FOUND_UNSENT, owner=way.owner)


def _ask_the_mirror(row: OutboxRow, way: _Way) -> OutboxRow:
    """The operator no longer has the draft: the docflow it became, if any, names it. Without one the outcome stays uncertain."""
    docflow = way.store.mirror.docflow_of_draft(_draft_id(row))
    if docflow is None:
        raise OutcomeUncertainError(row.file_name)
    return way.outbox.advance(row.id, OutboxEvent.FOUND_SENT, owner=way.owner, docflow_id=docflow.id)


_ASK_AGAIN_SECONDS: Final = 1.0

_STEPS: Final[Mapping[OutboxState, Callable[[OutboxRow, _Way], OutboxRow]]] = {
    OutboxState.SIGNED: _hand_over,
    OutboxState.UPLOADED: _check,
    OutboxState.CHECKED: _prepare,
    OutboxState.PREPARED: _send,
    OutboxState.UNCERTAIN: _ask,
}
"""`SENDING` is missing on purpose: whoever finds it reads it as `UNCERTAIN` (`Outbox.lease`)."""


def _refused_or_lost(row: OutboxRow, error: OperatorRefusedError, way: _Way) -> OutboxRow:
    """A no before the send: the draft is gone, another task holds it, or the operator does not take the report."""
    if error.status == _GONE and row.draft_id is not None and row.state is not OutboxState.SIGNED:
        return way.outbox.advance(row.id, OutboxEvent.DRAFT_LOST, owner=way.owner)
    if error.status == _HELD:
        way.work.pause(_ASK_AGAIN_SECONDS)
        return row
    if error.status not in _FINAL_REFUSALS:
        raise error
    return way.outbox.advance(row.id, OutboxEvent.REFUSED, owner=way.owner, refusal=kept_refusal(refusal_of(error)))


def _refused_send(row: OutboxRow, error: OperatorRefusedError, way: _Way) -> OutboxRow:
    """A refused send. "Another task holds the draft" is no refusal: that task may be our own send, so it is asked about."""
    if error.status in (_HELD, _GONE):
        return way.outbox.advance(row.id, OutboxEvent.LINE_LOST, owner=way.owner) if row.state is OutboxState.SENDING else row
    return way.outbox.advance(row.id, OutboxEvent.REFUSED, owner=way.owner, refusal=kept_refusal(refusal_of(error)))


_GONE: Final = 404
_HELD: Final = 409
_FINAL_REFUSALS: Final = frozenset({0, 400, 413, 422})
"""0: a failure inside a task that names no status. 401 and 403 concern the person, not the report."""


def _draft_id(row: OutboxRow) -> str:
    if row.draft_id is None:
        raise AssertionError(f"outbox row {row.id} in state {row.state} has no draft")
    return row.draft_id


def _handed_over(row: OutboxRow) -> tuple[str, str, str, str]:
    if row.content_id is None or row.document_id is None or row.signature_id is None:
        raise AssertionError(f"outbox row {row.id} was noted without its ids")
    return row.content_id, _draft_id(row), row.document_id, row.signature_id


def _organisation(row: OutboxRow, store: Workspace) -> Organisation:
    for organisation in store.organisations.all():
        if organisation.id == row.organisation_id:
            return organisation
    raise UnknownPayerError(row.file_name, row.organisation_id, "")


def _draft_meta(row: OutboxRow, certificate_der: bytes, organisation: Organisation) -> DraftMeta:
    """Sender and payer are the organisation itself: it signs with its own certificate."""
    kpp = organisation.kpp or None
    return DraftMeta(
        sender=Sender(
            inn=organisation.inn,
            kpp=kpp,
            certificate=CertificateContent(content=base64.b64encode(certificate_der).decode("ascii")),
            is_representative=False,
            ipaddress=_SENDER_ADDRESS,
        ),
        recipient=Recipient(ifns_code=row.authority),
        payer=Payer(inn=organisation.inn, organization=PayerOrganization(kpp=kpp) if kpp else None),
    )


_SENDER_ADDRESS: Final = "127.0.0.1"
"""The operator wants an address of the sender and sees the real one itself; ours behind a router would say nothing."""
