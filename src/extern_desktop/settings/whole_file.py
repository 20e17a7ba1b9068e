"""Writing a small file whole or not at all: a temporary file beside it, fsync, rename, fsync of the folder.

Whatever stops the program or the power in between, the old file or the new one is there, never a part of either.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from pathlib import Path

_RENAME_TRIES = 5
_PERSON_ONLY, _EVERYONE_READS = 0o600, 0o644


def write_whole(path: Path, data: bytes, *, is_private: bool = False) -> None:
    """Put `data` under the name. `is_private`: nobody but this person may read it. Raises `OSError` and leaves the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f"{path.name}.{os.urandom(4).hex()}.new")
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _PERSON_ONLY if is_private else _EVERYONE_READS), "wb") as target:
            target.write(data)
            target.flush()
            os.fsync(target.fileno())
        rename_firmly(fresh, path)
    except BaseException:
        with contextlib.suppress(OSError):
            fresh.unlink()
        raise
    sync_folder(path.parent)


def rename_firmly(source: Path, target: Path) -> None:
    """Rename, trying again a few times: on Windows an antivirus or an indexer may hold the file for a moment."""
    for attempt in range(_RENAME_TRIES):
        try:
            source.replace(target)
        except PermissionError:
            if attempt == _RENAME_TRIES - 1:
                raise
            time.sleep(0.05 * 2**attempt)
        else:
            return


def sync_folder(folder: Path) -> None:
    """Make renames inside the folder safe from a power cut. Windows does that by itself and cannot open folders."""
    if sys.platform == "win32":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
