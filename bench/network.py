"""The way to the operator: how full twenty lanes are over a delay of 30 ms, and what an upload of 64 MiB costs in memory."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final
from urllib.request import urlopen

import requests

from bench.figures import Bench, CannotMeasureError, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import fresh_folder
from extern_desktop.domain.secrets import AccessToken
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.values import ApiKey, KeptTokens, OperatorAddress

RATE: Final = "network.lanes"
CEILING: Final = "network.of-ceiling"
AT_ONCE: Final = "network.at-once"
UPLOAD: Final = "upload.memory"

_LANES: Final = 20
_DELAY_SECONDS: Final = 0.03
_ACCOUNT: Final = "11111111-aaaa-4bbb-8ccc-000000000001"
_MEGABYTE: Final = 1024 * 1024

Fetch = Callable[[str], object]


@contextmanager
def pace_server(delay_seconds: float) -> Iterator[str]:
    """The address of the server in its own process."""
    command = [sys.executable, "-m", "bench.pace_server", str(delay_seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdin is None or server.stdout is None:
            raise RuntimeError("no pipes")
        port = server.stdout.readline().strip()
        if not port:
            raise CannotMeasureError("the server for the network did not start")
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.stdin.close()


def operator_at(url: str) -> Operator:
    """A signed-in client of ours."""
    return Operator(OperatorAddress(url, url, "bench", ApiKey("bench")), account_id=_ACCOUNT, tokens=KeptTokens(AccessToken("bench")))


def rate_of(fetchers: Callable[[], Fetch], count: int) -> float:
    """Answers a second on twenty lanes; each lane makes its own fetcher."""
    work: queue.SimpleQueue[str] = queue.SimpleQueue()
    for number in range(count):
        work.put(f"00000000-0000-0000-0000-{number:012}")

    def lane() -> None:
        fetch = fetchers()
        while True:
            try:
                docflow_id = work.get_nowait()
            except queue.Empty:
                return
            fetch(docflow_id)

    lanes = [threading.Thread(target=lane) for _ in range(_LANES)]
    started_at = time.perf_counter()
    for one in lanes:
        one.start()
    for one in lanes:
        one.join()
    return count / (time.perf_counter() - started_at)


@contextmanager
def _lanes(scale: Scale) -> Iterator[Pair]:
    count = scale.of(1_000, 300)
    with pace_server(_DELAY_SECONDS) as url:
        operator = operator_at(url)

        def bare() -> Fetch:
            session = requests.Session()
            session.trust_env = False
            return lambda docflow_id: session.get(f"{url}/v1/{_ACCOUNT}/docflows/{docflow_id}", timeout=(5, 40)).content

        def ours() -> Sample:
            _worst(url)
            rate = rate_of(lambda: operator.docflow, count)
            return {RATE: rate, CEILING: rate * _DELAY_SECONDS / _LANES * 100, AT_ONCE: _worst(url)}

        try:
            yield Pair(ours, lambda: {RATE: rate_of(bare, count)})
        finally:
            operator.close()


def _worst(url: str) -> float:
    """How many requests ran at once since this was asked last."""
    with urlopen(f"{url}/worst") as answer:
        return float(answer.read())


# A process of its own says how its memory grew: the peak of this one was reached long ago.
_UPLOADER: Final = """
import sys
from pathlib import Path
from bench.network import operator_at
from extern_desktop.jobs.work import Work

def peak():
    return int(next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM")).split()[1])

url, name = sys.argv[1:]
operator = operator_at(url)
operator.upload(b"x" * 1024)
before = peak()
if name:
    with open(name, "rb") as source:
        operator.upload(source, work=Work())
print(peak() - before)
operator.close()
"""


@contextmanager
def _upload(scale: Scale) -> Iterator[Pair]:
    size = scale.of(64, 16) * _MEGABYTE
    with fresh_folder() as folder, pace_server(0.0) as url:
        file = folder / "large.bin"
        file.write_bytes(bytes(size))

        def grow(name: Path | None) -> Sample:
            command = [sys.executable, "-c", _UPLOADER, url, str(name or "")]
            said = subprocess.run(command, check=True, capture_output=True, text=True, timeout=120).stdout
            return {UPLOAD: int(said) * 1024 / _MEGABYTE}

        yield Pair(lambda: grow(file), dict)


LANES: Final = Bench(
    "network",
    (
        Figure(RATE, "/s", (Limit(Side.AT_LEAST, 0.9),), anchor="bare requests, 20 threads"),
        Figure(CEILING, "%", (Limit(Side.AT_LEAST, 85, of_ratio=False),), Kind.WATCH),
        Figure(AT_ONCE, "requests", (Limit(Side.AT_MOST, _LANES, of_ratio=False),)),
    ),
    _lanes,
)
UPLOADS: Final = Bench("upload", (Figure(UPLOAD, "MB", (Limit(Side.AT_MOST, 8, of_ratio=False),)),), _upload)
