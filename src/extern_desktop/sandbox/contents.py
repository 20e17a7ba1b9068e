"""Bytes the operator holds: uploads in files, its own documents inside the database.

An upload counts from the moment its row is committed; a part that was cut off leaves nothing but room in a file.
"""

from __future__ import annotations

import hashlib
import sqlite3
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.refusals import RefusalError, not_found

PART_LIMIT_BYTES: Final = 64 * 1024 * 1024
"""Of one request, as the operator documents it."""
TOTAL_LIMIT_BYTES: Final = 30 * 1024 * 1024 * 1024
_FOLDER: Final = "contents"


@dataclass(frozen=True, slots=True)
class Part:
    """Place of one upload's bytes, from `Content-Range: bytes F-T/TOTAL`."""

    first: int
    last: int
    total: int | None
    """None for `*`."""

    @property
    def size_bytes(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class StoredContent:
    id: str
    size_bytes: int
    sha256: str


class ContentStore:
    """The folder of uploads, and the rows that name them."""

    def __init__(self, state_folder: Path) -> None:
        self._folder = state_folder / _FOLDER
        self._folder.mkdir(mode=0o700, exist_ok=True)

    def new_file(self) -> Path:
        """A name for the bytes of a new upload; the file may hold part of them before any row knows it."""
        return self._folder / uuid.uuid4().hex

    def path_of(self, row: sqlite3.Row) -> Path:
        return self._folder / str(row["file"])

    def begin(self, rows: sqlite3.Connection, file: Path, part: Part, now: datetime) -> str:
        """Enter a new upload whose first part lies in `file`; gives its id."""
        content_id = str(uuid.uuid4())
        rows.execute(
            "INSERT INTO contents (id, file, size_bytes, complete, created_at) VALUES (?, ?, ?, 0, ?)",
            (content_id, file.name, part.total, stamp(now)),
        )
        return content_id

    def add_part(self, rows: sqlite3.Connection, content_id: str, part: Part) -> bool:
        """Enter a part that lies in the file now. True when the content is whole."""
        row = self._row(rows, content_id)
        total = row["size_bytes"] if row["size_bytes"] is not None else part.total
        if part.total is not None and total != part.total:
            raise RefusalError(400, "error", "Content-Range называет другой полный размер, чем прежде.")
        if total is not None and part.last >= total:
            raise RefusalError(400, "error", "Часть лежит за концом содержимого.")
        rows.execute("INSERT INTO content_parts (content_id, first, last) VALUES (?, ?, ?)", (content_id, part.first, part.last))
        parts = rows.execute("SELECT first, last FROM content_parts WHERE content_id = ? ORDER BY first", (content_id,)).fetchall()
        complete = total is not None and _covered(parts) >= total
        digest = _digest_file(self.path_of(row)) if complete else None
        rows.execute("UPDATE contents SET size_bytes = ?, complete = ?, sha256 = ? WHERE id = ?", (total, complete, digest, content_id))
        return complete

    def unfinished(self, rows: sqlite3.Connection, content_id: str) -> Path | None:
        """File of an upload that still takes parts; None when it is whole: what is whole is never written again."""
        row = self._row(rows, content_id)
        return None if row["complete"] else self.path_of(row)

    def keep(self, rows: sqlite3.Connection, content: bytes, now: datetime) -> StoredContent:
        """Keep a document of the operator's own making."""
        stored = StoredContent(str(uuid.uuid4()), len(content), hashlib.sha256(content).hexdigest())
        rows.execute(
            "INSERT INTO contents (id, bytes, size_bytes, sha256, complete, created_at) VALUES (?, ?, ?, ?, 1, ?)",
            (stored.id, content, stored.size_bytes, stored.sha256, stamp(now)),
        )
        return stored

    def duplicate(self, rows: sqlite3.Connection, content_id: str, now: datetime) -> StoredContent:
        """Another id for the same bytes: a draft's document and a docflow's have ids of their own. Refused while the upload is not whole."""
        row = self._row(rows, content_id, code="emptyContent")
        if not row["complete"]:
            raise not_found("содержимое загружено не целиком", "emptyContent")
        new_id = str(uuid.uuid4())
        rows.execute(
            "INSERT INTO contents (id, file, bytes, size_bytes, sha256, complete, created_at) "
            "SELECT ?, file, bytes, size_bytes, sha256, 1, ? FROM contents WHERE id = ?",
            (new_id, stamp(now), content_id),
        )
        return StoredContent(new_id, int(row["size_bytes"]), str(row["sha256"]))

    def size_of(self, rows: sqlite3.Connection, content_id: str) -> int:
        return int(self._whole(rows, content_id)["size_bytes"])

    def read(self, rows: sqlite3.Connection, content_id: str, first: int = 0, last: int | None = None) -> bytes:
        """The bytes from `first` to `last`, both included; to the end by default."""
        row = self._whole(rows, content_id)
        end = int(row["size_bytes"]) if last is None else last + 1
        if row["bytes"] is not None:
            return bytes(row["bytes"])[first:end]
        with self.path_of(row).open("rb") as file:
            file.seek(first)
            return file.read(end - first)

    def _whole(self, rows: sqlite3.Connection, content_id: str) -> sqlite3.Row:
        row = self._row(rows, content_id)
        if not row["complete"]:
            raise not_found("содержимое загружено не целиком")
        return row

    def _row(self, rows: sqlite3.Connection, content_id: str, code: str = "notFound") -> sqlite3.Row:
        row: sqlite3.Row | None = rows.execute("SELECT * FROM contents WHERE id = ?", (content_id,)).fetchone()
        if row is None:
            raise not_found("содержимое", code)
        return row


def _covered(parts: Sequence[sqlite3.Row]) -> int:
    """Length of the gapless beginning that the parts make, in order of their first byte."""
    end = 0
    for part in parts:
        if part["first"] > end:
            break
        end = max(end, part["last"] + 1)
    return end


def _digest_file(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
