"""Ends an exchange that takes too long or that nobody wants any more.

A read timeout never fires on a server that drips, and no call of `requests` wakes a thread that waits for headers. So one thread looks at every
exchange under way and shuts its socket; the lane that waits there wakes within a tenth of a second.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from enum import Enum, auto, unique
from typing import Final

from extern_desktop.jobs.work import Cancelled, Work

_LOOK_SECONDS: Final = 0.05


@unique
class Ending(Enum):
    """Why the watchman ended an exchange."""

    TOO_LONG = auto()
    CANCELLED = auto()


class Exchange:
    """One request and its answer, as the watchman sees them. Written by the lane, read by the watchman."""

    def __init__(self, work: Work, seconds: float, *, finish_once_left: bool) -> None:
        self.left = False
        """The request may have reached the operator."""
        self.ending: Ending | None = None
        self._socket: socket.socket | None = None
        self._work = work
        self._ends_at = time.monotonic() + seconds
        self._finish_once_left = finish_once_left

    def leaves(self, through: socket.socket | None) -> None:
        """Called by the connection just before the first byte of the request."""
        self._socket = through
        self.left = True

    def look(self) -> None:
        """End it if it is time to. The base class's `shutdown` is called: that of a TLS socket would pull the TLS state from under the reader."""
        self.ending = self.ending or self._reason_to_end()
        if self.ending and isinstance(self._socket, socket.socket):
            with suppress(OSError):
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)

    def _reason_to_end(self) -> Ending | None:
        if time.monotonic() >= self._ends_at:
            return Ending.TOO_LONG
        if self.left and self._finish_once_left:
            return None
        try:
            self._work.checkpoint()
        except Cancelled:
            return Ending.CANCELLED
        return None


class Watchman:
    """Owns the thread. `close` it after the last exchange."""

    def __init__(self) -> None:
        self._under_way: set[Exchange] = set()
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None
        self._closed = False

    @contextmanager
    def watching(self, exchange: Exchange) -> Iterator[None]:
        with self._changed:
            self._under_way.add(exchange)
            if self._thread is None and not self._closed:
                self._thread = threading.Thread(target=self._watch, name="operator-watchman", daemon=True)
                self._thread.start()
            self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._under_way.discard(exchange)

    def close(self) -> None:
        with self._changed:
            self._closed = True
            self._changed.notify()
            thread = self._thread
        if thread is not None:
            thread.join()

    def _watch(self) -> None:
        with self._changed:
            while not self._closed:
                for exchange in self._under_way:
                    exchange.look()
                self._changed.wait(_LOOK_SECONDS if self._under_way else None)
