"""The training operator's state file: one SQLite database, one connection, one writer at a time.

Every commit survives `kill -9`. Moments are stored as `2026-11-24T11:20:00.123456Z`, so that their order is the order of the texts.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from extern_desktop.sandbox._schema import STATEMENTS, VERSION
from extern_desktop.sandbox.errors import UnreadableStateError

FILE_NAME: Final = "operator.sqlite3"
_BUSY_SECONDS: Final = 10.0
"""The training authority of another process may be writing a certificate it issued."""


def stamp(moment: datetime) -> str:
    """A moment as the database keeps it."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"


def read_stamp(text: str) -> datetime:
    return datetime.fromisoformat(text)


class Database:
    """The open state file. `transaction()` is the only way in; it is re-entrant for nobody."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.Lock()
        with ExitStack() as undo:
            try:
                self._connection = undo.enter_context(closing(connect(path)))
                self._prepare()
            except sqlite3.DatabaseError as error:
                raise UnreadableStateError(str(path), str(error)) from error
            undo.pop_all()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One writer's turn: committed at the end, undone by an exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        with self._lock:
            self._connection.close()

    def _prepare(self) -> None:
        with self.transaction() as rows:
            version = rows.execute("PRAGMA user_version").fetchone()[0]
            if version == 0:
                for statement in STATEMENTS:
                    rows.execute(statement)
                rows.execute(f"PRAGMA user_version = {VERSION}")
            elif version != VERSION:
                raise UnreadableStateError(str(self.path), f"state of version {version}, this program writes {VERSION}")


def connect(path: Path) -> sqlite3.Connection:
    """A connection whose transactions are begun by hand."""
    rows = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=_BUSY_SECONDS)
    with ExitStack() as undo:
        undo.enter_context(closing(rows))
        rows.row_factory = sqlite3.Row
        rows.execute("PRAGMA journal_mode = WAL")
        rows.execute("PRAGMA synchronous = NORMAL")  # a killed process loses nothing; only a power cut may take the last moments of a training
        rows.execute("PRAGMA foreign_keys = ON")
        undo.pop_all()
    return rows


def read_fact(rows: sqlite3.Connection, name: str) -> str | None:
    row = rows.execute("SELECT value FROM facts WHERE name = ?", (name,)).fetchone()
    return None if row is None else str(row["value"])


def keep_fact(rows: sqlite3.Connection, name: str, value: str) -> None:
    rows.execute("INSERT INTO facts (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value))
