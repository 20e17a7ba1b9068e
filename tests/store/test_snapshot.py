"""What is kept for the next start: read without the workspace, and only where nobody has to be asked."""

from __future__ import annotations

import json
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend

from extern_desktop.domain.secrets import Password
from extern_desktop.settings.places import Stage
from extern_desktop.store.keys import KEY_FILE, WorkspaceKey, change_passphrase, obtain_key
from extern_desktop.store.snapshot import read_snapshot
from extern_desktop.store.workspace import Workspace, make_folder
from store.conftest import child_program


class Ring(KeyringBackend):
    """A keyring in memory."""

    priority = 5

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring is not typed
        self.kept: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        del self.kept[service, username]


def test_read_snapshot_gives_what_was_kept_last(folder: Path, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"first")
    workspace.snapshots.keep("today", b"second")
    workspace.snapshots.keep("other", b"third")

    assert read_snapshot(folder, "today") == b"second"


def test_read_snapshot_of_a_closed_workspace_gives_it_too(folder: Path, key: WorkspaceKey) -> None:
    with Workspace(folder, key) as opened:
        opened.snapshots.keep("today", b"kept")

    assert read_snapshot(folder, "today") == b"kept"


def test_read_snapshot_beside_a_writer_does_not_wait(folder: Path, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"kept")

    with workspace._database.write() as writing:
        writing.connection.exec_driver_sql("update snapshot set content = x'00'")
        assert read_snapshot(folder, "today") == b"kept"


def test_read_snapshot_of_nothing_gives_nothing_and_makes_nothing(tmp_path: Path, folder: Path) -> None:
    assert read_snapshot(tmp_path / "nowhere", "today") is None
    assert read_snapshot(folder, "today") is None
    assert list(folder.iterdir()) == []


def test_read_snapshot_of_a_workspace_without_one_gives_nothing(folder: Path, workspace: Workspace) -> None:
    assert read_snapshot(folder, "today") is None


@pytest.mark.parametrize("broken", [b"", b"[]", b"{}", b'{"place": "plain-file", "wrapped": "zz"}', b'{"place": "plain-file", "wrapped": 7}'])
def test_read_snapshot_with_a_broken_key_file_gives_nothing(folder: Path, workspace: Workspace, broken: bytes) -> None:
    workspace.snapshots.keep("today", b"kept")
    (folder / KEY_FILE).write_bytes(broken)

    assert read_snapshot(folder, "today") is None


def test_read_snapshot_with_another_key_gives_nothing(folder: Path, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"kept")
    said = json.loads((folder / KEY_FILE).read_bytes())
    (folder / KEY_FILE).write_text(json.dumps(said | {"wrapped": WorkspaceKey.new().reveal()}))

    assert read_snapshot(folder, "today") is None


def test_read_snapshot_of_a_passphrase_workspace_gives_nothing(folder: Path, key: WorkspaceKey, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"kept")
    change_passphrase(folder, key, Password("a passphrase"))

    assert read_snapshot(folder, "today") is None


def test_read_snapshot_with_a_keyring_says_so_before_it_asks(tmp_path: Path) -> None:
    ring, asked = Ring(), []
    keyring.set_keyring(ring)
    folder = tmp_path / "real"
    make_folder(folder)
    with Workspace(folder, obtain_key(folder, Stage.REAL)) as opened:
        opened.snapshots.keep("today", b"kept")

    assert read_snapshot(folder, "today", lambda: asked.append("keyring")) == b"kept"
    assert asked == ["keyring"]
    ring.kept.clear()
    assert read_snapshot(folder, "today") is None


def test_keep_tells_no_listener(workspace: Workspace) -> None:
    told: list[object] = []
    workspace.subscribe(told.append)

    workspace.snapshots.keep("today", b"kept")

    assert told == []


def test_snapshot_is_encrypted(folder: Path, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"ORGANISATION OF A CLIENT")
    workspace.checkpoint()

    assert all(b"ORGANISATION OF A CLIENT" not in path.read_bytes() for path in folder.iterdir() if path.is_file())


def test_reading_loads_no_heavy_library(folder: Path, workspace: Workspace) -> None:
    workspace.snapshots.keep("today", b"kept")
    program = f"""
import sys
from pathlib import Path
from extern_desktop.store.snapshot import read_snapshot
assert read_snapshot(Path({str(folder)!r}), "today") == b"kept"
print(*[name for name in ("sqlalchemy", "alembic", "keyring", "cryptography", "msgspec", "hashlib") if name in sys.modules])
"""
    out, err = child_program(program).communicate()

    assert (out.strip(), err) == (b"", b"")
