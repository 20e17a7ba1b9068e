"""Days: the strip of the coming fortnight and the grid of a month. Table models painted by a delegate; no widget per day."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QAbstractTableModel, QObject, QRectF, Qt, Signal, SignalInstance
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from extern_desktop.ui import dates, theme
from extern_desktop.ui.widgets.painting import CENTRE, END, Canvas
from extern_desktop.ui.widgets.rows import NO_INDEX, Index
from extern_desktop.wording.texts import _t

DAY_ROLE = int(Qt.ItemDataRole.UserRole)
CLOSE_DAYS = 7
"""A due date nearer than this is amber."""
_SHAPES = {"warn": "clock", "idle": "clock", "info": "send"}


@dataclass(frozen=True, slots=True)
class DayLine:
    """One form due on a day."""

    short_name: str
    left: int
    total: int
    tone: str
    """ok done, bad past or refused, warn close, info sent, idle ahead."""


@dataclass(frozen=True, slots=True)
class Day:
    """One day with what is due on it."""

    on: date
    is_off: bool
    lines: tuple[DayLine, ...] = ()

    @property
    def left(self) -> int:
        return sum(line.left for line in self.lines)

    @property
    def tone(self) -> str:
        """The worst of its lines."""
        tones = {line.tone for line in self.lines}
        return next((tone for tone in ("bad", "warn", "idle", "info", "ok") if tone in tones), "idle")


def due_tone(left: int, days_left: int) -> str:
    """How a due date looks: done, past, close, or simply ahead."""
    if left == 0:
        return "ok"
    return "bad" if days_left < 0 else "warn" if days_left <= CLOSE_DAYS else "idle"


def tone_icon(tone: str) -> str:
    """A clock for what is ahead or close, the tone's own shape for the rest."""
    return _SHAPES.get(tone) or theme.current().tone(tone).icon


class DaysModel(QAbstractTableModel):
    """Days laid in rows of `columns`. Total: an index outside has no data."""

    def __init__(self, parent: QObject, columns: int) -> None:
        super().__init__(parent)
        self.month, self.today = 0, date.min
        self._columns, self._first, self._count = columns, date.min, 0
        self._days: Mapping[date, Day] = {}

    def replace(self, first: date, count: int, days: Sequence[Day], *, today: date, month: int = 0) -> None:
        """Show `count` days from `first`; days of another month than `month` are faint, 0 means none is."""
        self.beginResetModel()
        self._first, self._count, self.today, self.month = first, count, today, month
        self._days = {day.on: day for day in days}
        self.endResetModel()

    def day_at(self, index: Index) -> Day | None:
        number = index.row() * self._columns + index.column()
        if not index.isValid() or not 0 <= number < self._count:
            return None
        on = self._first + timedelta(days=number)
        return self._days.get(on, Day(on, is_off=on.weekday() >= 5))

    def index_of(self, on: date) -> Index:
        number = (on - self._first).days
        return self.index(number // self._columns, number % self._columns) if 0 <= number < self._count else NO_INDEX

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else self._count // self._columns

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else self._columns

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return dates.short_weekday(section)
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.FontRole:
            return theme.font("small-strong")
        return None

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        day = self.day_at(index)
        if day is None:
            return None
        if role == DAY_ROLE:
            return day
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{dates.day(day.on)}: {'; '.join(_said(line) for line in day.lines) or _t('nothing due')}"
        return None


def _said(line: DayLine) -> str:
    if line.left == 0:
        return f"{line.short_name}, {_t('filed')}"
    return f"{line.short_name}, {_t('{n} of {m} left').format(n=line.left, m=line.total)}"


class DayDelegate(QStyledItemDelegate):
    """A day: number, then its lines (grid) or one mark (strip)."""

    def __init__(self, parent: QObject, *, strip: bool) -> None:
        super().__init__(parent)
        self._strip = strip

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        day, model = index.data(DAY_ROLE), index.model()
        if not isinstance(day, Day) or not isinstance(model, DaysModel):
            return
        painter.save()
        canvas = Canvas.of_item(painter, option)
        chosen = canvas.is_chosen
        t, box = canvas.theme, canvas.outer
        canvas.fill(box, t.selected if chosen else t.sunken if day.is_off else t.surface)
        if not self._strip:
            canvas.fill(QRectF(box.right() - 1, box.top(), 1, box.height()), t.border)
            canvas.fill(QRectF(box.left(), box.bottom() - 1, box.width(), 1), t.border)
        if chosen or canvas.has_focus:
            canvas.frame(box.adjusted(1, 1, -2, -2), t.accent)
        faint = day.is_off or bool(model.month and day.on.month != model.month)
        if self._strip:
            self._strip_day(canvas, day, faint, day.on == model.today)
        else:
            self._grid_day(canvas, day, faint, day.on == model.today)
        painter.restore()

    def _number(self, canvas: Canvas, box: QRectF, day: Day, faint: bool, today: bool) -> None:
        t = canvas.theme
        if today:
            canvas.fill(box, t.accent, 12)
        canvas.text(box, str(day.on.day), "strong", t.on_accent if today else t.ink_faint if faint else t.ink, CENTRE)

    def _strip_day(self, canvas: Canvas, day: Day, faint: bool, today: bool) -> None:
        t, box, line = canvas.theme, canvas.outer, theme.px(18)
        name = QRectF(box.left(), box.top() + 6, box.width(), line)
        canvas.text(name, dates.short_weekday(day.on.weekday()), "small", t.ink_faint if faint else t.ink_muted, CENTRE)
        self._number(canvas, QRectF(box.center().x() - 15, name.bottom(), 30, 24), day, faint, today)
        if not day.lines:
            return
        look = t.tone(day.tone)
        text = str(day.left) if day.left else _t("filed")
        width = 18 + theme.metrics("small-strong").horizontalAdvance(text)
        narrow = width + 12 > box.width()
        if narrow:
            text, width = ("" if not day.left else text), 14 + (theme.metrics("small-strong").horizontalAdvance(text) + 4 if day.left else 0)
        left, top = box.center().x() - width / 2, name.bottom() + 27
        canvas.fill(QRectF(left - 6, top, width + 12, 20), look.soft, 10)
        if t.line > 1:
            canvas.frame(QRectF(left - 6, top, width + 12, 20), look.ink, 2, 10)
        canvas.icon(left, top + 3, tone_icon(day.tone), look.ink, 14)
        canvas.text(QRectF(left + 18, top, width, 20), text, "small-strong", look.ink)

    def _grid_day(self, canvas: Canvas, day: Day, faint: bool, today: bool) -> None:
        t, box, height = canvas.theme, canvas.outer, theme.px(17)
        self._number(canvas, QRectF(box.left() + 6, box.top() + 5, 28, 24), day, faint, today)
        room = max(0, int((box.height() - 34) // height))
        shown = day.lines if len(day.lines) <= room else day.lines[: max(0, room - 1)]
        for number, line in enumerate(shown):
            self._line(canvas, QRectF(box.left() + 6, box.top() + 31 + number * height, box.width() - 14, height), line)
        if len(shown) < len(day.lines) and room:
            more = QRectF(box.left() + 22, box.top() + 31 + len(shown) * height, box.width() - 30, height)
            canvas.text(more, _t("{n} more").format(n=len(day.lines) - len(shown)), "small", t.ink_muted)

    def _line(self, canvas: Canvas, box: QRectF, line: DayLine) -> None:
        t = canvas.theme
        canvas.icon(box.left(), box.center().y() - 6, tone_icon(line.tone), t.tone(line.tone).ink, 12)
        count = str(line.left) if line.left else ""
        canvas.text(box, count, "small", t.ink_muted, END)
        room = box.width() - 16 - theme.metrics("small").horizontalAdvance(count) - 4
        canvas.text(QRectF(box.left() + 16, box.top(), room, box.height()), line.short_name, "small", t.ink)


class DaysView(QTableView):
    """Tab leaves it, arrows move inside, Enter or a click opens a day."""

    opened = Signal(date)
    chosen = Signal(date)

    def __init__(self, name: str, columns: int, *, strip: bool) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.days = DaysModel(self, columns)
        self.setModel(self.days)
        self.setItemDelegate(DayDelegate(self, strip=strip))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setCornerButtonEnabled(False)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setMinimumSectionSize(10)
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setMinimumSectionSize(10)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        if strip:
            head.hide()
            self.setFixedHeight(theme.px(18) + 68)
        self.clicked.connect(lambda index: self._tell(index, self.opened))
        self.selectionModel().currentChanged.connect(lambda now, _before: self._tell(now, self.chosen))

    def narrow_weekends(self) -> None:
        """Make the columns of Saturday and Sunday narrow: nothing falls there."""
        for column in (5, 6):
            self.horizontalHeader().setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            self.setColumnWidth(column, theme.px(56))

    def choose(self, on: date) -> None:
        index = self.days.index_of(on)
        if index.isValid():
            self.setCurrentIndex(self.days.index(index.row(), index.column()))

    def current_day(self) -> date | None:
        day = self.days.day_at(self.currentIndex())
        return day.on if day else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._tell(self.currentIndex(), self.opened)
            return
        super().keyPressEvent(event)

    def _tell(self, index: Index, signal: SignalInstance) -> None:
        day = self.days.day_at(index)
        if day is not None:
            signal.emit(day.on)
