"""Reports: the list of all of them, and one opened for reading and correcting."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QButtonGroup, QLineEdit, QPushButton, QSizePolicy, QStackedWidget, QWidget

from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import ReportLine
from extern_desktop.settings.places import Stage
from extern_desktop.ui import icons, theme, words
from extern_desktop.ui.office import Chip, ReportKeys, ReportQuery
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.pages.report_view import ReportView
from extern_desktop.ui.widgets.basics import button, column, framed, label, row, screen_ratio
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.report_table import ReportTable
from extern_desktop.wording.texts import _n, _t

SENDABLE = frozenset({ReportStanding.DRAFT, ReportStanding.READY, ReportStanding.SIGNED, ReportStanding.REFUSED_BY_OPERATOR})
SENT = frozenset({ReportStanding.SENT, ReportStanding.DELIVERED, ReportStanding.ACCEPTED, ReportStanding.CLARIFICATION, ReportStanding.DECLINED})
TYPING_MS = 120


def chip_words(chip: Chip) -> str:
    names = {
        Chip.ALL: _t("All"),
        Chip.WAITING: _t("Wait for me"),
        Chip.READY: _t("Ready to send"),
        Chip.FAILED: _t("Refusals"),
        Chip.SENT: _t("Sent ones"),
    }
    return names[chip]


class ReportsPage(Page):
    """List and opened report share the place; Esc goes back to the list."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.list = ReportList(shell, self.open_report)
        self.view = ReportView(shell, self.show_list_page)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self.view)
        self.setLayout(column(self._stack))

    def refresh(self) -> None:
        if self._stack.currentWidget() is self.view:
            self.view.refresh()
        else:
            self.list.refresh()

    def open_report(self, report_id: str) -> None:
        """Show one report with its fields and findings."""
        self._stack.setCurrentWidget(self.view)
        self.view.open(report_id)

    def show_list(self, typed: str = "", chip: Chip = Chip.ALL) -> None:
        """Show the list, narrowed."""
        self._stack.setCurrentWidget(self.list)
        self.list.narrow(typed, chip)

    def show_list_page(self) -> None:
        self._stack.setCurrentWidget(self.list)
        self.list.refresh()
        self.list.table.setFocus()

    def is_report_open(self) -> bool:
        return self._stack.currentWidget() is self.view

    def focus_first(self) -> None:
        if self.is_report_open():
            self.view.focus_first()
        else:
            self.list.table.setFocus()

    def escape(self) -> bool:
        if self.is_report_open():
            self.show_list_page()
            return True
        return False

    def check(self) -> None:
        if self.is_report_open():
            self.view.check()
        else:
            self.list.check_chosen()

    def next_finding(self, step: int) -> None:
        if self.is_report_open():
            self.view.next_finding(step)

    def find_in_list(self) -> None:
        if not self.is_report_open():
            self.list.search.setFocus()

    def primary_button(self) -> QPushButton | None:
        return self.view.send_button if self.is_report_open() else self.list.send_button


class ReportList(QWidget):
    """Search, counted chips, the table, and what can be done with what is chosen."""

    _query: ReportQuery | None = None
    """The one that was asked last."""

    def __init__(self, shell: Shell, open_report: Callable[[str], object]) -> None:
        super().__init__()
        self._shell, self._chip, self._open_report = shell, Chip.ALL, open_report
        load = button(_t("Load a file"), icon="import", on_click=lambda: shell.import_reports())
        self.header = PageHeader(_t("Reports"), _t("All organisations, newest first"), load)
        self.search = QLineEdit()
        self.search.setFont(theme.font("body"))
        self.search.setPlaceholderText(_t("Form, organisation, INN, period"))
        self.search.setAccessibleName(_t("Search the reports"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icons.icon("search", theme.current().ink_muted, 16, "", screen_ratio()), QLineEdit.ActionPosition.LeadingPosition)
        self.search.setMinimumWidth(160)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(TYPING_MS)
        self._typing.timeout.connect(self.refresh)
        self.search.textChanged.connect(lambda _text: self._typing.start())
        self._chips = {chip: button(chip_words(chip), "segment", on_click=partial(self._choose_chip, chip)) for chip in Chip}
        group = QButtonGroup(self)
        for part in self._chips.values():
            part.setCheckable(True)
            part.setAutoExclusive(True)
            part.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
            group.addButton(part)
        self._chips[Chip.ALL].setChecked(True)
        tools = row(self.search, *self._chips.values(), gap=6)
        tools.setStretch(0, 1)
        self.table = ReportTable(self._fetch)
        self.table.opened.connect(self._open)
        self.table.selection_changed.connect(self._show_choice)
        self.table.reports.dataChanged.connect(lambda *_cells: self._show_choice())
        self._nothing = EmptyState(
            "file-text",
            _t("No reports yet"),
            _t("Load an XML file made by your accounting program, or drop it here."),
            _t("Load a file"),
            lambda: shell.import_reports(),
            kind="plain",
            second=_t("Take a training report") if shell.office.stage is Stage.TRAINING else "",
            on_second=shell.take_training_report,
        )
        self._no_match = EmptyState(
            "search",
            _t("Nothing found"),
            _t("Check the INN or clear the filter."),
            _t("Clear the filter"),
            lambda: self.narrow("", Chip.ALL),
            kind="plain",
        )
        self._body = QStackedWidget()
        for body_part in (self.table, self._nothing, self._no_match):
            self._body.addWidget(body_part)
        self.chosen = label("", "body", "muted", wrap=True)
        self.open_button = button(_t("Open"), on_click=self._open_chosen)
        self.send_button = button(_t("Check and send"), "primary", "send", self._send_chosen)
        bar = row(self.chosen, self.open_button, self.send_button)
        bar.setStretch(0, 1)
        self.setLayout(page_box(self.header, tools, framed(self._body, header=True), bar, stretch_at=2))
        self._show_choice()

    def refresh(self) -> None:
        query = self._query = ReportQuery(self.search.text(), self._chip, self._shell.organisation_id())
        self._shell.bridge.take(self._shell.office.report_keys(query), lambda keys: self._take(query, keys), self._shell.show_error, self)

    def narrow(self, typed: str, chip: Chip) -> None:
        """Show what these words and this chip leave."""
        self._chip = chip
        self._chips[chip].setChecked(True)
        self.search.setText(typed)
        self._typing.stop()
        self.refresh()

    def check_chosen(self) -> None:
        """F8: open the chosen report and check it there."""
        chosen = self.table.chosen_ids()
        if chosen:
            self._open_report(chosen[0])

    def _take(self, query: ReportQuery, keys: ReportKeys) -> None:
        if query is not self._query:
            return  # two threads read: the answer to an older question may come last
        for chip, part in self._chips.items():
            count = keys.counts.get(chip, 0)
            part.setText(f"{chip_words(chip)} {count}" if count or chip is Chip.ALL else chip_words(chip))
            part.setAccessibleName(f"{chip_words(chip)}: {count}")
        self.table.show_ids(keys.report_ids)
        if keys.report_ids:
            self._body.setCurrentWidget(self.table)
        else:
            self._body.setCurrentWidget(self._nothing if not keys.counts.get(Chip.ALL) else self._no_match)
        self._show_choice()

    def _fetch(self, ids: Sequence[str], take: Callable[[tuple[ReportLine, ...]], object]) -> None:
        self._shell.bridge.take(self._shell.office.report_lines(ids), take, self._shell.show_error, self)

    def _choose_chip(self, chip: Chip) -> None:
        self._chip = chip
        self.refresh()

    def _show_choice(self) -> None:
        ids, lines = self.table.chosen_ids(), self.table.chosen_lines()
        sendable = [line for line in lines if line.standing in SENDABLE]
        self.open_button.setEnabled(len(ids) == 1)
        self.send_button.setEnabled(bool(sendable) and len(sendable) == len(ids))
        self.chosen.setText(self._choice_words(ids, lines, sendable))

    def _choice_words(self, ids: Sequence[str], lines: Sequence[ReportLine], sendable: Sequence[ReportLine]) -> str:
        if not ids:
            return _t("Choose a report")
        if len(ids) == 1 and lines:
            line = lines[0]
            said = " · ".join(part for part in (words.line_title(line), words.payer_name(line)) if part)
            if line.standing is ReportStanding.HAS_ERRORS:
                return f"{said}. {_t('Correct {errors} first.').format(errors=words.errors_words(line.errors))}"
            return said
        if len(sendable) < len(lines):
            return _t("{n} chosen, {m} of them can be sent").format(n=len(ids), m=len(sendable))
        return _n("{n} chosen", "{n} chosen", len(ids)).format(n=len(ids))

    def _open_chosen(self) -> None:
        chosen = self.table.chosen_ids()
        if chosen:
            self._open(chosen[0])

    def _open(self, report_id: str) -> None:
        line = self.table.reports.line_at(self.table.reports.row_of(report_id))
        if line is not None and line.docflow_id and line.standing in SENT:
            self._shell.open_docflow(report_id, line.docflow_id)
        else:
            self._open_report(report_id)

    def _send_chosen(self) -> None:
        self._shell.send_reports([line.report_id for line in self.table.chosen_lines() if line.standing in SENDABLE])

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.table.hide_for(event.size().width() - 48)
        for chip in (Chip.SENT, Chip.WAITING):
            self._chips[chip].setVisible(event.size().width() >= theme.px(980) or chip is Chip.WAITING)
        super().resizeEvent(event)
