"""One finding of a check: severity, sentence, where it is, and (when the rule knows it) the right value."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import button, column, icon_label, label, row
from extern_desktop.wording.texts import _t


class FindingRow(QFrame):
    """Activated by click or Enter; the page jumps to the field."""

    activated = Signal(int)
    fix_wanted = Signal(int)

    def __init__(self, number: int, tone: str, text: str, place: str, fix: str = "") -> None:
        """`number` tells which finding it is; `fix` is the value that would satisfy the rule, empty when nobody knows one."""
        super().__init__()
        self._number = number
        self.setProperty("role", "card")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        severity = _t("Error") if tone == "bad" else _t("Note")
        self.setAccessibleName(f"{severity}. {text} {place}")
        go = button(place, "link", "arrow-right", self._go)
        go.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        tail = row(go, None, gap=4)
        if fix:
            write = button(_t("Write {value}").format(value=fix), on_click=lambda: self.fix_wanted.emit(number))
            tail.addWidget(write)
        head = row(icon_label(theme.current().tone(tone).icon, tone, 16), label(severity, "small-strong", tone), None, gap=6)
        self.setLayout(column(head, label(text, wrap=True), tail, gap=5, margins=(12, 10, 10, 8)))

    def show_current(self, current: bool) -> None:
        """Mark it as the finding that F4 has come to."""
        edge = "chosen" if current else ""
        if self.property("edge") != edge:
            self.setProperty("edge", edge)
            self.style().unpolish(self)
            self.style().polish(self)

    def _go(self) -> None:
        self.activated.emit(self._number)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._go()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._go()
        else:
            super().keyPressEvent(event)
