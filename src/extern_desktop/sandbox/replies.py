"""The receipts that a payer owes: written by the operator, signed by the payer, sent once."""

from __future__ import annotations

import base64
import uuid

from extern_desktop.extern_api.wire import docflows as docflow_wire
from extern_desktop.extern_api.wire import replies as wire
from extern_desktop.sandbox import course, docflow_views, docflows
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.drafts import read_base64
from extern_desktop.sandbox.judging import judge_certificate, judge_signature
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.papers import write_reply
from extern_desktop.sandbox.refusals import bad_request, not_found
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import UnreadableCertificateError

_REPLIES = uuid.UUID("c9c5c2a3-2d1b-4f0e-9a55-0d7f8b1b6c11")
"""Namespace of reply ids: asked twice, the operator gives the same unsent reply."""


def generate(turn: Turn, docflow_id: str, document_id: str, document_type: str, request: wire.ReplyRequest) -> wire.ReplyDocument:
    """Write the reply to a document. Until it is sent, asking again gives the same id."""
    document = docflows.the_document(turn, docflow_id, document_id)
    certificate_der = read_base64(request.certificate_base64, "certificate-base64")
    try:
        certificate = read_certificate(certificate_der)
    except UnreadableCertificateError as error:
        raise bad_request("Сертификат не читается.") from error
    docflow = docflows.the_row(turn, docflow_id)
    problem = judge_certificate(turn, certificate, docflow["payer"].partition("-")[0])
    if problem:
        raise bad_request(problem)
    if document_type.lower() != course.REPLY_KIND or document.answers_id is not None or document.kind not in course.WANTS_REPLY:
        raise bad_request("На этот документ такой ответ не предусмотрен.")
    if document.id not in docflows.owed_ids(docflows.documents(turn, docflow_id)):
        raise bad_request("Ответ на этот документ уже отправлен.", "replyAlreadySent")
    reply_id = str(uuid.uuid5(_REPLIES, document.id))
    existing = turn.rows.execute("SELECT certificate FROM replies WHERE id = ?", (reply_id,)).fetchone()
    if existing is None or existing["certificate"] != certificate_der:
        paper = write_reply(document.file_name, docflows.subject_of(docflow), certificate.owner, turn.now)
        turn.rows.execute(
            "INSERT OR REPLACE INTO replies (id, docflow_id, document_id, file_name, content, certificate) VALUES (?, ?, ?, ?, ?, ?)",
            (reply_id, docflow_id, document_id, paper.file_name, paper.content, certificate_der),
        )
    return read(turn, docflow_id, document_id, reply_id)


def read(turn: Turn, docflow_id: str, document_id: str, reply_id: str) -> wire.ReplyDocument:
    row = turn.rows.execute(
        "SELECT * FROM replies WHERE id = ? AND docflow_id = ? AND document_id = ?", (reply_id, docflow_id, document_id)
    ).fetchone()
    if row is None:
        raise not_found("ответ")
    return wire.ReplyDocument(
        id=row["id"],
        content=base64.b64encode(row["content"]).decode(),
        filename=row["file_name"],
        signature=None if row["signature"] is None else base64.b64encode(row["signature"]).decode(),
        docflow_id=row["docflow_id"],
        document_id=row["document_id"],
    )


def put_signature(turn: Turn, docflow_id: str, document_id: str, reply_id: str, signature: bytes) -> wire.ReplyDocument:
    """Keep the payer's signature (raw DER). It is verified now: what is kept holds."""
    reply = _unsent(turn, docflow_id, document_id, reply_id)
    row = turn.rows.execute("SELECT certificate FROM replies WHERE id = ?", (reply.id,)).fetchone()
    problem = judge_signature(turn, base64.b64decode(reply.content), signature, read_certificate(bytes(row["certificate"])))
    if problem:
        raise bad_request(problem)
    turn.rows.execute("UPDATE replies SET signature = ? WHERE id = ?", (signature, reply_id))
    return read(turn, docflow_id, document_id, reply_id)


def send(turn: Turn, docflow_id: str, document_id: str, reply_id: str) -> docflow_wire.Docflow:
    """Send the signed reply; the docflow goes on."""
    reply = _unsent(turn, docflow_id, document_id, reply_id)
    if reply.signature is None:
        raise bad_request("Ответ не подписан.")
    row = turn.rows.execute("SELECT certificate FROM replies WHERE id = ?", (reply_id,)).fetchone()
    thumbprint = read_certificate(bytes(row["certificate"])).thumbprint
    signature = base64.b64decode(reply.signature)
    docflows.add_reply(turn, docflow_id, document_id, reply.filename, base64.b64decode(reply.content), signature, thumbprint)
    turn.rows.execute("UPDATE replies SET sent_at = ? WHERE id = ?", (stamp(turn.now), reply_id))
    return docflow_views.view(turn, docflow_id)


def _unsent(turn: Turn, docflow_id: str, document_id: str, reply_id: str) -> wire.ReplyDocument:
    reply = read(turn, docflow_id, document_id, reply_id)
    row = turn.rows.execute("SELECT sent_at FROM replies WHERE id = ?", (reply_id,)).fetchone()
    if row["sent_at"] is not None:
        raise bad_request("Ответ на этот документ уже отправлен.", "replyAlreadySent")
    return reply
