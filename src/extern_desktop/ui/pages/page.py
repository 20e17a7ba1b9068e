"""What every page is, and what a page may ask of the window around it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from extern_desktop.jobs.work import Work
from extern_desktop.ui.bridge import Act, Bridge
from extern_desktop.ui.office import Chip, Office, Preferences
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.basics import Part, column, label, row


class Shell(Protocol):
    """The window as a page sees it."""

    bridge: Bridge

    @property
    def office(self) -> Office: ...
    def go(self, place: Place) -> None: ...
    def open_report(self, report_id: str) -> None: ...
    def open_docflow(self, report_id: str, docflow_id: str) -> None: ...
    def open_day(self, on: date) -> None: ...
    def show_reports(self, words: str = "", chip: Chip = Chip.ALL) -> None: ...
    def send_reports(self, report_ids: Sequence[str]) -> None: ...
    def send_replies(self, docflow_ids: Sequence[str]) -> None:
        """Sign and send what these docflows wait for; with none named, what all of them do."""
        ...

    def resume_sending(self) -> None: ...
    def import_reports(self, paths: Sequence[Path] = ()) -> None: ...
    def synchronise(self) -> None: ...
    def sign_in(self) -> None: ...
    def take_training_report(self) -> None: ...
    def run(self, begin: Callable[[Work], Future[Any]]) -> Act: ...
    def notify(self, tone: str, title: str, text: str = "", action: str = "", on_action: Callable[[], object] | None = None) -> None: ...
    def show_error(self, error: BaseException) -> None: ...
    def change_preferences(self, changed: Preferences) -> None: ...
    def organisation_id(self) -> str: ...
    def ask_open_files(self, title: str, filters: str) -> list[Path]: ...
    def ask_save_file(self, title: str, proposed: str) -> Path | None: ...
    def ask_folder(self, title: str) -> Path | None: ...


class Page(QWidget):
    """One place of the window. A page reads what it shows again whenever it is opened and whenever the workspace changed."""

    def __init__(self, shell: Shell) -> None:
        super().__init__()
        self.shell = shell

    def refresh(self) -> None:
        """Read again what is shown; never blocks."""

    def primary_button(self) -> QPushButton | None:
        """The one filled button that Ctrl+Enter presses."""
        buttons: list[QPushButton] = list(self.findChildren(QPushButton))
        return next((button for button in buttons if button.property("kind") == "primary" and button.isVisible()), None)

    def focus_first(self) -> None:
        """Put the focus into the page's list or first field."""

    def escape(self) -> bool:
        """Close the topmost thing of the page; False when there is nothing to close."""
        return False

    def check(self) -> None:
        """F8: check what the page shows, where that means something."""

    def next_finding(self, _step: int) -> None:
        """F4 and Shift+F4, where there are findings."""

    def find_in_list(self) -> None:
        """Ctrl+F, where there is a search."""


class PageHeader(QWidget):
    """Every page opens the same way: what this is, one line of state, actions at the far end."""

    def __init__(self, title: str, subtitle: str = "", *actions: QWidget) -> None:
        super().__init__()
        self._title, self._subtitle = label(title, "display", wrap=True), label(subtitle, "body", "muted", wrap=True)
        self._title.setAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        words = column(self._title, self._subtitle, gap=2)
        self._box = row(words, *actions, gap=8)
        self._box.setStretch(0, 1)
        self.setLayout(self._box)

    def show_words(self, title: str, subtitle: str) -> None:
        self._title.setText(title)
        self._subtitle.setText(subtitle)

    def title(self) -> str:
        return self._title.text()

    def subtitle(self) -> str:
        return self._subtitle.text()


def page_box(*parts: Part, stretch_at: int = -1, gap: int = 14) -> QVBoxLayout:
    """The body of a page with its margins; the part at `stretch_at` takes the room that is left."""
    box = column(*parts, gap=gap, margins=(24, 18, 24, 16))
    if stretch_at >= 0:
        box.setStretch(stretch_at, 10_000)
        box.addStretch(1)  # takes the room while that part is hidden
    return box


def put_first(box: QBoxLayout, widget: QWidget) -> None:
    """Replace everything in a box by one widget."""
    from extern_desktop.ui.widgets.basics import clear

    clear(box)
    box.addWidget(widget)


def titled(head: str, first: str, second: str = "") -> QVBoxLayout:
    """A small heading over a strong line and, if there is one, a quiet line."""
    parts: list[Part] = [label(head, "small", "muted"), label(first, "strong", wrap=True)]
    if second:
        parts.append(label(second, "small", "muted", wrap=True))
    return column(*parts, gap=1)
