"""What was sent before, newest first, with what became of it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QStackedWidget, QWidget

from extern_desktop.services.values import ReportLine
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.office import Chip, ReportKeys, ReportQuery
from extern_desktop.ui.pages.page import Shell
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.basics import card, column, framed
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.wording.statuses import standing_word
from extern_desktop.wording.texts import _t

MOST_SHOWN = 200


class SendHistory(QWidget):
    """A list of sent reports; opening one shows its docflow."""

    def __init__(self, shell: Shell, open_docflow: Callable[[str, str], object]) -> None:
        super().__init__()
        self._shell, self._open_docflow = shell, open_docflow
        self._lines: dict[str, ReportLine] = {}
        self.rows = RowList([], _t("History of sending"), height=56, opens_on_click=True)
        self.rows.opened.connect(self._open)
        nothing = EmptyState(
            "send",
            _t("Nothing has been sent yet"),
            _t("Reports that you send appear here with everything that came back."),
            _t("Open the reports"),
            lambda: shell.go(Place.REPORTS),
        )
        self._stack = QStackedWidget()
        self._stack.addWidget(framed(self.rows))
        self._stack.addWidget(card(nothing))
        self.setLayout(column(self._stack))

    def refresh(self) -> None:
        query = ReportQuery(chip=Chip.SENT, organisation_id=self._shell.organisation_id())
        self._shell.bridge.take(self._shell.office.report_keys(query), self._take_keys, self._shell.show_error, self)

    def _take_keys(self, keys: ReportKeys) -> None:
        self._stack.setCurrentIndex(0 if keys.report_ids else 1)
        if keys.report_ids:
            future = self._shell.office.report_lines(keys.report_ids[:MOST_SHOWN])
            self._shell.bridge.take(future, self._take_lines, self._shell.show_error, self)

    def _take_lines(self, lines: tuple[ReportLine, ...]) -> None:
        self._lines = {line.report_id: line for line in lines}
        self.rows.replace([_row(line) for line in lines])

    def _open(self, key: str) -> None:
        line = self._lines.get(key)
        if line is not None:
            self._open_docflow(line.report_id, line.docflow_id)


def _row(line: ReportLine) -> Row:
    tone = words.standing_tone(line.standing)
    return Row(
        words.line_title(line),
        " · ".join((words.payer_name(line), dates.moment(line.changed_at))),
        words.standing_icon(line.standing) or theme.current().tone(tone).icon,
        tone,
        pill=(tone, standing_word(line.standing)),
        key=line.report_id,
    )
