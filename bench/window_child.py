"""The real window with the real workplace behind it, offscreen, in a process of its own: how long its event loop stands still while something works.

    python -m bench.window_child ACT COUNT          the home is the one of the environment; prints one JSON object
"""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

from PySide6.QtCore import QElapsedTimer, QObject, Qt, QTimer
from PySide6.QtWidgets import QApplication

EMPTY_SECONDS = 2.0
SETTLED_SECONDS = 1.0
BEAT_MS = 10


class Heartbeat(QObject):
    """The gaps between the ticks of a precise timer in the thread that owns it, in milliseconds."""

    def __init__(self) -> None:
        super().__init__()
        self.gaps: list[float] = []
        self._clock, self._timer = QElapsedTimer(), QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        self.gaps = []
        self._clock.start()
        self._timer.start()

    def stop(self) -> float:
        """The worst gap."""
        self._timer.stop()
        self._tick()
        return max(self.gaps)

    def _tick(self) -> None:
        self.gaps.append(self._clock.nsecsElapsed() / 1e6)
        self._clock.restart()


def spin(app: QApplication, is_over: Callable[[], bool]) -> None:
    """Let the event loop run, as the program does, until something is over."""
    look = QTimer()
    look.setInterval(20)
    look.timeout.connect(lambda: app.quit() if is_over() else None)
    look.start()
    app.exec()
    look.stop()


def worst_gap(app: QApplication, beat: Heartbeat, is_over: Callable[[], bool]) -> float:
    beat.start()
    spin(app, is_over)
    return beat.stop()


def settle(app: QApplication, seconds: float) -> None:
    ends_at = time.monotonic() + seconds
    spin(app, lambda: time.monotonic() > ends_at)


def beat_beside(act_name: str, count: int) -> dict[str, float]:
    """The worst gap with nothing to do, then beside the act."""
    from bench.acts import ACTS
    from bench.workplaces import quiet_work
    from extern_desktop.app import open_desk
    from extern_desktop.jobs.lanes import Lane
    from extern_desktop.services.connect import connect
    from extern_desktop.settings.places import Stage
    from extern_desktop.ui.desk_office import office_of
    from extern_desktop.ui.preferences import read_preferences
    from extern_desktop.ui.run import make_application, make_window

    preferences = read_preferences()
    app = make_application(preferences)
    window = make_window(preferences)
    window.show()
    work = quiet_work()
    with open_desk(stage=Stage.TRAINING) as desk, office_of(desk) as office, Lane("bench") as lane:
        gc.freeze()  # as `ui.run` does when the desk is open
        window.attach(office)
        connect(desk, work)
        act = ACTS[act_name](desk, count, work)
        settle(app, SETTLED_SECONDS)
        beat = Heartbeat()
        ends_at = time.monotonic() + EMPTY_SECONDS
        empty = worst_gap(app, beat, lambda: time.monotonic() > ends_at)
        started_at = time.monotonic()
        running: Future[Any] = lane.run(act)
        worst = worst_gap(app, beat, running.done)
        spent = time.monotonic() - started_at
        gaps = sorted(beat.gaps)
        running.result()
        window.close()
    return {"empty": empty, "worst": worst, "seconds": spent, "p95": gaps[len(gaps) * 95 // 100], "above": float(sum(gap > 50 for gap in gaps))}


if __name__ == "__main__":
    sys.setswitchinterval(0.001)  # as `__main__` of the program does
    print(json.dumps(beat_beside(sys.argv[1], int(sys.argv[2]))), flush=True)
    sys.stdout.flush()
    os._exit(0)  # what is measured is over; the interpreter's own end is nobody's figure
