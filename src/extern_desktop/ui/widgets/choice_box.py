"""A drop-down whose arrow is drawn from the tokens: a style sheet can take a picture only from a file."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QComboBox

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.painting import Canvas


class ChoiceBox(QComboBox):
    """Named values to choose one of. `picked` tells the value, and only when a person chose it."""

    picked = Signal(str)

    def __init__(self, name: str, options: Sequence[tuple[str, str]], value: str = "") -> None:
        """`options` are (value, word) pairs."""
        super().__init__()
        self.setAccessibleName(name)
        self.setFont(theme.font("body"))
        for option, word in options:
            self.addItem(word, option)
        self.choose(value)
        self.activated.connect(lambda number: self.picked.emit(self.itemData(number)))

    def choose(self, value: str) -> None:
        self.setCurrentIndex(max(0, self.findData(value)))

    def value(self) -> str:
        return str(self.currentData())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        t = theme.current()
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        canvas.icon(self.width() - 24, self.height() / 2 - 7, "chevron-down", t.ink_muted if self.isEnabled() else t.ink_faint, 14)
        painter.end()
