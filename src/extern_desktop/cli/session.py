"""What every command has at hand: how to open the desk, how to print its result, and what its exit code is.

A command prints for people, or one JSON document with `--json`. Exit codes: 0 done, 2 wrong use, 3 the environment needs a person, 4 a refusal or
a failed check, 5 not certain yet (ask again), 130 cancelled; 1 is a bug.
"""

from __future__ import annotations

import dataclasses
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from enum import IntEnum, unique
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, TypeAlias

import msgspec

from extern_desktop.cli.terminal import TerminalWatcher, ask_passphrase, say_sentence
from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError, ExternError
from extern_desktop.domain.secrets import Secret
from extern_desktop.extern_api.errors import LineLostError, TaskStillRunningError
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import OutcomeUncertainError
from extern_desktop.store.errors import KeyTrouble, KeyUnavailableError
from extern_desktop.wording.sentences import sentence_of

if TYPE_CHECKING:
    from extern_desktop.services.demonstrate import Scene

OpenDesk: TypeAlias = Callable[..., AbstractContextManager[Desk]]
TakePictures: TypeAlias = "Callable[[Scene, Path], Sequence[Path]]"
"""Pictures of the window at one moment of the demo: who starts the program knows the window, a command does not."""


@unique
class ExitCode(IntEnum):
    DONE = 0
    WRONG_USE = 2
    NEEDS_PERSON = 3
    REFUSED = 4
    UNCERTAIN = 5
    CANCELLED = 130


_UNCERTAIN = (LineLostError, TaskStillRunningError, OutcomeUncertainError)


@dataclass(slots=True)
class Session:
    """One run of one command."""

    open_desk: OpenDesk
    take_pictures: TakePictures
    as_json: bool = False
    watcher: TerminalWatcher = field(default_factory=TerminalWatcher)
    work: Work = field(init=False)
    exit_code: ExitCode = ExitCode.DONE

    def __post_init__(self) -> None:
        self.work = Work(self.watcher)

    @contextmanager
    def desk(self) -> Iterator[Desk]:
        """The open desk; Ctrl+C cancels the work first and ends it only when pressed again."""
        with self._interruptible(), ExitStack() as closing:
            yield self._opened(closing)

    def _opened(self, closing: ExitStack) -> Desk:
        """The passphrase is asked only where the workspace has one, or must have one: a training workspace opens without."""
        try:
            return closing.enter_context(self.open_desk())
        except KeyUnavailableError as error:
            if error.trouble is not KeyTrouble.NO_PLACE:
                raise
        return closing.enter_context(self.open_desk(ask_passphrase=ask_passphrase))

    def print_result(self, value: object, lines: Sequence[str]) -> None:
        """The command's result on standard output: one JSON document, or the lines."""
        self.watcher.end_line()
        if self.as_json:
            sys.stdout.write(to_json(value) + "\n")
        else:
            for line in lines:
                print(line)

    def fail(self, code: ExitCode) -> None:
        """End with this code although nothing was raised: a report with errors, a failed check."""
        self.exit_code = code

    def report_error(self, error: ExternError) -> ExitCode:
        """Say the error in its three parts and give its exit code."""
        self.watcher.end_line()
        if self.as_json:
            sys.stdout.write(to_json(error_body(error)) + "\n")
        else:
            say_sentence(sentence_of(error))
        return exit_code_of(error)

    @contextmanager
    def _interruptible(self) -> Iterator[None]:
        def interrupt(_number: int, _frame: FrameType | None) -> None:
            if self.work.cancelled.is_set():
                raise KeyboardInterrupt
            self.work.cancel()

        before = signal.signal(signal.SIGINT, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGINT, before)


def error_body(error: ExternError) -> dict[str, object]:
    """An error as a part of a JSON document: its kind, its facts, its sentence."""
    facts = {name.name: getattr(error, name.name) for name in dataclasses.fields(error) if name.repr}
    return {"error": type(error).__name__, "facts": facts, **dataclasses.asdict(sentence_of(error))}


def exit_code_of(error: BaseException) -> ExitCode:
    """Which exit code an error ends a command with."""
    if isinstance(error, Cancelled | KeyboardInterrupt):
        return ExitCode.CANCELLED
    if isinstance(error, _UNCERTAIN):
        return ExitCode.UNCERTAIN
    if isinstance(error, EnvironmentProblemError):
        return ExitCode.NEEDS_PERSON
    if isinstance(error, DomainRefusalError):
        return ExitCode.REFUSED
    raise error


def to_json(value: object) -> str:
    """One JSON document, keys in a fixed order. Bytes are base64; a secret is never written."""
    return msgspec.json.format(msgspec.json.encode(value, enc_hook=_encode, order="deterministic"), indent=2).decode()


def _encode(value: Any) -> object:
    if isinstance(value, Secret):
        raise TypeError("a secret has no place in a result")
    if isinstance(value, Path):
        return str(value)
    raise NotImplementedError(type(value).__name__)
