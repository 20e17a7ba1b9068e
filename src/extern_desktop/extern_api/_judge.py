"""Whether an answer is the operator's own, and what its status says. Pure functions over status, headers and body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from urllib.parse import urljoin, urlsplit

from extern_desktop.extern_api.calls import TRACE_HEADER, Answer, Call, Effect, is_json, media_type
from extern_desktop.extern_api.errors import (
    ForeignAnswerError,
    LineLostError,
    LostReason,
    OperatorFailedError,
    OperatorRefusedError,
    OperatorUnreachableError,
    UnreachableReason,
)
from extern_desktop.extern_api.wire.base import UnreadableWireError, decode
from extern_desktop.extern_api.wire.links import ErrorObject

_SPEAK_BY_STATUS: Final = frozenset({401, 407, 413, 429})
"""Statuses whose meaning needs no body, whoever wrote it."""


def foreign_answer(call: Call, status: int, headers: Mapping[str, str]) -> ForeignAnswerError | None:
    """The error for an answer that something else gave in the operator's place; `None` for the operator's own."""
    media = media_type(headers)
    if 300 <= status < 400:
        target = urlsplit(urljoin(call.url, headers.get("Location", ""))).hostname or ""
        return ForeignAnswerError(call.host, media, status, redirected_to=target)
    if status >= 500 or status in _SPEAK_BY_STATUS or headers.get(TRACE_HEADER):
        return None
    if status >= 400:
        return ForeignAnswerError(call.host, media, status) if media == "text/html" else None
    has_body = headers.get("Content-Length") != "0" and status != 204
    looks_wrong = not is_json(media) if call.expects_json else media == "text/html"
    return ForeignAnswerError(call.host, media, status) if has_body and looks_wrong else None


def judge_answer(call: Call, answer: Answer) -> None:
    """Raise for a status that is no answer to us: a failure of the server, or a proxy that wants a login."""
    if answer.status == 407:
        raise OperatorUnreachableError(call.host, UnreachableReason.PROXY)
    if answer.status < 500:
        return
    if call.effect is Effect.ACT:
        raise LineLostError(call.host, call.action, LostReason.SERVER_FAILED, answer.status, trace_id=answer.trace_id, may_have_filed=call.may_file)
    failure = error_object(answer)
    raise OperatorFailedError(call.host, answer.status, failure.id, answer.trace_id or failure.trace_id or "")


def refusal(answer: Answer) -> OperatorRefusedError:
    """The error for a status of 4xx."""
    failure = error_object(answer)
    context = {name: str(value) for name, value in (failure.properties or {}).items() if value is not None}
    if failure.context and failure.context.concurrent_task:
        context["concurrent-task"] = failure.context.concurrent_task.id
        context["concurrent-task-type"] = failure.context.concurrent_task.task_type
    return OperatorRefusedError(
        answer.status, failure.id, failure.message, answer.trace_id or failure.trace_id or "", context, content=answer.content
    )


def error_object(answer: Answer) -> ErrorObject:
    """The operator's error object; an empty one when the body holds none."""
    try:
        return decode(answer.content, ErrorObject) if is_json(media_type(answer.headers)) else ErrorObject()
    except UnreadableWireError:
        return ErrorObject()
