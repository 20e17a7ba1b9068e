"""What a service is given to be watched, stopped and answered by a person.

Standard library only: no Qt, no terminal. The window, the commands and the tests each make a `Work` with their own `Watcher`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Protocol, TypeVar

from extern_desktop.jobs.questions import Question

T = TypeVar("T")


class Cancelled(Exception):  # noqa: N818  a person's wish is no error
    """A person stopped the act, or the question they were asked was taken away."""


@unique
class Stage(StrEnum):
    """What is being done now, in words that `wording/` knows."""

    CHECKING = "checking"
    WAITING_FOR_TOKEN = "waiting-for-token"
    SIGNING = "signing"
    SIGNING_IN = "signing-in"
    UPLOADING = "uploading"
    OPERATOR_CHECK = "operator-check"
    PREPARING = "preparing"
    SENDING = "sending"
    ASKING = "asking"
    SYNCHRONISING = "synchronising"
    DOWNLOADING = "downloading"
    REPLYING = "replying"
    READING = "reading"
    COPYING = "copying"
    VERIFYING = "verifying"
    DIAGNOSING = "diagnosing"


@dataclass(frozen=True, slots=True)
class Progress:
    """One step of a long act."""

    stage: Stage
    done: int = 0
    total: int = 0
    """0 when nobody knows how much there is."""
    subject: str = ""
    """What is worked on now: a file name, an organisation. Shown as it is."""


class Watcher(Protocol):
    """The side of the person: shows progress and answers questions."""

    def show(self, progress: Progress) -> None: ...

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        """Block this lane until the person answers. Raises `Cancelled` when the question is refused or `withdrawn` is set."""
        ...


class SilentWatcher:
    """Shows nothing and has nobody to ask: every question is refused."""

    def show(self, progress: Progress) -> None:
        """Nobody looks."""

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        raise Cancelled


@dataclass(slots=True)
class Work:
    """Progress, cancel and questions of one act. A service calls `checkpoint()` wherever it may still be stopped."""

    watcher: Watcher = field(default_factory=SilentWatcher)
    cancelled: threading.Event = field(default_factory=threading.Event)
    _pending: list[threading.Event] = field(default_factory=list)

    def show(self, stage: Stage, done: int = 0, total: int = 0, subject: str = "") -> None:
        self.watcher.show(Progress(stage, done, total, subject))

    def checkpoint(self) -> None:
        """Raise `Cancelled` if the person asked to stop."""
        if self.cancelled.is_set():
            raise Cancelled

    def point_of_no_return(self) -> None:
        """The last moment at which a cancel stops the act. Later ones only stop the watching: what was begun is finished or asked about."""
        self.checkpoint()

    def cancel(self) -> None:
        """Ask the act to stop, and take its open questions away."""
        self.cancelled.set()
        for event in tuple(self._pending):
            event.set()

    def ask(self, question: Question[T]) -> T:
        """Ask the person and wait; raises `Cancelled` when the question is refused or withdrawn."""
        self.checkpoint()
        return self.watcher.answer(question, self.cancelled)

    def ask_until(self, question: Question[None], happened: threading.Event) -> None:
        """Show the question until `happened` is set by somebody else (the token came). Raises `Cancelled` when the person refuses."""
        self._pending.append(happened)
        try:
            self.checkpoint()
            self.watcher.answer(question, happened)
        except Cancelled:
            if self.cancelled.is_set() or not happened.is_set():
                raise
        finally:
            self._pending.remove(happened)

    def each(self, items: Sequence[T], stage: Stage, subject: Callable[[T], str] = lambda _item: "") -> Iterator[T]:
        """Go through the items, showing "3 of 12" and stopping between two of them when asked to."""
        for number, item in enumerate(items):
            self.checkpoint()
            self.show(stage, number, len(items), subject(item))
            yield item
        self.show(stage, len(items), len(items))

    def pause(self, seconds: float) -> None:
        """Wait, but no longer than until a cancel. Raises `Cancelled` as `checkpoint` does."""
        self.cancelled.wait(seconds)
        self.checkpoint()
