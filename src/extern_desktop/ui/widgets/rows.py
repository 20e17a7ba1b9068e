"""Two-line rows for every list: one model, one delegate, no widget per row. Ten thousand rows cost what twenty cost."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.painting import END, Canvas, pill_width

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class Row:
    """What one row shows."""

    title: str
    subtitle: str = ""
    icon: str = ""
    tone: str = ""
    """Colours the leading icon; empty is neutral."""
    right: str = ""
    right_sub: str = ""
    right_tone: str = ""
    pill: tuple[str, str] | None = None
    """(tone, word)."""
    progress: float = -1
    """Share done, 0 to 1, drawn as a thin bar; negative is none."""
    heading: bool = False
    """A group title inside the list; can't be chosen."""
    strong: bool = False
    """Needs a person."""
    spoken: str = ""
    """Said to those who hear the list, where eyes have a colour and a shape."""
    key: str = ""
    """What the row stands for, for the page that reacts to it."""


class RowModel(QAbstractListModel):
    """Rows as given, under `ROW_ROLE`; a screen reader gets one full sentence. Total: any index and role gets an answer."""

    def __init__(self, rows: Sequence[Row], parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[Row, ...] = tuple(rows)

    def replace(self, rows: Sequence[Row]) -> None:
        """Show these rows from now on."""
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def row_at(self, number: int) -> Row | None:
        return self._rows[number] if 0 <= number < len(self._rows) else None

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        item = self.row_at(index.row())
        if item is None:
            return None
        if role == ROW_ROLE:
            return item
        if role == Qt.ItemDataRole.DisplayRole:
            return item.title
        if role == Qt.ItemDataRole.AccessibleTextRole:
            parts = (item.title, item.pill[1] if item.pill else "", item.subtitle, item.right, item.right_sub, item.spoken)
            return ". ".join(part for part in parts if part)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        item = self.row_at(index.row())
        if item is None:
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled if item.heading else Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable


class RowDelegate(QStyledItemDelegate):
    """Icon, title over subtitle, then a pill or right-hand text."""

    def __init__(self, height: int, pad: int, parent: QObject) -> None:
        super().__init__(parent)
        self._height, self._pad = theme.px(height), pad

    def sizeHint(self, _option: QStyleOptionViewItem, index: Index) -> QSize:
        item = index.data(ROW_ROLE)
        return QSize(120, theme.px(34) if isinstance(item, Row) and item.heading else self._height)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        item = index.data(ROW_ROLE)
        if not isinstance(item, Row):
            return
        painter.save()
        canvas = Canvas.of_item(painter, option)
        if item.heading:
            box = canvas.outer.adjusted(self._pad, 8, -self._pad, 0)
            canvas.text(box, item.title, "small-strong", canvas.theme.ink_muted)
        else:
            self._ground(canvas)
            self._content(canvas, item)
        painter.restore()

    def _content(self, canvas: Canvas, item: Row) -> None:
        t, box = canvas.theme, QRectF(canvas.outer)
        left, right, middle = box.left() + self._pad, box.right() - self._pad, box.center().y()
        if item.icon:
            canvas.icon(left, middle - 10, item.icon, t.tone(item.tone).ink if item.tone else t.ink_muted)
            left += 32
        if item.pill:
            width = pill_width(item.pill[1])
            canvas.pill(right - width, middle, *item.pill, raised=canvas.is_chosen)
            right -= width + 12
        elif item.right:
            width = max(theme.metrics("strong").horizontalAdvance(item.right), theme.metrics("small").horizontalAdvance(item.right_sub)) + 2
            ink = t.tone(item.right_tone).ink if item.right_tone else t.ink if item.right_sub else t.ink_muted
            self._two_lines(canvas, QRectF(right - width, box.top(), width, box.height()), item.right, item.right_sub, "strong", ink, END)
            right -= width + 12
        if item.progress >= 0:
            canvas.bar(QRectF(left, box.bottom() - 13, right - left, 4), item.progress)
            box.setHeight(box.height() - 10)
        words = QRectF(left, box.top(), right - left, box.height())
        self._two_lines(canvas, words, item.title, item.subtitle, "strong" if item.strong else "body", t.ink, Qt.AlignmentFlag.AlignLeading)

    def _ground(self, canvas: Canvas) -> None:
        t, box = canvas.theme, canvas.outer
        if canvas.is_chosen:
            canvas.fill(box, t.selected)
            canvas.fill(QRectF(box.left(), box.top(), 3, box.height()), t.accent)
        elif canvas.is_under_mouse:
            canvas.fill(box, t.hover)
        canvas.fill(QRectF(box.left() + self._pad, box.bottom() - 1, box.width() - 2 * self._pad, 1), t.border)
        if canvas.has_focus:
            canvas.frame(box.adjusted(1, 1, -1, -2), t.focus)

    def _two_lines(self, canvas: Canvas, box: QRectF, first: str, second: str, role: str, ink: str, side: Qt.AlignmentFlag) -> None:
        line, under = theme.px(20), theme.px(18)
        top = box.center().y() - ((line + under) / 2 if second else line / 2)
        canvas.text(QRectF(box.left(), top, box.width(), line), first, role, ink, side)
        if second:
            canvas.text(QRectF(box.left(), top + line, box.width(), under), second, "small", canvas.theme.ink_muted, side)


class RowList(QListView):
    """A list of rows with the settings that keep scrolling smooth. Enter or a double click opens a row; one click chooses it."""

    opened = Signal(str)
    """Key of the row that was opened."""
    chosen = Signal(str)
    """Key of the row that is current now."""

    def __init__(self, rows: Sequence[Row], name: str, height: int = 56, pad: int = 16, opens_on_click: bool = False) -> None:
        super().__init__()
        self._pad, self._whole = pad, False
        self.setAccessibleName(name)
        self._model = RowModel(rows, self)
        self.setModel(self._model)
        self.setItemDelegate(RowDelegate(height, pad, self))
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setTabKeyNavigation(False)
        self.activated.connect(self._open)
        if opens_on_click:
            self.clicked.connect(self._open)
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.selectionModel().currentChanged.connect(self._choose)
        self.setUniformItemSizes(not any(item.heading for item in rows[:50]))

    def replace(self, rows: Sequence[Row]) -> None:
        """Show these rows; the row with the chosen key stays chosen if it is still there."""
        key = self.current_key()
        self.setUniformItemSizes(not any(item.heading for item in rows[:50]))
        self._model.replace(rows)
        if key:
            self.choose(key)
        if self._whole:
            self.whole()

    def current_key(self) -> str:
        item = self._model.row_at(self.currentIndex().row())
        return item.key if item else ""

    def choose(self, key: str) -> None:
        """Make the row with this key current, if there is one."""
        for number in range(self._model.rowCount()):
            item = self._model.row_at(number)
            if item and item.key == key and not item.heading:
                self.setCurrentIndex(self._model.index(number, 0))
                return

    def count(self) -> int:
        return self._model.rowCount()

    def whole(self) -> RowList:
        """As tall as its rows: for short lists inside a card."""
        self._whole = True
        total = sum(self.sizeHintForRow(number) for number in range(self._model.rowCount()))
        self.setFixedHeight(total + 2)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        return self

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._open(self.currentIndex())
            return
        super().keyPressEvent(event)

    def _open(self, index: QModelIndex) -> None:
        item = self._model.row_at(index.row())
        if item and not item.heading:
            self.opened.emit(item.key)

    def _choose(self, now: QModelIndex, _before: QModelIndex) -> None:
        item = self._model.row_at(now.row())
        if item:
            self.chosen.emit(item.key)
