"""Docflows: opened by a send, moved on by the authority's documents as they fall due, closed by the payer's receipts.

`course` says what comes next; here it is written down. Documents are made when they appear and never again; they are signed when somebody asks.
"""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from extern_desktop.domain.docflows import ReportDocument
from extern_desktop.domain.reports import ReportIdentity
from extern_desktop.sandbox import course, drafts
from extern_desktop.sandbox.database import read_stamp, stamp
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.papers import Subject, is_by_operator, write_paper
from extern_desktop.sandbox.refusals import not_found
from extern_desktop.sandbox.scene import Verdict, find_inspectorate
from extern_desktop.signing.cms import sign_detached
from extern_desktop.signing.training_key import TrainingKey

_PAYER: Final = "organization-representative"
_OPERATOR: Final = "provider-representative"
_AUTHORITY: Final = "cu-representative"
_DUPLICATE: Final = "Файл с таким идентификатором (ИдФайл) уже представлен и принят в обработку."
_REASONS: Final[Mapping[Verdict, str]] = {
    Verdict.ACCEPT: "",
    Verdict.REFUSE: "Учебная инспекция 0088 отказывает всегда: отчёт не принят.",
    Verdict.CLARIFY: "Учебная инспекция 0085 всегда просит уточнить: представьте уточнённый отчёт или пояснения.",
}


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A document of a docflow."""

    id: str
    docflow_id: str
    kind: ReportDocument
    answers_id: str | None
    """For a payer's receipt: the document it answers."""
    file_name: str
    content_id: str
    size_bytes: int
    sent_at: datetime


def open_docflow(turn: Turn, draft: drafts.DraftRow, document: drafts.DocumentRow, identity: ReportIdentity) -> str:
    """Make the docflow of a draft that is being sent, with everything that is due at once."""
    docflow_id = str(uuid.uuid4())
    inspectorate = find_inspectorate(identity.authority_code)
    verdict = inspectorate.verdict if inspectorate else Verdict.REFUSE
    reason = _REASONS[verdict]
    if _is_filed(turn, identity.file_id):
        verdict, reason = Verdict.REFUSE, _DUPLICATE
    certificate = drafts.sender_certificate(draft)
    payer = f"{identity.payer_inn}-{identity.payer_kpp}" if identity.payer_kpp else identity.payer_inn
    begin = course.standing(verdict, course.AT_ONCE, ())
    turn.rows.execute(
        "INSERT INTO docflows (id, organisation_id, draft_id, authority, verdict, reason, knd, form_version, form_name, period_code, year, "
        "correction, payer, file_id, certificate, status, success, sent_at, last_change_at, next_due_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            docflow_id, draft.organisation_id, draft.id, identity.authority_code, verdict, reason, identity.form.knd, identity.form.version,
            identity.form_short_name, identity.period_code, identity.year, identity.correction_number, payer, identity.file_id,
            certificate.der if certificate else b"", begin.status, begin.success, stamp(turn.now), stamp(turn.now), None,
        ),
    )  # fmt: skip
    _enter_report(turn, docflow_id, draft, document)
    for kind in (ReportDocument.DESCRIPTION, ReportDocument.DATE_CONFIRMATION):
        _enter_paper(turn, the_row(turn, docflow_id), kind, turn.now)
    _refresh(turn, docflow_id, turn.now)
    advance(turn, docflow_id)
    return docflow_id


def advance(turn: Turn, docflow_id: str) -> None:
    """Let every document of the authority appear that is due by now, each at its own time."""
    while True:
        row = the_row(turn, docflow_id)
        if row["next_due_at"] is None or row["next_due_at"] > stamp(turn.now):
            return
        kind = course.next_document(Verdict(row["verdict"]), present(turn, docflow_id))
        if kind is None:
            raise AssertionError(f"docflow {docflow_id} waits for nothing")
        due_at = read_stamp(row["next_due_at"])
        _enter_paper(turn, row, kind, due_at)
        _refresh(turn, docflow_id, due_at)


def add_reply(turn: Turn, docflow_id: str, answered_id: str, file_name: str, content: bytes, signature: bytes, thumbprint: str) -> None:
    """Enter the payer's receipt for a document; the docflow goes on."""
    stored = turn.office.contents.keep(turn.rows, content, turn.now)
    document = DocumentRow(str(uuid.uuid4()), docflow_id, course.REPLY_KIND, answered_id, file_name, stored.id, stored.size_bytes, turn.now)
    _insert(turn, document)
    _insert_signature(turn, document.id, _PAYER, thumbprint, signature)
    _refresh(turn, docflow_id, turn.now)


def the_row(turn: Turn, docflow_id: str) -> sqlite3.Row:
    row: sqlite3.Row | None = turn.rows.execute("SELECT * FROM docflows WHERE id = ?", (docflow_id,)).fetchone()
    if row is None:
        raise not_found("документооборот")
    return row


def documents(turn: Turn, docflow_id: str) -> list[DocumentRow]:
    """All documents, in the order of their appearance."""
    rows = turn.rows.execute("SELECT * FROM docflow_documents WHERE docflow_id = ? ORDER BY number", (docflow_id,))
    return [
        DocumentRow(
            row["id"], row["docflow_id"], ReportDocument(row["kind"]), row["answers_id"], row["file_name"], row["content_id"], row["size_bytes"],
            read_stamp(row["sent_at"]),
        )
        for row in rows
    ]  # fmt: skip


def the_document(turn: Turn, docflow_id: str, document_id: str) -> DocumentRow:
    the_row(turn, docflow_id)
    found = next((document for document in documents(turn, docflow_id) if document.id == document_id), None)
    if found is None:
        raise not_found("документ")
    return found


def present(turn: Turn, docflow_id: str) -> frozenset[ReportDocument]:
    """Kinds of the documents that operator and authority sent."""
    return _present(documents(turn, docflow_id))


def owed_ids(rows: Sequence[DocumentRow]) -> frozenset[str]:
    """Documents that wait for the payer's receipt."""
    owed = course.owed(_present(rows), _replied(rows))
    return frozenset(row.id for row in rows if row.answers_id is None and row.kind in owed)


def subject_of(row: sqlite3.Row) -> Subject:
    """What the papers of this docflow are about."""
    inspectorate = find_inspectorate(row["authority"])
    return Subject(
        file_id=row["file_id"],
        form_name=row["form_name"],
        knd=row["knd"],
        period_code=row["period_code"],
        year=row["year"],
        correction=row["correction"],
        payer=row["payer"],
        authority=row["authority"],
        authority_name=inspectorate.name if inspectorate else "",
        sent_at=read_stamp(row["sent_at"]),
        reason=row["reason"],
    )


def signature_content(turn: Turn, document: DocumentRow, signature_id: str) -> bytes:
    """DER of a signature. Operator and authority sign when they are first asked, with the document's own time, and the signature stays."""
    row = turn.rows.execute("SELECT * FROM docflow_signatures WHERE document_id = ? AND id = ?", (document.id, signature_id)).fetchone()
    if row is None:
        raise not_found("подпись")
    if row["der"] is not None:
        return bytes(row["der"])
    content = turn.office.contents.read(turn.rows, document.content_id)
    der = sign_detached(content, _signer(turn, the_row(turn, document.docflow_id), document.kind), signed_at=document.sent_at)
    turn.rows.execute("UPDATE docflow_signatures SET der = ? WHERE id = ?", (der, signature_id))
    return der


def _present(rows: Sequence[DocumentRow]) -> frozenset[ReportDocument]:
    return frozenset(row.kind for row in rows if row.answers_id is None)


def _replied(rows: Sequence[DocumentRow]) -> frozenset[ReportDocument]:
    kinds = {row.id: row.kind for row in rows}
    return frozenset(kinds[row.answers_id] for row in rows if row.answers_id is not None)


def _is_filed(turn: Turn, file_id: str) -> bool:
    """Whether the authority holds a report of this name that it did not refuse."""
    found = turn.rows.execute("SELECT 1 FROM docflows WHERE file_id = ? AND verdict <> ?", (file_id, Verdict.REFUSE)).fetchone()
    return found is not None


def _enter_report(turn: Turn, docflow_id: str, draft: drafts.DraftRow, document: drafts.DocumentRow) -> None:
    stored = turn.office.contents.duplicate(turn.rows, document.content_id, turn.now)
    row = DocumentRow(str(uuid.uuid4()), docflow_id, ReportDocument.REPORT, None, document.file_name, stored.id, stored.size_bytes, turn.now)
    _insert(turn, row)
    certificate = drafts.sender_certificate(draft)
    for _signature_id, der in drafts.signatures(turn, draft.id, document.id):
        _insert_signature(turn, row.id, _PAYER, certificate.thumbprint if certificate else "", der)


def _enter_paper(turn: Turn, docflow: sqlite3.Row, kind: ReportDocument, at: datetime) -> None:
    paper = write_paper(kind, subject_of(docflow), at)
    stored = turn.office.contents.keep(turn.rows, paper.content, at)
    row = DocumentRow(str(uuid.uuid4()), docflow["id"], kind, None, paper.file_name, stored.id, stored.size_bytes, at)
    _insert(turn, row)
    signer = _OPERATOR if is_by_operator(kind) else _AUTHORITY
    _insert_signature(turn, row.id, signer, _signer(turn, docflow, kind).certificate.thumbprint, None)


def _signer(turn: Turn, docflow: sqlite3.Row, kind: ReportDocument) -> TrainingKey:
    authority = turn.office.authority
    return authority.operator if is_by_operator(kind) else authority.inspectorates[docflow["authority"]]


def _refresh(turn: Turn, docflow_id: str, at: datetime) -> None:
    """Enter where the docflow stands after something happened at this time, and when the authority speaks next."""
    row = the_row(turn, docflow_id)
    rows = documents(turn, docflow_id)
    verdict, kinds = Verdict(row["verdict"]), _present(rows)
    stands = course.standing(verdict, kinds, _replied(rows))
    coming = course.next_document(verdict, kinds)
    last = max(document.sent_at for document in rows if document.answers_id is None)
    due_at = None if coming is None else stamp(last + course.delay(turn.office.pace, coming))
    turn.rows.execute(
        "UPDATE docflows SET status = ?, success = ?, last_change_at = max(last_change_at, ?), next_due_at = ? WHERE id = ?",
        (stands.status, stands.success, stamp(at), due_at, docflow_id),
    )


def _insert(turn: Turn, row: DocumentRow) -> None:
    turn.rows.execute(
        "INSERT INTO docflow_documents (id, docflow_id, kind, answers_id, file_name, content_id, size_bytes, sent_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (row.id, row.docflow_id, row.kind, row.answers_id, row.file_name, row.content_id, row.size_bytes, stamp(row.sent_at)),
    )


def _insert_signature(turn: Turn, document_id: str, signer: str, thumbprint: str, der: bytes | None) -> None:
    turn.rows.execute(
        "INSERT INTO docflow_signatures (id, document_id, signer, thumbprint, der) VALUES (?, ?, ?, ?, ?)",
        (str(uuid.uuid4()), document_id, signer, thumbprint, der),
    )
