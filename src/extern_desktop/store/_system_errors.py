"""What the operating system says of files, as this room's errors."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Final

from extern_desktop.domain.errors import EnvironmentProblemError
from extern_desktop.store.errors import DiskFullError, ReadOnlyWorkspaceError, WorkspaceUnreachableError

_NO_ROOM: Final = frozenset({errno.ENOSPC, errno.EFBIG, getattr(errno, "EDQUOT", errno.ENOSPC)})
_NO_WRITING: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})


def translated(problem: OSError, folder: Path, path: Path | None = None) -> EnvironmentProblemError:
    """The error to raise `from problem`. `path` is what was worked on, where that is not the folder itself."""
    if problem.errno in _NO_ROOM:
        return DiskFullError(folder)
    if problem.errno in _NO_WRITING and folder.is_dir():
        return ReadOnlyWorkspaceError(folder)
    return WorkspaceUnreachableError(path or folder, problem.strerror or str(problem))
