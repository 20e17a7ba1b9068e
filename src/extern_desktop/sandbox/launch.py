"""Start the training operator beside the program, or find the one that runs already.

A started one is a child process whose life is tied to ours: when we end, however we end, it ends. One that another program started is left running.
"""

from __future__ import annotations

import atexit
import contextlib
import http.client
import secrets
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

from extern_desktop.sandbox.account import read_account
from extern_desktop.sandbox.address import BUSY_EXIT_CODE, HELLO_PATH, HOST, Address, prove, read_address
from extern_desktop.sandbox.errors import OperatorNotStartedError, StartProblem, StateFolderBusyError
from extern_desktop.sandbox.values import Pace, TrainingAccount

_POLL_SECONDS: Final = 0.05
_HELLO_SECONDS: Final = 2.0
_GOODBYE_SECONDS: Final = 5.0
_NO_CONSOLE: Final = getattr(subprocess, "CREATE_NO_WINDOW", 0)
"""On Windows: no black window beside ours."""
_LOG_FILE: Final = "serve.log"
_LOG_TAIL_CHARACTERS: Final = 2000


class _Children:
    """The operators that this process started, one a folder: they live until they are closed or we end."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.by_folder: dict[Path, subprocess.Popen[bytes]] = {}

    def stop(self, state_folder: Path) -> None:
        with self.lock:
            child = self.by_folder.pop(state_folder, None)
        if child is not None:
            _stop(child)

    def stop_all(self) -> None:
        for state_folder in tuple(self.by_folder):
            self.stop(state_folder)


_children: Final = _Children()
atexit.register(_children.stop_all)


@dataclass(frozen=True, slots=True)
class RunningOperator:
    """A training operator that answers. Close it when it is needed no more; one that we started stops then."""

    state_folder: Path
    api_url: str
    """Without a slash at the end."""
    identity_url: str
    """The same server: identity has no host of its own here."""
    pid: int
    pace: Pace
    """Its own pace; one that ran before keeps it."""
    account: TrainingAccount
    started_here: bool
    """False: another program started it, and it stays when we leave."""

    def close(self) -> None:
        """Stop it, if we started it, and wait for its end."""
        if self.started_here:
            _children.stop(self.state_folder)

    def __enter__(self) -> RunningOperator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()


def ensure_running(
    state_folder: Path, pace: Pace = Pace.INSTANT, *, deadline_seconds: float = 30.0, command: Sequence[str] | None = None
) -> RunningOperator:
    """The training operator of this folder, running.

    `command` starts the server in a bundle that has no interpreter of its own; the folder and the options are appended.
    Raises `OperatorNotStartedError`, `StateFolderBusyError`, `UnreadableStateError`.
    """
    state_folder = state_folder.absolute()
    with _children.lock:
        address = find_running(state_folder)
        if address is None:
            _children.stop(state_folder)  # ours, if there is one, answers no more
            child = _start(state_folder, pace, command or (sys.executable, "-m", "extern_desktop.sandbox.serve"))
            address = _wait(state_folder, child, time.monotonic() + deadline_seconds)
            if address.pid == child.pid:
                _children.by_folder[state_folder] = child
            else:
                _stop(child)  # another start was faster
        ours = _children.by_folder.get(state_folder)
        started_here = ours is not None and ours.pid == address.pid
        return RunningOperator(state_folder, address.url, address.url, address.pid, address.pace, read_account(state_folder), started_here)


def _wait(state_folder: Path, child: subprocess.Popen[bytes], deadline: float) -> Address:
    """The address of the operator of this folder, the child's or a faster one's."""
    while time.monotonic() < deadline:
        address = find_running(state_folder)
        if address is not None:
            return address
        if child.poll() not in {None, BUSY_EXIT_CODE}:
            break  # busy is no end: who was faster will answer in a moment
        time.sleep(_POLL_SECONDS)
    exit_code = child.poll()
    _stop(child)
    if exit_code == BUSY_EXIT_CODE:
        last = read_address(state_folder)
        raise StateFolderBusyError(str(state_folder), last.pid if last else 0)
    problem = StartProblem.SILENT if exit_code is None else StartProblem.ENDED
    raise OperatorNotStartedError(str(state_folder), problem, exit_code, _log_tail(state_folder))


def find_running(state_folder: Path) -> Address | None:
    """The address of the operator that serves this folder now, if one proves that it does."""
    address = read_address(state_folder)
    return address if address is not None and _says_hello(address) else None


def _says_hello(address: Address) -> bool:
    challenge = secrets.token_hex(16)
    connection = http.client.HTTPConnection(HOST, address.port, timeout=_HELLO_SECONDS)
    try:
        connection.request("GET", f"{HELLO_PATH}?challenge={challenge}")
        answer = connection.getresponse()
        return answer.status == 200 and secrets.compare_digest(answer.read(1024), prove(address.secret, challenge).encode())
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _start(state_folder: Path, pace: Pace, command: Sequence[str]) -> subprocess.Popen[bytes]:
    try:
        state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with (state_folder / _LOG_FILE).open("wb") as log:
            return subprocess.Popen(  # noqa: S603  our own module, no shell
                [*command, str(state_folder), "--pace", pace.value, "--tied"],
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
                start_new_session=sys.platform != "win32",  # Ctrl+C is for the program; the operator ends when the program does
                creationflags=_NO_CONSOLE,
            )
    except OSError as error:
        raise OperatorNotStartedError(str(state_folder), StartProblem.SYSTEM, None, error.strerror or str(error)) from error


def _stop(child: subprocess.Popen[bytes]) -> None:
    if child.stdin is not None:
        with contextlib.suppress(OSError):
            child.stdin.close()
    try:
        child.wait(_GOODBYE_SECONDS)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _log_tail(state_folder: Path) -> str:
    with contextlib.suppress(OSError):
        return (state_folder / _LOG_FILE).read_text(errors="replace")[-_LOG_TAIL_CHARACTERS:]
    return ""
