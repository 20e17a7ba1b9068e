"""Contents: bytes to and from the operator, in parts, without holding them in memory.

A part of an upload may be put again after a cut: the operator lays it over the same range. A download goes on from where it was cut.
"""

from __future__ import annotations

import io
import re
from collections.abc import Generator
from contextlib import closing
from typing import BinaryIO, Final

from extern_desktop.extern_api.accounts import AccountCalls
from extern_desktop.extern_api.calls import JSON_TYPE, Effect
from extern_desktop.extern_api.errors import (
    AnswerTooLargeError,
    OperatorFailedError,
    OperatorUnreachableError,
    TooManyRequestsError,
    UnexpectedAnswerError,
    UnreachableReason,
)
from extern_desktop.extern_api.transport import OpenAnswer
from extern_desktop.extern_api.wire.contents import ContentId
from extern_desktop.jobs.work import Stage, Work

PART_BYTES: Final = 4 << 20
LARGEST_PART_BYTES: Final = 64 << 20
"""The operator answers 413 above it."""
TRIES: Final = 5
"""In a row without a byte of progress."""

_PASSING: Final = (OperatorUnreachableError, OperatorFailedError, TooManyRequestsError)
_CONTENT_RANGE: Final = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")


class _Part:
    """A piece of a source, read while it is sent. It has a length, so that the request says `Content-Length`."""

    def __init__(self, source: BinaryIO, start: int, length: int, work: Work) -> None:
        self.start = start
        self._source = source
        self._length = length
        self._work = work
        self._left = length
        source.seek(start)

    def __len__(self) -> int:
        return self._length

    def read(self, size: int = -1, /) -> bytes:
        self._work.checkpoint()
        piece = self._source.read(self._left if size < 0 else min(size, self._left))
        self._left -= len(piece)
        return piece

    def content_range(self, total: int) -> str:
        """Both bounds are inclusive."""
        return f"bytes {self.start}-{self.start + self._length - 1}/{total}"


class ContentCalls(AccountCalls):
    """The contents service."""

    def upload(self, content: bytes | BinaryIO, size: int | None = None, *, part_bytes: int = PART_BYTES, work: Work | None = None) -> str:
        """Put bytes at the operator and return the content's identifier. A file is read from its start; it must not be empty.

        Where the very first part is cut, `OperatorUnreachableError` is raised and uploading again is safe: what was begun is referred to by nothing.
        """
        watched = work or Work()
        source = io.BytesIO(content) if isinstance(content, bytes) else content
        total = size if size is not None else source.seek(0, io.SEEK_END)
        if total <= 0 or not 0 < part_bytes <= LARGEST_PART_BYTES:
            raise ValueError("nothing to upload, or parts of a size that the operator refuses")
        first, *others = range(0, total, part_bytes)
        content_id = self._post_first(_Part(source, first, min(part_bytes, total), watched), total, watched)
        for start in others:
            watched.show(Stage.UPLOADING, start, total)
            self._put_part(content_id, source, start, min(part_bytes, total - start), total, watched)
        watched.show(Stage.UPLOADING, total, total)
        return content_id

    def download(self, content_id: str, sink: BinaryIO, *, limit_bytes: int | None = None, work: Work | None = None) -> int:
        """Write a content to `sink` and return its size. A cut is mended by asking for the rest; the sink is never written twice at one place.

        Raises `AnswerTooLargeError` above the limit, the error of the line when it stays cut.
        """
        watched = work or Work()
        limit = limit_bytes if limit_bytes is not None else self._channel.transport.limits.content_bytes
        path = self._path(watched, "contents", content_id)
        done, tries = 0, 0
        while True:
            before = done
            try:
                with closing(self._pieces(path, done, limit, watched)) as pieces:  # a full disk must not keep the line and its permit
                    for piece in pieces:
                        sink.write(piece)
                        done += len(piece)
            except _PASSING as error:
                tries = 1 if done > before else tries + 1
                if tries >= TRIES:
                    raise
                watched.pause(self._pause_seconds(error, tries))
            else:
                return done

    def _post_first(self, part: _Part, total: int, work: Work) -> str:
        headers = {"Content-Type": "application/octet-stream", "Accept": JSON_TYPE, "Content-Range": part.content_range(total)}
        call = self._channel.call("POST", self._path(work, "contents"), Effect.HARMLESS, headers=headers, body=part, is_transfer=True)
        return self._channel.model(call, self._channel.ask(call, work), ContentId).id

    def _put_part(self, content_id: str, source: BinaryIO, start: int, length: int, total: int, work: Work) -> None:
        for tries in range(1, TRIES + 1):
            part = _Part(source, start, length, work)
            headers = {"Content-Type": "application/octet-stream", "Accept": JSON_TYPE, "Content-Range": part.content_range(total)}
            path = self._path(work, "contents", content_id)
            try:
                self._channel.ask(self._channel.call("PUT", path, Effect.HARMLESS, headers=headers, body=part, is_transfer=True), work)
            except _PASSING as error:
                if tries == TRIES:
                    raise
                work.pause(self._pause_seconds(error, tries))
            else:
                return

    def _pieces(self, path: str, start: int, limit_bytes: int, work: Work) -> Generator[bytes, None, None]:
        headers = {"Accept-Encoding": "identity"}  # a range counts bytes of the content, not of its compressed form
        if start:
            headers["Range"] = f"bytes={start}-"
        call = self._channel.call("GET", path, Effect.READ, headers=headers, is_transfer=True, expects_json=False)
        with self._channel.open(call, work) as opened:
            unexpected = UnexpectedAnswerError(call.host, call.action, opened.status, opened.trace_id)
            if opened.headers.get("Content-Encoding", "identity") != "identity":
                raise unexpected
            first, total = _range_of(opened)
            if first > start or (total or 0) > limit_bytes:
                raise unexpected if first > start else AnswerTooLargeError(call.host, limit_bytes)
            skip, end = start - first, first
            for piece in opened.chunks(limit_bytes):
                end += len(piece)
                if end > limit_bytes:
                    raise AnswerTooLargeError(call.host, limit_bytes)
                work.show(Stage.DOWNLOADING, end, total or 0)
                yield piece[skip:]
                skip = max(0, skip - len(piece))
            if total is not None and end < total:
                raise OperatorUnreachableError(call.host, UnreachableReason.CUT)

    def _pause_seconds(self, error: Exception, tries: int) -> float:
        asked = error.retry_after_seconds if isinstance(error, TooManyRequestsError) else 0.0
        limits = self._channel.transport.limits
        return float(max(min(asked, limits.retry_after_seconds), limits.backoff_seconds * 2 ** (tries - 1)))


def _range_of(opened: OpenAnswer) -> tuple[int, int | None]:
    """First byte and whole size of the content that is coming. A server without ranges begins at 0 again."""
    if opened.status == 206 and (found := _CONTENT_RANGE.fullmatch(opened.headers.get("Content-Range", "").strip())):
        return int(found[1]), None if found[3] == "*" else int(found[3])
    length = opened.headers.get("Content-Length", "")
    return 0, int(length) if length.isdigit() else None
