"""The program's side of one PKCS#11 library: its child process, one lock, a deadline on every call, and restart with a growing pause.

A library that crashes, hangs or lies ends up as an error with its name; the window and the other libraries go on. Killing the child is the cancel of
a stuck call, and the next call starts another child.
"""

from __future__ import annotations

import contextlib
import logging
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from multiprocessing import Pipe
from pathlib import Path
from typing import Final, TypeVar

from extern_desktop.domain.errors import ExternError
from extern_desktop.jobs.lanes import Lane
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens._launch import ChildPipe, start_child
from extern_desktop.tokens._troubles import error_of
from extern_desktop.tokens.errors import LoginLostError, ModuleFailedError, ModuleHungError, VirtualTokenRefusedError
from extern_desktop.tokens.values import ModuleFailure, ModuleProblem, TokenCard

R = TypeVar("R", bound=wire.Result)

RESTART_PAUSES_SECONDS: Final = (0.0, 0.5, 2.0, 10.0, 30.0)
"""After the first failure a child is started at once; a library that fails again and again is left alone for longer each time."""
SETTLED_SECONDS: Final = 10.0
"""A child that served this long makes its library's earlier failures forgotten."""
_END_SECONDS: Final = 1.0
_PIPE_HOLDS_BYTES: Final = 32 * 1024
"""A message of this size is taken by the pipe even if the child doesn't read; a bigger one needs a watchman."""
_ERRORS_KEPT_BYTES: Final = 4096

_log = logging.getLogger(__name__)


class _Child:
    """One running child process and our ends of its pipes."""

    def __init__(self, virtual_allowed: bool) -> None:
        self.calls, theirs_calls = Pipe()
        self.events, theirs_events = Pipe(duplex=False)
        with theirs_calls, theirs_events:
            self._process = start_child(theirs_calls, theirs_events, virtual_allowed=virtual_allowed)
        self.started_at = time.monotonic()
        self.watching = False
        self._last_call = 0
        self._errors = bytearray()
        self._listens = True
        self._listener = threading.Thread(target=self._keep_errors, name="token-module-stderr", daemon=True)
        self._listener.start()

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, act: wire.AnyAct, deadline_seconds: float) -> wire.AnyResult:
        """One round trip. Raises TimeoutError, EOFError or OSError, or `BrokenMessageError`."""
        self._last_call += 1
        if isinstance(act, wire.CARRIES_PIN):
            self._stop_listening()
        ends_at = time.monotonic() + deadline_seconds
        message = wire.encode(wire.Call(self._last_call, act))
        with self._watched(len(message), deadline_seconds):
            self.calls.send_bytes(message)
        if not self.calls.poll(max(0.0, ends_at - time.monotonic())):
            raise TimeoutError
        answer = wire.decode_answer(self.calls.recv_bytes())
        if answer.id != self._last_call:
            raise wire.BrokenMessageError
        return answer.result

    def kill_only(self) -> None:
        """From another thread than the one that waits for an answer: that one gets the end of the pipe and clears up."""
        self._process.kill()

    def kill(self) -> None:
        self._process.kill()
        self._reap()

    def end(self) -> None:
        """Let it log out and finish; kill it if it doesn't."""
        self.calls.close()
        try:
            self._process.wait(_END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
        self._reap()

    def epitaph(self) -> str:
        """How it ended, for a technician: a signal's name or an exit code, and the last it said before it had seen a PIN."""
        self.kill()
        code = self._process.returncode
        how = signal.Signals(-code).name if code < 0 else f"exit code {code}"
        said = bytes(self._errors).decode(errors="replace").strip()
        return f"{how}: {said}" if said else how

    def _reap(self) -> None:
        self._process.wait()
        self._listener.join(_END_SECONDS)
        for pipe in (self.calls, self.events):
            with contextlib.suppress(OSError):
                pipe.close()

    @contextlib.contextmanager
    def _watched(self, size: int, deadline_seconds: float) -> Iterator[None]:
        """A child that doesn't read would hold the sender for ever: it is killed at the deadline, which ends the send with an error."""
        if size <= _PIPE_HOLDS_BYTES:
            yield
            return
        watchman = threading.Timer(deadline_seconds, self._process.kill)
        watchman.start()
        try:
            yield
        finally:
            watchman.cancel()
            watchman.join()

    def _keep_errors(self) -> None:
        """Read stderr to its end, so that the child never blocks on it, and keep the last of it."""
        stream = self._process.stderr
        if stream is None:
            return
        with stream:
            while chunk := stream.read(_ERRORS_KEPT_BYTES):
                if self._listens:
                    self._errors += chunk
                    del self._errors[:-_ERRORS_KEPT_BYTES]

    def _stop_listening(self) -> None:
        """A vendor library in its debug mode prints PINs: what it says after it has seen one is never kept."""
        self._listens = False


class ModuleProcess:
    """A PKCS#11 library as the rooms above use it. Thread-safe: one call at a time."""

    def __init__(self, path: Path, *, starter: Lane, virtual_allowed: bool, call_deadline_seconds: float) -> None:
        """`starter` outlives every child: on Linux a child dies with the thread that started it, not only with the process."""
        self.path = path
        self._starter = starter
        self._virtual_allowed = virtual_allowed
        self._deadline_seconds = call_deadline_seconds
        self._lock = threading.RLock()
        self._child: _Child | None = None
        self._generation = 0
        self._failures = 0
        self._start_again_at = 0.0
        self._last_error: ExternError | None = None
        self._problem: ModuleProblem | None = None
        self._unreadable: tuple[ModuleProblem, ...] = ()
        self._closed = False

    @property
    def generation(self) -> int:
        """Grows with every child: a login belongs to one of them."""
        return self._generation

    @property
    def pid(self) -> int | None:
        """Process id of the child, for diagnostics and tests."""
        child = self._child
        return child.pid if child is not None else None

    def problems(self) -> tuple[ModuleProblem, ...]:
        return ((self._problem,) if self._problem is not None else ()) + self._unreadable

    def seconds_until_restart(self) -> float:
        """How long the next call would be refused without asking anybody."""
        return max(0.0, self._start_again_at - time.monotonic())

    def read_cards(self) -> tuple[TokenCard, ...]:
        """Every token this library sees. Raises `ModuleFailedError`, `ModuleHungError`, `VirtualTokenRefusedError`."""
        cards = self.call(wire.ReadCards(), wire.Cards)
        self._unreadable = tuple(
            ModuleProblem(self.path, ModuleFailure.SLOT_UNREADABLE, f"{slot.slot_id}: {slot.code}") for slot in cards.unreadable
        )
        return tuple(cards.cards)

    def watch(self) -> ChildPipe:
        """Make the child look for slot changes; the pipe where it tells of them. It ends when the child does."""
        with self._lock:
            child = self._running()
            if not child.watching:
                self.call(wire.WatchSlots(), wire.Done)
                child.watching = True
            return child.events

    def call(self, act: wire.AnyAct, wanted: type[R], *, generation: int | None = None, token_label: str = "", deadline_factor: float = 1.0) -> R:
        """Ask the library. `generation` ties the call to the child that holds a login; `deadline_factor` is for what takes a person or chip long."""
        with self._lock:
            child = self._running()
            if generation is not None and generation != self._generation:
                raise LoginLostError(token_label)
            result = self._ask(child, act, self._deadline_seconds * deadline_factor)
            if isinstance(result, wire.Failed):
                raise error_of(result, self.path, token_label)
            if not isinstance(result, wanted):
                raise self._fail(child, ModuleFailure.CONFUSED, type(result).__name__)
            self._problem = None
            return result

    def close(self) -> None:
        """End the child. A call that is stuck in it ends with an error."""
        self._closed = True
        child = self._child
        if self._lock.acquire(timeout=_END_SECONDS):
            self._lock.release()
        elif child is not None:
            child.kill_only()
        with self._lock:
            child, self._child = self._child, None
            if child is not None:
                child.end()

    def _ask(self, child: _Child, act: wire.AnyAct, deadline_seconds: float) -> wire.AnyResult:
        try:
            return child.ask(act, deadline_seconds)
        except TimeoutError:
            self._write_down(ModuleFailure.HUNG, "", ModuleHungError(self.path, deadline_seconds))
            child.kill()
            raise self._remembered() from None
        except wire.BrokenMessageError:
            raise self._fail(child, ModuleFailure.CONFUSED, "") from None
        except (EOFError, OSError):
            raise self._fail(child, ModuleFailure.CRASHED, child.epitaph()) from None

    def _running(self) -> _Child:
        """The child, started and loaded if there is none. Raises the last failure again while it is too early for another start."""
        if self._closed:
            raise ModuleFailedError(self.path, ModuleFailure.CRASHED, "closed")
        if self._child is not None:
            if self._failures and time.monotonic() - self._child.started_at > SETTLED_SECONDS:
                self._failures = 0
            return self._child
        if not self.path.is_file():
            missing = ModuleFailedError(self.path, ModuleFailure.MISSING, "")
            if self.seconds_until_restart() == 0:
                self._write_down(ModuleFailure.MISSING, "", missing)
            raise missing
        was_missing = self._problem is not None and self._problem.kind is ModuleFailure.MISSING  # installed meanwhile
        if self.seconds_until_restart() > 0 and not was_missing:
            raise self._remembered()
        child = self._starter.run(_Child, self._virtual_allowed).result()
        self._child = child
        self._generation += 1
        _log.debug("Started process %d for %s", child.pid, self.path)
        result = self._ask(child, wire.Load(str(self.path), self._virtual_allowed), self._deadline_seconds)
        if isinstance(result, wire.Failed):
            error = error_of(result, self.path)
            kind = error.kind if isinstance(error, ModuleFailedError) else ModuleFailure.VIRTUAL
            self._write_down(kind, result.code, error)
            child.end()
            raise error
        return child

    def _fail(self, child: _Child, kind: ModuleFailure, detail: str) -> ExternError:
        self._write_down(kind, detail, ModuleFailedError(self.path, kind, detail))
        child.kill()
        return self._remembered()

    def _write_down(self, kind: ModuleFailure, detail: str, error: ExternError) -> None:
        """How the library failed, and when it may be started again. The child, if there was one, is no longer ours to ask."""
        pause = RESTART_PAUSES_SECONDS[min(self._failures, len(RESTART_PAUSES_SECONDS) - 1)]
        _log.warning("PKCS#11 library %s: %s %s; next start in %.1f s", self.path, kind.value, detail, pause)
        self._failures += 1
        self._start_again_at = time.monotonic() + pause
        self._child = None
        self._last_error = error
        self._problem = ModuleProblem(self.path, kind, detail)

    def _remembered(self) -> ExternError:
        """A new object with the facts of the last failure: one exception raised twice would grow its traceback."""
        match self._last_error:
            case ModuleHungError(path=path, deadline_seconds=seconds):
                return ModuleHungError(path, seconds)
            case ModuleFailedError(path=path, kind=kind, detail=detail):
                return ModuleFailedError(path, kind, detail)
            case _:
                return VirtualTokenRefusedError(self.path)
