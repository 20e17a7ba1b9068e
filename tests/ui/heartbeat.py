"""The pulse of the event loop: how long the window could not have answered a key."""

from __future__ import annotations

import os
import sys
import threading
import time
import traceback
from pathlib import Path
from types import TracebackType
from typing import Final

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from pytestqt.qtbot import QtBot

BEAT_MS: Final = 10
MOST_MS: Final = 50.0 * (1 if (os.cpu_count() or 1) >= 4 and "PYTEST_XDIST_WORKER" not in os.environ else 3)
"""Fifty milliseconds where every process of the scene has a core: window and workers, operator, token. Where they share two, a worker that holds the
interpreter is itself put aside for a while, so three times as long. `make bench` measures the window alone."""
_SCHEDULE: Final = Path("/proc/thread-self/schedstat")
NOISY_MS: Final = 30.0
"""An empty loop that stops this long tells that the machine is too busy to measure anything."""


class Heartbeat(QObject):
    """Beats every ten milliseconds while the event loop turns; remembers the longest pause, and where every thread was in a long one."""

    def __init__(self) -> None:
        super().__init__()
        self.worst_ms = self._last = self._waited_ms = 0.0
        self.held: list[str] = []
        self._ended = threading.Event()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)

    def __enter__(self) -> Heartbeat:
        self._interval = sys.getswitchinterval()
        sys.setswitchinterval(0.001)  # as `__main__` of the program does
        self.worst_ms, self._last, self._waited_ms = 0.0, time.perf_counter(), _waited_for_core_ms()
        self._timer.start()
        self._watcher = threading.Thread(target=self._watch, name="heartbeat", daemon=True)
        self._watcher.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._beat()
        self._timer.stop()
        self._ended.set()
        self._watcher.join()
        sys.setswitchinterval(self._interval)

    def _watch(self) -> None:
        """Write down what holds the loop, once a pause."""
        told = 0.0
        while not self._ended.wait(0.01):
            if (time.perf_counter() - self._last) * 1000 > MOST_MS * 0.8 and told != self._last:
                told = self._last
                stacks = [traceback.format_stack(frame) for thread, frame in sys._current_frames().items() if thread != threading.get_ident()]
                ours = [[line for line in stack if "extern_desktop" in line][-4:] + stack[-1:] for stack in stacks]
                self.held.append("\n".join("".join(stack) for stack in ours))

    def _beat(self) -> None:
        now, waited_ms = time.perf_counter(), _waited_for_core_ms()
        self.worst_ms = max(self.worst_ms, (now - self._last) * 1000 - (waited_ms - self._waited_ms))
        self._last, self._waited_ms = now, waited_ms


def _waited_for_core_ms() -> float:
    """How long this thread was ready to run and other programs had the cores: that is no fault of the window. 0 where the system doesn't tell."""
    try:
        return int(_SCHEDULE.read_text(encoding="ascii").split()[1]) / 1e6
    except OSError:
        return 0.0


def quiet_machine(qtbot: QtBot) -> None:
    """Skip where an empty loop itself can't keep the beat."""
    with Heartbeat() as empty:
        qtbot.wait(600)
    if empty.worst_ms > NOISY_MS:
        pytest.skip(f"this machine is too busy: an empty event loop stood still for {empty.worst_ms:.0f} ms")


def assert_alive(beat: Heartbeat) -> None:
    """The loop was never held longer than a person notices."""
    assert beat.worst_ms <= MOST_MS, f"the window did not answer for {beat.worst_ms:.0f} ms; it was here:\n{'---'.join(beat.held)}"
