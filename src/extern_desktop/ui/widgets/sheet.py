"""Something laid over the page, in place of a modal dialog: the palette, or a worker's question. Esc closes it."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

SHADE = "#0B0F17"


class Sheet(QWidget):
    """Covers its parent and centres one box in it."""

    closed = Signal()

    def __init__(self, parent: QWidget, box: QWidget, *, width: int, height: int, top: int) -> None:
        super().__init__(parent)
        self.box, self._wanted = box, (width, height, top)
        box.setParent(self)
        parent.installEventFilter(self)
        self._place()

    def close_sheet(self) -> None:
        """Take it away and give the page back."""
        self.hide()
        self.closed.emit()
        self.deleteLater()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close_sheet()
            return
        super().keyPressEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if not self.box.geometry().contains(event.position().toPoint()):
            self.close_sheet()

    def paintEvent(self, _event: QPaintEvent) -> None:
        shade = QColor(SHADE)
        shade.setAlphaF(0.45)
        painter = QPainter(self)
        painter.fillRect(self.rect(), shade)
        painter.end()

    def _place(self) -> None:
        parent = self.parentWidget()
        if parent is None:
            return
        self.setGeometry(parent.rect())
        width, height, top = self._wanted
        width = min(width, self.width() - 48)
        height = min(height or self.box.sizeHint().height(), self.height() - 48)
        self.box.setGeometry((self.width() - width) // 2, min(top, (self.height() - height) // 2), width, height)
