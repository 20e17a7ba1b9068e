"""The account of a state folder: its login, and a random password in a file of the owner alone."""

from __future__ import annotations

import os
import secrets
import tempfile
from pathlib import Path
from typing import Final

import msgspec

from extern_desktop.domain.secrets import Password
from extern_desktop.sandbox.errors import UnreadableStateError
from extern_desktop.sandbox.values import TrainingAccount

LOGIN: Final = "training"
_ACCOUNT_FILE: Final = "account.json"


class _AccountFile(msgspec.Struct):
    login: str
    password: str


def keep_account(state_folder: Path) -> TrainingAccount:
    """The folder's account: a random password, made at first start, in a file of the owner alone."""
    path = state_folder / _ACCOUNT_FILE
    if not path.exists():
        descriptor, temporary = tempfile.mkstemp(prefix=f".{_ACCOUNT_FILE}.", dir=state_folder)  # mkstemp makes it 0600
        with os.fdopen(descriptor, "wb") as file:
            file.write(msgspec.json.encode(_AccountFile(LOGIN, secrets.token_urlsafe(12))))
        os.replace(temporary, path)
    return read_account(state_folder)


def read_account(state_folder: Path) -> TrainingAccount:
    """Raises `UnreadableStateError`."""
    path = state_folder / _ACCOUNT_FILE
    try:
        content = msgspec.json.decode(path.read_bytes(), type=_AccountFile)
    except (OSError, msgspec.DecodeError) as error:
        raise UnreadableStateError(str(path), str(error)) from error
    return TrainingAccount(content.login, Password(content.password))
