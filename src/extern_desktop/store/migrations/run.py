"""Bringing an old workspace to today's shape, one numbered step after the other, all of them in one transaction. Imported only when one is due.

A step is a module with `upgrade(op)`, where `op` is Alembic's `Operations`. A step that was released is never edited: it speaks of the tables as
they were then, and does not import `schema`.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from alembic.operations import Operations
from alembic.runtime.migration import MigrationContext

from extern_desktop.settings.whole_file import rename_firmly, sync_folder
from extern_desktop.store.errors import MigrationFailedError
from extern_desktop.store.schema import SCHEMA_VERSION

STEPS: Final[Mapping[int, str]] = {
    1: "extern_desktop.store.migrations.v0001_first",
}
"""Version that a step leads to, and its module."""
_NOT_THE_DISK: Final = frozenset({"SQLITE_ERROR", "SQLITE_CONSTRAINT", "SQLITE_MISMATCH", "SQLITE_SCHEMA"})
"""What SQLite says when a step and the rows it met do not fit; anything else is the computer's trouble and named as such by the engine."""


def migrate(engine: sa.Engine, folder: Path, from_version: int, steps: Mapping[int, str] = STEPS, to_version: int = SCHEMA_VERSION) -> None:
    """Keep a copy of the old database, then take every step from `from_version` to `to_version`. On failure the database is as it was."""
    if from_version > 0:
        keep_copy(engine, folder, from_version)
    try:
        with engine.begin() as connection:
            op = Operations(MigrationContext.configure(connection))
            for version in range(from_version + 1, to_version + 1):
                importlib.import_module(steps[version]).upgrade(op)
            connection.exec_driver_sql(f"pragma user_version = {to_version}")
    except sa.exc.DBAPIError as problem:
        if getattr(problem.orig, "sqlite_errorname", "") in _NOT_THE_DISK:
            raise MigrationFailedError(folder, from_version, to_version) from problem
        raise


def keep_copy(engine: sa.Engine, folder: Path, version: int) -> Path:
    """A copy under the same key, whole or not there at all."""
    final = folder / f"workspace-before-{version}.db"
    fresh = final.with_name(final.name + ".new")
    fresh.unlink(missing_ok=True)
    with engine.connect() as connection:
        raw: Any = connection.connection.dbapi_connection  # past SQLAlchemy, which would begin a transaction first
        raw.execute("vacuum into ?", (str(fresh),))
    rename_firmly(fresh, final)
    sync_folder(folder)
    return final
