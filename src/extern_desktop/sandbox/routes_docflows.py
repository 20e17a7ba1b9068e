"""Docflows, their documents and signatures, and the replies to them."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from typing import Final

from starlette.routing import Route

from extern_desktop.domain.docflows import FNS_REPORT, nss
from extern_desktop.extern_api.wire import docflows as wire
from extern_desktop.extern_api.wire.replies import ReplyRequest
from extern_desktop.extern_api.wire.times import read_moment
from extern_desktop.sandbox import docflow_views, docflows, replies
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.refusals import bad_request
from extern_desktop.sandbox.web import Answer, Call, route

_DOCFLOWS: Final = "/v1/{account}/docflows"
_DOCFLOW: Final = _DOCFLOWS + "/{docflow}"
_DOCUMENTS: Final = _DOCFLOW + "/documents"
_DOCUMENT: Final = _DOCUMENTS + "/{document}"
_SIGNATURES: Final = _DOCUMENT + "/signatures"
_REPLY: Final = _DOCUMENT + "/replies/{reply}"

_FINISHED: Final = "finished"


def _moment(call: Call, name: str) -> str:
    moment = read_moment(call.one(name))
    if moment is None:
        raise bad_request(f"Параметр {name}: отметка времени не прочитана.")
    return stamp(moment)


_FILTERS: Final[Mapping[str, tuple[str, Callable[[Call, str], str]]]] = {
    "updatedFrom": ("last_change_at >= ?", _moment),
    "updatedTo": ("last_change_at < ?", _moment),
    "createdFrom": ("sent_at >= ?", _moment),
    "createdTo": ("sent_at < ?", _moment),
    "orgId": ("organisation_id = ?", lambda call, name: call.one(name).lower()),
    "innKpp": ("payer = ?", lambda call, name: call.one(name)),
    "knd": ("knd = ?", lambda call, name: call.one(name)),
    "cu": ("authority = ?", lambda call, name: call.one(name)),
}
_BY_CHANGE: Final = frozenset({"updatedfrom", "updatedto"})


def _list(call: Call) -> Answer:
    """A page of docflows; by last change when that is filtered by, else by the time of sending."""
    skip, take = call.paging()
    conditions, values = ["1"], []
    for name, (condition, read) in _FILTERS.items():
        if call.one(name):
            conditions.append(condition)
            values.append(read(call, name))
    if call.one("finished"):
        conditions.append("status = ?" if call.flag("finished") else "status <> ?")
        values.append(_FINISHED)
    states = call.query.get("successstate", ())
    if states:
        conditions.append(f"success IN ({', '.join('?' * len(states))})")
        values += [nss(state).lower() for state in states]
    kinds = {nss(kind).lower() for kind in call.query.get("type", ())}
    if (kinds and nss(FNS_REPORT) not in kinds) or call.flag("incoming"):
        conditions.append("0")
    where = " AND ".join(conditions)
    if _BY_CHANGE & call.query.keys():
        order = "last_change_at, rowid"
    else:
        order = "sent_at, rowid" if call.one("orderBy").lower() == "ascending" else "sent_at DESC, rowid DESC"
    total = call.turn.rows.execute(f"SELECT count(*) FROM docflows WHERE {where}", values).fetchone()[0]  # noqa: S608  constant parts only
    rows = call.turn.rows.execute(f"SELECT * FROM docflows WHERE {where} ORDER BY {order} LIMIT ? OFFSET ?", (*values, take, skip))  # noqa: S608
    return Answer(wire.DocflowPage(skip=skip, take=take, total_count=total, docflows=tuple(map(docflow_views.summary, rows))))


def _read(call: Call) -> Answer:
    return Answer(docflow_views.view(call.turn, call.path["docflow"]))


def _documents(call: Call) -> Answer:
    docflows.the_row(call.turn, call.path["docflow"])
    return Answer(docflow_views.documents_of(call.turn, docflows.documents(call.turn, call.path["docflow"])))


def _one(call: Call) -> docflows.DocumentRow:
    return docflows.the_document(call.turn, call.path["docflow"], call.path["document"])


def _document_view(call: Call) -> wire.Document:
    _one(call)
    views = docflow_views.documents_of(call.turn, docflows.documents(call.turn, call.path["docflow"]))
    return next(view for view in views if view.id == call.path["document"])


def _document(call: Call) -> Answer:
    return Answer(_document_view(call))


def _description(call: Call) -> Answer:
    return Answer(_document_view(call).description)


def _signatures(call: Call) -> Answer:
    return Answer(docflow_views.signatures(call.turn, _one(call).id))


def _signature_content(call: Call) -> Answer:
    return Answer(base64.b64encode(docflows.signature_content(call.turn, _one(call), call.path["signature"])).decode())


def _generate_reply(call: Call) -> Answer:
    request = call.wire(ReplyRequest)
    return Answer(replies.generate(call.turn, call.path["docflow"], call.path["document"], call.one("documentType"), request))


def _reply_path(call: Call) -> tuple[str, str, str]:
    return call.path["docflow"], call.path["document"], call.path["reply"]


def _read_reply(call: Call) -> Answer:
    return Answer(replies.read(call.turn, *_reply_path(call)))


def _put_reply_signature(call: Call) -> Answer:
    """The body is the signature itself: no JSON, no base64."""
    if not call.body:
        raise bad_request("Тело запроса пусто: нужна подпись.")
    return Answer(replies.put_signature(call.turn, *_reply_path(call), call.body))


def _send_reply(call: Call) -> Answer:
    return Answer(replies.send(call.turn, *_reply_path(call)))


ROUTES: Final[tuple[Route, ...]] = (
    route(_DOCFLOWS, "GET", _list),
    route(_DOCFLOW, "GET", _read),
    route(_DOCUMENTS, "GET", _documents),
    route(_DOCUMENT, "GET", _document),
    route(_DOCUMENT + "/description", "GET", _description),
    route(_SIGNATURES, "GET", _signatures),
    route(_SIGNATURES + "/{signature}/content", "GET", _signature_content),
    route(_DOCUMENT + "/generate-reply", "POST", _generate_reply),
    route(_REPLY, "GET", _read_reply),
    route(_REPLY + "/signature", "PUT", _put_reply_signature),
    route(_REPLY + "/send", "POST", _send_reply),
)
