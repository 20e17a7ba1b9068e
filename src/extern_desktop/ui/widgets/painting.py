"""A canvas for hand-painted rows and cells: positions are given left to right and mirrored here for right-to-left languages."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QStyleOptionViewItem

from extern_desktop.ui import icons, theme

PILL_HEIGHT, PILL_ICON, PILL_PAD, PILL_GAP = 24, 14, 8, 5
CENTRE = Qt.AlignmentFlag.AlignHCenter
START = Qt.AlignmentFlag.AlignLeading
END = Qt.AlignmentFlag.AlignTrailing


def mirrored(direction: Qt.LayoutDirection, outer: QRectF, box: QRectF) -> QRectF:
    """`box` where it belongs inside `outer` in this direction of reading. As `QStyle.visualRect`, for fractions of pixels."""
    if direction == Qt.LayoutDirection.LeftToRight:
        return box
    return QRectF(outer.left() + outer.right() - box.right(), box.top(), box.width(), box.height())


def visual_side(direction: Qt.LayoutDirection, side: Qt.AlignmentFlag) -> Qt.AlignmentFlag:
    """Left or right for leading or trailing in this direction of reading. As `QStyle.visualAlignment`."""
    if side not in (START, END):
        return side
    is_left = (side == START) == (direction == Qt.LayoutDirection.LeftToRight)
    return Qt.AlignmentFlag.AlignAbsolute | (Qt.AlignmentFlag.AlignLeft if is_left else Qt.AlignmentFlag.AlignRight)


def _may_have_state(view: object) -> bool:
    """Whether any item of the view can be chosen, focused or under the mouse."""
    if not isinstance(view, QAbstractItemView):
        return True
    chosen = view.selectionModel()
    return view.hasFocus() or view.underMouse() or (chosen is not None and chosen.hasSelection())


def pill_width(text: str) -> float:
    """Width of a status pill with this word."""
    return PILL_PAD * 2 + PILL_ICON + PILL_GAP + theme.metrics("small-strong").horizontalAdvance(text)


class Canvas:
    """Draws text, icons, pills and bars inside one outer box."""

    def __init__(self, painter: QPainter, outer: QRectF, direction: Qt.LayoutDirection) -> None:
        self.painter, self.outer, self.direction = painter, outer, direction
        self.theme = theme.current()
        device = painter.device()
        self._ratio = device.devicePixelRatio() if device else 1.0
        self.is_chosen = self.has_focus = self.is_under_mouse = False
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    @classmethod
    def of_item(cls, painter: QPainter, option: QStyleOptionViewItem) -> Canvas:
        """The canvas of a delegate's item."""
        item: Any = option  # PySide's stubs leave out the fields of style options
        canvas = cls(painter, QRectF(item.rect), item.direction)
        if _may_have_state(item.widget):
            from PySide6.QtWidgets import QStyle  # takes longer to import than a page to paint

            canvas.is_chosen = bool(item.state & QStyle.StateFlag.State_Selected)
            canvas.has_focus = bool(item.state & QStyle.StateFlag.State_HasFocus)
            canvas.is_under_mouse = bool(item.state & QStyle.StateFlag.State_MouseOver)
        return canvas

    def place(self, box: QRectF) -> QRectF:
        return mirrored(self.direction, self.outer, box)

    def fill(self, box: QRectF, colour: str, radius: float = 0) -> None:
        if radius:
            self.painter.setPen(Qt.PenStyle.NoPen)
            self.painter.setBrush(QColor(colour))
            self.painter.drawRoundedRect(self.place(box), radius, radius)
        else:
            self.painter.fillRect(self.place(box), QColor(colour))

    def frame(self, box: QRectF, colour: str, width: float = 2, radius: float = 0) -> None:
        self.painter.setPen(QPen(QColor(colour), width))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(self.place(box), radius, radius)

    def text(self, box: QRectF, text: str, role: str, ink: str, side: Qt.AlignmentFlag = START) -> None:
        """One line, cut with an ellipsis where it doesn't fit, centred between top and bottom."""
        self.painter.setFont(theme.font(role))
        self.painter.setPen(QColor(ink))
        words = (
            text
            if theme.metrics(role).horizontalAdvance(text) <= box.width()
            else theme.metrics(role).elidedText(text, Qt.TextElideMode.ElideRight, box.width())
        )
        flags = visual_side(self.direction, side) | Qt.AlignmentFlag.AlignVCenter
        self.painter.drawText(self.place(box), int(flags), words)

    def icon(self, left: float, top: float, name: str, ink: str, size: int = 20) -> None:
        spot = self.place(QRectF(left, top, size, size))
        self.painter.drawPixmap(QPointF(spot.left(), spot.top()), icons.pixmap(name, ink, size, self._ratio))

    def pill(self, left: float, middle: float, tone: str, text: str, icon: str = "", raised: bool = False) -> float:
        """Icon and word on a quiet ground; gives its width back. `raised` keeps it visible on a chosen row."""
        look, t = self.theme.tone(tone), self.theme
        box = QRectF(left, middle - PILL_HEIGHT / 2, pill_width(text), PILL_HEIGHT)
        self.painter.setPen(QPen(QColor(look.ink), t.line) if t.line > 1 else Qt.PenStyle.NoPen)
        self.painter.setBrush(QColor(t.surface if raised else look.soft))
        self.painter.drawRoundedRect(self.place(box), PILL_HEIGHT / 2, PILL_HEIGHT / 2)
        self.icon(left + PILL_PAD, middle - PILL_ICON / 2, icon or look.icon, look.ink, PILL_ICON)
        self.text(box.adjusted(PILL_PAD + PILL_ICON + PILL_GAP, 0, 0, 0), text, "small-strong", look.ink)
        return box.width()

    def bar(self, box: QRectF, done: float) -> None:
        """A thin bar of the share that is done, 0 to 1."""
        t = self.theme
        self.painter.setPen(QPen(QColor(t.border), 1) if t.line > 1 else Qt.PenStyle.NoPen)
        for part, colour in ((1.0, t.idle.soft), (max(0.0, min(1.0, done)), t.ok.ink)):
            if part > 0:
                self.painter.setBrush(QColor(colour))
                self.painter.drawRoundedRect(self.place(QRectF(box.left(), box.top(), box.width() * part, box.height())), 2, 2)
