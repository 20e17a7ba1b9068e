"""kill -9 at random moments: whatever was acknowledged is there afterwards, whole, and nothing else is half there."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from extern_desktop.domain.outbox import OutboxState
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.workspace import Workspace
from store.conftest import child_program

KILLS = 25
NEST = """
import os, sys
from pathlib import Path
from extern_desktop.store import contents, mirror, organisations, outbox, reports, views
from extern_desktop.domain.outbox import OutboxEvent as E
from extern_desktop.settings.places import Stage
from extern_desktop.store.workspace import open_workspace
from store.conftest import add_signed

def write_for_ever():
    workspace = open_workspace(Path(sys.argv[1]), Stage.TRAINING)
    os.write(1, b"ready\\n")
    while True:
        content = os.urandom(16) * (700 if os.urandom(1)[0] % 2 else 7)
        outbox_id = add_signed(workspace, content)
        os.write(1, f"signed {outbox_id}\\n".encode())
        workspace.outbox.lease(outbox_id, workspace.owner, 600)
        for event in (E.UPLOAD_DONE, E.CHECK_PASSED, E.PREPARE_PASSED, E.SEND_ASKED):
            workspace.outbox.advance(outbox_id, event, owner=workspace.owner)
        os.write(1, f"asked {outbox_id}\\n".encode())
        workspace.outbox.advance(outbox_id, E.ACCEPTED, owner=workspace.owner, docflow_id="f" + outbox_id)
        os.write(1, f"sent {outbox_id}\\n".encode())

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        write_for_ever()
    os.write(1, f"child {child}\\n".encode())
    os.waitpid(child, 0)
    os.write(1, b"over\\n")
"""
"""Imports everything once, then forks a writer whenever it is told to."""


def run_and_kill(nest: subprocess.Popen[bytes], after_lines: int, after_seconds: float) -> list[str]:
    """What the writer acknowledged before it was killed: somewhere behind its first lines, at no moment it could choose."""
    assert nest.stdin is not None
    assert nest.stdout is not None
    nest.stdin.write(b"go\n")
    nest.stdin.flush()
    lines: list[str] = []
    while len(lines) < 2 + after_lines:
        lines.append(nest.stdout.readline().decode().strip())
        assert lines[-1], nest.communicate()
    time.sleep(after_seconds)
    os.kill(next(int(line[6:]) for line in lines if line.startswith("child ")), signal.SIGKILL)
    while lines[-1] != "over":
        lines.append(nest.stdout.readline().decode().strip())
    return [line for line in lines if line.partition(" ")[0] in ("signed", "asked", "sent")]


@pytest.mark.skipif(sys.platform == "win32", reason="the nest forks")
def test_kill_at_random_moments_loses_nothing_acknowledged(folder: Path, key: WorkspaceKey) -> None:
    chance = random.Random(20260320)
    nest = child_program(NEST, folder)
    heard: dict[str, str] = {}
    for _ in range(KILLS):
        for line in run_and_kill(nest, chance.randrange(6), chance.random() * 0.03):
            word, _space, outbox_id = line.partition(" ")
            heard[outbox_id] = word
        with Workspace(folder, key) as workspace:
            rows = {row.id: row for row in workspace.outbox.all()}
            assert set(heard) <= set(rows)
            assert len(rows) - len(heard) <= KILLS
            assert [row.number for row in rows.values()] == list(range(1, len(rows) + 1))
            for outbox_id, word in heard.items():
                assert rows[outbox_id].state is OutboxState.SENT or word != "sent"
                assert rows[outbox_id].state in (OutboxState.SENT, OutboxState.UNCERTAIN) or word != "asked"
            assert OutboxState.SENDING not in {row.state for row in rows.values()}
    _, errors = nest.communicate()

    assert errors == b""
    assert len(heard) > KILLS
    with Workspace(folder, key) as workspace:
        assert workspace.is_whole()
        for row in workspace.outbox.all():
            assert len(workspace.outbox.signed(row.id).content) == row.content_bytes
    assert os.listdir(folder / "owners") == []
