"""Grey rows where content will be. They don't shimmer, and stay away for the first moments, so that quick work doesn't flicker."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, QTimer
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.painting import Canvas
from extern_desktop.wording.texts import _t

DELAY_MS = 150
ROW_HEIGHT = 56


class Skeleton(QWidget):
    """As many grey rows as fit."""

    def __init__(self, delay_ms: int = DELAY_MS) -> None:
        super().__init__()
        self.setAccessibleName(_t("Loading"))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self._drawn = delay_ms == 0
        if delay_ms:
            QTimer.singleShot(delay_ms, self, self._draw)

    def sizeHint(self) -> QSize:
        return QSize(240, ROW_HEIGHT * 4)

    def _draw(self) -> None:
        self._drawn = True
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._drawn:
            return
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        ground = theme.current().idle.soft
        for number in range(min(5, self.height() // ROW_HEIGHT)):
            top = number * ROW_HEIGHT + 10
            canvas.fill(QRectF(0, top, 24, 24), ground, 12)
            canvas.fill(QRectF(36, top, min(220, self.width() * 0.6), 11), ground, 4)
            canvas.fill(QRectF(36, top + 18, min(140, self.width() * 0.4), 9), ground, 4)
        painter.end()
