"""The power goes at any moment: what was acknowledged before is there afterwards, and nothing is damaged.

A real run is recorded call by call. For every cut the disk is rebuilt as it might be found: until fsync, each sector of each write may have arrived
or not; a new name in a folder is safe only after the fsync of that folder.
"""

from __future__ import annotations

import random
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.workspace import Workspace
from store.conftest import child_program

pytestmark = pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="the recorder needs Linux and a C compiler")

CUTS = 60
SECTOR = 512
ACTS = 24
WORK = """
import ctypes, os, sys
from pathlib import Path
from extern_desktop.domain.outbox import OutboxEvent as E
from extern_desktop.settings.places import Stage
from extern_desktop.store.workspace import open_workspace
from store.conftest import add_signed
mark = ctypes.CDLL(os.environ["LD_PRELOAD"]).record_mark
mark.argtypes = [ctypes.c_int64]
workspace = open_workspace(Path(sys.argv[1]), Stage.TRAINING)
mark(0)
for number in range(1, int(sys.argv[2]) + 1):
    content = number.to_bytes(4, "big") * (5_000 if number % 3 == 0 else 50)
    outbox_id = add_signed(workspace, content)
    mark(2 * number - 1)
    workspace.outbox.advance(outbox_id, E.UPLOAD_DONE, draft_id=str(number))
    mark(2 * number)
os.kill(os.getpid(), 9)
"""


@dataclass(frozen=True, slots=True)
class Event:
    kind: str
    offset: int
    path: str
    data: bytes


def read_events(log: bytes) -> Iterator[Event]:
    at = 0
    while at < len(log):
        kind, offset, path_length, size = struct.unpack_from("<cqII", log, at)
        at += 17
        path, data = log[at : at + path_length].decode(), log[at + path_length : at + path_length + size]
        at += path_length + size
        yield Event(kind.decode(), offset, path, data)


class Disk:
    """Files as they are for sure, and what has not been made safe yet."""

    def __init__(self) -> None:
        self.files: dict[str, bytearray] = {}
        self.names: dict[str, str] = {}
        """Name a program sees, to the file's own name here: a rename does not copy."""
        self.pending: dict[str, list[Event]] = {}
        self.unsafe_names: dict[str, list[tuple[str, str | None]]] = {}
        """By folder: a name and what it meant on disk before."""
        self.promised = 0

    def run(self, event: Event) -> None:
        match event.kind:
            case "m":
                self.promised = event.offset
            case "w" | "t":
                if event.path not in self.names:
                    self._name(event.path, f"{event.path}#{len(self.files)}")
                    self.files.setdefault(self.names[event.path], bytearray())
                self.pending.setdefault(self.names[event.path], []).append(event)
            case "s":
                for waiting in self.pending.pop(self.names.get(event.path, ""), []):
                    apply(self.files[self.names[event.path]], waiting)
                self.unsafe_names.pop(event.path, None)  # the fsync of a folder
            case "u":
                self.names.pop(event.path, None)  # a journalled file system keeps the order of unlink
            case "r":
                self._name(event.data.decode(), self.names.pop(event.path))

    def _name(self, path: str, file: str) -> None:
        # SQLite's own files are made once, before anything is promised; content files rely on the fsync of their folder.
        if "/contents/" in path:
            self.unsafe_names.setdefault(path.rpartition("/")[0], []).append((path, self.names.get(path)))
        self.names[path] = file

    def after_cut(self, chance: random.Random) -> dict[str, bytes]:
        found = {name: bytearray(content) for name, content in self.files.items()}
        fate = chance.choice(["nothing", "everything", "sectors", "prefix"])
        for name, waiting in self.pending.items():
            keep = {"nothing": 0, "everything": len(waiting), "sectors": 0}.get(fate, chance.randint(0, len(waiting)))
            for event in waiting[:keep]:
                apply(found[name], event)
            if fate == "sectors":
                for event in waiting:
                    tear(found[name], event, chance)
        names = dict(self.names)
        for changes in self.unsafe_names.values():
            for path, before in reversed(changes):
                if chance.random() < 0.5:
                    if before is None:
                        names.pop(path, None)
                    else:
                        names[path] = before
        return {path: bytes(found[file]) for path, file in names.items() if file in found}


def apply(content: bytearray, event: Event) -> None:
    if len(content) < event.offset:
        content.extend(bytes(event.offset - len(content)))
    if event.kind == "t":
        del content[event.offset :]
    else:
        content[event.offset : event.offset + len(event.data)] = event.data


def tear(content: bytearray, event: Event, chance: random.Random) -> None:
    """Each sector of an unsynced write arrives or not."""
    if event.kind == "t":
        if chance.random() < 0.5:
            apply(content, event)
        return
    for start in range(0, len(event.data), SECTOR):
        if chance.random() < 0.5:
            apply(content, Event("w", event.offset + start, event.path, event.data[start : start + SECTOR]))


@pytest.fixture(scope="module")
def recorder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    library = tmp_path_factory.mktemp("recorder") / "disk_recorder.so"
    source = Path(__file__).with_name("disk_recorder.c")
    subprocess.run(["cc", "-shared", "-fPIC", "-O2", "-Wall", "-Werror", str(source), "-o", str(library), "-ldl"], check=True)
    return library


def test_power_cut_keeps_every_act_that_was_promised(folder: Path, key: WorkspaceKey, recorder: Path, tmp_path: Path) -> None:
    log = tmp_path / "log"
    child = child_program(WORK, folder, ACTS, LD_PRELOAD=str(recorder), RECORD_DIR=str(folder), RECORD_LOG=str(log))
    _, errors = child.communicate()
    assert (child.returncode, errors) == (-9, b"")
    events = [event for event in read_events(log.read_bytes()) if not event.path.endswith((".lock", "-shm")) and "/owners/" not in event.path]
    first = next(number for number, event in enumerate(events) if event.kind == "m")
    chance = random.Random(20260320)

    for cut in sorted(chance.sample(range(first + 1, len(events)), CUTS)):
        disk = Disk()
        for event in events[:cut]:
            disk.run(event)
        survivor = tmp_path / "survivor"
        shutil.rmtree(survivor, ignore_errors=True)
        survivor.mkdir()
        (survivor / "key.json").write_bytes((folder / "key.json").read_bytes())
        for path, content in disk.after_cut(chance).items():
            target = survivor / Path(path).relative_to(folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content)

        with Workspace(survivor, key) as workspace:
            assert workspace.is_whole(), cut
            rows = workspace.outbox.all()
            assert len(rows) >= (disk.promised + 1) // 2, cut
            assert sum(row.draft_id is not None for row in rows) >= disk.promised // 2, cut
            for number, row in enumerate(rows, 1):
                assert workspace.outbox.signed(row.id).content == number.to_bytes(4, "big") * (5_000 if number % 3 == 0 else 50), cut


FAILING = """
import os, sys
from pathlib import Path
from extern_desktop.settings.places import Stage
from extern_desktop.store.errors import WriteOutcomeUnknownError, WorkspaceUnreachableError, AlreadyInOutboxError
from extern_desktop.store.workspace import open_workspace
from store.conftest import add_signed
workspace = open_workspace(Path(sys.argv[1]), Stage.TRAINING)
failures = 0
for number in range(10):
    try:
        add_signed(workspace, bytes([number]) * 20_000)
    except (WriteOutcomeUnknownError, WorkspaceUnreachableError):
        failures += 1
        try:
            add_signed(workspace, bytes([number]) * 20_000)
        except AlreadyInOutboxError:
            pass
assert workspace.is_whole()
assert len({row.content_sha256 for row in workspace.outbox.all()}) == len(workspace.outbox.all()) == 10, workspace.outbox.all()
print(failures)
"""


@pytest.mark.parametrize("at", [25, 26, 27])
def test_fsync_that_fails_once_is_told_and_a_second_try_doubles_nothing(folder: Path, key: WorkspaceKey, recorder: Path, at: int) -> None:
    child = child_program(FAILING, folder, LD_PRELOAD=str(recorder), RECORD_DIR=str(folder), FAIL_FSYNC_AT=str(at))
    out, errors = child.communicate()

    assert (child.returncode, errors, out) == (0, b"", b"1\n")
