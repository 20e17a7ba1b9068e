"""Work that takes time: what is being done, how far, and a way to stop. Never a bare spinner."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QProgressBar

from extern_desktop.ui.widgets.basics import button, column, label, row
from extern_desktop.wording.texts import _t


class ProgressCard(QFrame):
    """Title, what is in hand, a bar, a promise, a button to stop."""

    stopped = Signal()

    def __init__(self, title: str, note: str, *, can_stop: bool = True) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self._title, self._detail, self._count = label(title, "heading", wrap=True), label("", "body", "muted", wrap=True), label("", "strong")
        self._bar = QProgressBar()
        self._bar.setTextVisible(False)
        self._bar.setRange(0, 0)
        self._bar.setAccessibleName(title)
        self.stop_button = button(_t("Stop"), on_click=self._stop)
        if not can_stop:
            self.stop_button.hide()
        head = row(self._title, self._count, gap=12)
        head.setStretch(0, 1)
        tail = row(label(note, "small", "muted", wrap=True), self.stop_button, gap=12)
        tail.setStretch(0, 1)
        self.setLayout(column(column(head, self._detail, gap=2), self._bar, tail, gap=10, margins=(16, 14, 16, 14)))

    def show_progress(self, title: str, detail: str, done: int, total: int) -> None:
        """Say where the work is; a total of 0 means that nobody knows how much there is."""
        self._title.setText(title)
        self._detail.setText(detail)
        self._bar.setAccessibleName(title)
        self._bar.setRange(0, total)
        self._bar.setValue(done)
        self._count.setText(_t("{n} of {m}").format(n=done, m=total) if total > 1 else "")

    def title(self) -> str:
        return self._title.text()

    def _stop(self) -> None:
        self.stop_button.setEnabled(False)
        self.stopped.emit()
