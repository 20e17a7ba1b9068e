"""Answer what the authority waits for: have the operator make each reply, sign it, send it once.

A reply is an act of the outbox like a report: signed bytes are written down before they leave, and a lost answer is asked about.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import FINISHED, OutboxEvent, OutboxState
from extern_desktop.extern_api.errors import LineLostError, OperatorRefusedError
from extern_desktop.extern_api.tasks import refusal_of
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import UnknownPayerError
from extern_desktop.services.mirroring import update_of
from extern_desktop.services.refusals import kept_refusal
from extern_desktop.services.signers import SigningKey, choose_signing_key, opened, wait_for_same_token
from extern_desktop.signing.cms import sign_detached
from extern_desktop.signing.signer import Signer
from extern_desktop.store.values import OutboxRow, WaitingRow
from extern_desktop.store.workspace import Workspace
from extern_desktop.tokens.errors import LoginLostError, TokenMissingError, TokenRemovedError

if TYPE_CHECKING:
    from extern_desktop.extern_api.operator import Operator

_LEASE_SECONDS: Final = 300.0


def send_replies(docflow_ids: Sequence[str] | None = None, *, desk: Desk, work: Work) -> int:
    """Sign and send every reply owed on these docflows (None: on all), and give how many went. One PIN question a key.

    The authority's next documents may owe new replies; they are found by the next synchronisation. Raises `NotInWorkspaceError` for a docflow that is
    not here.
    """
    wanted = None if docflow_ids is None else frozenset(docflow_ids)
    for docflow_id in wanted or ():
        desk.store.mirror.docflow(docflow_id)  # refuses one that is not there: a typing mistake must not look like "nothing owed"
    owed = [row for row in desk.store.views.waiting() if wanted is None or row.obligation.docflow_id in wanted]
    if not owed:
        return 0
    operator = connect(desk, work)
    signed: list[str] = []
    for key, rows in _by_key(owed, desk, work):
        signed += _sign(key, rows, operator, desk, work)
    for outbox_id in work.each(signed, Stage.REPLYING):
        finish_reply(outbox_id, store=desk.store, operator=operator, work=work)
    return len(signed)


def finish_reply(outbox_id: str, *, store: Workspace, operator: Operator, work: Work) -> OutboxRow:
    """Walk a signed reply to its end. Calling again after an interruption goes on from the last step that was written down."""
    row = store.outbox.get(outbox_id)
    if row.state in FINISHED:
        return row
    row = store.outbox.lease(outbox_id, store.owner, _LEASE_SECONDS)
    try:
        while row.state not in FINISHED:
            if row.state is OutboxState.SIGNED:
                row = _put_signature(row, store, operator, work)
            elif row.state is OutboxState.UPLOADED:
                row = _send(row, store, operator, work)
            else:
                row = _ask(row, store, operator, work)
    finally:
        store.outbox.release(outbox_id, store.owner)
    return row


def _by_key(owed: Sequence[WaitingRow], desk: Desk, work: Work) -> list[tuple[SigningKey, list[WaitingRow]]]:
    organisations = {organisation.id: organisation for organisation in desk.store.organisations.all()}
    keys: dict[str, SigningKey] = {}
    batches: dict[str, tuple[SigningKey, list[WaitingRow]]] = {}
    for row in owed:
        organisation: Organisation | None = organisations.get(row.organisation_id)
        if organisation is None:
            raise UnknownPayerError(row.file_name, row.organisation_id, "")
        if organisation.id not in keys:
            keys[organisation.id] = choose_signing_key(organisation, desk, work)
        key = keys[organisation.id]
        batches.setdefault(key.certificate.thumbprint, (key, []))[1].append(row)
    return list(batches.values())


def _sign(key: SigningKey, owed: list[WaitingRow], operator: Operator, desk: Desk, work: Work) -> list[str]:
    left = list(owed)
    signed: list[str] = []
    while left:
        try:
            with opened(key, [row.file_name for row in left], desk, work) as signer:
                while left:
                    work.checkpoint()
                    work.show(Stage.SIGNING, len(signed), len(owed), left[0].file_name)
                    signed.append(_sign_one(left[0], signer, operator, desk, work))
                    del left[0]
        except (TokenRemovedError, TokenMissingError, LoginLostError):
            wait_for_same_token(key, len(signed), len(owed), desk, work)
    return signed


def _sign_one(row: WaitingRow, signer: Signer, operator: Operator, desk: Desk, work: Work) -> str:
    owed = row.obligation
    reply = operator.generate_reply(owed.docflow_id, owed.document_id, owed.reply_type, signer.certificate.der, work=work)
    content = operator.bytes_to_sign(reply)
    signature = sign_detached(content, signer, signed_at=desk.now())
    return desk.store.outbox.add_reply(
        docflow_id=owed.docflow_id,
        document_id=owed.document_id,
        reply_type=owed.reply_type,
        reply_id=reply.id,
        file_name=reply.filename,
        content=content,
        signature=signature,
        certificate_der=signer.certificate.der,
        organisation_id=row.organisation_id,
    ).id


def _put_signature(row: OutboxRow, store: Workspace, operator: Operator, work: Work) -> OutboxRow:
    work.checkpoint()
    docflow_id, document_id, reply_id = _ids(row)
    try:
        operator.put_reply_signature(docflow_id, document_id, reply_id, store.outbox.signed(row.id).signature, work=work)
    except OperatorRefusedError as error:
        return _refuse(row, error, store)
    return store.outbox.advance(row.id, OutboxEvent.UPLOAD_DONE, owner=store.owner)


def _send(row: OutboxRow, store: Workspace, operator: Operator, work: Work) -> OutboxRow:
    work.point_of_no_return()
    docflow_id, document_id, reply_id = _ids(row)
    row = store.outbox.advance(row.id, OutboxEvent.SEND_ASKED, owner=store.owner)
    try:
        docflow = operator.send_reply(docflow_id, document_id, reply_id, work=work)
    except LineLostError:
        return store.outbox.advance(row.id, OutboxEvent.LINE_LOST, owner=store.owner)
    except OperatorRefusedError as error:
        return _refuse(row, error, store)
    if docflow.documents:
        store.mirror.store_docflows([update_of(docflow)])
    return store.outbox.advance(row.id, OutboxEvent.ACCEPTED, owner=store.owner)


def _ask(row: OutboxRow, store: Workspace, operator: Operator, work: Work) -> OutboxRow:
    """The docflow tells: while it still shows the reply as owed, the reply did not arrive."""
    work.show(Stage.ASKING, subject=row.file_name)
    docflow_id, document_id, _reply_id = _ids(row)
    update = update_of(operator.docflow(docflow_id, work=work))
    store.mirror.store_docflows([update])
    still_owed = any(owed.document_id == document_id and owed.reply_type == row.reply_type for owed in update.obligations)
    return store.outbox.advance(row.id, OutboxEvent.FOUND_UNSENT if still_owed else OutboxEvent.FOUND_SENT, owner=store.owner)


def _refuse(row: OutboxRow, error: OperatorRefusedError, store: Workspace) -> OutboxRow:
    """The operator's no to a reply. One that concerns the person and not the reply is raised, and the row waits."""
    if error.status in (401, 403):
        raise error
    return store.outbox.advance(row.id, OutboxEvent.REFUSED, owner=store.owner, refusal=kept_refusal(refusal_of(error)))


def _ids(row: OutboxRow) -> tuple[str, str, str]:
    if row.docflow_id is None or row.document_id is None or row.reply_id is None:
        raise AssertionError(f"reply {row.id} was kept without its ids")
    return row.docflow_id, row.document_id, row.reply_id
