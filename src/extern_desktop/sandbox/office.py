"""The training operator's office: its parts in one place, and the turns in which everything is done.

A turn is one writer's transaction together with its moment. What fell due meanwhile is settled by `settling`, never by a timer.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from extern_desktop.domain.working_days import WorkingCalendar, read_calendar
from extern_desktop.sandbox.account import keep_account
from extern_desktop.sandbox.authority import TrainingAuthority, utc_now
from extern_desktop.sandbox.cells import moscow_day
from extern_desktop.sandbox.contents import ContentStore
from extern_desktop.sandbox.database import FILE_NAME, Database, keep_fact, read_fact, read_stamp, stamp
from extern_desktop.sandbox.values import Pace
from extern_desktop.settings.places import resource_folder

_STARTED: Final = "first-started-at"


@dataclass(frozen=True, slots=True)
class Turn:
    """One turn at the desk."""

    office: Office
    rows: sqlite3.Connection
    now: datetime


class Office:
    """The operator of one state folder. Close it after the server."""

    def __init__(self, state_folder: Path, pace: Pace = Pace.INSTANT, now: Callable[[], datetime] = utc_now) -> None:
        """Open the folder, and furnish it if it is new. Raises `UnreadableStateError`."""
        state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pace = pace
        self.now = now
        self.account = keep_account(state_folder)
        self.contents = ContentStore(state_folder)
        self.authority = TrainingAuthority(state_folder, now)
        self.calendar: WorkingCalendar = read_calendar((resource_folder() / "calendars" / "russia.toml").read_bytes())
        self.database = Database(state_folder / FILE_NAME)
        self.started_on = self._begin()

    @contextmanager
    def turn(self) -> Iterator[Turn]:
        """Take the only writer's turn; an exception undoes what was written."""
        with self.database.transaction() as rows:
            yield Turn(self, rows, self.now())

    def close(self) -> None:
        self.database.close()

    def _begin(self) -> date:
        """The day the training began, entered at the first start."""
        with self.turn() as turn:
            started = read_fact(turn.rows, _STARTED)
            if started is None:
                started = stamp(turn.now)
                keep_fact(turn.rows, _STARTED, started)
            return moscow_day(read_stamp(started))
