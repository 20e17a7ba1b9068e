"""The folder of a container and its six files, read and written with care: no links, no surprises of size, and writes that have reached the carrier.

It speaks of octets and of what the system answers; what the files mean is `_container_parts`' matter.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from extern_desktop.tokens.container_errors import (
    CarrierFailedError,
    CarrierFullError,
    CarrierMissingError,
    CarrierReadOnlyError,
    ContainerDamagedError,
    ContainerIncompleteError,
    ContainerMissingError,
    ContainerUnreadableError,
)
from extern_desktop.tokens.container_values import CONTAINER_FILES, HEADER, ContainerFlaw

HEADER_LIMIT_BYTES: Final = 64 * 1024
"""A header holds up to two certificates."""
PART_LIMIT_BYTES: Final = 4 * 1024

# Not every system has each of these: the first three are missing on Windows, the last everywhere else.
_CAREFULLY: Final = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_READ_FLAGS: Final = os.O_RDONLY | _CAREFULLY
_WRITE_FLAGS: Final = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _CAREFULLY

_SYNCHRONIZE: Final = 0x00100000
"""The least right to a process that Windows grants: enough to learn that it is there."""

_NAME_SURROGATE: Final = 0x20000000
"""The bit in a reparse tag of Windows by which a junction says that it stands for another folder."""
_NOT_READY: Final = frozenset({21, 1167})
"""Windows' codes of a drive that was pulled out. Python gives them the `errno` of a missing right."""

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
_READ_ONLY: Final = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
_MISSING: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENODEV, errno.ENXIO, errno.ESTALE})


def read_files(folder: Path) -> dict[str, bytes]:
    """All six files. Raises the container errors of a folder that is missing, incomplete, unreadable or holds something else."""
    with reading(folder):
        if not is_plain_folder(folder):
            raise ContainerMissingError(folder)
        present = files_of_container(folder)
        missing = tuple(name for name in CONTAINER_FILES if name not in present)
        if missing:
            raise ContainerIncompleteError(folder, missing)
        return {name: _read_file(folder, name, present[name]) for name in CONTAINER_FILES}


def files_of_container(folder: Path) -> dict[str, Path]:
    """Those of the six that are there, by their proper names. A drive of another system may show them in capitals."""
    with os.scandir(folder) as entries:
        return {entry.name.lower(): Path(entry.path) for entry in entries if entry.name.lower() in CONTAINER_FILES}


def is_plain_folder(folder: Path) -> bool:
    """A folder that is no link; Windows' junctions are links as well."""
    try:
        facts = os.lstat(folder)
    except (FileNotFoundError, NotADirectoryError):
        return False
    return stat.S_ISDIR(facts.st_mode) and not getattr(facts, "st_reparse_tag", 0) & _NAME_SURROGATE


def _read_file(folder: Path, name: str, path: Path) -> bytes:
    limit = HEADER_LIMIT_BYTES if name == HEADER else PART_LIMIT_BYTES
    if not stat.S_ISREG(os.lstat(path).st_mode):
        raise ContainerDamagedError(folder, name, ContainerFlaw.NOT_A_FILE)
    descriptor = os.open(path, _READ_FLAGS)
    with open(descriptor, "rb") as file:
        content = file.read(limit + 1)
    if len(content) > limit:
        raise ContainerDamagedError(folder, name, ContainerFlaw.TOO_LARGE)
    if not content:
        raise ContainerDamagedError(folder, name, ContainerFlaw.EMPTY)
    return content


def write_file(path: Path, content: bytes) -> None:
    """A new file whose octets are on the carrier when this returns."""
    descriptor = os.open(path, _WRITE_FLAGS, 0o600)
    with open(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
        _forget_cached(file.fileno())


def read_back(path: Path) -> bytes:
    """What the carrier holds, past the cache where the system lets us."""
    descriptor = os.open(path, _READ_FLAGS)
    with open(descriptor, "rb") as file:
        return file.read()


def _forget_cached(descriptor: int) -> None:
    if sys.platform == "linux":
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def settle_folder(folder: Path) -> None:
    """Bring names in the folder to the carrier. Windows has no such call for folders and does it by itself."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno != errno.EINVAL:  # some file systems of user space can't; all they could do was done by the files' own fsync
            raise
    finally:
        os.close(descriptor)


def process_lives(process_id: int) -> bool:
    """Whether a process of this number runs here. On another computer the number means nothing; then the answer may be a harmless yes."""
    if sys.platform == "win32":
        import ctypes

        handle = ctypes.windll.kernel32.OpenProcess(_SYNCHRONIZE, False, process_id)
        if handle:
            ctypes.windll.kernel32.CloseHandle(handle)
        return bool(handle)
    try:
        os.kill(process_id, 0)  # signal 0 only asks
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def remove_files(folder: Path) -> None:
    """Remove a folder of ours as far as possible; a carrier that was pulled out keeps what it has until the next run."""
    try:
        for name in CONTAINER_FILES:
            (folder / name).unlink(missing_ok=True)
        folder.rmdir()
    except OSError:
        return


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Translate what the system says while the source is read."""
    try:
        yield
    except OSError as error:
        raise ContainerUnreadableError(folder, error.errno or 0) from error


@contextmanager
def writing(folder: Path, needed_bytes: int) -> Iterator[None]:
    """Translate what the system says while the copy is written and read back."""
    try:
        yield
    except OSError as error:
        code = error.errno or 0
        if code in _FULL:
            raise CarrierFullError(folder, needed_bytes) from error
        if code in _MISSING or getattr(error, "winerror", 0) in _NOT_READY:
            raise CarrierMissingError(folder) from error
        if code in _READ_ONLY:
            raise CarrierReadOnlyError(folder) from error
        raise CarrierFailedError(folder, code) from error
