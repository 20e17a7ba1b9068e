"""What the training operator holds, read straight from its state file: for a checker that must not ask the operator itself.

Read-only, and also while the operator runs or after it was killed.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extern_desktop.sandbox.database import FILE_NAME, read_stamp
from extern_desktop.sandbox.errors import UnreadableStateError


@dataclass(frozen=True, slots=True)
class HeldDocflow:
    """One docflow as the operator holds it."""

    docflow_id: str
    draft_id: str
    file_id: str
    """`@ИдФайл` of the report."""
    authority: str
    status: str
    success: str
    sent_at: datetime
    documents: tuple[str, ...]
    """Kinds in the order of their appearance; the payer's receipts are left out."""
    replies: int
    """Receipts the payer sent."""


@dataclass(frozen=True, slots=True)
class OperatorHistory:
    """Everything that was filed, oldest first."""

    docflows: tuple[HeldDocflow, ...]
    unsent_drafts: int
    running_tasks: int

    @property
    def docflows_by_report(self) -> Mapping[str, int]:
        """How many docflows each report (`@ИдФайл`) has: exactly one, or something was sent twice."""
        return Counter(docflow.file_id for docflow in self.docflows)


def read_history(state_folder: Path) -> OperatorHistory:
    """Raises `UnreadableStateError` where there is no readable state file."""
    path = state_folder / FILE_NAME
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as rows:
            rows.execute("BEGIN")  # one snapshot for all of it
            docflows = tuple(_docflow(rows, row) for row in rows.execute(_DOCFLOWS).fetchall())
            unsent = rows.execute("SELECT count(*) FROM drafts WHERE docflow_id IS NULL").fetchone()[0]
            running = rows.execute("SELECT count(*) FROM tasks WHERE state = 'running'").fetchone()[0]
    except sqlite3.DatabaseError as error:
        raise UnreadableStateError(str(path), str(error)) from error
    return OperatorHistory(docflows, unsent, running)


_DOCFLOWS = "SELECT id, draft_id, file_id, authority, status, success, sent_at FROM docflows ORDER BY sent_at, rowid"


def _docflow(rows: sqlite3.Connection, row: tuple[str, ...]) -> HeldDocflow:
    docflow_id, draft_id, file_id, authority, status, success, sent_at = row
    kinds = rows.execute("SELECT kind, answers_id FROM docflow_documents WHERE docflow_id = ? ORDER BY number", (docflow_id,)).fetchall()
    return HeldDocflow(
        docflow_id,
        draft_id,
        file_id,
        authority,
        status,
        success,
        read_stamp(sent_at),
        tuple(kind for kind, answers_id in kinds if answers_id is None),
        sum(answers_id is not None for _kind, answers_id in kinds),
    )
