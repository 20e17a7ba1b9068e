"""What falls due: tasks whose time has come, and documents that the authorities send.

There is no timer. Every turn begins by settling what is due by its moment, each thing at its own due time; a restart loses nothing and a late reader
sees the same history as an early one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from extern_desktop.sandbox import course, docflows, tasks
from extern_desktop.sandbox.database import keep_fact, read_fact, read_stamp, stamp
from extern_desktop.sandbox.office import Office, Turn
from extern_desktop.sandbox.scene import Verdict

_PACE: Final = "pace"


@contextmanager
def settled_turn(office: Office) -> Iterator[Turn]:
    """A turn at whose beginning all that is due has happened. An exception undoes what the caller wrote, never what was settled."""
    with office.turn() as turn:
        settle(turn)
    with office.turn() as turn:
        yield turn


def settle(turn: Turn) -> None:
    """Do everything that is due by the turn's moment."""
    now = stamp(turn.now)
    for row in turn.rows.execute("SELECT id, due_at FROM tasks WHERE state = 'running' AND due_at <= ? ORDER BY number", (now,)).fetchall():
        tasks.finish(Turn(turn.office, turn.rows, read_stamp(row["due_at"])), row["id"])
    for row in turn.rows.execute("SELECT id FROM docflows WHERE next_due_at <= ? ORDER BY next_due_at", (now,)).fetchall():
        docflows.advance(turn, row["id"])


def take_up_pace(office: Office) -> None:
    """Let waiting authorities go on at the pace of today. Nothing appears earlier than now: who read before must not have missed it."""
    with office.turn() as turn:
        if read_fact(turn.rows, _PACE) not in {None, office.pace.value}:
            for row in turn.rows.execute("SELECT id, verdict, last_change_at FROM docflows WHERE next_due_at IS NOT NULL").fetchall():
                coming = course.next_document(Verdict(row["verdict"]), docflows.present(turn, row["id"]))
                if coming is not None:
                    due_at = max(turn.now, read_stamp(row["last_change_at"]) + course.delay(office.pace, coming))
                    turn.rows.execute("UPDATE docflows SET next_due_at = ? WHERE id = ?", (stamp(due_at), row["id"]))
        keep_fact(turn.rows, _PACE, office.pace.value)
