"""Serve the training operator on the loopback address: `python -m extern_desktop.sandbox.serve STATE_FOLDER`.

It never listens where another computer could reach it. `--tied` ties its life to the parent: it ends when its standard input does.
"""

from __future__ import annotations

import argparse
import contextlib
import ipaddress
import os
import secrets
import socket
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from extern_desktop.sandbox.address import BUSY_EXIT_CODE, HELLO_PATH, HOST, Address, only_server, prove, read_address, write_address
from extern_desktop.sandbox.application import build_app
from extern_desktop.sandbox.errors import NotLoopbackError, StateFolderBusyError, UnreadableStateError
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.values import Pace

_KEEP_ALIVE_SECONDS: Final = 120
_GOODBYE_SECONDS: Final = 3
_SECRET_BYTES: Final = 32


def serve(
    state_folder: Path,
    *,
    port: int = 0,
    pace: Pace = Pace.INSTANT,
    host: str = HOST,
    tied_to_parent: bool = False,
    when_ready: Callable[[Address], None] | None = None,
) -> None:
    """Serve until told to stop (SIGINT, SIGTERM, or the parent's end when tied).

    `port` 0 takes the one of last time if it is free, else any. `when_ready` is told the address.
    Raises `NotLoopbackError`, `StateFolderBusyError`, `UnreadableStateError`.
    """
    refuse_other_hosts(host)
    with only_server(state_folder), _listen(state_folder, host, port) as listener:
        address = Address(os.getpid(), listener.getsockname()[1], pace, secrets.token_hex(_SECRET_BYTES))
        office = Office(state_folder, pace)
        try:
            server = _TellingServer(server_config(serving_app(office, address)), address, when_ready)
            if tied_to_parent:
                threading.Thread(target=_stop_with_parent, args=(server,), daemon=True, name="parent-watch").start()
            write_address(state_folder, address)
            server.run(sockets=[listener])
        finally:
            office.close()


def open_listener(host: str = HOST, port: int = 0) -> socket.socket:
    """A listening socket. It names its protocol: for one that doesn't, asyncio leaves Nagle's delay on, 40 ms for every answer."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if sys.platform != "win32":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def _listen(state_folder: Path, host: str, port: int) -> socket.socket:
    last = read_address(state_folder) if port == 0 else None
    if last is not None:
        with contextlib.suppress(OSError):  # taken meanwhile
            return open_listener(host, last.port)
    return open_listener(host, port)


def refuse_other_hosts(host: str) -> None:
    """Raise `NotLoopbackError` for anything but an IP address of this computer's loopback."""
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        loopback = False  # a name: what it means is not ours to decide
    if not loopback:
        raise NotLoopbackError(host)


class _TellingServer(uvicorn.Server):
    """Tells its address once it answers and Ctrl+C is its own to handle."""

    def __init__(self, config: uvicorn.Config, address: Address, when_ready: Callable[[Address], None] | None) -> None:
        super().__init__(config)
        self._address = address
        self._when_ready = when_ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self._when_ready is not None:
            self._when_ready(self._address)


def server_config(app: Callable[..., object]) -> uvicorn.Config:
    """How uvicorn serves it here; the tests serve their wrapped applications in the same way."""
    return uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=_GOODBYE_SECONDS,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """The child process that `launch` starts. Its words are for the log; a person meets the training operator through the commands."""
    parser = argparse.ArgumentParser(prog="extern_desktop.sandbox.serve")
    parser.add_argument("state_folder", type=Path)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--pace", type=Pace, choices=list(Pace), default=Pace.INSTANT)
    parser.add_argument("--host", default=HOST)
    parser.add_argument("--tied", action="store_true")
    options = parser.parse_args(arguments)
    try:
        serve(options.state_folder, port=options.port, pace=options.pace, host=options.host, tied_to_parent=options.tied)
    except StateFolderBusyError as error:
        sys.stderr.write(f"busy: {error.folder}\n")
        return BUSY_EXIT_CODE
    except (NotLoopbackError, UnreadableStateError) as error:
        sys.stderr.write(f"refused: {error!r}\n")
        return 4
    return 0


def serving_app(office: Office, address: Address) -> Callable[..., object]:
    """The operator as it is served: with the answer that proves who serves it."""
    app = build_app(office)

    def hello(request: Request) -> Response:
        return PlainTextResponse(prove(address.secret, request.query_params.get("challenge", "")))

    app.router.routes.insert(0, Route(HELLO_PATH, hello))
    return app


def _stop_with_parent(server: uvicorn.Server) -> None:
    """Wait for the end of standard input, then let the server finish what it answers."""
    while sys.stdin.buffer.read(1):
        pass
    server.should_exit = True


if __name__ == "__main__":
    sys.exit(main())
