"""The contents service: uploads in parts with `Content-Range`, downloads whole or by `Range`.

Bytes go from the socket to the file as they come. A part counts when it arrived whole and its row is committed; a cut connection leaves no trace.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import BinaryIO, Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from extern_desktop.extern_api.wire.contents import ContentId, ContentPart
from extern_desktop.sandbox.contents import PART_LIMIT_BYTES, TOTAL_LIMIT_BYTES, Part
from extern_desktop.sandbox.refusals import RefusalError, bad_request
from extern_desktop.sandbox.settling import settled_turn
from extern_desktop.sandbox.web import Answer, Call, as_response, let_in, office_of, route

_CONTENT_RANGE: Final = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15}|\*)")
_RANGE: Final = re.compile(r"bytes=(\d{1,15})-(\d{0,15})")
_BINARY: Final = "application/octet-stream"


async def _begin_upload(request: Request) -> Response:
    """POST: the first part, or the whole."""
    part = _part(request)
    file = await run_in_threadpool(_new_file, request)
    await _receive(request, file, part)
    return as_response(await run_in_threadpool(_enter_first, request, file, part))


async def _go_on(request: Request) -> Response:
    """PUT: a further part, in any order. One that comes again after the content was whole is read and dropped."""
    part = _part(request)
    file = await run_in_threadpool(_unfinished_file, request)
    await _receive(request, file, part)
    return as_response(await run_in_threadpool(_enter_next, request, part))


def _new_file(request: Request) -> Path:
    office = office_of(request)
    with settled_turn(office) as turn:
        let_in(turn, request)
    return office.contents.new_file()


def _unfinished_file(request: Request) -> Path | None:
    office = office_of(request)
    with settled_turn(office) as turn:
        let_in(turn, request)
        return office.contents.unfinished(turn.rows, request.path_params["content"])


def _enter_first(request: Request, file: Path, part: Part) -> Answer:
    office = office_of(request)
    with office.turn() as turn:
        content_id = office.contents.begin(turn.rows, file, part, turn.now)
        complete = office.contents.add_part(turn.rows, content_id, part)
    return Answer(ContentId(id=content_id), 201 if complete else 200)


def _enter_next(request: Request, part: Part) -> Answer:
    office = office_of(request)
    content_id = request.path_params["content"]
    with office.turn() as turn:
        is_whole = office.contents.unfinished(turn.rows, content_id) is None
        complete = is_whole or office.contents.add_part(turn.rows, content_id, part)
    return Answer(ContentPart(id=content_id, content=ContentId(id=content_id), is_completed=complete), 201 if complete else 200)


async def _receive(request: Request, file: Path | None, part: Part) -> None:
    """Write exactly the part's bytes at its place."""
    received = 0
    with _open_target(file) as target:
        target.seek(part.first)
        async for piece in request.stream():
            received += len(piece)
            if received > part.size_bytes:
                break
            target.write(piece)
    if received != part.size_bytes:
        raise bad_request(f"Content-Range обещает {part.size_bytes} байт, а пришло другое количество.")


def _open_target(file: Path | None) -> BinaryIO:
    if file is None:
        return Path(os.devnull).open("wb")
    file.touch(mode=0o600)
    return file.open("r+b")


def _part(request: Request) -> Part:
    found = _CONTENT_RANGE.fullmatch(request.headers.get("content-range", "").strip())
    if found is None:
        raise bad_request("Нужен заголовок Content-Range: bytes F-T/TOTAL.")
    part = Part(int(found[1]), int(found[2]), None if found[3] == "*" else int(found[3]))
    if part.last < part.first or (part.total is not None and part.last >= part.total):
        raise bad_request("Границы Content-Range не сходятся.")
    if part.size_bytes > PART_LIMIT_BYTES or part.last >= TOTAL_LIMIT_BYTES:
        raise RefusalError(413, "error", "Часть больше 64 МБ или содержимое больше 30 ГБ.")
    return part


def _download(call: Call) -> Answer:
    contents = call.turn.office.contents
    size = contents.size_of(call.turn.rows, call.path["content"])
    asked = call.headers.get("range")
    if asked is None:
        return Answer(contents.read(call.turn.rows, call.path["content"]), 200, _BINARY, {"Accept-Ranges": "bytes"})
    found = _RANGE.fullmatch(asked.strip())
    first = int(found[1]) if found else 0
    last = min(int(found[2]) if found and found[2] else size - 1, size - 1)
    if found is None or first >= size or last < first:
        raise RefusalError(416, "error", "Такого диапазона нет.", headers={"Content-Range": f"bytes */{size}"})
    headers = {"Accept-Ranges": "bytes", "Content-Range": f"bytes {first}-{last}/{size}"}
    return Answer(contents.read(call.turn.rows, call.path["content"], first, last), 206, _BINARY, headers)


ROUTES: Final[tuple[Route, ...]] = (
    Route("/v1/{account}/contents", _begin_upload, methods=["POST"]),
    Route("/v1/{account}/contents/{content}", _go_on, methods=["PUT"]),
    route("/v1/{account}/contents/{content}", "GET", _download),
)
