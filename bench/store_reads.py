"""What a person waits for when the workspace is opened and read, at full size: open, the Today page, a page of a list at any depth."""

from __future__ import annotations

import hashlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any, Final

import sqlalchemy as sa

from bench.data import FullWorkspace, full_workspace
from bench.figures import Bench, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import fresh_folder
from extern_desktop.domain.secrets import Password
from extern_desktop.settings.places import Stage
from extern_desktop.store.keys import change_passphrase
from extern_desktop.store.workspace import Workspace, open_workspace

OPEN_KEY: Final = "open.raw-key"
OPEN_PASSPHRASE: Final = "open.passphrase"
TODAY: Final = "today.view"
TODAY_SQL: Final = "today.queries"
PAGE_DEEP: Final = "page.by-key"
PAGE_OFFSET: Final = "page.beside-offset"

_PBKDF2_ROUNDS: Final = 256_000
"""What SQLCipher itself spends on a passphrase."""
_DAYS: Final = 14


def _timed(act: Callable[[], object]) -> float:
    started_at = time.perf_counter()
    act()
    return (time.perf_counter() - started_at) * 1000


# --- open ---


@contextmanager
def _opening(scale: Scale) -> Iterator[Pair]:
    made = full_workspace(scale.of(200_000, 5_000))
    with fresh_folder() as folder:
        wrapped = made.copied_to(folder).workspace(Stage.TRAINING)
        change_passphrase(wrapped, made.key(), Password("длинная фраза"))

        def open_both() -> Sample:
            return {
                OPEN_KEY: _timed(lambda: open_workspace(made.folder, Stage.TRAINING).close()),
                OPEN_PASSPHRASE: _timed(lambda: open_workspace(wrapped, Stage.TRAINING, lambda _new: Password("длинная фраза")).close()),
            }

        def derive() -> Sample:
            spent = _timed(lambda: hashlib.pbkdf2_hmac("sha512", b"passphrase", b"salt" * 4, _PBKDF2_ROUNDS, 32))
            return {OPEN_KEY: spent, OPEN_PASSPHRASE: spent}

        yield Pair(open_both, derive)


# --- the Today page ---


def _statements(workspace: Workspace, read: Callable[[], object]) -> list[tuple[str, Any]]:
    """What `read` asks of the database, as text and values, for a bare cursor."""
    database: Any = workspace._database
    asked: list[tuple[str, Any]] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_more: object) -> None:
        asked.append((statement, parameters))

    sa.event.listen(database._readers, "before_cursor_execute", note)
    try:
        read()
    finally:
        sa.event.remove(database._readers, "before_cursor_execute", note)
    return [(sql, values) for sql, values in asked if sql.lstrip().lower().startswith("select")]


def _run_all(connection: Any, statements: list[tuple[str, Any]]) -> None:
    for sql, values in statements:
        connection.execute(sql, values).fetchall()


def _raw_reader(workspace: Workspace) -> Any:
    """The driver's own connection under the workspace: its queries without the making of rows."""
    database: Any = workspace._database
    return database._connect()


@contextmanager
def _today(scale: Scale) -> Iterator[Pair]:
    made = full_workspace(scale.of(200_000, 5_000))
    with (
        open_workspace(made.folder, Stage.TRAINING) as workspace,
        closing(_raw_reader(workspace)) as raw,
        closing(_plain(made)) as plain,
    ):
        statements = _statements(workspace, lambda: workspace.views.today(made.made_on, _DAYS))

        def product() -> Sample:
            return {TODAY: _timed(lambda: workspace.views.today(made.made_on, _DAYS)), TODAY_SQL: _timed(lambda: _run_all(raw, statements))}

        def anchor() -> Sample:
            spent = _timed(lambda: _run_all(plain, statements))
            return {TODAY: spent, TODAY_SQL: spent}

        yield Pair(product, anchor)


# --- lists ---

_REPEATS: Final = 5


@contextmanager
def _pages(scale: Scale) -> Iterator[Pair]:
    made = full_workspace(scale.of(200_000, 5_000))
    deep = made.docflows * 3 // 4
    with open_workspace(made.folder, Stage.TRAINING) as workspace, closing(_plain(made)) as plain:
        after = _nth(workspace, deep)

        def by_key() -> Sample:
            spent = _timed(lambda: [workspace.mirror.docflows(after=after) for _ in range(_REPEATS)]) / _REPEATS
            return {PAGE_DEEP: spent, PAGE_OFFSET: spent}

        def beside() -> Sample:
            first = _timed(lambda: [workspace.mirror.docflows() for _ in range(_REPEATS)]) / _REPEATS
            offset = _timed(lambda: plain.execute("select * from docflow order by changed_at desc, id desc limit 200 offset ?", (deep,)).fetchall())
            return {PAGE_DEEP: first, PAGE_OFFSET: offset}

        yield Pair(by_key, beside)


def _plain(made: FullWorkspace) -> sqlite3.Connection:
    return sqlite3.connect(made.plain_twin, isolation_level=None)


def _nth(workspace: Workspace, number: int) -> Any:
    """The docflow at this place of the list, by walking its pages."""
    last, seen = None, 0
    while seen < number:
        page = workspace.mirror.docflows(after=last, most=2_000)
        last, seen = page[-1], seen + len(page)
    return last


OPEN: Final = Bench(
    "open",
    (
        Figure(OPEN_KEY, "ms", (Limit(Side.AT_MOST, 0.1),), anchor="PBKDF2, 256,000 rounds"),
        Figure(OPEN_PASSPHRASE, "ms", (Limit(Side.AT_MOST, 1.5),), anchor="PBKDF2, 256,000 rounds"),
    ),
    _opening,
)
TODAY_PAGE: Final = Bench(
    "today",
    (
        Figure(TODAY_SQL, "ms", (Limit(Side.AT_MOST, 1.5),), anchor="plain SQLite"),
        Figure(TODAY, "ms", (Limit(Side.AT_MOST, 3.0),), Kind.WATCH, anchor="plain SQLite"),
    ),
    _today,
)
PAGES: Final = Bench(
    "page",
    (
        Figure(PAGE_DEEP, "ms", (Limit(Side.AT_MOST, 1.5),), anchor="the first page"),
        Figure(PAGE_OFFSET, "ms", (Limit(Side.AT_MOST, 1.0),), Kind.WATCH, anchor="OFFSET in plain SQLite"),
    ),
    _pages,
)
