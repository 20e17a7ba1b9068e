"""What it costs to keep things for good: a docflow with ten documents in a transaction of its own, and a large content at rest."""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.schema import CreateIndex, CreateTable

from bench.data import connect_raw
from bench.figures import Bench, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import fresh_folder
from extern_desktop.settings.places import Stage
from extern_desktop.store import schema
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.values import DocflowUpdate, MirrorDocflow, MirrorDocument
from extern_desktop.store.workspace import open_workspace

DOCFLOW: Final = "store.docflow-durably"
DOCFLOW_PLAIN: Final = "store.beside-plain"
PORTION: Final = "store.portion-of-100"
CONTENT_WRITE: Final = "contents.write"
CONTENT_READ: Final = "contents.read"

_DOCUMENTS: Final = 10
_TOGETHER: Final = 100
_NOON: Final = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)
_RAW: Final = b"{}" * 200
Store = Callable[[list[DocflowUpdate]], object]
_MEGABYTE: Final = 1024 * 1024


def _update() -> DocflowUpdate:
    docflow_id = str(uuid.uuid4())
    docflow = MirrorDocflow(docflow_id, "fns534-report", "sent", "neutral", "1" * 36, _NOON, _NOON, "1152017", "УСН", "5.09", raw=_RAW)
    documents = tuple(
        MirrorDocument(str(uuid.uuid4()), docflow_id, "fns534-report-receipt", f"KV_{number}.xml", _NOON, str(uuid.uuid4()), raw=_RAW)
        for number in range(_DOCUMENTS)
    )
    return DocflowUpdate(docflow, documents, ())


class _BareStore:
    """The same rows through a driver alone, with the same tables, the same indexes and the same promise: one durable transaction a call."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.connection.execute("pragma journal_mode = wal")
        self.connection.execute("pragma synchronous = full")
        dialect: Any = sqlite.dialect()
        for table in (schema.content, schema.docflow, schema.document):
            self.connection.execute(_no_strict(str(CreateTable(table).compile(dialect=dialect))))
            for index in table.indexes:
                self.connection.execute(str(CreateIndex(index).compile(dialect=dialect)))
        self._docflow, self._document = (_insert(table) for table in (schema.docflow, schema.document))

    def store(self, updates: list[DocflowUpdate]) -> None:
        self.connection.execute("begin immediate")
        for update in updates:
            self.connection.execute(self._docflow, _values(schema.docflow, update.docflow))
            self.connection.executemany(self._document, [_values(schema.document, document) for document in update.documents])
        self.connection.execute("commit")


def _no_strict(statement: str) -> str:
    """Python's own SQLite may be older than strict tables."""
    return statement.replace(" STRICT", "") if sqlite3.sqlite_version_info < (3, 37) else statement


def _insert(table: sa.Table) -> str:
    return f"insert into {table.name}({', '.join(table.c.keys())}) values({', '.join('?' * len(table.c))})"


def _values(table: sa.Table, row: object) -> tuple[Any, ...]:
    given = (getattr(row, name, 0 if name == "place" else None) for name in table.c.keys())  # noqa: SIM118  columns, not a mapping
    return tuple(value.isoformat() if isinstance(value, datetime) else value for value in given)


@contextmanager
def _docflows(scale: Scale) -> Iterator[Pair]:
    singles, portions = scale.of(100, 20), scale.of(5, 1)
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        workspace = stack.enter_context(open_workspace(folder / "workspace", Stage.TRAINING))
        plain = _BareStore(stack.enter_context(closing(sqlite3.connect(folder / "plain.db", isolation_level=None))))
        cipher = _BareStore(stack.enter_context(closing(connect_raw(folder / "cipher.db", WorkspaceKey.new()))))

        def alone(store: Store) -> float:
            return _rate(store, [[_update()] for _ in range(singles)])

        def together(store: Store) -> float:
            return _rate(store, [[_update() for _ in range(_TOGETHER)] for _ in range(portions)])

        def product() -> Sample:
            store = workspace.mirror.store_docflows
            one = alone(store)
            return {DOCFLOW: one, DOCFLOW_PLAIN: one, PORTION: together(store)}

        def anchor() -> Sample:
            return {DOCFLOW: alone(cipher.store), DOCFLOW_PLAIN: alone(plain.store), PORTION: together(cipher.store)}

        yield Pair(product, anchor)


def _rate(store: Store, calls: list[list[DocflowUpdate]]) -> float:
    """Docflows a second."""
    started_at = time.perf_counter()
    for updates in calls:
        store(updates)
    return sum(map(len, calls)) / (time.perf_counter() - started_at)


@contextmanager
def _contents(scale: Scale) -> Iterator[Pair]:
    data = os.urandom(scale.of(64, 8) * _MEGABYTE)
    size = len(data) / _MEGABYTE
    with fresh_folder() as folder, open_workspace(folder / "workspace", Stage.TRAINING) as workspace:
        database: Any = workspace._database

        def encrypted() -> Sample:
            started_at = time.perf_counter()
            with workspace.contents.kept(data) as kept, database.write() as writing:
                workspace.contents.add_row(writing, kept)
            written_at = time.perf_counter()
            with database.read() as connection:
                workspace.contents.read(connection, kept.id, "")
            read_at = time.perf_counter()
            next((folder / "workspace" / "contents").glob(f"*/{kept.id}")).unlink()
            return {CONTENT_WRITE: size / (written_at - started_at), CONTENT_READ: size / (read_at - written_at)}

        def plain() -> Sample:
            file = folder / "plain.bin"
            started_at = time.perf_counter()
            with file.open("wb") as target:
                target.write(data)
                target.flush()
                os.fsync(target.fileno())
            written_at = time.perf_counter()
            file.read_bytes()
            read_at = time.perf_counter()
            file.unlink()
            return {CONTENT_WRITE: size / (written_at - started_at), CONTENT_READ: size / (read_at - written_at)}

        yield Pair(encrypted, plain)


WRITES: Final = Bench(
    "store",
    (
        Figure(DOCFLOW, "/s", (Limit(Side.AT_LEAST, 0.7),), anchor="bare SQLCipher"),
        Figure(DOCFLOW_PLAIN, "/s", (Limit(Side.AT_LEAST, 0.4),), Kind.WATCH, anchor="plain SQLite"),
        Figure(PORTION, "/s", (Limit(Side.AT_LEAST, 0.7),), anchor="bare SQLCipher"),
    ),
    _docflows,
)
CONTENTS: Final = Bench(
    "contents",
    (
        Figure(CONTENT_WRITE, "MB/s", (Limit(Side.AT_LEAST, 0.7),), anchor="plain file + fsync"),
        Figure(CONTENT_READ, "MB/s", (Limit(Side.AT_LEAST, 0.1),), Kind.WATCH, anchor="plain file"),
    ),
    _contents,
)
