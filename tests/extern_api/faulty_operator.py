"""A real HTTP server that misbehaves on request: each path is given the steps it takes, one a request, the last one for ever after.

It holds no model of ours: answers are written as the wire sheet shows them, by hand.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import threading
import time
import zlib
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

TRACE = {"X-Kontur-Trace-Id": "trace-7"}


@dataclass(frozen=True, slots=True)
class Ask:
    """One request as it came."""

    method: str
    path: str
    query: Mapping[str, list[str]]
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def form(self) -> dict[str, str]:
        return {name: values[0] for name, values in parse_qs(self.body.decode()).items()}


class Line(BaseHTTPRequestHandler):
    """One connection. Steps answer through it, or break it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FaultyServer
    ask: Ask

    def handle_one_request(self) -> None:
        with suppress(ConnectionError, ssl.SSLError):
            super().handle_one_request()

    def do_GET(self) -> None:
        self.take_step()

    do_POST = do_PUT = do_DELETE = do_CONNECT = do_GET  # noqa: N815  names of the base class

    def take_step(self) -> None:
        url = urlsplit(self.path)
        operator = self.server.operator
        step = operator.next_step(self.command, url.path)
        body = b"" if getattr(step, "leaves_body_unread", False) else self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.ask = Ask(self.command, url.path, parse_qs(url.query), dict(self.headers), body)
        with operator.counted(self.ask):
            step(self)

    def give(self, body: bytes, media: str = "application/json", status: int = 200, headers: Mapping[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body)), **(headers or {})}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def hang_up(self, *, rudely: bool = False) -> None:
        self.close_connection = True
        if rudely:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        with suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: object) -> None:
        """Silence."""


Step = Callable[[Line], None]


class FaultyServer(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64
    operator: FaultyOperator

    def handle_error(self, request: object, client_address: object) -> None:
        """A broken line is what we are here for."""


@dataclass
class FaultyOperator:
    """The server and what it saw."""

    tls: tuple[str, str] | None = None
    """Paths of certificate and key."""
    asks: list[Ask] = field(default_factory=list)
    worst_parallel: int = 0

    def __post_init__(self) -> None:
        self._steps: dict[tuple[str, str], list[Step]] = {}
        self._taken: defaultdict[tuple[str, str], int] = defaultdict(int)
        self._busy = 0
        self._lock = threading.Lock()
        self._server = FaultyServer(("127.0.0.1", 0), Line)
        self._server.operator = self
        self.port = int(self._server.server_address[1])
        if self.tls:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(*self.tls)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True, do_handshake_on_connect=False)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02})
        self._thread.start()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    def script(self, method: str, path: str, *steps: Step) -> None:
        self._steps[method, path] = list(steps)

    def asked(self, method: str, path: str) -> list[Ask]:
        return [ask for ask in self.asks if (ask.method, ask.path) == (method, path)]

    def next_step(self, method: str, path: str) -> Step:
        with self._lock:
            steps = self._steps.get((method, path), [answer({"id": "urn:error:externapi", "status-code": 404, "message": "no such thing"}, 404)])
            number = self._taken[method, path]
            self._taken[method, path] += 1
            return steps[min(number, len(steps) - 1)]

    def counted(self, ask: Ask) -> _Counted:
        return _Counted(self, ask)

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Counted:
    def __init__(self, operator: FaultyOperator, ask: Ask) -> None:
        self._operator = operator
        self._ask = ask

    def __enter__(self) -> None:
        with self._operator._lock:
            self._operator.asks.append(self._ask)
            self._operator._busy += 1
            self._operator.worst_parallel = max(self._operator.worst_parallel, self._operator._busy)

    def __exit__(self, *_nothing: object) -> None:
        with self._operator._lock:
            self._operator._busy -= 1


def answer(value: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Step:
    """JSON, with the trace header that the operator puts on everything."""
    return lambda line: line.give(json.dumps(value, ensure_ascii=False).encode(), status=status, headers={**TRACE, **(headers or {})})


def raw(body: bytes, media: str = "application/json", status: int = 200, headers: Mapping[str, str] | None = None) -> Step:
    return lambda line: line.give(body, media, status, headers)


def cut_after_request(line: Line) -> None:
    """The whole request has come; the line is closed without an answer."""
    line.hang_up()


def cut_in_request(line: Line) -> None:
    """A piece of the body is read, then the line is torn."""
    line.rfile.read(min(100_000, int(line.headers["Content-Length"]) // 2))
    line.hang_up(rudely=True)


cut_in_request.leaves_body_unread = True  # type: ignore[attr-defined]  # a mark that the server reads


def cut_in_answer(
    body: bytes, given: int, media: str = "application/octet-stream", status: int = 200, headers: Mapping[str, str] | None = None
) -> Step:
    """The headers promise the whole body; only its beginning comes."""

    def step(line: Line) -> None:
        line.send_response(status)
        for name, value in {"Content-Type": media, "Content-Length": str(len(body)), **(headers or {})}.items():
            line.send_header(name, value)
        line.end_headers()
        line.wfile.write(body[:given])
        line.wfile.flush()
        line.hang_up()

    return step


def drip(line: Line) -> None:
    """A byte every 50 ms, as long as somebody listens."""
    line.send_response(200)
    line.send_header("Content-Type", "application/json")
    line.send_header("Content-Length", "100000")
    line.end_headers()
    with suppress(OSError):
        for _ in range(400):
            line.wfile.write(b" ")
            time.sleep(0.05)
    line.close_connection = True


def silence(line: Line) -> None:
    """No answer for as long as somebody waits for it."""
    line.connection.settimeout(20)
    with suppress(OSError):
        line.connection.recv(1)
    line.close_connection = True


def bomb(line: Line) -> None:
    """200 MB of zeros in 200 KB of gzip."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, 31)
    body = b"".join(squeeze.compress(b"\0" * (1 << 20)) for _ in range(200)) + squeeze.flush()
    line.give(body, headers={"Content-Encoding": "gzip"})


def slowly(step: Step, seconds: float) -> Step:
    def wait_first(line: Line) -> None:
        time.sleep(seconds)
        step(line)

    return wait_first
