"""Today: what is due, what waits for me, what went wrong. Numbers are of what is left, not of what is done."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QFrame, QPushButton, QSizePolicy, QStackedWidget

from extern_desktop.settings.places import Stage
from extern_desktop.ui import dates
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.basics import button, card, column, holder, icon_label, label, row, stretch
from extern_desktop.ui.widgets.days import Day, DaysView
from extern_desktop.ui.widgets.pill import StatusPill
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.skeleton import Skeleton
from extern_desktop.wording.texts import _n, _t

if TYPE_CHECKING:
    from extern_desktop.services.today_snapshot import KeptToday
    from extern_desktop.services.today_values import Today, WaitingItem

STRIP_DAYS = 14
KEYS_EVERY_SECONDS = 60.0
"""The tokens are asked for certificates that end this often: it may take longer than everything else on the page."""


class Panel(QFrame):
    """One of the three columns: a heading with a count, rows, a calm fact, one button and one link."""

    def __init__(self, icon: str, tone: str, title: str, nothing: str, link: str, height: int = 56, *, primary: bool = False) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.pill = StatusPill("idle", "")
        self.rows = RowList([], title, height=height, pad=8, opens_on_click=True)
        self.fact = label("", "small", "muted", wrap=True)
        self.act, self.second = button("", "primary" if primary else "plain"), button("")
        self.link = button(link, "link")
        self._tone = tone
        self._nothing = label(nothing, "body", "muted", wrap=True, centred=True)
        empty = holder(column(None, row(None, icon_label(icon, "", 28), None), self._nothing, None))
        self._body = QStackedWidget()
        for part in (Skeleton(), empty, self.rows):
            self._body.addWidget(part)
        head = row(icon_label(icon, tone, 22), label(title, "heading"), None, self.pill, gap=8, margins=(8, 0, 8, 0))
        body = self._body
        body.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Expanding)
        self._fact_line = holder(row(icon_label("circle-check", "ok", 16), self.fact, gap=8, margins=(8, 0, 8, 0)))
        acts = column(self.act, self.second, margins=(8, 0, 8, 0))
        box = column(head, body, self._fact_line, acts, row(None, self.link, None), gap=8, margins=(8, 14, 8, 10))
        box.setStretch(1, 1)
        self.setLayout(box)
        room = self.pill.sizePolicy()
        room.setRetainSizeWhenHidden(True)  # the three headings stand at one height, counted or not
        self.pill.setSizePolicy(room)
        for part in (self.pill, self.act, self.second, self._fact_line):
            part.hide()

    def show_rows(self, rows: Sequence[Row], count: str, fact: str = "") -> None:
        """Show the rows; `count` goes into the pill, empty when there is nothing to count."""
        self.rows.replace(rows)
        self._body.setCurrentIndex(2 if rows else 1)
        self.pill.show_state(self._tone, count)
        self.pill.setVisible(bool(count))
        self.fact.setText(fact)
        self._fact_line.setVisible(bool(fact))

    def show_nothing(self, text: str) -> None:
        """What the empty column says."""
        self._nothing.setText(text)

    def show_act(self, text: str) -> None:
        """What the button does now; empty hides it."""
        self.act.setText(text)
        self.act.setAccessibleName(text)
        self.act.setVisible(bool(text))

    def show_second(self, text: str) -> None:
        """What else can be done instead of the button; empty hides it."""
        self.second.setText(text)
        self.second.setAccessibleName(text)
        self.second.setVisible(bool(text))


class TodayPage(Page):
    """The first page. Only the first column has the filled button."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._today: Today | None = None
        self._read: Today | None = None
        self._ending: tuple[WaitingItem, ...] = ()
        self._ask_keys_at = 0.0
        self._is_desk_empty = False
        refresh = button(_t("Synchronise"), icon="refresh-cw", on_click=shell.synchronise)
        load = button(_t("Load a file"), icon="import", on_click=lambda: shell.import_reports())
        self._head_acts = (refresh, load)
        self.header = PageHeader(_t("Today"), "", *self._head_acts)
        self.strip = DaysView(_t("Coming days"), STRIP_DAYS, strip=True)
        self.strip.opened.connect(self._open_day)
        nothing_due = _t("Nothing is due in the next two weeks.")
        self.due = Panel("calendar-clock", "warn", _t("Time to file"), nothing_due, _t("All due dates"), height=66, primary=True)
        self.waiting = Panel("inbox", "info", _t("Waits for me"), _t("Nothing waits for you."), _t("All reports"))
        self.failed = Panel("circle-alert", "bad", _t("Did not go through"), _t("No refusals."), _t("History of sending"))
        self.due.rows.opened.connect(self._open_due)
        self.due.act.clicked.connect(self._send_ready)
        self.due.second.clicked.connect(lambda: shell.import_reports())
        self.due.link.clicked.connect(lambda: shell.go(Place.CALENDAR))
        self.waiting.rows.opened.connect(self._open_waiting)
        self.waiting.act.clicked.connect(self._answer)
        self.waiting.link.clicked.connect(lambda: shell.show_reports())
        self.failed.rows.opened.connect(self._open_failed)
        self.failed.act.clicked.connect(self._mend)
        self.failed.link.clicked.connect(lambda: shell.go(Place.SEND))
        columns = stretch(row(self.due, self.waiting, self.failed, gap=16), 0, 1, 2)
        self.setLayout(page_box(self.header, card(self.strip, pad=6), columns, stretch_at=2))

    def refresh(self) -> None:
        office = self.shell.office
        self.shell.bridge.take(office.today(), self._take_today, self.shell.show_error, self)
        if time.monotonic() >= self._ask_keys_at:
            self._ask_keys_at = time.monotonic() + KEYS_EVERY_SECONDS
            self.shell.bridge.take(office.certificates_ending(), self._take_ending, self.shell.show_error, self)

    def _take_today(self, today: Today) -> None:
        if today != self._read:  # in the middle of a synchronisation most commits change nothing here
            self.show_today(today)

    def _take_ending(self, ending: tuple[WaitingItem, ...]) -> None:
        if ending != self._ending:
            self._ending = ending
            if self._read is not None:
                self.show_today(self._read)

    def focus_first(self) -> None:
        self.due.rows.setFocus()

    def show_today(self, today: Today) -> None:
        """Show what the workspace says."""
        from extern_desktop.ui.pages import today_rows as said

        self._read = today
        self._is_desk_empty = self.shell.office.stage is Stage.TRAINING and not today.reports
        self._today = replace(today, waiting=(*today.waiting, *self._ending))
        self._let_act(True)
        self._draw(self._today, said.subtitle(self._today))

    def show_kept(self, kept: KeptToday) -> None:
        """Show what the page showed when the program was last open. It is only looked at: nothing can be done before the workspace is open."""
        self._is_desk_empty = kept.stage is Stage.TRAINING and not kept.today.reports
        self._draw(kept.today, _t("As of {moment}").format(moment=dates.moment_words(kept.read_at, kept.today.on)))
        self._let_act(False)

    def _let_act(self, may: bool) -> None:
        panels = (self.due, self.waiting, self.failed)
        for part in (*self._head_acts, *(one for panel in panels for one in (panel.act, panel.second, panel.link))):
            part.setEnabled(may)

    def _draw(self, today: Today, subtitle: str) -> None:
        from extern_desktop.ui.pages import today_rows as said

        title = _t("Today, {weekday}, {day}").format(weekday=dates.weekday(today.on), day=dates.day(today.on))
        self.header.show_words(title, subtitle)
        days = [
            Day(mark.on, is_off=not mark.is_working, lines=said.strip_lines(mark.due, mark.all_done, (mark.on - today.on).days))
            for mark in today.days
        ]
        if days:
            self.strip.days.replace(days[0].on, STRIP_DAYS, days, today=today.on)
        self._show_due(today)
        self._show_waiting(today)
        failed, accepted = len(today.failed), today.accepted_count
        if failed:
            beside = _n("The other {n} report is accepted", "The other {n} reports are accepted", accepted)
        else:
            beside = _n("{n} report due this month is accepted", "{n} reports due this month are accepted", accepted)
        self.failed.show_rows(
            [said.failed_row(number, item, today) for number, item in enumerate(today.failed)],
            _n("{n} refusal", "{n} refusals", failed).format(n=failed) if failed else "",
            beside.format(n=accepted) if accepted else "",
        )
        self.failed.show_act(_t("Correct: {subject}").format(subject=today.failed[0].subject) if failed else "")

    def _show_due(self, today: Today) -> None:
        from extern_desktop.ui.pages import today_rows as said

        due = [group for group in today.due if group.left]
        count = len(due)
        done = bool(today.due) and not due
        self.due.show_rows(
            [said.due_row(number, group) for number, group in enumerate(today.due)],
            _n("{n} due date", "{n} due dates", count).format(n=count) if count else "",
            _t("Everything that is due soon is filed.") if done else "",
        )
        ready = len(today.ready_report_ids)
        self.due.show_nothing(
            _t("Nothing is due in the next two weeks.") if today.organisations else _t("The due dates appear after the first synchronisation.")
        )
        self.due.show_second("")
        if not today.organisations and not ready:
            self.due.show_act(_t("Synchronise"))
        elif self._is_desk_empty:
            self.due.show_act(_t("Take a training report"))
            self.due.show_second(_t("Load a file"))
        elif ready:
            self.due.show_act(_n("Send {n} ready report", "Send {n} ready reports", ready).format(n=ready))
        else:
            self.due.show_act("" if done else _t("Load a report"))

    def _show_waiting(self, today: Today) -> None:
        from extern_desktop.ui.pages import today_rows as said

        items, count = today.waiting, said.waiting_count(today)
        self.waiting.show_rows(
            [said.waiting_row(number, item, today) for number, item in enumerate(items)],
            _n("{n} thing", "{n} things", count).format(n=count) if items else "",
        )
        if said.owed_docflows(today):
            self.waiting.show_act(_t("Sign the receipts"))
        elif said.has_unfinished(today):
            self.waiting.show_act(_t("Finish sending"))
        elif items:
            self.waiting.show_act(_t("Open keys"))
        else:
            self.waiting.show_act("")

    def _open_day(self, on: date) -> None:
        if self._today:
            self.shell.open_day(on)

    def _open_due(self, key: str) -> None:
        if self._today:
            self.shell.open_day(self._today.due[int(key)].due_on)

    def _send_ready(self) -> None:
        if self._today and self._today.ready_report_ids:
            self.shell.send_reports(self._today.ready_report_ids)
        elif self._today and not self._today.organisations:
            self.shell.synchronise()
        elif self._is_desk_empty:
            self.shell.take_training_report()
        else:
            self.shell.import_reports()

    def _open_waiting(self, key: str) -> None:
        if not self._today:
            return
        item = self._today.waiting[int(key)]
        from extern_desktop.ui.pages import today_rows as said

        if said.is_certificate(item):
            self.shell.go(Place.KEYS)
        elif item.docflow_id:
            self.shell.open_docflow("", item.docflow_id)
        else:
            self.shell.resume_sending()

    def _answer(self) -> None:
        if not self._today:
            return
        from extern_desktop.ui.pages import today_rows as said

        owed = said.owed_docflows(self._today)
        if owed:
            self.shell.send_replies(owed if len(owed) == self._today.owed_docflows else ())  # all of them, though the page names the first ones
        elif said.has_unfinished(self._today):
            self.shell.resume_sending()
        else:
            self.shell.go(Place.KEYS)

    def _open_failed(self, key: str) -> None:
        if not self._today:
            return
        item = self._today.failed[int(key)]
        if item.docflow_id:
            self.shell.open_docflow(item.report_id, item.docflow_id)
        else:
            self.shell.open_report(item.report_id)

    def _mend(self) -> None:
        if self._today and self._today.failed:
            self.shell.open_report(self._today.failed[0].report_id)

    def primary_button(self) -> QPushButton | None:
        return self.due.act if self.due.act.property("kind") == "primary" and not self.due.act.isHidden() else None
