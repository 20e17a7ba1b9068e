"""Today as it was when the program was last open: read before the window is made, kept while it is used.

Without Qt: the reading begins before Qt is imported. What is shown from here is old and says so; nothing can be done with it until the desk is open.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extern_desktop.settings.places import Stage

if TYPE_CHECKING:
    from extern_desktop.services.today_snapshot import KeptToday
    from extern_desktop.services.today_values import Today

FIRST_SECONDS: Final = 1.0
"""How long after the page was read it is kept: the window has more urgent things to do."""
EVERY_SECONDS: Final = 30.0
"""Kept at most this often, and once more at the end."""


class EarlyToday:
    """The reading of what was kept, on a thread of its own. `future` gives it, or `None` when there is nothing to show."""

    def __init__(self, folder: Path, stage: Stage) -> None:
        """`folder` is the workspace of `stage`."""
        self.future: Future[KeptToday | None] = Future()
        self._folder, self._stage = folder, stage
        self._seen = threading.Event()

    def start(self) -> None:
        # A daemon: a keyring that asks a person must not hold up the end of the program.
        threading.Thread(target=self._read, name="early-today", daemon=True).start()

    def let_keyring_be_asked(self) -> None:
        """The window was seen: what takes long may begin."""
        self._seen.set()

    def _read(self) -> None:
        try:
            from extern_desktop.services.today_snapshot import read_kept_today

            kept = read_kept_today(self._folder, self._stage, datetime.now(UTC), self._seen.wait)
        except BaseException as error:  # a bug of ours: who takes the future tells the crash net
            self.future.set_exception(error)
        else:
            self.future.set_result(kept)


class TodayKeeper:
    """Keeps the page whenever it was read and differs from what was kept, now and then, on a thread of its own."""

    def __init__(self, keep: Callable[[Today], object], *, first_seconds: float = FIRST_SECONDS, every_seconds: float = EVERY_SECONDS) -> None:
        self._keep, self._first_seconds, self._every_seconds = keep, first_seconds, every_seconds
        self._changed = threading.Condition()
        self._latest: Today | None = None
        self._kept: Today | None = None
        self._is_closing = False
        self._thread: threading.Thread | None = None

    def note(self, today: Today) -> None:
        """This is what the page shows now."""
        with self._changed:
            if self._is_closing:
                return
            self._latest = today
            if self._thread is None:
                self._thread = threading.Thread(target=self._work, name="keep-today")
                self._thread.start()
            self._changed.notify()

    def close(self) -> None:
        """Keep what is still to be kept, and end."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()

    def _work(self) -> None:
        pause = self._first_seconds
        while (today := self._next(pause)) is not None:
            self._keep(today)
            self._kept, pause = today, self._every_seconds

    def _next(self, pause: float) -> Today | None:
        """The page to keep, when it is time to; `None` at the end."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closing, pause)
            self._changed.wait_for(lambda: self._is_closing or self._latest != self._kept)
            return self._latest if self._latest != self._kept else None
