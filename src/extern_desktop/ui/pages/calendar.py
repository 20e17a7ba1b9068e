"""Calendar: a month in days, or a year by organisation. The side panel tells how each report of the chosen day stands."""

from __future__ import annotations

import calendar as months
from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtWidgets import QButtonGroup, QFrame, QPushButton, QStackedWidget, QWidget

from extern_desktop.domain.docflows import CELL_TONES, UNFILED, CellStatus, Tone
from extern_desktop.services.values import CalendarCell
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.widgets.basics import Part, button, column, framed, holder, icon_label, label, row
from extern_desktop.ui.widgets.days import Day, DayLine, DaysView, due_tone, tone_icon
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.year import MonthLoad, YearView
from extern_desktop.wording.statuses import cell_word
from extern_desktop.wording.texts import _n, _t

GRID_DAYS = 42
"""Cells that still ask for a report."""


class CalendarPage(Page):
    """Opens on the current month and today."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._today = dates.today()
        self._shown, self._chosen, self._by_year = self._today.replace(day=1), self._today, False
        self._cells: tuple[CalendarCell, ...] = ()
        back, forth = (
            button("", icon="chevron-left", on_click=lambda: self._move(-1), name=_t("Back")),
            button("", icon="chevron-right", on_click=lambda: self._move(1), name=_t("Forward")),
        )
        self._month_button = button(_t("Month"), "segment", on_click=lambda: self._choose_view(by_year=False))
        self._year_button = button(_t("Year"), "segment", on_click=lambda: self._choose_view(by_year=True))
        group = QButtonGroup(self)
        for part in (self._month_button, self._year_button):
            part.setCheckable(True)
            part.setAutoExclusive(True)
            group.addButton(part)
        self._month_button.setChecked(True)
        now = button(_t("Today"), on_click=lambda: self.open_day(dates.today()))
        self.header = PageHeader("", "", back, forth, now, self._month_button, self._year_button)
        self.grid = DaysView(_t("Calendar of due dates"), 7, strip=False)
        self.grid.narrow_weekends()
        self.grid.chosen.connect(self._choose_day)
        self._side = self._make_side()
        month = row(framed(self.grid, header=True), self._side, gap=16)
        month.setStretch(0, 1)
        self.year = YearView()
        self.year.opened.connect(self._open_month)
        self._views = QStackedWidget()
        self._views.addWidget(holder(month))
        self._views.addWidget(framed(self.year, header=True))
        self.setLayout(page_box(self.header, self._views, _legend(), stretch_at=1))
        self._show_grid()

    def _make_side(self) -> QFrame:
        self._day_title, self._day_left = label("", "heading", wrap=True), label("", "small", "muted")
        self.day_rows = RowList([], _t("Due on this day"), height=52, pad=14)
        self._nothing = label(_t("Nothing is due on this day."), "body", "muted", wrap=True)
        self._nothing_line = holder(column(self._nothing, margins=(16, 0, 16, 0)))
        load = button(_t("Load a report"), "primary", "import", lambda: self.shell.import_reports())
        side = QFrame()
        side.setProperty("role", "card")
        head = column(self._day_title, self._day_left, gap=1, margins=(16, 14, 16, 6))
        box = column(
            head,
            self._nothing_line,
            self.day_rows,
            None,
            holder(column(load, margins=(16, 6, 16, 14))),
            gap=0,
            margins=(1, 1, 1, 1),
        )
        box.setStretch(2, 10_000)
        side.setLayout(box)
        side.setFixedWidth(theme.px(296))
        return side

    def open_day(self, on: date) -> None:
        """Show the month of a day and choose the day."""
        self._choose_view(by_year=False)
        self._shown, self._chosen = on.replace(day=1), on
        self.refresh()

    def refresh(self) -> None:
        self._today = dates.today()
        if self._by_year:
            first, last = date(self._shown.year, 1, 1), date(self._shown.year, 12, 31)
        else:
            first, last = self._grid_first(), self._grid_first() + timedelta(days=GRID_DAYS - 1)
        self.shell.bridge.take(self.shell.office.calendar(first, last), self.show_cells, self.shell.show_error, self)

    def show_cells(self, cells: tuple[CalendarCell, ...]) -> None:
        """Show the cells of the month or year in sight."""
        organisation_id = self.shell.organisation_id()
        self._cells = tuple(cell for cell in cells if organisation_id in ("", cell.organisation.id))
        if self._by_year:
            self._show_year()
        else:
            self._show_grid()

    def focus_first(self) -> None:
        (self.year if self._by_year else self.grid).setFocus()

    def primary_button(self) -> QPushButton | None:
        return None if self._by_year else super().primary_button()

    def _move(self, step: int) -> None:
        if self._by_year:
            self._shown = date(self._shown.year + step, 1, 1)
        else:
            number = self._shown.year * 12 + self._shown.month - 1 + step
            self._shown = date(number // 12, number % 12 + 1, 1)
            self._chosen = self._today if (self._today.year, self._today.month) == (self._shown.year, self._shown.month) else self._shown
        self.refresh()

    def _choose_view(self, *, by_year: bool) -> None:
        self._by_year = by_year
        (self._year_button if by_year else self._month_button).setChecked(True)
        self._views.setCurrentIndex(1 if by_year else 0)
        self.refresh()

    def _open_month(self, number: int) -> None:
        self._shown = self._chosen = date(self._shown.year, number, 1)
        self._choose_view(by_year=False)

    def _grid_first(self) -> date:
        return self._shown - timedelta(days=self._shown.weekday())

    def _show_grid(self) -> None:
        first = self._grid_first()
        last_of_month = self._shown.replace(day=months.monthrange(self._shown.year, self._shown.month)[1])
        count = GRID_DAYS if (last_of_month - first).days >= 35 else 35
        by_day: dict[date, list[CalendarCell]] = {}
        for cell in self._cells:
            by_day.setdefault(cell.due_on, []).append(cell)
        days = []
        for number in range(count):
            on = first + timedelta(days=number)
            days.append(Day(on, is_off=not self._is_working(on), lines=_lines(by_day.get(on, ()), (on - self._today).days)))
        self.grid.days.replace(first, count, days, today=self._today, month=self._shown.month)
        in_month = [cell for cell in self._cells if cell.due_on.month == self._shown.month and cell.status is not CellStatus.NOT_REQUIRED]
        self.header.show_words(dates.month(self._shown), _left_words(in_month))
        self.grid.choose(self._chosen)
        self._show_day()

    def _is_working(self, on: date) -> bool:
        return self.shell.office.is_working_day(on) if self._cells else on.weekday() < 5

    def _choose_day(self, on: date) -> None:
        self._chosen = on
        self._show_day()

    def _show_day(self) -> None:
        on, left = self._chosen, (self._chosen - self._today).days
        self._day_title.setText(f"{dates.day(on)}, {dates.weekday(on)}")
        self._day_left.setText(dates.days_left(left) if left <= 1 else _t("in {days}").format(days=dates.days(left)))
        cells = sorted(
            (cell for cell in self._cells if cell.due_on == on),
            key=lambda cell: (cell.form_short_name, cell.status not in UNFILED, cell.organisation.name),  # what is left to do first
        )
        rows: list[Row] = []
        for cell in cells:
            if not rows or rows[-1].key != cell.form_short_name:
                rows.append(Row(cell.form_short_name, heading=True, key=cell.form_short_name))
            tone = _cell_tone(cell, left)
            rows.append(
                Row(cell.organisation.name, cell_word(cell.status), tone_icon(tone), tone if tone != "idle" else "", key=cell.form_short_name)
            )
        self.day_rows.replace(rows)
        self.day_rows.setVisible(bool(rows))
        self._nothing_line.setVisible(not rows)

    def _show_year(self) -> None:
        organisations = {cell.organisation.id: cell.organisation.name for cell in self._cells}
        numbers = {one: number for number, one in enumerate(organisations)}
        by_month: dict[tuple[int, int], list[CalendarCell]] = {}
        for cell in self._cells:
            by_month.setdefault((numbers[cell.organisation.id], cell.due_on.month), []).append(cell)
        loads = {}
        for key, cells in by_month.items():
            lines = [
                line for on in {cell.due_on for cell in cells} for line in _lines([one for one in cells if one.due_on == on], (on - self._today).days)
            ]
            day = Day(self._today, is_off=False, lines=tuple(lines))
            loads[key] = MonthLoad(day.left, sum(line.total for line in lines), day.tone)
        self.year.loads.replace(tuple(organisations.values()), loads)
        self.header.show_words(_t("Year {year}").format(year=self._shown.year), _left_words(self._cells))


def _left_words(cells: Sequence[CalendarCell]) -> str:
    left = sum(cell.status in UNFILED for cell in cells)
    if not cells:
        return _t("Nothing is due.")
    return (
        _t("{left} left of {total}").format(left=left, total=words.reports_words(len(cells)))
        if left
        else _n("The only report is filed", "All {n} reports are filed", len(cells)).format(n=len(cells))
    )


def _cell_tone(cell: CalendarCell, days_left: int) -> str:
    tone = CELL_TONES[cell.status]
    return due_tone(1, days_left) if tone is Tone.IDLE and cell.status in UNFILED else tone.value


def _lines(cells: Sequence[CalendarCell], days_left: int) -> tuple[DayLine, ...]:
    """One line a form, the worst tone of its cells."""
    by_form: dict[str, list[CalendarCell]] = {}
    for cell in cells:
        if cell.status is not CellStatus.NOT_REQUIRED:
            by_form.setdefault(cell.form_short_name, []).append(cell)
    lines = []
    for form, of_form in sorted(by_form.items()):
        tones = {_cell_tone(cell, days_left) for cell in of_form}
        tone = next(one for one in ("bad", "warn", "idle", "info", "ok") if one in tones)
        lines.append(DayLine(form, sum(cell.status in UNFILED for cell in of_form), len(of_form), tone))
    return tuple(lines)


def _legend() -> QWidget:
    marks = (
        ("circle-check", "ok", _t("filed")),
        ("send", "info", _t("sent")),
        ("clock", "warn", _t("less than 7 days left")),
        ("circle-x", "bad", _t("refused or late")),
        ("clock", "", _t("ahead")),
    )
    parts: list[Part] = []
    for icon, tone, text in marks:
        parts += [icon_label(icon, tone, 14), label(text, "small", "muted"), 10]
    return holder(row(*parts, None, gap=5))
