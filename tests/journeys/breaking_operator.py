"""The real training operator on a real socket, with a saboteur in front of it who kills, cuts or answers nonsense at the n-th request."""

from __future__ import annotations

import os
import secrets
import signal
import threading
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import uvicorn

from extern_desktop.sandbox.address import HELLO_PATH, Address, only_server, write_address
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.serve import open_listener, server_config, serving_app
from extern_desktop.sandbox.values import Pace

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
App = Callable[[Scope, Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]], Awaitable[None]]


class CutError(Exception):
    """Ends the exchange without an answer: the socket is closed."""


@dataclass
class Saboteur:
    """Watches the requests of the API and strikes at one of them. Requests that only greet are not counted."""

    strike_at: int = 0
    """Number of the request that is struck, counted from 1; 0 strikes never."""
    blow: Callable[[Scope, Callable[[Message], Awaitable[None]]], Awaitable[bool]] | None = None
    """Gives True when the request shall be handled all the same after the blow (before its answer is sent)."""
    after: bool = False
    """Let the operator do its work first, then strike instead of answering."""
    only: Callable[[str, str], bool] = lambda _method, _path: True
    """Which requests are counted, by method and path."""
    seen: list[str] = field(default_factory=list)

    def wrap(self, app: App) -> App:
        async def watched(scope: Scope, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
            if scope["type"] != "http" or scope["path"] == HELLO_PATH or not self.only(scope["method"], scope["path"]):
                await app(scope, receive, send)
                return
            self.seen.append(f"{scope['method']} {scope['path']}")
            if len(self.seen) != self.strike_at or self.blow is None:
                await app(scope, receive, send)
            elif self.after:
                await app(scope, receive, _swallow)
                await self.blow(scope, send)
            elif await self.blow(scope, send):
                await app(scope, receive, send)

        return watched


async def _swallow(_message: Message) -> None:
    """The operator's answer is lost on the way."""


@contextmanager
def serving(state_folder: Path, saboteur: Saboteur) -> Iterator[Office]:
    """The training operator of this folder, found by programs as if it had been started by one of them."""
    with only_server(state_folder), open_listener() as listener:
        address = Address(os.getpid(), listener.getsockname()[1], Pace.INSTANT, secrets.token_hex(16))
        office = Office(state_folder, Pace.INSTANT)
        server = uvicorn.Server(server_config(saboteur.wrap(cast(App, serving_app(office, address)))))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            write_address(state_folder, address)
            yield office
        finally:
            server.should_exit = True
            thread.join()
            office.close()


def kill(pid: Callable[[], int]) -> Callable[[Scope, Callable[[Message], Awaitable[None]]], Awaitable[bool]]:
    """Kill the program that asks, as a power cut would."""

    async def blow(_scope: Scope, _send: Callable[[Message], Awaitable[None]]) -> bool:
        os.kill(pid(), signal.SIGKILL)
        return False

    return blow


def answer(status: int, body: bytes, content_type: str, **headers: str) -> Callable[[Scope, Callable[[Message], Awaitable[None]]], Awaitable[bool]]:
    """Answer in the operator's place."""

    async def blow(_scope: Scope, send: Callable[[Message], Awaitable[None]]) -> bool:
        listed = [(b"content-type", content_type.encode()), *((name.encode(), value.encode()) for name, value in headers.items())]
        await send({"type": "http.response.start", "status": status, "headers": listed})
        await send({"type": "http.response.body", "body": body})
        return False

    return blow
