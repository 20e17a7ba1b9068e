"""A year at a glance: organisations by months. The deeper the ground, the more is due; a shape and a number say it without colour."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractTableModel, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from extern_desktop.ui import dates, theme
from extern_desktop.ui.widgets.days import tone_icon
from extern_desktop.ui.widgets.painting import CENTRE, Canvas
from extern_desktop.ui.widgets.rows import NO_INDEX, Index
from extern_desktop.wording.texts import _t

MONTH_ROLE = int(Qt.ItemDataRole.UserRole)
_DEPTHS = (0.0, 0.06, 0.1, 0.14, 0.19, 0.24, 0.29, 0.34, 0.4)
"""How much of the accent lies over the surface for 0, 1, 2 … reports ahead."""


@dataclass(frozen=True, slots=True)
class MonthLoad:
    """What one organisation has in one month."""

    left: int
    total: int
    tone: str


class YearModel(QAbstractTableModel):
    """First column the organisation, then twelve months. Total."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._names: tuple[str, ...] = ()
        self._loads: Mapping[tuple[int, int], MonthLoad] = {}

    def replace(self, names: Sequence[str], loads: Mapping[tuple[int, int], MonthLoad]) -> None:
        """Show these organisations; `loads` is keyed by row and month (1 to 12)."""
        self.beginResetModel()
        self._names, self._loads = tuple(names), loads
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._names)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else 13

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if orientation != Qt.Orientation.Horizontal or not 0 <= section <= 12:
            return None
        if role == Qt.ItemDataRole.FontRole:
            return theme.font("small-strong")
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignVCenter | (Qt.AlignmentFlag.AlignHCenter if section else Qt.AlignmentFlag.AlignLeading))
        if role == Qt.ItemDataRole.DisplayRole:
            return dates.month_name(section)[:3].lower() if section else _t("Organisation")
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self._names):
            return None
        name = self._names[index.row()]
        if index.column() == 0:
            return name if role in (Qt.ItemDataRole.DisplayRole, MONTH_ROLE, Qt.ItemDataRole.AccessibleTextRole) else None
        load = self._loads.get((index.row(), index.column()), MonthLoad(0, 0, "idle"))
        if role == MONTH_ROLE:
            return load
        if role == Qt.ItemDataRole.AccessibleTextRole:
            left = _t("{n} of {m} left").format(n=load.left, m=load.total) if load.total else _t("nothing due")
            return f"{name}, {dates.month_name(index.column())}: {left}"
        return None


class HeatDelegate(QStyledItemDelegate):
    """One month of one organisation."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        canvas = Canvas.of_item(painter, option)
        t, box, value = canvas.theme, canvas.outer, index.data(MONTH_ROLE)
        canvas.fill(QRectF(box.left(), box.bottom() - 1, box.width(), 1), t.border)
        cell = box.adjusted(2, 3, -2, -3)
        if isinstance(value, str):
            canvas.text(box.adjusted(11, 0, -8, 0), value, "body", t.ink)
        elif isinstance(value, MonthLoad):
            self._month(canvas, cell, value)
        if canvas.is_chosen or canvas.has_focus:
            canvas.frame(cell, t.focus, 2, 5)
        painter.restore()

    def _month(self, canvas: Canvas, cell: QRectF, load: MonthLoad) -> None:
        t, look = canvas.theme, canvas.theme.tone(load.tone)
        if load.tone == "idle":
            ground = QColor(t.accent)
            ground.setAlphaF(0 if t.line > 1 else _DEPTHS[min(load.left, len(_DEPTHS) - 1)])
        else:
            ground = QColor(look.soft)
        canvas.painter.setBrush(ground)
        canvas.painter.setPen(QPen(QColor(look.ink), t.line) if t.line > 1 and load.total else Qt.PenStyle.NoPen)
        canvas.painter.drawRoundedRect(canvas.place(cell), 5, 5)
        if load.tone == "idle":
            canvas.text(cell, str(load.left) if load.total else "–", "small", t.ink if load.total else t.ink_faint, CENTRE)
            return
        text = str(load.left) if load.left else ""
        left = cell.center().x() - (7 if not text else 14)
        canvas.icon(left, cell.center().y() - 7, tone_icon(load.tone), look.ink, 14)
        canvas.text(QRectF(left + 18, cell.top(), 34, cell.height()), text, "small-strong", look.ink)


class YearView(QTableView):
    """Enter or a click opens a month."""

    opened = Signal(int)
    """Month, 1 to 12."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_t("The year by organisations"))
        self.loads = YearModel(self)
        self.setModel(self.loads)
        self.setItemDelegate(HeatDelegate(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setDefaultSectionSize(theme.px(36))
        head.setMinimumSectionSize(20)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Fixed)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self.setColumnWidth(0, theme.px(230))
        self.clicked.connect(lambda index: self._open(index))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: Index) -> None:
        if index.isValid() and index.column():
            self.opened.emit(index.column())
