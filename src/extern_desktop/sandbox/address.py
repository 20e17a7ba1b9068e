"""How programs of one person find the training operator that runs on a state folder: a lock, an address file, and a proof that it is really him.

The file holds a secret of this run. Who answers at the port must prove to know it, so that a port taken over by another program is noticed.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import msgspec

from extern_desktop.sandbox.errors import StateFolderBusyError
from extern_desktop.sandbox.values import Pace
from extern_desktop.settings.file_lock import take_now
from extern_desktop.settings.whole_file import write_whole

HOST: Final = "127.0.0.1"
BUSY_EXIT_CODE: Final = 3
"""How a server ends that finds another one on its folder."""
HELLO_PATH: Final = "/training/hello"
_ADDRESS_FILE: Final = "address.json"
_LOCK_FILE: Final = "serving.lock"


class Address(msgspec.Struct, frozen=True):
    """Where a training operator serves. The secret never leaves the file and the two processes that read it."""

    pid: int
    port: int
    pace: Pace
    secret: str

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    def __repr__(self) -> str:
        return f"Address(pid={self.pid}, port={self.port})"


def prove(secret: str, challenge: str) -> str:
    """The answer to a challenge that only a holder of the secret can give."""
    return hmac.new(secret.encode(), challenge.encode(), hashlib.sha256).hexdigest()


def read_address(state_folder: Path) -> Address | None:
    """The address last written; None where there is none or it is damaged. It may be that of a process long gone."""
    try:
        return msgspec.json.decode((state_folder / _ADDRESS_FILE).read_bytes(), type=Address)
    except (OSError, msgspec.DecodeError):
        return None


def write_address(state_folder: Path, address: Address) -> None:
    """Replace the address file at once; only its owner may read it."""
    write_whole(state_folder / _ADDRESS_FILE, msgspec.json.encode(address), is_private=True)


@contextmanager
def only_server(state_folder: Path) -> Iterator[None]:
    """Hold the folder for one server; the system lets go of it when the process ends, however it ends. Raises `StateFolderBusyError`."""
    state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (state_folder / _LOCK_FILE).open("a+b") as file:
        if not take_now(file):
            address = read_address(state_folder)
            raise StateFolderBusyError(str(state_folder), address.pid if address else 0)
        yield
