"""Ways a network and a server break, wrapped around the real training operator. For tests only: nothing of the product imports this.

`app = FaultyOperator(build_app(office)); app.next(answer_500, path="/send")` breaks the next request whose path ends so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, Final

from starlette.responses import HTMLResponse, JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

Fault = Callable[[ASGIApp, Scope, Receive, Send], Awaitable[None]]

_ERROR: Final = {"id": "urn:error:externapi:error", "status-code": 500, "message": "fault", "trace-id": "fault", "track-id": "fault"}
_PROXY_PAGE: Final = "<!doctype html><html><body><h1>407</h1>Sign in to the proxy of the office</body></html>"


async def _cut_line(send: Send) -> None:
    """Drop the TCP connection without another byte. uvicorn's `send` belongs to the cycle of one request, which knows its transport."""
    cycle: Any = send.__self__  # type: ignore[attr-defined]
    cycle.transport.abort()
    while not cycle.disconnected:
        await asyncio.sleep(0)


async def answer_500(_app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Nothing is done, 500 is said."""
    await JSONResponse(_ERROR, 500)(scope, receive, send)


async def answer_429(_app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(_ERROR | {"status-code": 429}, 429, {"Retry-After": "1"})(scope, receive, send)


async def answer_as_proxy(_app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """A captive portal or an office proxy answers in the operator's place, with 200 and HTML."""
    await HTMLResponse(_PROXY_PAGE)(scope, receive, send)


async def drop_request(_app: ASGIApp, _scope: Scope, _receive: Receive, send: Send) -> None:
    """The request never arrives, the line is cut."""
    await _cut_line(send)


async def drop_answer(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """The operator does everything that was asked; its answer is lost on the way."""

    async def nowhere(_message: Message) -> None:
        return

    await app(scope, receive, nowhere)
    await _cut_line(send)


def cut_body_after(count_bytes: int) -> Fault:
    """The line is cut when so many bytes of the request's body have arrived."""

    async def fault(app: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
        seen = 0

        async def cut() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            return {"type": "http.disconnect"} if seen > count_bytes else message

        async def nowhere(_message: Message) -> None:
            return

        await app(scope, cut, nowhere)
        await _cut_line(send)

    return fault


@dataclass
class FaultyOperator:
    """An application around the operator's, with faults that wait for their requests."""

    app: ASGIApp
    waiting: list[tuple[str, str, Fault]] = field(default_factory=list)
    struck: list[str] = field(default_factory=list)
    """`METHOD path` of every request that met its fault."""

    def next(self, fault: Fault, *, path: str, method: str = "POST", times: int = 1) -> None:
        """Break the next `times` requests of this method whose path ends with `path`."""
        self.waiting += [(method, path, fault)] * times

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        for number, (method, path, fault) in enumerate(self.waiting):
            if scope["type"] == "http" and scope["method"] == method and scope["path"].endswith(path):
                del self.waiting[number]
                self.struck.append(f"{method} {scope['path']}")
                await fault(self.app, scope, receive, send)
                return
        await self.app(scope, receive, send)
