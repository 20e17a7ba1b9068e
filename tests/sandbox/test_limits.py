"""The limit of simultaneous requests, held by twenty-one real connections."""

from __future__ import annotations

import socket
import time
from contextlib import ExitStack
from urllib.parse import urlsplit

from extern_desktop.sandbox.application import SIMULTANEOUS_LIMIT
from extern_desktop.sandbox.scene import ACCOUNT_ID

from .conftest import Caller


def test_twenty_first_simultaneous_request_of_a_client_is_429_and_others_go_on(caller: Caller) -> None:
    parts = urlsplit(caller.url)
    fields = {"Host": "x", "Authorization": caller.session.headers["Authorization"], "Content-Length": "100", "Expect": "100-continue"}
    head = "\r\n".join([f"POST /v1/{ACCOUNT_ID}/drafts HTTP/1.1", *(f"{name}: {value!s}" for name, value in fields.items()), "", ""])
    with ExitStack() as stack:
        for _ in range(SIMULTANEOUS_LIMIT):  # each waits for its body: the request runs, and does not end
            line = stack.enter_context(socket.create_connection((parts.hostname, parts.port), timeout=10))
            line.sendall(head.encode())
            assert line.recv(100).startswith(b"HTTP/1.1 100")
        refused = caller.ask("GET", "")
        assert refused.status_code == 429
        assert refused.headers["Retry-After"] == "1"
        assert refused.json()["id"] == "urn:error:externapi:tooManyRequests"
        assert refused.headers["X-Kontur-Trace-Id"] == refused.json()["trace-id"]
        other = caller.session.get(caller.url + "/device", headers={"Authorization": "Bearer other"}, timeout=10)
        assert other.status_code == 200
    deadline = time.monotonic() + 5
    while caller.ask("GET", "").status_code == 429 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert caller.ask("GET", "").status_code == 200
