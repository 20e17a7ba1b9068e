"""How many requests may be under way at once, for the whole process.

The operator allows 20 and drops the surplus with 429. A 429 halves the number and holds everybody back for `Retry-After`; every twenty good answers
give one permit back. Several windows of one workplace do not share a gate yet.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from extern_desktop.jobs.work import Work

AT_ONCE: Final = 20
_ANSWERS_FOR_A_PERMIT: Final = 20
_LOOK_SECONDS: Final = 0.1


class Gate:
    """Permits for requests. A waiting lane can be cancelled through its `Work`."""

    def __init__(self, at_once: int = AT_ONCE) -> None:
        self._full = at_once
        self._allowed = at_once
        self._busy = 0
        self._answers = 0
        self._held_until = 0.0
        self._changed = threading.Condition()

    @contextmanager
    def permit(self, work: Work) -> Iterator[None]:
        """Hold one permit from the first byte out to the last byte in."""
        with self._changed:
            while (pause := self._must_wait()) > 0:
                work.checkpoint()
                self._changed.wait(pause)
            self._busy += 1
        try:
            yield
        finally:
            with self._changed:
                self._busy -= 1
                self._changed.notify()

    def slow_down(self, seconds: float) -> None:
        """The operator said 429: half as many from now on, and none at all for `seconds`."""
        with self._changed:
            self._allowed = max(1, self._allowed // 2)
            self._answers = 0
            self._held_until = max(self._held_until, time.monotonic() + seconds)

    def answered(self) -> None:
        """A good answer came: trust grows back slowly."""
        with self._changed:
            self._answers += 1
            if self._answers >= _ANSWERS_FOR_A_PERMIT and self._allowed < self._full:
                self._answers = 0
                self._allowed += 1
                self._changed.notify()

    def _must_wait(self) -> float:
        held = self._held_until - time.monotonic()
        if held > 0:
            return min(held, _LOOK_SECONDS)
        return _LOOK_SECONDS if self._busy >= self._allowed else 0.0


OPERATOR_GATE: Final = Gate()
"""Shared by every transport of the process: the operator counts clients, not our objects."""
