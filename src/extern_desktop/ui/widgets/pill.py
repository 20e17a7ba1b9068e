"""A status pill outside a list: icon and word on a quiet ground."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from extern_desktop.ui.widgets.painting import PILL_HEIGHT, Canvas, pill_width


class StatusPill(QWidget):
    """Drawn by the same hand as the pills of the lists."""

    def __init__(self, tone: str, text: str, icon: str = "") -> None:
        super().__init__()
        self._tone, self._text, self._icon = tone, text, icon
        self.setAccessibleName(text)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_state(self, tone: str, text: str, icon: str = "") -> None:
        """Say something else from now on."""
        self._tone, self._text, self._icon = tone, text, icon
        self.setAccessibleName(text)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(int(pill_width(self._text)) + 3, PILL_HEIGHT + 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        Canvas(painter, QRectF(self.rect()), self.layoutDirection()).pill(1, self.height() / 2, self._tone, self._text, self._icon)
        painter.end()
