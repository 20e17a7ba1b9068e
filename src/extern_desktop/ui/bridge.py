"""Where threads meet Qt, and the only place: results of futures, progress and questions of a running act become calls on the window's thread.

Nothing here waits on the window's thread. A worker that asks a person waits on its own lane until the window answers, refuses, or takes the
question away.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from functools import partial
from typing import Any, TypeVar, cast

import shiboken6
from PySide6.QtCore import QObject, Qt, QTimer, Signal

from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Work

T = TypeVar("T")

SHOWN_EVERY_SECONDS = 0.1
"""Progress is shown at most this often: ten times a second is as fast as a person reads."""
LOOK_SECONDS = 0.05
"""How soon a waiting worker notices that its question was taken away."""


class Bridge(QObject):
    """Runs callables from any thread on the thread of the window, in the order they came."""

    failed = Signal(object)
    """A failure that nobody else looks at."""
    _posted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lock, self._open = threading.Lock(), True
        self._posted.connect(self._run, Qt.ConnectionType.QueuedConnection)

    def post(self, act: Callable[[], object]) -> None:
        """Run `act` on the window's thread soon. After `close` it is dropped."""
        with self._lock:
            if self._open:
                self._posted.emit(act)

    def close(self) -> None:
        """Deliver nothing any more."""
        with self._lock:
            self._open = False

    def take(
        self,
        future: Future[T],
        then: Callable[[T], object],
        otherwise: Callable[[BaseException], object] | None = None,
        owner: QObject | None = None,
    ) -> None:
        """Hand the result of `future` to `then`, its failure to `otherwise` (else to `failed`). Nothing is handed to an owner that is gone."""
        future.add_done_callback(lambda done: self.post(lambda: self._deliver(done, then, otherwise, owner)))

    def _deliver(
        self,
        future: Future[T],
        then: Callable[[T], object],
        otherwise: Callable[[BaseException], object] | None,
        owner: QObject | None,
    ) -> None:
        try:
            result = future.result(timeout=0)
        except (Cancelled, CancelledError) as stopped:
            if otherwise is not None and _alive(owner):
                otherwise(stopped if isinstance(stopped, Cancelled) else Cancelled())
        except Exception as error:
            if otherwise is not None and _alive(owner):
                otherwise(error)
            else:
                self.failed.emit(error)
        else:
            if _alive(owner):
                then(result)

    def _run(self, act: Callable[[], object]) -> None:
        if self._open:
            act()


def _alive(owner: QObject | None) -> bool:
    return owner is None or bool(shiboken6.isValid(owner))


class Ticket:
    """One question on its way between a worker and the window. The window answers or refuses it once; later words are ignored."""

    def __init__(self, question: Question[Any]) -> None:
        self.question = question
        self._settled, self._refused, self._answer = threading.Event(), False, cast(Any, None)

    def answer(self, value: object) -> None:
        if not self._settled.is_set():
            self._answer = value
            self._settled.set()

    def refuse(self) -> None:
        if not self._settled.is_set():
            self._refused = True
            self._settled.set()

    def is_open(self) -> bool:
        return not self._settled.is_set()

    def wait(self, withdrawn: threading.Event) -> Any:
        """The answer. Raises `Cancelled` when the person refuses or `withdrawn` is set first."""
        while not self._settled.wait(LOOK_SECONDS):
            if withdrawn.is_set():
                self._settled.set()
                raise Cancelled
        if self._refused:
            raise Cancelled
        answer, self._answer = self._answer, None
        return answer


class Act(QObject):
    """One running service call as the window sees it: where it is, what it asks, how it ended."""

    progressed = Signal(object)
    """`Progress`, at most ten times a second, the last one always."""
    asked = Signal(object)
    """`Ticket` to answer."""
    withdrawn = Signal(object)
    """`Ticket` that needs no answer any more."""
    done = Signal(object)
    failed = Signal(object)
    """An exception; never `Cancelled`."""
    cancelled = Signal()
    ended = Signal()
    """After whichever of the three ends it came to."""

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.work = Work(watcher=_Watcher(self, bridge))
        self.running = False
        self._bridge, self._tickets = bridge, cast("list[Ticket]", [])
        self._lock, self._latest, self._due, self._shown_at = threading.Lock(), cast("Progress | None", None), False, 0.0
        self.destroyed.connect(partial(_abandon, self.work, self._tickets))

    def start(self, begin: Callable[[Work], Future[Any]]) -> Act:
        """Begin. `begin` is given the `Work` of this act and gives back the future of its end."""
        self.running = True
        self._bridge.take(begin(self.work), self._succeed, self._fail, self)
        return self

    def cancel(self) -> None:
        """Ask the act to stop and refuse what it asks."""
        _abandon(self.work, self._tickets)

    # from the worker's thread

    def note(self, progress: Progress) -> None:
        """Keep the latest progress and see to it that it is shown soon."""
        with self._lock:
            self._latest = progress
            if self._due:
                return
            self._due = True
        self._bridge.post(self._show)

    def put(self, question: Question[Any], withdrawn: threading.Event) -> Any:
        """Show a question and wait for its answer."""
        ticket = Ticket(question)
        self._bridge.post(lambda: self._ask(ticket))
        try:
            return ticket.wait(withdrawn)
        finally:
            self._bridge.post(lambda: self._put_away(ticket))

    # on the window's thread

    def _show(self) -> None:
        if not _alive(self):
            return
        wait = SHOWN_EVERY_SECONDS - (time.monotonic() - self._shown_at)
        if wait > 0:
            QTimer.singleShot(int(wait * 1000) + 1, self, self._show)
            return
        with self._lock:
            latest, self._due = self._latest, False
        self._shown_at = time.monotonic()
        if latest is not None and self.running:
            self.progressed.emit(latest)

    def _ask(self, ticket: Ticket) -> None:
        if not ticket.is_open():
            return
        if not _alive(self):
            ticket.refuse()
            return
        self._tickets.append(ticket)
        self.asked.emit(ticket)

    def _put_away(self, ticket: Ticket) -> None:
        if _alive(self) and ticket in self._tickets:
            self._tickets.remove(ticket)
            self.withdrawn.emit(ticket)

    def _succeed(self, result: object) -> None:
        self.running = False
        self.done.emit(result)
        self.ended.emit()

    def _fail(self, error: BaseException) -> None:
        self.running = False
        if isinstance(error, Cancelled):
            self.cancelled.emit()
        else:
            self.failed.emit(error)
        self.ended.emit()


def _abandon(work: Work, tickets: list[Ticket], _destroyed: QObject | None = None) -> None:
    """Nobody is there any more to answer: a worker that asked must not wait for ever."""
    work.cancel()
    for ticket in tuple(tickets):
        ticket.refuse()


class _Watcher:
    """The side of the person that a service sees."""

    def __init__(self, act: Act, bridge: Bridge) -> None:
        self._act, self._bridge = act, bridge

    def show(self, progress: Progress) -> None:
        self._act.note(progress)

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        return cast(T, self._act.put(question, withdrawn))
