from __future__ import annotations

from pathlib import Path

import pytest

from extern_desktop.store import folders
from extern_desktop.store.errors import NetworkFolderError, WorkspaceUnreachableError
from extern_desktop.store.folders import file_system_of, network_file_system
from extern_desktop.store.workspace import make_folder

MOUNTS = r"""22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
30 22 0:40 / /home rw shared:5 - ext4 /dev/vda2 rw
31 30 0:41 / /home/anna/office\040share rw shared:6 - cifs //server/share rw,vers=3.0
32 22 0:42 / /mnt/old rw - ext4 /dev/vdb1 rw
33 32 0:43 / /mnt/old rw - nfs4 server:/export rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/home/anna/workspaces", "ext4"),
        ("/home/anna/office share/workspaces/real", "cifs"),
        ("/home/anna/office", "ext4"),
        ("/mnt/old/x", "nfs4"),
        ("/var", "ext4"),
    ],
)
def test_file_system_of_is_the_nearest_and_last_mount(path: str, kind: str) -> None:
    assert file_system_of(Path(path), MOUNTS) == kind


def test_network_file_system_this_disk_is_none(tmp_path: Path) -> None:
    assert network_file_system(tmp_path) is None


def test_make_folder_on_a_share_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mounts = tmp_path / "mountinfo"
    mounts.write_text(f"22 1 0:20 / / rw - ext4 /dev/vda1 rw\n31 22 0:41 / {tmp_path.resolve()} rw - cifs //server/share rw\n")
    monkeypatch.setattr(folders, "_MOUNTS", mounts)

    with pytest.raises(NetworkFolderError) as refused:
        make_folder(tmp_path / "workspace")

    assert refused.value.file_system == "cifs"


def test_make_folder_where_a_file_is_says_unreachable(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(WorkspaceUnreachableError):
        make_folder(tmp_path / "file" / "workspace")
