"""Uploads in parts and downloads by ranges, with the line cut in the middle of both."""

from __future__ import annotations

import errno
import hashlib
import io
import os
import re
import threading
import time
from contextlib import suppress
from pathlib import Path

import pytest

from extern_api.conftest import A, MakeOperator
from extern_api.faulty_operator import FaultyOperator, Line, Step, answer, cut_after_request, cut_in_answer, cut_in_request, raw
from extern_desktop.extern_api.errors import (
    AnswerTooLargeError,
    ForeignAnswerError,
    OperatorFailedError,
    OperatorRefusedError,
    OperatorUnreachableError,
    UnexpectedAnswerError,
)
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.values import Limits
from extern_desktop.jobs.work import Cancelled, Progress, SilentWatcher, Work

CONTENTS = f"{A}/contents"
ONE = f"{CONTENTS}/c1"
MADE = answer({"id": "c1"}, 201)
PUT_DONE = answer({"content": {"id": "c1"}, "is-completed": False})
BODY = os.urandom(1_000_000)


class Store:
    """What arrives, laid together by `Content-Range`."""

    def __init__(self, size: int) -> None:
        self.bytes = bytearray(size)
        self.ranges: list[str] = []

    def take(self, then: Step) -> Step:
        def step(line: Line) -> None:
            text = line.ask.headers["Content-Range"]
            first, last, total = map(int, re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", text).groups())  # type: ignore[union-attr]  # else the test fails
            assert (last - first + 1, total) == (len(line.ask.body), len(self.bytes))
            self.bytes[first : last + 1] = line.ask.body
            self.ranges.append(text)
            then(line)

        return step


def ranged(body: bytes, *, cut_at: int | None = None) -> Step:
    """206 or 200 as asked for; the line is cut after `cut_at` bytes."""

    def step(line: Line) -> None:
        start = int((line.ask.headers.get("Range") or "bytes=0-")[6:-1])
        rest = body[start:]
        headers = {"Content-Range": f"bytes {start}-{len(body) - 1}/{len(body)}"} if start else {}
        status = 206 if start else 200
        if cut_at is None:
            raw(rest, "application/octet-stream", status, headers)(line)
        else:
            cut_in_answer(rest, cut_at, status=status, headers=headers)(line)

    return step


def test_upload_small_content_is_one_post(faulty: FaultyOperator, client: Operator) -> None:
    store = Store(1902)
    faulty.script("POST", CONTENTS, store.take(MADE))

    assert client.upload(BODY[:1902]) == "c1"
    assert store.bytes == BODY[:1902]
    assert store.ranges == ["bytes 0-1901/1902"]
    assert faulty.asks[0].headers["Content-Length"] == "1902"
    assert faulty.asks[0].headers["Content-Type"] == "application/octet-stream"
    assert "Transfer-Encoding" not in faulty.asks[0].headers


def test_upload_large_file_goes_in_parts(faulty: FaultyOperator, client: Operator, tmp_path: Path) -> None:
    store = Store(len(BODY))
    faulty.script("POST", CONTENTS, store.take(answer({"id": "c1"})))
    faulty.script("PUT", ONE, store.take(PUT_DONE))
    path = tmp_path / "report.xml"
    path.write_bytes(BODY)

    with path.open("rb") as source:
        assert client.upload(source, part_bytes=400_000) == "c1"

    assert store.bytes == BODY
    assert store.ranges == ["bytes 0-399999/1000000", "bytes 400000-799999/1000000", "bytes 800000-999999/1000000"]


@pytest.mark.parametrize("fault", [cut_in_request, cut_after_request, raw(b"", status=503)], ids=["in-part", "after-part", "503"])
def test_upload_part_cut_is_put_again_and_only_that_part(faulty: FaultyOperator, client: Operator, fault: Step) -> None:
    store = Store(len(BODY))
    faulty.script("POST", CONTENTS, store.take(answer({"id": "c1"})))
    faulty.script("PUT", ONE, fault, fault, store.take(PUT_DONE))

    assert client.upload(BODY, part_bytes=500_000) == "c1"
    assert store.bytes == BODY
    assert len(faulty.asked("POST", CONTENTS)) == 1


def test_upload_first_part_cut_is_not_posted_again(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", CONTENTS, cut_after_request, MADE)

    with pytest.raises(OperatorUnreachableError):
        client.upload(BODY)

    assert len(faulty.asks) == 1


def test_upload_part_stays_cut_is_given_up(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", CONTENTS, MADE)
    faulty.script("PUT", ONE, cut_after_request)

    with pytest.raises(OperatorUnreachableError):
        client.upload(BODY, part_bytes=500_000)

    assert len(faulty.asked("PUT", ONE)) == 5


def test_upload_refused_is_not_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", CONTENTS, raw(b"<h1>413</h1>", "text/html", 413))

    with pytest.raises(OperatorRefusedError) as caught:
        client.upload(BODY)

    assert caught.value.status == 413
    assert len(faulty.asks) == 1


def test_upload_cancelled_between_parts_stops(faulty: FaultyOperator, client: Operator) -> None:
    work = Work()

    def cancel_first(line: Line) -> None:
        work.cancel()
        PUT_DONE(line)

    faulty.script("POST", CONTENTS, MADE)
    faulty.script("PUT", ONE, cancel_first)

    with pytest.raises(Cancelled):
        client.upload(BODY, part_bytes=100_000, work=work)

    assert len(faulty.asked("PUT", ONE)) == 1


def test_upload_nothing_is_a_mistake_of_the_caller(client: Operator) -> None:
    with pytest.raises(ValueError, match="nothing to upload"):
        client.upload(b"")


def test_download_whole_content_is_written(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, ranged(BODY))
    sink = io.BytesIO()

    assert client.download("c1", sink) == len(BODY)
    assert sink.getvalue() == BODY
    assert faulty.asks[0].headers["Accept-Encoding"] == "identity"


def test_download_cut_three_times_goes_on_from_there(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, ranged(BODY, cut_at=300_000), ranged(BODY, cut_at=100_000), cut_after_request, ranged(BODY))
    sink = io.BytesIO()

    client.download("c1", sink)

    assert hashlib.sha256(sink.getvalue()).digest() == hashlib.sha256(BODY).digest()
    starts = [int((ask.headers.get("Range") or "bytes=0-")[6:-1]) for ask in faulty.asks]
    assert starts[0] == 0
    assert 0 < starts[1] < starts[2] == starts[3] < len(BODY)


def test_download_server_without_ranges_begins_again_and_nothing_is_written_twice(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, cut_in_answer(BODY, 300_000), raw(BODY, "application/octet-stream"))
    sink = io.BytesIO()

    assert client.download("c1", sink) == len(BODY)
    assert sink.getvalue() == BODY


def test_download_server_that_gives_pieces_is_asked_until_the_whole_is_there(faulty: FaultyOperator, client: Operator) -> None:
    def piece(line: Line) -> None:
        start = int((line.ask.headers.get("Range") or "bytes=0-")[6:-1])
        part = BODY[start : start + 300_000]
        raw(part, "application/octet-stream", 206, {"Content-Range": f"bytes {start}-{start + len(part) - 1}/{len(BODY)}"})(line)

    faulty.script("GET", ONE, piece)
    sink = io.BytesIO()

    assert client.download("c1", sink) == len(BODY)
    assert sink.getvalue() == BODY
    assert len(faulty.asks) == 4


def test_download_range_that_begins_too_late_is_refused(faulty: FaultyOperator, client: Operator) -> None:
    late = raw(BODY[900_000:], "application/octet-stream", 206, {"Content-Range": f"bytes 900000-{len(BODY) - 1}/{len(BODY)}"})
    faulty.script("GET", ONE, cut_in_answer(BODY, 300_000), late)

    with pytest.raises(UnexpectedAnswerError):
        client.download("c1", io.BytesIO())


def test_download_stays_cut_is_given_up_and_progress_buys_more_tries(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, *[ranged(BODY, cut_at=70_000)] * 7, cut_after_request)

    with pytest.raises(OperatorUnreachableError):
        client.download("c1", io.BytesIO())

    assert 7 + 4 <= len(faulty.asks) <= 7 + 5


def test_download_server_failed_is_asked_again_then_given_up(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, raw(b"", status=500))

    with pytest.raises(OperatorFailedError):
        client.download("c1", io.BytesIO())

    assert len(faulty.asks) == 5


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "silent"])
def test_download_above_the_limit_stops(faulty: FaultyOperator, client: Operator, announced: bool) -> None:
    def chunked(line: Line) -> None:
        line.send_response(200)
        line.send_header("Content-Type", "application/octet-stream")
        line.send_header("Connection", "close")
        line.end_headers()
        line.wfile.write(BODY)
        line.hang_up()

    faulty.script("GET", ONE, ranged(BODY) if announced else chunked)
    sink = io.BytesIO()

    with pytest.raises(AnswerTooLargeError) as caught:
        client.download("c1", sink, limit_bytes=200_000)

    assert caught.value.limit_bytes == 200_000
    assert len(sink.getvalue()) <= 200_000


def test_download_of_unknown_size_ended_by_the_deadline_is_not_taken_for_whole(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    def drip_until_closed(line: Line) -> None:
        line.send_response(200)
        line.send_header("Content-Type", "application/octet-stream")
        line.send_header("Connection", "close")
        line.end_headers()
        with suppress(OSError):
            for _ in range(200):
                line.wfile.write(b"x" * 100)
                time.sleep(0.02)

    faulty.script("GET", ONE, drip_until_closed, raw(b"", status=404, headers={"X-Kontur-Trace-Id": "trace-7"}))
    client = make_client(faulty.url, limits=Limits(transfer_seconds=0.3, backoff_seconds=0.01))

    with pytest.raises(OperatorRefusedError):
        client.download("c1", io.BytesIO())

    assert len(faulty.asks) == 2


def test_download_portal_page_is_foreign(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, raw(b"<html>", "text/html"))

    with pytest.raises(ForeignAnswerError):
        client.download("c1", io.BytesIO())


def test_download_compressed_although_not_asked_for_is_unexpected(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", ONE, raw(b"x", "application/octet-stream", headers={"Content-Encoding": "gzip"}))

    with pytest.raises(UnexpectedAnswerError):
        client.download("c1", io.BytesIO())


def test_download_missing_content_is_refused(faulty: FaultyOperator, client: Operator) -> None:
    with pytest.raises(OperatorRefusedError) as caught:
        client.download("c1", io.BytesIO())

    assert caught.value.status == 404


def test_download_token_refused_is_renewed_while_all_permits_are_out(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", ONE, raw(b"", status=401), ranged(BODY))
    faulty.script("POST", "/connect/token", answer({"access_token": "at-2", "expires_in": 60}))

    assert make_client(faulty.url, at_once=1).download("c1", io.BytesIO()) == len(BODY)


def test_download_full_disk_is_the_callers_error_and_gives_the_permit_back(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    class FullDisk(io.BytesIO):
        def write(self, piece: object, /) -> int:
            raise OSError(errno.ENOSPC, "no space")

    faulty.script("GET", ONE, ranged(BODY))
    client = make_client(faulty.url, at_once=1)

    with pytest.raises(OSError, match="no space") as caught:
        client.download("c1", FullDisk())

    assert caught.value.errno == errno.ENOSPC
    assert client.download("c1", io.BytesIO()) == len(BODY)


def test_download_cancelled_in_the_middle_stops_at_once(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    stop = threading.Event()

    def slow(line: Line) -> None:
        line.send_response(200)
        line.send_header("Content-Type", "application/octet-stream")
        line.send_header("Content-Length", "1000000")
        line.end_headers()
        line.wfile.write(b"x" * 1000)
        stop.wait(10)
        line.close_connection = True

    faulty.script("GET", ONE, slow)
    work = Work()
    threading.Timer(0.2, work.cancel).start()

    with pytest.raises(Cancelled):
        make_client(faulty.url, limits=Limits()).download("c1", io.BytesIO(), work=work)
    stop.set()


def test_progress_shows_bytes_of_the_whole(faulty: FaultyOperator, client: Operator) -> None:
    shown: list[Progress] = []

    class Watching(SilentWatcher):
        def show(self, progress: Progress) -> None:
            shown.append(progress)

    faulty.script("GET", ONE, ranged(BODY, cut_at=300_000), ranged(BODY))

    client.download("c1", io.BytesIO(), work=Work(Watching()))

    assert [step.done for step in shown] == sorted(step.done for step in shown)
    assert (shown[-1].done, {step.total for step in shown}) == (len(BODY), {len(BODY)})
