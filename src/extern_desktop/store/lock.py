"""Locks between processes: one writer at a time, one window a workspace, and who of the owners of leases is still alive.

Each is a `settings.file_lock`, so a killed process gives it back at once. No lock is ever "stolen".
"""

from __future__ import annotations

import contextlib
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING

from extern_desktop.settings.file_lock import take, take_now
from extern_desktop.settings.whole_file import write_whole

if TYPE_CHECKING:
    from multiprocessing.connection import Listener

_SHOW, _LEAVE, _SEEN = b"show", b"leave", b"seen"
_ANSWER_SECONDS = 3.0


class WriterLock:
    """The right to write, for one process at a time.

    SQLite's own waiting is not fair: beside a busy writer the other one may wait for seconds. The system's lock hands over in turn.
    """

    def __init__(self, path: Path, wait_seconds: float) -> None:
        self._path = path
        self._wait_seconds = wait_seconds

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock; `WorkspaceBusyError` when it does not come free in time."""
        file: IO[bytes] = self._path.open("ab")
        if not take_now(file):
            file = self._wait_for(file)
        try:
            yield
        finally:
            file.close()

    def _wait_for(self, file: IO[bytes]) -> IO[bytes]:
        """Wait in the system's queue, on a thread of its own since that wait has no deadline."""
        guard = threading.Lock()
        came = threading.Event()
        given_up = False

        def wait() -> None:
            take(file)
            with guard:
                came.set()
                if given_up:
                    file.close()

        threading.Thread(target=wait, name="writer-lock", daemon=True).start()
        came.wait(self._wait_seconds)
        with guard:
            if came.is_set():
                return file
            given_up = True
        from extern_desktop.store.errors import WorkspaceBusyError

        raise WorkspaceBusyError(self._path.parent, self._wait_seconds)


class Owner:
    """This program's name on the acts it works on, with a lock that says it lives."""

    def __init__(self, folder: Path, *, is_read_only: bool = False) -> None:
        self._folder = folder
        token = os.urandom(8).hex()
        self.name = f"{_computer()}:{token}"
        self._path = folder / token
        self._file: IO[bytes] | None = None
        if is_read_only:  # takes no leases
            return
        folder.mkdir(parents=True, exist_ok=True)
        while self._file is None:
            file = self._path.open("wb")
            # Somebody clearing up may have looked at the file before our lock was on it, and removed it.
            if take_now(file) and self._path.exists():
                self._file = file
            else:
                file.close()

    def is_dead(self, owner: str) -> bool:
        """Whether the owner ran on this computer and has ended. Of other computers nothing is known: their leases run out."""
        host, _, token = owner.rpartition(":")
        if owner == self.name or host != _computer():
            return False
        return _is_free(self._folder / token)

    def clear_dead(self) -> None:
        """Remove the files of owners that have ended."""
        for path in self._folder.iterdir():
            if path != self._path and _is_free(path):
                with contextlib.suppress(OSError):
                    path.unlink()

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            with contextlib.suppress(OSError):
                self._path.unlink()


def _computer() -> str:
    from socket import gethostname  # not for the lock of the window, which is taken before it is seen

    return gethostname()


def _is_free(path: Path) -> bool:
    try:
        with path.open("rb+") as file:
            return take_now(file)
    except FileNotFoundError:
        return True


class InstanceLock:
    """One window a workspace. A second start asks the first to show itself, and leaves.

    The address and a one-time word for it are in a file that only this person can read.
    """

    def __init__(self, folder: Path) -> None:
        self._lock_path = folder / "window.lock"
        self._address_path = folder / "window.address"
        self._file: IO[bytes] | None = None
        self._listener: Listener | None = None
        self._thread: threading.Thread | None = None
        self._is_closing = threading.Event()

    def take(self, on_show: Callable[[], None]) -> bool:
        """`hold`, and `answer` when this window is the first."""
        if not self.hold():
            return False
        self.answer(on_show)
        return True

    def hold(self) -> bool:
        """True when this window is the first. Quick: nothing is imported for it."""
        self._lock_path.parent.mkdir(parents=True, exist_ok=True)
        file = self._lock_path.open("ab")
        if not take_now(file):
            file.close()
            return False
        self._file = file
        return True

    def answer(self, on_show: Callable[[], None]) -> None:
        """Call `on_show`, on a thread of ours, whenever another start asks to see this window. After `hold`."""
        from multiprocessing.connection import Listener

        word = os.urandom(32)
        self._listener = Listener(family="AF_PIPE" if sys.platform == "win32" else "AF_UNIX", authkey=word)
        write_whole(self._address_path, f"{self._listener.address}\n{word.hex()}\n".encode(), is_private=True)
        self._thread = threading.Thread(target=self._listen, args=(on_show,), name="instance-lock", daemon=True)
        self._thread.start()

    def show_first(self) -> bool:
        """Ask the first window to show itself. False when it does not answer: it is starting, closing or stuck."""
        from multiprocessing import AuthenticationError

        deadline = time.monotonic() + _ANSWER_SECONDS
        while time.monotonic() < deadline:
            try:
                return self._say(_SHOW)
            except (OSError, EOFError, ValueError, AuthenticationError):
                time.sleep(0.05)
        return False

    def _say(self, message: bytes) -> bool:
        """Whether it answered. Raises `OSError`, `EOFError`, `ValueError` or `AuthenticationError` while it starts or closes."""
        from multiprocessing.connection import Client

        address, word = self._address_path.read_text().split("\n")[:2]
        with Client(address, authkey=bytes.fromhex(word)) as line:
            line.send_bytes(message)
            return bool(line.poll(_ANSWER_SECONDS)) and line.recv_bytes(16) == _SEEN

    def _wake(self) -> None:
        from multiprocessing import AuthenticationError

        with contextlib.suppress(OSError, EOFError, ValueError, AuthenticationError):
            self._say(_LEAVE)

    def _listen(self, on_show: Callable[[], None]) -> None:
        from multiprocessing import AuthenticationError

        if self._listener is None:
            return
        while not self._is_closing.is_set():
            try:
                with self._listener.accept() as line:
                    message = line.recv_bytes(16)
                    line.send_bytes(_SEEN)
            except (OSError, EOFError, AuthenticationError):  # whoever called has hung up or does not know the word
                continue
            if message == _SHOW:
                on_show()

    def close(self) -> None:
        self._is_closing.set()
        if self._thread is not None and self._listener is not None:
            # Wakes the thread, which waits in `accept`. Not waited for: a thread that ended meanwhile never takes the call.
            threading.Thread(target=self._wake, name="instance-lock-end", daemon=True).start()
            self._thread.join(_ANSWER_SECONDS)
            self._listener.close()
            self._address_path.unlink(missing_ok=True)
        if self._file is not None:
            self._file.close()
        self._thread = self._listener = self._file = None

    def __enter__(self) -> InstanceLock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
