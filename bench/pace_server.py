"""A server for the network's figures, in a process of its own: answers docflows after a fixed delay, swallows uploads, counts what runs at once.

    python -m bench.pace_server DELAY_SECONDS       prints its port; ends with its standard input
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from typing import Any, Final

DOCUMENTS: Final = 6
BODY: Final = json.dumps(
    {
        "id": "0" * 36,
        "organization-id": "1" * 36,
        "type": "urn:docflow:fns534-report",
        "status": "urn:docflow-common-status:finished",
        "description": {"form-version": {"knd": "1152017", "form-shortname": "УСН"}, "recipient": "0087"},
        "documents": [
            {"id": f"{number}" * 36, "description": {"type": "urn:document:fns534-report-receipt", "filename": "KV.xml"}}
            for number in range(DOCUMENTS)
        ],
        "links": [],
        "last-change-date": "2026-03-20T12:00:00Z",
    },
    ensure_ascii=False,
).encode()
"""A docflow of a common size, about a kilobyte."""


class Pace:
    """The application, in ASGI's own terms: a framework would only add to what is measured."""

    def __init__(self, delay_seconds: float) -> None:
        self._delay_seconds = delay_seconds
        self._busy = 0
        self._worst = 0

    async def __call__(self, scope: dict[str, Any], receive: Callable[[], Awaitable[Any]], send: Callable[[Any], Awaitable[None]]) -> None:
        if scope["type"] != "http":
            return
        while (await receive()).get("more_body"):
            pass
        if scope["path"] == "/worst":
            body, self._worst = json.dumps(self._worst).encode(), 0
        elif scope["method"] == "GET":
            body = await self._docflow()
        else:
            body = json.dumps({"id": "2" * 36}).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _docflow(self) -> bytes:
        self._busy += 1
        self._worst = max(self._worst, self._busy)
        try:
            await asyncio.sleep(self._delay_seconds)
            return BODY
        finally:
            self._busy -= 1


async def _serve(delay_seconds: float) -> None:
    import uvicorn

    config = uvicorn.Config(Pace(delay_seconds), "127.0.0.1", 0, log_level="critical", access_log=False, lifespan="off")
    server = uvicorn.Server(config)

    async def tell() -> None:
        while not server.started:
            await asyncio.sleep(0.01)
        print(server.servers[0].sockets[0].getsockname()[1], flush=True)
        await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
        server.should_exit = True

    telling = asyncio.create_task(tell())
    await server.serve()
    telling.cancel()


if __name__ == "__main__":
    asyncio.run(_serve(float(sys.argv[1])))
