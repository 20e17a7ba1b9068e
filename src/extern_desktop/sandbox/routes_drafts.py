"""Drafts, their documents, signatures and tasks."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Final

from starlette.routing import Route

from extern_desktop.extern_api.wire import drafts as wire
from extern_desktop.extern_api.wire.links import Link
from extern_desktop.sandbox import drafts, tasks
from extern_desktop.sandbox.judging import judge_report
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.refusals import bad_request
from extern_desktop.sandbox.scene import ACCOUNT_ID
from extern_desktop.sandbox.web import Answer, Call, route
from extern_desktop.signing.cms import verify_detached

_DRAFTS: Final = "/v1/{account}/drafts"
_DRAFT: Final = _DRAFTS + "/{draft}"
_DOCUMENTS: Final = _DRAFT + "/documents"
_DOCUMENT: Final = _DOCUMENTS + "/{document}"
_SIGNATURES: Final = _DOCUMENT + "/signatures"
_SIGNATURE: Final = _SIGNATURES + "/{signature}"


def _href(draft_id: str, tail: str = "") -> str:
    return f"/v1/{ACCOUNT_ID}/drafts/{draft_id}{tail}"


def _draft(turn: Turn, draft: drafts.DraftRow) -> wire.Draft:
    documents = tuple(Link(rel="document", href=_href(draft.id, f"/documents/{document.id}")) for document in drafts.documents(turn, draft.id))
    docflows = () if draft.docflow_id is None else (Link(rel="docflow", href=f"/v1/{ACCOUNT_ID}/docflows/{draft.docflow_id}"),)
    links = (Link(rel="self", href=_href(draft.id)),)
    return wire.Draft(id=draft.id, docflows=docflows, documents=documents, meta=draft.meta, status=drafts.status(turn, draft), links=links)


def _document(turn: Turn, draft_id: str, document: drafts.DocumentRow) -> wire.DraftDocument:
    identity = judge_report(turn, document.content_id, document.sha256, document.file_name).identity
    properties: dict[str, object] = {"Encoding": "windows-1251", "IsPrintable": "False", "OriginalFilename": document.file_name}
    if identity is not None:
        properties |= {
            "FormName": identity.form_short_name,
            "КНД": identity.form.knd,
            "CorrectionNumber": str(identity.correction_number),
            "Period": f"{identity.period_code} {identity.year}",
        }
    description = wire.DraftDocumentDescription(
        type=document.type, filename=document.file_name, content_type="application/xml", properties=properties
    )
    signatures = tuple(_signature(draft_id, document.id, signature_id, der) for signature_id, der in drafts.signatures(turn, draft_id, document.id))
    contents = (wire.DraftContent(content_id=document.content_id, encrypted=False),)
    return wire.DraftDocument(id=document.id, description=description, contents=contents, signatures=signatures)


def _signature(draft_id: str, document_id: str, signature_id: str, der: bytes) -> wire.Signature:
    href = _href(draft_id, f"/documents/{document_id}/signatures/{signature_id}/content")
    certificate = verify_detached(b"", der).certificate  # only whose it is; prepare verifies it over the document
    return wire.Signature(
        id=signature_id,
        signature_certificate_thumbprint=certificate.thumbprint if certificate else None,
        content_link=Link(rel="content", href=href),
        signer_type="organization-representative",
    )


def _create(call: Call) -> Answer:
    return Answer(_draft(call.turn, drafts.create_draft(call.turn, call.wire(wire.DraftMeta))), 201)


def _read(call: Call) -> Answer:
    return Answer(_draft(call.turn, drafts.the_draft(call.turn, call.path["draft"])))


def _put(call: Call) -> Answer:
    draft_id = call.chosen_id("draft")
    is_new = draft_id is None or drafts.find_draft(call.turn, draft_id) is None
    return Answer(_draft(call.turn, drafts.create_draft(call.turn, call.wire(wire.DraftMeta), draft_id)), 201 if is_new else 200)


def _delete(call: Call) -> Answer:
    drafts.delete_draft(call.turn, call.path["draft"])
    return Answer(status=204)


def _read_meta(call: Call) -> Answer:
    return Answer(drafts.the_draft(call.turn, call.path["draft"]).meta)


def _put_meta(call: Call) -> Answer:
    drafts.the_draft(call.turn, call.path["draft"])
    return Answer(drafts.create_draft(call.turn, call.wire(wire.DraftMeta), call.path["draft"]).meta)


def _put_document(call: Call) -> Answer:
    draft_id = call.path["draft"]
    document = drafts.put_document(call.turn, draft_id, call.wire(wire.DocumentRequest), call.chosen_id("document"))
    return Answer(_document(call.turn, draft_id, document))


def _read_document(call: Call) -> Answer:
    draft_id = call.path["draft"]
    return Answer(_document(call.turn, draft_id, drafts.the_document(call.turn, draft_id, call.path["document"])))


def _delete_document(call: Call) -> Answer:
    drafts.delete_document(call.turn, call.path["draft"], call.path["document"])
    return Answer(status=204)


def _put_signature(call: Call) -> Answer:
    draft_id, document_id = call.path["draft"], call.path["document"]
    signature_id = drafts.put_signature(call.turn, draft_id, document_id, call.wire(wire.SignatureRequest), call.chosen_id("signature"))
    return Answer(_signature(draft_id, document_id, signature_id, drafts.the_signature(call.turn, draft_id, document_id, signature_id)))


def _read_signature(call: Call) -> Answer:
    draft_id, document_id, signature_id = call.path["draft"], call.path["document"], call.path["signature"]
    return Answer(_signature(draft_id, document_id, signature_id, drafts.the_signature(call.turn, draft_id, document_id, signature_id)))


def _signature_content(call: Call) -> Answer:
    der = drafts.the_signature(call.turn, call.path["draft"], call.path["document"], call.path["signature"])
    return Answer(base64.b64encode(der).decode())


def _delete_signature(call: Call) -> Answer:
    drafts.delete_signature(call.turn, call.path["draft"], call.path["document"], call.path["signature"])
    return Answer(status=204)


def _start(kind: str) -> Callable[[Call], Answer]:
    def handler(call: Call) -> Answer:
        if not call.flag("deferred"):
            raise bad_request("Синхронный вызов не поддерживается: укажите deferred=true.")
        return Answer(tasks.start(call.turn, call.path["draft"], kind, force=call.flag("force")), 202)

    return handler


def _read_task(call: Call) -> Answer:
    return Answer(tasks.read(call.turn, call.path["draft"], call.path["task"]))


def _list_tasks(call: Call) -> Answer:
    skip, take = call.paging()
    return Answer(tasks.listing(call.turn, call.path["draft"], skip, take))


ROUTES: Final[tuple[Route, ...]] = (
    route(_DRAFTS, "POST", _create),
    route(_DRAFT, "GET", _read),
    route(_DRAFT, "PUT", _put),
    route(_DRAFT, "DELETE", _delete),
    route(_DRAFT + "/meta", "GET", _read_meta),
    route(_DRAFT + "/meta", "PUT", _put_meta),
    route(_DOCUMENTS, "POST", _put_document),
    route(_DOCUMENT, "GET", _read_document),
    route(_DOCUMENT, "PUT", _put_document),
    route(_DOCUMENT, "DELETE", _delete_document),
    route(_SIGNATURES, "POST", _put_signature),
    route(_SIGNATURE, "GET", _read_signature),
    route(_SIGNATURE, "PUT", _put_signature),
    route(_SIGNATURE, "DELETE", _delete_signature),
    route(_SIGNATURE + "/content", "GET", _signature_content),
    *(route(f"{_DRAFT}/{kind}", "POST", _start(kind)) for kind in (tasks.CHECK, tasks.PREPARE, tasks.SEND)),
    route(_DRAFT + "/tasks", "GET", _list_tasks),
    route(_DRAFT + "/tasks/{task}", "GET", _read_task),
)
