"""What is being sent, whose, to whom, by when: it never leaves the screen while a report is on its way."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QFrame

from extern_desktop.services.values import ReportLine
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.pages.page import titled
from extern_desktop.ui.widgets.basics import clear, column, label
from extern_desktop.wording.texts import _t

MOST_NAMED = 6


class Summary(QFrame):
    """Hidden while nothing is known."""

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "card")
        self.setFixedWidth(theme.px(290))
        self._box = column(margins=(16, 14, 16, 14), gap=2)
        self.setLayout(self._box)
        self._shown: tuple[Sequence[ReportLine], bool] = ((), False)
        self.hide()

    def show_lines(self, lines: Sequence[ReportLine], *, is_sent: bool) -> None:
        """Show these reports; `is_sent` says it in the past."""
        if (lines, is_sent) == self._shown:
            return
        self._shown = lines, is_sent
        clear(self._box)
        self.setVisible(bool(lines))
        if not lines:
            return
        self._box.addWidget(label(_t("What was sent") if is_sent else _t("What is sent"), "heading"))
        for head, first, second in _of_one(lines[0]) if len(lines) == 1 else _of_many(lines):
            self._box.addSpacing(8)
            self._box.addLayout(titled(head, words.glued(first), words.glued(second)))
        self._box.addStretch(1)


def _of_one(line: ReportLine) -> list[tuple[str, str, str]]:
    identity = line.identity
    pairs = [(_t("Report"), words.line_title(line), words.correction_words(identity.correction_number) if identity else "")]
    pairs.append((_t("File"), words.short_file_name(line.file_name, 34), ""))
    if identity is not None:
        kpp = f" · {_t('KPP {kpp}').format(kpp=identity.payer_kpp)}" if identity.payer_kpp else ""
        pairs.append((_t("Organisation"), words.payer_name(line), f"{_t('INN {inn}').format(inn=identity.payer_inn)}{kpp}"))
        pairs.append((_t("To"), _t("FNS {code}").format(code=identity.authority_code), _t("through the operator")))
    if line.due_on:
        pairs.append((_t("Due date"), f"{dates.day(line.due_on)}, {dates.weekday(line.due_on)}", ""))
    return pairs


def _of_many(lines: Sequence[ReportLine]) -> list[tuple[str, str, str]]:
    shown = [(words.line_title(line), words.payer_name(line), "") for line in lines[:MOST_NAMED]]
    more = len(lines) - len(shown)
    if more:
        shown.append((_t("And also"), words.reports_words(more), ""))
    return shown
