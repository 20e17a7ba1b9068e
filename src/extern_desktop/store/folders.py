"""On what kind of file system a folder is. The database's write-ahead log works on this computer's own disks only."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_NETWORK: Final = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "9p", "fuse.sshfs", "davfs", "fuse.davfs", "glusterfs", "ceph"})
_MOUNTS: Final = Path("/proc/self/mountinfo")
_DRIVE_REMOTE: Final = 4


def network_file_system(folder: Path) -> str | None:
    """Name of the network file system `folder` is on; `None` for a disk of this computer, or where nobody can tell."""
    if sys.platform == "win32":
        import ctypes

        anchor = folder.resolve().anchor
        return "SMB" if anchor.startswith("\\\\") or ctypes.windll.kernel32.GetDriveTypeW(anchor) == _DRIVE_REMOTE else None
    try:
        mounts = _MOUNTS.read_text(errors="surrogateescape")
    except OSError:
        return None
    kind = file_system_of(folder.resolve(), mounts)
    return kind if kind in _NETWORK else None


def file_system_of(folder: Path, mounts: str) -> str:
    """Type of the mount that holds `folder`, read from the text of `/proc/self/mountinfo` (proc(5)); "" when none does."""
    best, kind = Path(), ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        point = Path(left.split(" ")[4].encode().decode("unicode_escape"))
        if folder.is_relative_to(point) and len(point.parts) >= len(best.parts):
            best, kind = point, right.split(" ")[0]
    return kind
