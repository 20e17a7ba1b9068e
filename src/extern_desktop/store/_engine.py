"""The encrypted database file: its connections, its one writer, and the translation of what SQLite says into this room's errors.

Every write is one `begin immediate … commit` with `synchronous = FULL`, under a lock between threads and one between processes. Nothing outside this
room sees SQLAlchemy or SQLCipher. Imports both.
"""

from __future__ import annotations

import logging
import os
import shutil
import sys
import threading
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.pool import QueuePool
from sqlcipher3 import dbapi2 as _dbapi2

from extern_desktop.store import schema
from extern_desktop.store._system_errors import translated
from extern_desktop.store.errors import (
    DiskFullError,
    NewerWorkspaceError,
    ReadOnlyWorkspaceError,
    WorkspaceBusyError,
    WorkspaceDamagedError,
    WorkspaceUnreachableError,
    WriteOutcomeUnknownError,
)
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.lock import WriterLock
from extern_desktop.store.values import ChangeKind, Changes

DATABASE_FILE: Final = "workspace.db"
WRITER_LOCK_FILE: Final = "writer.lock"
BUSY_SECONDS: Final = 20.0
_READERS, _MORE_READERS = 8, 24
_CACHE_KIB: Final = 8 * 1024
"""The Today page of 200,000 docflows touches 6 MiB; with less each reading of the page decrypts the same pages anew."""
_SPARE_BYTES: Final = 128 * 1024
"""A disk or quota with less room than this is full, whatever name SQLite gave to the failed write."""

driver: Any = _dbapi2
"""SQLCipher's DB-API module; its stubs do not know what it takes over from C."""

Listener = Callable[[Changes], None]
_log = logging.getLogger(__name__)


class Writing:
    """One write transaction: its connection, and the notes of what it touches."""

    def __init__(self, connection: sa.Connection) -> None:
        self.connection = connection
        self._touched: defaultdict[ChangeKind, set[str]] = defaultdict(set)

    def execute(self, statement: sa.Executable, parameters: Any = None) -> sa.CursorResult[Any]:
        return self.connection.execute(statement, parameters)

    def run(self, text: str, values: Sequence[Any]) -> Any:
        """One statement in the driver's own words, with values as they are stored; gives its first row. For what is written by the thousand."""
        return self._driver().execute(text, values).fetchone()

    def run_each(self, text: str, rows: Sequence[Sequence[Any]]) -> None:
        """The same statement for many rows."""
        self._driver().executemany(text, rows)

    def _driver(self) -> Any:
        return self.connection.connection.dbapi_connection

    def touch(self, kind: ChangeKind, *ids: str) -> None:
        self._touched[kind].update(ids)

    @property
    def changes(self) -> Changes:
        return Changes({kind: frozenset(ids) for kind, ids in self._touched.items()})


class Database:
    """The file with its connections. `write` and `read` may be called from any thread."""

    def __init__(self, folder: Path, key: WorkspaceKey, *, is_read_only: bool = False, busy_seconds: float = BUSY_SECONDS) -> None:
        self.folder = folder
        self.file = folder / DATABASE_FILE
        self.is_read_only = is_read_only
        self._key = key
        self._busy_seconds = busy_seconds
        self._writer_lock = WriterLock(folder / WRITER_LOCK_FILE, busy_seconds)
        self._guard = threading.RLock()
        self._is_writing = False
        self._listeners: list[Listener] = []
        self._writer = self._make_engine("begin immediate", 1, 0)
        self._readers = self._make_engine("begin", _READERS, _MORE_READERS)

    def _make_engine(self, begin: str, connections: int, more: int) -> sa.Engine:
        # The driver's own transactions are off and SQLAlchemy's `begin` is ours: the only way in which a failed migration leaves nothing behind.
        engine = sa.create_engine(
            "sqlite://",
            module=driver,
            creator=self._connect,
            poolclass=QueuePool,
            pool_size=connections,
            max_overflow=more,
            pool_use_lifo=True,  # the connection that was used last has the pages in its cache; the others stay small
            hide_parameters=True,
        )
        sa.event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
        return engine

    def _mode(self) -> str:
        if not self.is_read_only:
            return "rwc"
        # On a medium that nobody can write to, SQLite has no place for the index of its log; without a log it needs none.
        log = self.file.with_name(self.file.name + "-wal")
        has_log = log.is_file() and log.stat().st_size > 0
        return "ro" if has_log or os.access(self.folder, os.W_OK) else "ro&immutable=1"

    def _connect(self) -> Any:
        address = f"file:{quote(self.file.as_posix())}?mode={self._mode()}"
        connection = driver.connect(address, uri=True, isolation_level=None, check_same_thread=False, timeout=self._busy_seconds)
        try:
            connection.execute("pragma cipher_log_level = none")
            connection.execute(f"pragma key = \"x'{self._key.reveal()}'\"")
            connection.execute("pragma foreign_keys = on")
            connection.execute(f"pragma cache_size = -{_CACHE_KIB}")
            if not self.is_read_only:
                connection.execute("pragma journal_mode = wal")
                connection.execute("pragma synchronous = full")
        except BaseException:
            connection.close()
            raise
        return connection

    # --- opening ---

    def prepare(self) -> None:
        """Make a fresh database, or bring an old one to today's shape. Raises what stands in the way; then nothing has changed."""
        with self._translated():
            version = self._version()
            if version == schema.SCHEMA_VERSION:
                return
            if version > schema.SCHEMA_VERSION:
                if self.is_read_only:
                    return
                raise NewerWorkspaceError(self.folder, version, schema.SCHEMA_VERSION)
            if self.is_read_only:
                raise ReadOnlyWorkspaceError(self.folder)
            with self._writer_lock.held():
                self._bring_up_to_date()

    def _version(self) -> int:
        with self._readers.connect() as connection:
            return int(connection.exec_driver_sql("pragma user_version").scalar_one())

    def _bring_up_to_date(self) -> None:
        """Under the writer's lock; another process may just have done it."""
        with self._writer.connect() as connection:
            version = int(connection.exec_driver_sql("pragma user_version").scalar_one())
            is_empty = connection.exec_driver_sql("select count(*) from sqlite_master").scalar_one() == 0
        if version == schema.SCHEMA_VERSION:
            return
        if is_empty:
            with self._writer.begin() as connection:
                schema.create_all(connection)
            return
        from extern_desktop.store.migrations.run import migrate

        migrate(self._writer, self.folder, version)

    # --- reading and writing ---

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        """One snapshot: everything read inside belongs together."""
        with self._translated(), self._readers.connect() as connection:
            yield connection

    @contextmanager
    def write(self) -> Iterator[Writing]:
        """One durable transaction: when this ends without an exception, no kill and no power cut takes it back. Listeners are called after it."""
        if self.is_read_only:
            raise ReadOnlyWorkspaceError(self.folder)
        with self._guard:
            if self._is_writing:
                raise RuntimeError("a write inside a write")
            self._is_writing = True
            try:
                with self._translated(), self._writer_lock.held(), self._writer.begin() as connection:
                    writing = Writing(connection)
                    yield writing
            finally:
                self._is_writing = False
        self._tell(writing.changes)

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` after each commit that touched something, on the thread that committed. The answer ends the subscription."""
        with self._guard:
            self._listeners.append(listener)

        def stop() -> None:
            with self._guard:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def _tell(self, changes: Changes) -> None:
        if not changes:
            return
        with self._guard:
            listeners = tuple(self._listeners)
        for listener in listeners:
            try:
                listener(changes)
            except Exception:
                # The commit stands whatever a screen makes of it: the writer must not be told that it failed.
                _log.exception("a listener of the workspace failed")

    def checkpoint(self) -> None:
        """Move the log into the database file, so that the folder can be copied."""
        with self._guard, self._translated(), self._writer.connect() as connection:
            raw: Any = connection.connection.dbapi_connection
            raw.execute("pragma wal_checkpoint(truncate)").fetchall()

    def is_whole(self) -> bool:
        """Check every page's seal and the structure of the database. Takes seconds on a large one."""
        try:
            with self.read() as connection:
                seals = connection.exec_driver_sql("pragma cipher_integrity_check").fetchall()
                return not seals and connection.exec_driver_sql("pragma quick_check").scalar_one() == "ok"
        except WorkspaceDamagedError:
            return False

    def close(self) -> None:
        self._readers.dispose()
        self._writer.dispose()

    # --- errors ---

    @contextmanager
    def _translated(self) -> Iterator[None]:
        try:
            yield
        except sa.exc.DBAPIError as problem:
            self._raise(problem, problem.orig)
        except driver.Error as problem:
            self._raise(problem, problem)
        except OSError as problem:
            raise translated(problem, self.folder) from problem

    def _raise(self, problem: Exception, original: object) -> NoReturn:
        code = getattr(original, "sqlite_errorname", "")
        match code:
            case "SQLITE_FULL":
                raise DiskFullError(self.folder) from problem
            case "SQLITE_IOERR" if no_room(self.folder, self.file):
                raise DiskFullError(self.folder) from problem
            case "SQLITE_IOERR":
                raise WriteOutcomeUnknownError(self.folder, code) from problem
            case "SQLITE_NOTADB" | "SQLITE_CORRUPT":
                raise WorkspaceDamagedError(self.file, str(original)) from problem
            case "SQLITE_READONLY":
                raise ReadOnlyWorkspaceError(self.folder) from problem
            case "SQLITE_BUSY" | "SQLITE_LOCKED":
                raise WorkspaceBusyError(self.folder, self._busy_seconds) from problem
            case "SQLITE_CANTOPEN" if self.file.is_file() and not os.access(self.folder, os.W_OK):
                raise ReadOnlyWorkspaceError(self.folder) from problem
            case "SQLITE_CANTOPEN" | "SQLITE_PERM":
                raise WorkspaceUnreachableError(self.file, str(original)) from problem
            case _:
                raise problem


def no_room(folder: Path, file: Path) -> bool:
    """Whether a write that just failed did so for want of room: the disk's, or the size that a file may have."""
    if shutil.disk_usage(folder).free < _SPARE_BYTES:
        return True
    if sys.platform == "win32":
        return False
    import resource

    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    sizes = (path.stat().st_size for path in folder.glob(f"{file.name}*"))
    return limit != resource.RLIM_INFINITY and max(sizes, default=0) + _SPARE_BYTES > limit
