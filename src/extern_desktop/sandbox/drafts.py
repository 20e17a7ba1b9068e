"""Drafts: what a sender puts together before sending. Kept here; judged and sent in `tasks`.

While a task of a draft runs, every change of the draft is refused; a sent draft is never changed again.
"""

from __future__ import annotations

import base64
import binascii
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import msgspec

from extern_desktop.domain.docflows import FNS_REPORT
from extern_desktop.extern_api.values import DraftStatus
from extern_desktop.extern_api.wire import base, drafts, links
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.refusals import RefusalError, bad_request, not_found
from extern_desktop.sandbox.scene import find_inspectorate, find_taxpayer
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.values import Certificate

_DOCUMENT_TYPE: Final = FNS_REPORT.replace("urn:docflow:", "urn:document:")
_FILE_ID: Final = re.compile(r"ИдФайл\s*=\s*[\"']([^\"'<>/\\]{1,255})[\"']")
_HEAD_BYTES: Final = 4096
_NAMELESS: Final = "document.xml"

_IN_PROGRESS: Final[Mapping[str, DraftStatus]] = {
    "check": DraftStatus.CHECK_IN_PROGRESS,
    "prepare": DraftStatus.PREPARE_IN_PROGRESS,
    "send": DraftStatus.SEND_IN_PROGRESS,
}


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft as it stands."""

    id: str
    organisation_id: str
    meta: drafts.DraftMeta
    progress: DraftStatus
    docflow_id: str | None


@dataclass(frozen=True, slots=True)
class DocumentRow:
    id: str
    content_id: str
    sha256: str
    file_name: str
    type: str


def create_draft(turn: Turn, request: drafts.DraftMeta, draft_id: str | None = None) -> DraftRow:
    """A new draft, or another meta for the draft with this id."""
    meta, organisation_id = _checked_meta(request)
    existing = find_draft(turn, draft_id) if draft_id is not None else None
    if existing is not None:
        refuse_if_closed(turn, existing)
    draft = DraftRow(draft_id or str(uuid.uuid4()), organisation_id, meta, DraftStatus.NEW, None)
    turn.rows.execute(
        "INSERT INTO drafts (id, organisation_id, meta, progress, created_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
        "organisation_id = excluded.organisation_id, meta = excluded.meta, progress = excluded.progress",
        (draft.id, organisation_id, base.encode(meta), draft.progress, stamp(turn.now)),
    )
    return draft


def find_draft(turn: Turn, draft_id: str) -> DraftRow | None:
    row = turn.rows.execute("SELECT * FROM drafts WHERE id = ?", (draft_id,)).fetchone()
    if row is None:
        return None
    meta = base.decode(row["meta"], drafts.DraftMeta)
    return DraftRow(row["id"], row["organisation_id"], meta, DraftStatus(row["progress"]), row["docflow_id"])


def the_draft(turn: Turn, draft_id: str) -> DraftRow:
    draft = find_draft(turn, draft_id)
    if draft is None:
        raise not_found("черновик")
    return draft


def open_draft(turn: Turn, draft_id: str) -> DraftRow:
    """The draft, if it may still be changed."""
    draft = the_draft(turn, draft_id)
    refuse_if_closed(turn, draft)
    return draft


def refuse_if_closed(turn: Turn, draft: DraftRow) -> None:
    task = running_task(turn, draft.id)
    if task is not None:
        context = links.ErrorContext(concurrent_task=task)
        raise RefusalError(409, "concurrentApiTaskActive", "С черновиком выполняется другая операция.", context)
    if draft.docflow_id is not None:
        raise bad_request("Черновик уже отправлен.", "draftAlreadySent")


def running_task(turn: Turn, draft_id: str) -> links.ConcurrentTask | None:
    row = turn.rows.execute("SELECT id, kind FROM tasks WHERE draft_id = ? AND state = 'running'", (draft_id,)).fetchone()
    return None if row is None else links.ConcurrentTask(id=row["id"], task_type=f"urn:task-type:{row['kind']}")


def delete_draft(turn: Turn, draft_id: str) -> None:
    turn.rows.execute("DELETE FROM drafts WHERE id = ?", (open_draft(turn, draft_id).id,))


def put_document(turn: Turn, draft_id: str, request: drafts.DocumentRequest, document_id: str | None = None) -> DocumentRow:
    """Add a document, or give the one with this id other bytes; its signatures are gone then."""
    draft = open_draft(turn, draft_id)
    content = turn.office.contents.duplicate(turn.rows, request.content_id, turn.now)
    named = request.description
    name = (named and (named.original_filename or named.filename)) or _recognise(turn.office.contents.read(turn.rows, content.id, 0, _HEAD_BYTES - 1))
    document = DocumentRow(document_id or str(uuid.uuid4()), content.id, content.sha256, name, (named and named.type) or _DOCUMENT_TYPE)
    turn.rows.execute("DELETE FROM draft_documents WHERE draft_id = ? AND id = ?", (draft.id, document.id))
    turn.rows.execute(
        "INSERT INTO draft_documents (draft_id, id, content_id, sha256, file_name, type) VALUES (?, ?, ?, ?, ?, ?)",
        (draft.id, document.id, document.content_id, document.sha256, document.file_name, document.type),
    )
    _changed(turn, draft)
    if request.signature:
        put_signature(turn, draft_id, document.id, drafts.SignatureRequest(base64_content=request.signature))
    return document


def documents(turn: Turn, draft_id: str) -> list[DocumentRow]:
    rows = turn.rows.execute("SELECT id, content_id, sha256, file_name, type FROM draft_documents WHERE draft_id = ? ORDER BY rowid", (draft_id,))
    return [DocumentRow(*row) for row in rows]


def the_document(turn: Turn, draft_id: str, document_id: str) -> DocumentRow:
    the_draft(turn, draft_id)
    found = next((document for document in documents(turn, draft_id) if document.id == document_id), None)
    if found is None:
        raise not_found("документ черновика")
    return found


def delete_document(turn: Turn, draft_id: str, document_id: str) -> None:
    draft = open_draft(turn, draft_id)
    the_document(turn, draft_id, document_id)
    turn.rows.execute("DELETE FROM draft_documents WHERE draft_id = ? AND id = ?", (draft_id, document_id))
    _changed(turn, draft)


def put_signature(turn: Turn, draft_id: str, document_id: str, request: drafts.SignatureRequest, signature_id: str | None = None) -> str:
    """Add a signature, or replace the one with this id; gives its id. It is verified by prepare, not here: checks may run before."""
    draft = open_draft(turn, draft_id)
    the_document(turn, draft_id, document_id)
    der = read_base64(request.base64_content, "base64-content")
    signature_id = signature_id or str(uuid.uuid4())
    turn.rows.execute(
        "INSERT INTO draft_signatures (draft_id, document_id, id, der, third_party) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (draft_id, document_id, id) DO UPDATE SET der = excluded.der, third_party = excluded.third_party",
        (draft_id, document_id, signature_id, der, request.is_third_party_signature),
    )
    _changed(turn, draft)
    return signature_id


def signatures(turn: Turn, draft_id: str, document_id: str) -> list[tuple[str, bytes]]:
    """Id and DER of each signature, oldest first."""
    rows = turn.rows.execute("SELECT id, der FROM draft_signatures WHERE draft_id = ? AND document_id = ? ORDER BY rowid", (draft_id, document_id))
    return [(row["id"], row["der"]) for row in rows]


def the_signature(turn: Turn, draft_id: str, document_id: str, signature_id: str) -> bytes:
    der = dict(signatures(turn, draft_id, document_id)).get(signature_id)
    if der is None:
        raise not_found("подпись")
    return der


def delete_signature(turn: Turn, draft_id: str, document_id: str, signature_id: str) -> None:
    draft = open_draft(turn, draft_id)
    the_signature(turn, draft_id, document_id, signature_id)
    turn.rows.execute("DELETE FROM draft_signatures WHERE draft_id = ? AND document_id = ? AND id = ?", (draft_id, document_id, signature_id))
    _changed(turn, draft)


def status(turn: Turn, draft: DraftRow) -> DraftStatus:
    task = running_task(turn, draft.id)
    return draft.progress if task is None else _IN_PROGRESS[task.task_type.rpartition(":")[2]]


def set_progress(turn: Turn, draft_id: str, progress: DraftStatus, docflow_id: str | None = None) -> None:
    turn.rows.execute("UPDATE drafts SET progress = ?, docflow_id = ? WHERE id = ?", (progress, docflow_id, draft_id))


def sender_certificate(draft: DraftRow) -> Certificate | None:
    """The certificate named in the draft's meta; None where there is none."""
    named = draft.meta.sender.certificate
    if named is None or not named.content:
        return None
    try:
        return read_certificate(read_base64(named.content, "certificate"))
    except UnreadableCertificateError:
        return None


def read_base64(text: str, field: str) -> bytes:
    try:
        content = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise bad_request(f"Поле {field} — не base64.") from error
    if not content:
        raise bad_request(f"Поле {field} пусто.")
    return content


def _checked_meta(request: drafts.DraftMeta) -> tuple[drafts.DraftMeta, str]:
    """The meta with the names the operator knows, and the payer's organisation."""
    payer = find_taxpayer(request.payer.inn, request.payer.organization.kpp if request.payer.organization else None)
    if payer is None:
        raise not_found(f"организация с ИНН {request.payer.inn}")
    sender = find_taxpayer(request.sender.inn, request.sender.kpp)
    if sender is None:
        raise not_found(f"отправитель с ИНН {request.sender.inn}")
    if sender != payer and not request.sender.is_representative:
        raise bad_request("Отправитель и налогоплательщик различаются, но отправитель не назван представителем.")
    if find_inspectorate(request.recipient.ifns_code or "") is None:
        raise bad_request(f"Инспекция {request.recipient.ifns_code or '—'} не входит в учебный контур: есть 0085, 0087 и 0088.")
    if request.sender.certificate is not None and sender_certificate(DraftRow("", "", request, DraftStatus.NEW, None)) is None:
        raise bad_request("Сертификат отправителя не читается.")
    named = msgspec.structs.replace(
        request,
        sender=msgspec.structs.replace(request.sender, name=sender.organisation.name),
        payer=msgspec.structs.replace(request.payer, name=payer.organisation.name),
    )
    return named, payer.organisation.id


def _recognise(head: bytes) -> str:
    """File name of a report by its `ИдФайл`; a plain name for what states none."""
    for encoding in ("utf-8", "windows-1251"):
        found = _FILE_ID.search(head.decode(encoding, errors="ignore"))
        if found is not None:
            return f"{found[1]}.xml"
    return _NAMELESS


def _changed(turn: Turn, draft: DraftRow) -> None:
    set_progress(turn, draft.id, DraftStatus.NEW)
