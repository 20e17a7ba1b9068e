"""The training operator as one ASGI application: routes of all areas, error objects, the trace header and the limit of simultaneous requests.

`build_app` gives a plain application, so that a test can wrap it and break what it likes.
"""

from __future__ import annotations

import contextvars
import hashlib
import uuid
from collections import Counter
from typing import Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from extern_desktop.extern_api.wire import base
from extern_desktop.sandbox import routes_accounts, routes_contents, routes_docflows, routes_drafts, routes_identity, routes_tables
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.refusals import RefusalError
from extern_desktop.sandbox.settling import take_up_pace
from extern_desktop.sandbox.web import JSON

SIMULTANEOUS_LIMIT: Final = 20
"""Requests of one client that may run at once; one more is refused with 429."""
TRACE_HEADER: Final = "X-Kontur-Trace-Id"
_trace_id: Final[contextvars.ContextVar[str]] = contextvars.ContextVar("trace_id")


def build_app(office: Office) -> Starlette:
    """The application of this office; whoever opened the office closes it after the server."""
    take_up_pace(office)
    routes = (
        *routes_identity.ROUTES,
        *routes_accounts.ROUTES,
        *routes_contents.ROUTES,
        *routes_drafts.ROUTES,
        *routes_docflows.ROUTES,
        *routes_tables.ROUTES,
    )
    app = Starlette(
        routes=routes,
        middleware=[Middleware(_TracedAndLimited)],
        exception_handlers={RefusalError: _refusal, HTTPException: _http_refusal, ClientDisconnect: _nobody_listens, Exception: _crash},
    )
    app.state.office = office
    return app


class _TracedAndLimited:
    """Gives every answer its trace id, and refuses a client's twenty-first simultaneous request."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app
        self._running: Counter[str] = Counter()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        trace_id = uuid.uuid4().hex
        _trace_id.set(trace_id)

        async def traced(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], (TRACE_HEADER.lower().encode(), trace_id.encode())]
            await send(message)

        client = _client_of(scope)
        if self._running[client] >= SIMULTANEOUS_LIMIT:
            refusal = RefusalError(429, "tooManyRequests", f"Больше {SIMULTANEOUS_LIMIT} одновременных запросов.", headers={"Retry-After": "1"})
            await _as_response(refusal)(scope, receive, traced)
            return
        self._running[client] += 1
        try:
            await self._app(scope, receive, traced)
        finally:
            self._running[client] -= 1
            if not self._running[client]:
                del self._running[client]


def _client_of(scope: Scope) -> str:
    """A client is who holds one token; without a token, one address."""
    for name, value in scope["headers"]:
        if name == b"authorization":
            return hashlib.sha256(value).hexdigest()
    return str(scope["client"][0]) if scope.get("client") else ""


def _as_response(refusal: RefusalError) -> Response:
    return Response(base.encode(refusal.as_wire(_trace_id.get(""))), refusal.status, refusal.headers, JSON)


async def _refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, RefusalError):
        raise error
    return _as_response(error)


async def _http_refusal(_request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    code = "notFound" if error.status_code == 404 else "error"
    return _as_response(RefusalError(error.status_code, code, error.detail, headers=dict(error.headers or {})))


async def _crash(_request: Request, _error: Exception) -> Response:
    return _as_response(RefusalError(500, "error", "Внутренняя ошибка учебного оператора."))


async def _nobody_listens(_request: Request, _error: Exception) -> Response:
    """The caller hung up in the middle of a body. Nothing was entered; this answer goes nowhere."""
    return Response(status_code=400)
