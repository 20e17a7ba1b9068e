"""When the window synchronises: on F5, when what it shows has grown old, and then every so many minutes.

What a person asked for says its failure in words. What began by itself only tells that the operator was lost or reached again: the rail shows it, and
one banner while the line is down.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from PySide6.QtCore import QObject, QTimer, Signal

from extern_desktop.domain.errors import ExternError
from extern_desktop.jobs.work import Work
from extern_desktop.ui.bridge import Act, Bridge
from extern_desktop.ui.office import Office, Places

FRESH: Final = timedelta(minutes=3)
"""What was synchronised less than this ago is not asked for again at the start."""
MINUTE_MS: Final = 60_000

Run = Callable[[Callable[[Work], Future[Any]]], Act]
"""How an act is started: `Window.run`."""


class Synchroniser(QObject):
    """One synchronisation at a time, whoever asked for it."""

    changed = Signal()
    """It began or ended."""
    failed = Signal(object)
    """The error of one that a person asked for, or a bug of ours."""
    lost = Signal(object)
    """The error of one that began by itself; not told again until one has succeeded."""
    reached = Signal()

    def __init__(self, bridge: Bridge, run: Run, parent: QObject) -> None:
        super().__init__(parent)
        self.running = False
        self._bridge, self._run = bridge, run
        self._office: Office | None = None
        self._asked = self._is_lost = False
        self._timer = QTimer(self)
        self._timer.timeout.connect(lambda: self._look(timedelta(0)))

    def begin(self, office: Office) -> None:
        """Look after this office from now on: at once if what it shows is old, then by the clock."""
        self._office = office
        self.keep_time()
        if self._timer.isActive():
            self._look(FRESH)

    def end(self) -> None:
        self._timer.stop()

    def keep_time(self) -> None:
        """Take the setting as it is now."""
        if self._office is None:
            return
        wanted = self._office.preferences().synchronise_every_minutes * MINUTE_MS
        if not wanted:
            self._timer.stop()
        elif not self._timer.isActive() or self._timer.interval() != wanted:
            self._timer.start(wanted)

    def ask(self, office: Office) -> None:
        """A person wants it now. One that runs already becomes theirs: its failure is said."""
        self._asked = True
        self._start(office)

    def _look(self, fresh: timedelta) -> None:
        if self._office is not None and not self.running:
            self._bridge.take(self._office.facts(), lambda facts: self._by_itself(facts, fresh), self.failed.emit, self)

    def _by_itself(self, facts: Places, fresh: timedelta) -> None:
        is_fresh = facts.synchronised_at is not None and datetime.now(UTC) - facts.synchronised_at < fresh
        if self._office is not None and facts.signed_in and not is_fresh:
            self._start(self._office)

    def _start(self, office: Office) -> None:
        if self.running:
            return
        self.running = True
        act = self._run(office.synchronise)
        act.done.connect(self._succeeded)
        act.failed.connect(self._failed)
        act.ended.connect(self._ended)
        self.changed.emit()

    def _succeeded(self, _result: object) -> None:
        self._is_lost = False
        self.reached.emit()

    def _failed(self, error: BaseException) -> None:
        if self._asked or not isinstance(error, ExternError):
            self.failed.emit(error)
        elif not self._is_lost:
            self._is_lost = True
            self.lost.emit(error)

    def _ended(self) -> None:
        self.running = self._asked = False
        self.changed.emit()
