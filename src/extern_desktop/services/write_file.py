"""Write a file a person named, never over another one."""

from __future__ import annotations

from pathlib import Path

from extern_desktop.services.errors import FileExistsAlreadyError, FileUnwritableError


def write_new_file(path: Path, content: bytes) -> None:
    """Raises `FileExistsAlreadyError` or `FileUnwritableError`; a file that could not be finished is removed."""
    try:
        file = path.open("xb")
    except FileExistsError as error:
        raise FileExistsAlreadyError(str(path)) from error
    except OSError as error:
        raise FileUnwritableError(str(path), error.strerror or type(error).__name__) from error
    try:
        with file:
            file.write(content)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise FileUnwritableError(str(path), error.strerror or type(error).__name__) from error
