"""CryptoPro key containers in folders: found, read, and copied byte for byte from one carrier to another.

Nothing here decrypts a key or needs its password. A key that was made as non-exportable is refused, and the flag that says so is only ever read.
The authentication code comes in as a function, because the cipher lives in another room.
"""

from __future__ import annotations

import os
import re
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from extern_desktop.jobs.work import Stage, Work
from extern_desktop.tokens._container_files import (
    files_of_container,
    is_plain_folder,
    process_lives,
    read_back,
    read_files,
    reading,
    remove_files,
    settle_folder,
    write_file,
    writing,
)
from extern_desktop.tokens._container_parts import Mac, read_parts
from extern_desktop.tokens.container_errors import (
    CarrierMissingError,
    ContainerDamagedError,
    ContainerExistsError,
    ContainerFolderNameError,
    ContainerIncompleteError,
    ContainerMissingError,
    ContainerNotExportableError,
    ContainerUnreadableError,
    CopyDiffersError,
)
from extern_desktop.tokens.container_values import CONTAINER_FILES, HEADER, PRIMARY, CopiedContainer, FoundContainer, KeyContainer

FOLDER_NAME: Final = re.compile(r"[A-Za-z0-9_~-]{1,8}\.[0-9]{3}")
"""What CryptoPro looks for on a carrier."""
FOLDER_NUMBERS: Final = 1000

_UNFINISHED: Final = re.compile(r"\.extern-copy-([0-9]+)-[0-9a-f]{16}")
_SIGNS_OF_A_CONTAINER: Final = (HEADER, PRIMARY)

_in_progress: set[Path] = set()
_in_progress_lock = threading.Lock()


def read_container(folder: Path, *, mac: Mac) -> KeyContainer:
    """The container in this folder. Raises a `Container…Error` if it is missing, incomplete, unreadable or damaged."""
    return read_parts(folder, read_files(folder), mac)


def find_containers(root: Path, *, mac: Mac) -> tuple[FoundContainer, ...]:
    """Containers in `root` and in the folders right below it, in the order of their names; broken ones too, each with its reason.

    `root` is a drive, a user's folder of keys or a container itself. Links are not followed. Raises `ContainerMissingError` if it isn't there.
    """
    with reading(root):
        if not root.is_dir():
            raise ContainerMissingError(root)
        with os.scandir(root) as entries:
            below = sorted(Path(entry.path) for entry in entries if not _UNFINISHED.fullmatch(entry.name))
        candidates = [folder for folder in (root, *below) if _looks_like_container(folder)]
    return tuple(_look_into(folder, mac) for folder in candidates)


def _looks_like_container(folder: Path) -> bool:
    if not is_plain_folder(folder):
        return False
    try:
        return not files_of_container(folder).keys().isdisjoint(_SIGNS_OF_A_CONTAINER)
    except OSError:
        return FOLDER_NAME.fullmatch(folder.name) is not None  # it can't be opened; its name says what it should be


def _look_into(folder: Path, mac: Mac) -> FoundContainer:
    try:
        return FoundContainer(folder, read_container(folder, mac=mac))
    except ContainerDamagedError as error:
        return FoundContainer(folder, None, flaw=error.flaw, file_name=error.file_name)
    except ContainerIncompleteError as error:
        return FoundContainer(folder, None, missing=error.missing)
    except ContainerUnreadableError as error:
        return FoundContainer(folder, None, unreadable_code=error.code)


def free_folder_name(target_parent: Path, wanted: str) -> str:
    """`wanted`, or the same name with the first number that is free there: KEY.000, KEY.001 and so on."""
    _check_folder_name(wanted)
    stem = wanted[:-4]
    for name in (wanted, *(f"{stem}.{number:03}" for number in range(FOLDER_NUMBERS))):
        if not os.path.lexists(target_parent / name):
            return name
    raise ContainerExistsError(target_parent / wanted)


def copy_container(source: Path, target_parent: Path, *, mac: Mac, work: Work, folder_name: str | None = None) -> CopiedContainer:
    """Copy the container in `source` to a new folder in `target_parent`, named as the source or as `folder_name` says.

    The copy appears under its name only when all six files are on the carrier and were read back the same; until then it is a folder of ours, which
    the next copy to this carrier removes. A cancel before that leaves nothing; after it the copy stays. Raises `ContainerNotExportableError`,
    `ContainerExistsError`, `ContainerFolderNameError`, `CopyDiffersError` and the errors of reading and of the carrier.
    """
    work.show(Stage.READING, subject=source.name)
    parts = read_files(source)
    container = read_parts(source, parts, mac)
    if not container.exportable:
        raise ContainerNotExportableError(source, container.name)
    name = source.name if folder_name is None else folder_name
    _check_folder_name(name)
    target = target_parent / name
    with writing(target_parent, container.size_bytes):
        if not target_parent.is_dir():
            raise CarrierMissingError(target_parent)
        if os.path.lexists(target):
            raise ContainerExistsError(target)
        with _unfinished_folder(target_parent) as unfinished:
            _write_parts(unfinished, parts, work)
            _compare_parts(unfinished, parts, target, work)
            work.point_of_no_return()
            _give_name(unfinished, target)
        settle_folder(target_parent)
    return CopiedContainer(container, target)


def _check_folder_name(folder_name: str) -> None:
    if not FOLDER_NAME.fullmatch(folder_name):
        raise ContainerFolderNameError(folder_name)


@contextmanager
def _unfinished_folder(parent: Path) -> Iterator[Path]:
    """A new folder with a name that CryptoPro does not look at. It is removed on the way out unless it was renamed."""
    _remove_abandoned(parent)
    folder = parent / f".extern-copy-{os.getpid()}-{secrets.token_hex(8)}"
    with _in_progress_lock:
        _in_progress.add(folder)
    try:
        folder.mkdir(mode=0o700)
        yield folder
    finally:
        remove_files(folder)
        with _in_progress_lock:
            _in_progress.discard(folder)


def _remove_abandoned(parent: Path) -> None:
    """Remove what copies left that were killed: folders of ours whose process is gone."""
    with os.scandir(parent) as entries:
        candidates = [(Path(entry.path), match) for entry in entries if (match := _UNFINISHED.fullmatch(entry.name))]
    for folder, match in candidates:
        with _in_progress_lock:
            mine = folder in _in_progress
        process = int(match[1])
        if is_plain_folder(folder) and not mine and (process == os.getpid() or not process_lives(process)):
            remove_files(folder)


def _write_parts(folder: Path, parts: dict[str, bytes], work: Work) -> None:
    for name in work.each(CONTAINER_FILES, Stage.COPYING, str):
        write_file(folder / name, parts[name])
    settle_folder(folder)


def _compare_parts(folder: Path, parts: dict[str, bytes], target: Path, work: Work) -> None:
    for name in work.each(CONTAINER_FILES, Stage.VERIFYING, str):
        if read_back(folder / name) != parts[name]:
            raise CopyDiffersError(target, name)


def _give_name(unfinished: Path, target: Path) -> None:
    """Rename, which never replaces a folder with files in it; a name that was taken meanwhile is told as such."""
    try:
        unfinished.rename(target)
    except OSError as error:
        if os.path.lexists(target):
            raise ContainerExistsError(target) from error
        raise
