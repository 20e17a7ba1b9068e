"""The last picture of a page, kept in the workspace so that the next start can show it before anything else is open.

Reading is light: SQLCipher's driver and the standard library, one row, no person asked. Whatever stands in its way there is no snapshot, and nobody
is told: opening the workspace itself says it in words a moment later. It never makes a workspace, a key or a table.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote

from extern_desktop.domain.errors import EnvironmentProblemError

if TYPE_CHECKING:
    from extern_desktop.store._engine import Database

_DATABASE_FILE: Final = "workspace.db"
_BUSY_SECONDS: Final = 0.2
_READ: Final = "select content from snapshot where name = ?"
_KEEP: Final = (
    "insert into snapshot(name, content) values(?, ?) "
    "on conflict(name) do update set content = excluded.content where content is not excluded.content"
)


def read_snapshot(folder: Path, name: str, before_keyring: Callable[[], object] = lambda: None) -> bytes | None:
    """What was kept under `name` in the workspace of `folder`; `None` when there is nothing, or when only a person could open it.

    `before_keyring` is called when the key lies in the system's keyring, which takes its time. Not for the event loop's thread.
    """
    database = folder / _DATABASE_FILE
    digits = _key_digits(folder, before_keyring) if database.is_file() else ""
    if not digits:
        return None
    from sqlcipher3 import dbapi2

    driver: Any = dbapi2  # its stubs do not know what it takes over from C
    try:
        connection = driver.connect(f"file:{quote(database.as_posix())}?mode=ro", uri=True, isolation_level=None, timeout=_BUSY_SECONDS)
        try:
            connection.execute("pragma cipher_log_level = none")
            connection.execute(f"pragma key = \"x'{digits}'\"")
            row = connection.execute(_READ, (name,)).fetchone()
        finally:
            connection.close()
    except driver.Error:
        return None
    return bytes(row[0]) if row else None


def _key_digits(folder: Path, before_keyring: Callable[[], object]) -> str:
    """The key as hex digits; empty where only a person can give it. Reads the file of `keys` by itself: that module is heavy beside a start."""
    try:
        said = json.loads((folder / "key.json").read_bytes())
        match said["place"]:
            case "plain-file":
                return bytes.fromhex(said["wrapped"]).hex()
            case "keyring":
                before_keyring()
                from extern_desktop.store.keys import kept_key

                key = kept_key(folder)
                return key.reveal() if key is not None else ""
            case _:
                return ""
    except (OSError, ValueError, KeyError, TypeError, EnvironmentProblemError):
        return ""


class Snapshots:
    """Rows of the table `snapshot`. Keeping one tells no listener: nothing that a person did has changed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, name: str, content: bytes) -> None:
        """Put `content` in the place of what was kept under `name`."""
        with self._database.write() as writing:
            writing.connection.exec_driver_sql(_KEEP, (name, content))
