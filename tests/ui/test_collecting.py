"""Who collects Python's garbage: the window's thread, and no worker."""

from __future__ import annotations

import gc
import threading
from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

WAIT_MS = 5_000


@pytest.fixture
def collectors() -> Iterator[list[threading.Thread]]:
    """The threads that collected, in order."""
    seen: list[threading.Thread] = []

    def note(phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            seen.append(threading.current_thread())

    gc.callbacks.append(note)
    yield seen
    gc.callbacks.remove(note)


def make_rubbish() -> None:
    for _ in range(50_000):
        ring: list[object] = []
        ring.append(ring)


def test_worker_that_makes_rubbish_collects_nothing_and_the_event_loop_does(qtbot: QtBot, collectors: list[threading.Thread]) -> None:
    worker = threading.Thread(target=make_rubbish)
    worker.start()
    worker.join()

    assert collectors == []
    qtbot.waitUntil(lambda: threading.main_thread() in collectors, timeout=WAIT_MS)
    assert worker not in collectors
    assert gc.get_count()[0] < 50_000
