"""The net under everything: a bug of ours is written down, told once, and does not end the window.

Python's hooks for the main thread and for others, Qt's message handler, and faulthandler for what crashes below Python. A report holds the program's
version and the way through our code, and no values: no PIN, no sum, no name.
"""

from __future__ import annotations

import faulthandler
import logging
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, Final

from PySide6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler, qVersion

_log: Final = logging.getLogger(__name__)

REPORT_FILE: Final = "crash-report.txt"
_FAULT_FILE: Final = "crash-below-python.txt"
_MOST_REPORTS: Final = 20
"""A bug in a model's `data` comes once for each place on the screen; after this many the file grows no further."""


class CrashNet:
    """Install it before the window is made, remove it when the window is gone."""

    def __init__(self, folder: Path, tell: Callable[[Path], None]) -> None:
        """`tell` is called once, on the thread that failed, with the file that holds the report."""
        self._folder, self._tell = folder, tell
        self._lock = threading.Lock()
        self._count = 0
        self._fault_file: IO[str] | None = None
        self._before = (sys.excepthook, threading.excepthook)

    def install(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        self._before = (sys.excepthook, threading.excepthook)
        sys.excepthook = self._caught
        threading.excepthook = lambda args: self._caught(args.exc_type, args.exc_value, args.exc_traceback)
        qInstallMessageHandler(_qt_said)
        self._fault_file = (self._folder / _FAULT_FILE).open("a", encoding="utf-8")
        faulthandler.enable(self._fault_file)

    def remove(self) -> None:
        sys.excepthook, threading.excepthook = self._before
        qInstallMessageHandler(None)
        faulthandler.disable()
        if self._fault_file is not None:
            self._fault_file.close()
            self._fault_file = None

    def _caught(self, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._before[0](kind, error or kind(), trace)
            return
        with self._lock:
            self._count += 1
            number = self._count
            if number > _MOST_REPORTS:
                return
            path = self._folder / REPORT_FILE
            try:
                with path.open("a", encoding="utf-8") as file:
                    file.write(report_of(kind, trace))
            except OSError:
                _log.exception("The crash report can't be written")
        _log.error("A bug: %s", kind.__name__)
        if number == 1:
            self._tell(path)


def report_of(kind: type[BaseException], trace: TracebackType | None) -> str:
    """The way through the code without the error's own words: those may quote a document or a name."""
    import platform  # both only when something failed: they bring half of the standard library with them
    from importlib.metadata import PackageNotFoundError, version

    try:
        program = version("extern-desktop")
    except PackageNotFoundError:
        program = "?"
    head = f"extern-desktop {program}, Python {platform.python_version()}, Qt {qVersion()}, {platform.platform()}\n"
    return head + "".join(traceback.format_tb(trace)) + f"{kind.__module__}.{kind.__qualname__}\n\n"


_LEVELS: Final = {
    QtMsgType.QtDebugMsg: logging.DEBUG,
    QtMsgType.QtInfoMsg: logging.INFO,
    QtMsgType.QtWarningMsg: logging.WARNING,
    QtMsgType.QtCriticalMsg: logging.ERROR,
    QtMsgType.QtFatalMsg: logging.CRITICAL,
}


def _qt_said(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
    _log.log(_LEVELS.get(kind, logging.WARNING), "Qt: %s", message)
