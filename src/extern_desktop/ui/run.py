"""Open the window: the frame and the skeleton of Today first, everything else behind it.

Nothing heavy is imported here. The desk (database, keys, network) is opened on a thread of its own after the first paint, and closed after the last.
"""

from __future__ import annotations

import gc
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, ExitStack
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication

from extern_desktop.settings.places import Stage
from extern_desktop.ui import theme
from extern_desktop.ui.collecting import collect_on_this_thread
from extern_desktop.ui.crash_net import CrashNet
from extern_desktop.ui.office import Office, Preferences
from extern_desktop.ui.snapshot import EarlyToday
from extern_desktop.ui.window import Window
from extern_desktop.wording.texts import _t, speak

if TYPE_CHECKING:
    from extern_desktop.domain.secrets import Password
    from extern_desktop.jobs.work import Work
    from extern_desktop.services.desk import Desk

DESIGNED_FOR = QSize(1366, 768)


class Instance(Protocol):
    """One window a workspace: `store.lock.InstanceLock`."""

    def hold(self) -> bool: ...

    def answer(self, on_show: Callable[[], None]) -> None: ...

    def show_first(self) -> bool: ...

    def close(self) -> None: ...


class OpenDesk(Protocol):
    """How the workplace behind the window is opened: `app.open_desk`."""

    def __call__(self, *, ask_passphrase: Callable[[bool], Password] | None = None) -> AbstractContextManager[Desk]: ...


def make_application(preferences: Preferences) -> QApplication:
    """The one QApplication, speaking and looking as the settings say."""
    existing = QApplication.instance()
    if isinstance(existing, QApplication):
        app = existing
        app.setStyle("Fusion")
    else:  # said as an argument: PySide would make the whole of QStyle for what `setStyle` gives back, longer than the first picture takes to draw
        app = QApplication([*sys.argv[:1], "-style", "fusion"])
    app.setApplicationName("Extern Desktop")
    app.setDesktopFileName("extern-desktop")
    speak(preferences.language)
    theme.apply(app, preferences.theme, preferences.text_percent)
    collect_on_this_thread(app)
    return app


def make_window(preferences: Preferences) -> Window:
    """A window of the size it was designed for, or as much of it as the screen has."""
    window = Window(preferences)
    window.resize(DESIGNED_FOR.boundedTo(window.screen().availableSize()).expandedTo(window.minimumSize()))
    return window


def run(open_desk: OpenDesk, instance: Instance, logs: Path, preferences: Preferences, early: EarlyToday) -> int:
    """Show the window and stay until it is closed. Gives the exit code.

    When another window works on the same workspace, that one comes to the front and this one leaves. `early` reads what Today showed last:
    it is in the first picture if it is there by then, and follows it if not.
    """
    if not instance.hold():
        instance.show_first()
        return 0
    app = make_application(preferences)
    window = make_window(preferences)
    net = CrashNet(logs, lambda report: window.bridge.post(partial(tell_of_bug, window, report)))
    net.install()
    opening = Opening(window, open_desk, lambda: instance.answer(lambda: window.bridge.post(partial(come_forward, window))))
    window.first_painted.connect(opening.start)
    window.first_painted.connect(early.let_keyring_be_asked)
    if early.future.done():
        window.show_kept(early.future.result())
    else:
        window.bridge.take(early.future, window.show_kept, window.show_error, window)
    window.show()
    try:
        return app.exec()
    finally:
        opening.close()
        net.remove()
        instance.close()


def come_forward(window: Window) -> None:
    """Another start asked for this window."""
    window.setWindowState(window.windowState() & ~Qt.WindowState.WindowMinimized)
    window.raise_()
    window.activateWindow()


def tell_of_bug(window: Window, report: Path) -> None:
    """Say it once, without stopping anything."""
    from PySide6.QtWidgets import QMessageBox

    box = QMessageBox(window)
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setWindowTitle(_t("The program failed"))
    box.setText(_t("The program failed. Your data are safe."))
    box.setInformativeText(_t("Send us the report: it holds no keys, no names and no sums. It is in {file}.").format(file=report))
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.open()


class Opening:
    """The desk and its office, opened on a thread once the window was seen, closed in reverse when it is gone."""

    def __init__(self, window: Window, open_desk: OpenDesk, begin: Callable[[], None] = lambda: None) -> None:
        """`begin` is called first, on the thread that opens the desk."""
        self._window, self._open_desk, self._begin_with = window, open_desk, begin
        self._closing = ExitStack()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        act = self._window.run(self._begin)
        act.done.connect(self._window.attach)
        act.failed.connect(self._window.show_error)

    def close(self) -> None:
        """Wait for the opening to end, then close what it opened."""
        if self._thread is not None:
            self._thread.join()
        self._closing.close()

    def _begin(self, work: Work) -> Future[Office]:
        future: Future[Office] = Future()
        self._thread = threading.Thread(target=self._open, args=(work, future), name="open-desk")
        self._thread.start()
        return future

    def _open(self, work: Work, future: Future[Office]) -> None:
        from extern_desktop.ui.desk_office import office_of
        from extern_desktop.ui.passphrase import AskPassphrase

        # Training data are no secret: there the key may lie beside them, and nobody is asked.
        asks = self._window.preferences.stage is Stage.REAL
        try:
            self._begin_with()
            desk = self._closing.enter_context(self._open_desk(ask_passphrase=(lambda is_new: work.ask(AskPassphrase(is_new))) if asks else None))
            office = self._closing.enter_context(office_of(desk))
            gc.freeze()  # what is loaded now stays to the end: looking through it for rubbish would stop the window for a tenth of a second
        except BaseException as error:
            future.set_exception(error)
        else:
            future.set_result(office)
