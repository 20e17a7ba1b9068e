"""The table of reports: a list of ids in the order asked for; lines are fetched by pages when they are painted.

Nothing is sorted or filtered here, and no row is asked for that nobody looks at.
"""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from typing import Final

from PySide6.QtCore import QAbstractTableModel, QItemSelectionModel, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from extern_desktop.services.values import ReportLine
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.widgets.painting import Canvas
from extern_desktop.ui.widgets.rows import NO_INDEX, Index
from extern_desktop.wording.statuses import standing_word
from extern_desktop.wording.texts import _t

PAGE_ROWS: Final = 128
PAGES_KEPT: Final = 64
LINE_ROLE: Final = int(Qt.ItemDataRole.UserRole)
COLUMNS: Final = 6
Fetch = Callable[[Sequence[str], Callable[[tuple[ReportLine, ...]], object]], object]
"""Ask for the lines of these ids; the second argument takes them when they come."""


class ReportsModel(QAbstractTableModel):
    """Ids in order, and the pages of lines that were looked at. Total: any index and role gets an answer."""

    def __init__(self, fetch: Fetch, parent: QObject) -> None:
        super().__init__(parent)
        self._fetch = fetch
        self._ids: tuple[str, ...] = ()
        self._pages: OrderedDict[int, dict[str, ReportLine]] = OrderedDict()
        self._asked: set[int] = set()
        self._generation = 0

    def replace(self, ids: Sequence[str]) -> None:
        """Show these reports from now on; every line is read anew."""
        self.beginResetModel()
        self._ids = tuple(ids)
        self._pages.clear()
        self._asked.clear()
        self._generation += 1
        self.endResetModel()

    def id_at(self, number: int) -> str:
        return self._ids[number] if 0 <= number < len(self._ids) else ""

    def row_of(self, report_id: str) -> int:
        """Number of the row with this report; -1 when it is not shown."""
        return self._ids.index(report_id) if report_id in self._ids else -1

    def line_at(self, number: int) -> ReportLine | None:
        """The line of a row; None while it is on its way."""
        if not 0 <= number < len(self._ids):
            return None
        page = number // PAGE_ROWS
        if page in self._pages:
            self._pages.move_to_end(page)
            return self._pages[page].get(self._ids[number])
        self._ask(page)
        return None

    def _ask(self, page: int) -> None:
        if page in self._asked:
            return
        self._asked.add(page)
        first, generation = page * PAGE_ROWS, self._generation
        self._fetch(self._ids[first : first + PAGE_ROWS], lambda lines: self._take(page, generation, lines))

    def _take(self, page: int, generation: int, lines: tuple[ReportLine, ...]) -> None:
        if generation != self._generation:
            return
        self._asked.discard(page)
        self._pages[page] = {line.report_id: line for line in lines}
        while len(self._pages) > PAGES_KEPT:
            self._pages.popitem(last=False)
        first = page * PAGE_ROWS
        last = min(first + PAGE_ROWS, len(self._ids)) - 1
        self.dataChanged.emit(self.index(first, 0), self.index(last, COLUMNS - 1))

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._ids)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else COLUMNS

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.FontRole:
            return theme.font("small-strong")
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole or not 0 <= section < COLUMNS:
            return None
        return self._heads()[section]

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if role not in (Qt.ItemDataRole.DisplayRole, LINE_ROLE, Qt.ItemDataRole.AccessibleTextRole):
            return None
        line = self.line_at(index.row())
        if line is None or not 0 <= index.column() < COLUMNS:
            return "…" if role == Qt.ItemDataRole.DisplayRole and self.id_at(index.row()) else None
        if role == LINE_ROLE:
            return line
        text = self._texts(line)[index.column()]
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{self._heads()[index.column()]}: {text}"
        return text

    @staticmethod
    def _heads() -> tuple[str, ...]:
        return (_t("State"), _t("Form"), _t("Organisation"), _t("Period"), _t("Due date"), _t("Changed"))

    @staticmethod
    def _texts(line: ReportLine) -> tuple[str, ...]:
        identity = line.identity
        form = identity.form_short_name if identity else words.short_file_name(line.file_name, 24)
        if identity and identity.correction_number:
            form = f"{form}, {words.correction_words(identity.correction_number)}"
        return (
            standing_word(line.standing),
            form,
            words.payer_name(line),
            words.period_words(identity) if identity else "",
            dates.numbers(line.due_on) if line.due_on else "",
            dates.moment(line.changed_at),
        )


class ReportDelegate(QStyledItemDelegate):
    """State as a pill, form strong, the rest quiet."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        painter.save()
        canvas = Canvas.of_item(painter, option)
        t, box, column = canvas.theme, canvas.outer, index.column()
        chosen = canvas.is_chosen
        canvas.fill(box, t.selected if chosen else t.surface)
        canvas.fill(QRectF(box.left(), box.bottom() - 1, box.width(), 1), t.border)
        line, text = index.data(LINE_ROLE), str(index.data() or "")
        if column == 0:
            if isinstance(line, ReportLine):
                canvas.pill(
                    box.left() + 10, box.center().y(), words.standing_tone(line.standing), text, words.standing_icon(line.standing), raised=chosen
                )
            if chosen:
                canvas.fill(QRectF(box.left(), box.top(), 3, box.height()), t.accent)
        else:
            role, ink = ("strong", t.ink) if column == 1 else ("body", t.ink if column == 2 else t.ink_muted)
            canvas.text(box.adjusted(10, 0, -8, 0), text, role, ink)
        if canvas.has_focus:
            canvas.frame(box.adjusted(1, 1, -2, -2), t.focus)
        painter.restore()


class ReportTable(QTableView):
    """Space and Shift+arrows choose rows, Enter opens one."""

    opened = Signal(str)
    selection_changed = Signal()

    def __init__(self, fetch: Fetch) -> None:
        super().__init__()
        self.setAccessibleName(_t("Reports"))
        self.reports = ReportsModel(fetch, self)
        self.setModel(self.reports)
        self.setItemDelegate(ReportDelegate(self))
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.setCornerButtonEnabled(False)
        self.setWordWrap(False)
        rows, head = self.verticalHeader(), self.horizontalHeader()
        rows.hide()
        rows.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        rows.setDefaultSectionSize(theme.px(40))
        head.setHighlightSections(False)
        head.setSectionsClickable(False)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        for column, width in enumerate((170, 170, 0, 130, 110, 150)):
            head.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed if width else QHeaderView.ResizeMode.Stretch)
            if width:
                self.setColumnWidth(column, theme.px(width))
        self.doubleClicked.connect(lambda index: self._open(index.row()))
        self.selectionModel().selectionChanged.connect(lambda _now, _before: self.selection_changed.emit())

    def show_ids(self, ids: Sequence[str]) -> None:
        """Show these reports; what was chosen stays chosen where it is still there."""
        kept, current = self.chosen_ids(), self.reports.id_at(self.currentIndex().row())
        self.reports.replace(ids)
        select = QItemSelectionModel.SelectionFlag.Select | QItemSelectionModel.SelectionFlag.Rows
        for report_id in kept:
            number = self.reports.row_of(report_id)
            if number >= 0:
                self.selectionModel().select(self.reports.index(number, 0), select)
        number = self.reports.row_of(current)
        if number >= 0:
            self.selectionModel().setCurrentIndex(self.reports.index(number, 0), QItemSelectionModel.SelectionFlag.NoUpdate)
        elif ids and not kept:
            self.selectRow(0)
        self.selection_changed.emit()

    def chosen_ids(self) -> tuple[str, ...]:
        """Reports of the chosen rows, in the order of the table."""
        return tuple(self.reports.id_at(index.row()) for index in sorted(self.selectionModel().selectedRows(), key=lambda index: index.row()))

    def chosen_lines(self) -> list[ReportLine]:
        """Lines of the chosen rows as far as they have come."""
        lines = (self.reports.line_at(index.row()) for index in self.selectionModel().selectedRows())
        return [line for line in lines if line is not None]

    def hide_for(self, width: int) -> None:
        """A narrow table keeps its first columns."""
        self.setColumnHidden(5, width < theme.px(860))
        self.setColumnHidden(4, width < theme.px(700))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not event.modifiers():
            self._open(self.currentIndex().row())
            return
        super().keyPressEvent(event)

    def _open(self, number: int) -> None:
        report_id = self.reports.id_at(number)
        if report_id:
            self.opened.emit(report_id)
