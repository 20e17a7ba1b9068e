"""The operating system's own lock on an open file: a killed process gives it back at once. Closing the file lets go of it."""

from __future__ import annotations

import sys
import time
from typing import IO

if sys.platform == "win32":
    import msvcrt

    def take_now(file: IO[bytes]) -> bool:
        """Take the lock, or say that another has it."""
        file.seek(0)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

    def take(file: IO[bytes]) -> None:
        """Wait for the lock."""
        while not take_now(file):
            time.sleep(0.002)
else:
    import fcntl

    def take_now(file: IO[bytes]) -> bool:
        """Take the lock, or say that another has it."""
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def take(file: IO[bytes]) -> None:
        """Wait for the lock."""
        fcntl.flock(file, fcntl.LOCK_EX)
