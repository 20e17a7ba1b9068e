"""The check of the computer: running, one thing wrong, all in order. The failed check is named in the title; its remedy is the first thing said."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from PySide6.QtWidgets import QFrame, QVBoxLayout

from extern_desktop.diagnostics.values import Answer, DiagnosticsReport, Group, Verdict
from extern_desktop.jobs.work import Progress
from extern_desktop.ui import words
from extern_desktop.ui.bridge import Act
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.widgets.basics import Part, button, card, clear, column, framed, icon_label, label, row
from extern_desktop.ui.widgets.pill import StatusPill
from extern_desktop.ui.widgets.progress_card import ProgressCard
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.steps import Step, StepLine
from extern_desktop.wording.checks import group_word, meaning_of, question_of, remedy_text, verdict_word
from extern_desktop.wording.texts import _n, _t

WAY_TO_KEY: Final = ("usb-token", "smart-card-service", "readers", "token-library", "token-seen", "certificate-on-token")
"""The rungs from the port to the certificate, in the order they stand on each other."""
REPORT_NAME: Final = "extern-desktop-check.json"
_GROUP_ICONS: Final[Mapping[Group, str]] = {
    Group.SYSTEM: "monitor",
    Group.SMART_CARDS: "token",
    Group.KEYS: "lock",
    Group.CERTIFICATES: "badge-check",
    Group.NETWORK: "globe",
    Group.PROGRAM: "package",
}
_TONES: Final[Mapping[Verdict, str]] = {
    Verdict.PASSED: "ok",
    Verdict.WARNING: "warn",
    Verdict.FAILED: "bad",
    Verdict.BROKEN: "bad",
    Verdict.UNKNOWN: "warn",
    Verdict.NOT_ASKED: "idle",
    Verdict.NOT_APPLICABLE: "idle",
}
_PREFIX = "group:"


class DiagnosticsPage(Page):
    """Runs when first opened; after that when asked."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.report: DiagnosticsReport | None = None
        self._act: Act | None = None
        self._open_groups: set[Group] = set()
        self.save_button = button(_t("Save the report"), icon="download", on_click=self.save)
        self.again_button = button(_t("Check again"), icon="rotate-ccw", on_click=self.run_checks)
        self.header = PageHeader(_t("Check of the computer"), _t("Nothing is changed, we only look."), self.save_button, self.again_button)
        self._hero = QVBoxLayout()
        self.way = StepLine([], _t("The way to the key"))
        self._way_card = card(label(_t("The way to the key"), "heading"), self.way, gap=10)
        self.answers = RowList([], _t("Checks"), height=52, opens_on_click=True)
        self.answers.opened.connect(self._open_row)
        self._list_card = framed(self.answers)
        self.setLayout(page_box(self.header, self._hero, self._way_card, self._list_card, stretch_at=3))
        self._way_card.hide()
        self._list_card.hide()
        self.save_button.setEnabled(False)

    def refresh(self) -> None:
        if self.report is None and self._act is None:
            self.run_checks()

    def focus_first(self) -> None:
        self.answers.setFocus()

    def check(self) -> None:
        self.run_checks()

    def escape(self) -> bool:
        if self._act is not None and self._act.running:
            self._act.cancel()
            return True
        return False

    def run_checks(self) -> None:
        """Ask all questions anew."""
        if self._act is not None and self._act.running:
            return
        clear(self._hero)
        progress = ProgressCard(_t("Checking the computer"), _t("Nothing is changed, we only look."))
        self._hero.addWidget(progress)
        self.save_button.setEnabled(False)
        self.again_button.setEnabled(False)
        act = self.shell.run(self.shell.office.diagnose)
        self._act = act
        progress.stopped.connect(act.cancel)
        act.progressed.connect(lambda now: self._show_progress(progress, now))
        act.done.connect(self.show_report)
        act.failed.connect(self.shell.show_error)
        act.ended.connect(self._ended)

    def save(self) -> None:
        """Write the report to hand over into a file."""
        if self.report is None:
            return
        target = self.shell.ask_save_file(_t("Save the report"), REPORT_NAME)
        if target is not None:
            future = self.shell.office.save_diagnostics(self.report, target)
            self.shell.bridge.take(future, lambda _done: self._saved(target), self.shell.show_error, self)

    def show_report(self, report: DiagnosticsReport) -> None:
        """Show the answers; the first failed one is the title."""
        self.report = report
        self.save_button.setEnabled(True)
        clear(self._hero)
        first = report.first_failed
        self.save_button.setVisible(first is not None)  # the green card has it as its filled button
        self._hero.addWidget(_failed_card(first) if first else self._ready_card(report))
        self.header.show_words(_t("Check of the computer"), _counts(report))
        self._open_groups = {first.group} if first else set()
        self._show_way(report)
        self._show_rows()
        self._list_card.show()

    def _saved(self, target: Path) -> None:
        self.shell.notify("ok", _t("The report is saved"), str(target))

    def _show_progress(self, shown: ProgressCard, now: Progress) -> None:
        shown.show_progress(_t("Checking the computer"), question_of(now.subject) if now.subject else "", now.done, now.total)

    def _ended(self) -> None:
        self._act = None
        self.again_button.setEnabled(True)
        if self.report is None:
            clear(self._hero)
            self._hero.addWidget(card(label(_t("The check was stopped."), "body", "muted")))
        else:
            self.save_button.setEnabled(True)

    def _ready_card(self, report: DiagnosticsReport) -> QFrame:
        warnings = report.count(Verdict.WARNING)
        title = _t("The computer is ready for work")
        text = (
            _n("{n} thing wants attention, see below.", "{n} things want attention, see below.", warnings).format(n=warnings)
            if warnings
            else _t("Save the report and hand over the workplace.")
        )
        words_ = column(label(title, "title", wrap=True), label(text, "body", "muted", wrap=True), gap=3)
        line = row(
            icon_label("triangle-alert" if warnings else "circle-check", "warn" if warnings else "ok", 36),
            words_,
            button(_t("Save the report"), "primary", "download", self.save),
            gap=14,
        )
        line.setStretch(1, 1)
        return card(line, pad=18)

    def _show_way(self, report: DiagnosticsReport) -> None:
        by_id = {str(answer.id): answer for answer in report.answers}
        rungs = [by_id[name] for name in WAY_TO_KEY if name in by_id]
        asked = any(answer.verdict in (Verdict.PASSED, Verdict.FAILED, Verdict.WARNING) for answer in rungs)
        self._way_card.setVisible(asked)
        self.way.show_steps([Step(_rung_name(str(answer.id)), _TONES[answer.verdict], _rung_note(answer)) for answer in rungs])

    def _show_rows(self) -> None:
        if self.report is None:
            return
        rows: list[Row] = []
        for group in Group:
            answers = [answer for answer in self.report.answers if answer.group is group]
            if not answers:
                continue
            rows.append(_group_row(group, answers, is_open=group in self._open_groups))
            if group in self._open_groups:
                rows += [_answer_row(answer) for answer in answers]
        self.answers.replace(rows)

    def _open_row(self, key: str) -> None:
        """Open or close a group; an answer shows its evidence."""
        if key.startswith(_PREFIX):
            group = Group(key.removeprefix(_PREFIX))
            self._open_groups ^= {group}
            self._show_rows()
            self.answers.choose(key)
        elif self.report is not None:
            answer = next((one for one in self.report.answers if one.id == key), None)
            if answer is not None:
                self._show_evidence(answer)

    def _show_evidence(self, answer: Answer) -> None:
        from extern_desktop.ui.widgets.sheet import Sheet

        lines: list[Part] = [label(f"{name}: {value}", "body", wrap=True) for name, value in sorted(answer.evidence.items())]
        lines = lines or [label(_t("Nothing was seen."), "body", "muted")]
        remedy = remedy_text(answer.remedy)
        head = row(label(question_of(answer.id), "heading", wrap=True), StatusPill(_TONES[answer.verdict], verdict_word(answer.verdict)))
        head.setStretch(0, 1)
        parts: list[Part] = [head, label(meaning_of(answer), wrap=True)]
        if remedy:
            parts += [label(_t("What to do"), "small-strong", "muted"), label(remedy, wrap=True)]
        close = button(_t("Close"))
        box = card(
            *parts,
            label(_t("What we saw"), "small-strong", "muted"),
            *lines,
            label(_t("Check {id}").format(id=answer.id), "small", "faint"),
            row(None, close),
            gap=8,
            pad=20,
        )
        sheet = Sheet(self, box, width=560, height=0, top=90)
        close.clicked.connect(sheet.close_sheet)
        sheet.show()
        sheet.raise_()
        close.setFocus()


def _counts(report: DiagnosticsReport) -> str:
    asked = len(report.answers) - report.count(Verdict.NOT_APPLICABLE)
    failed = report.count(Verdict.FAILED) + report.count(Verdict.BROKEN)
    said = _n("{n} check", "{n} checks", asked).format(n=asked)
    if not failed:
        return _t("{checks}, nothing failed").format(checks=said)
    waiting = report.count(Verdict.NOT_ASKED)
    failed_words = _n("{n} failed", "{n} failed", failed).format(n=failed)
    if not waiting:
        return f"{said}: {failed_words}"
    return f"{said}: {failed_words}, {_n('{n} waits for it', '{n} wait for it', waiting).format(n=waiting)}"


def _failed_card(answer: Answer) -> QFrame:
    """Cause, what to do, what we saw; the id of the check for support by phone."""
    title = column(label(meaning_of(answer).rstrip("."), "title", wrap=True), label(question_of(answer.id), "body", "muted", wrap=True), gap=3)
    head = row(icon_label("circle-x", "bad", 28), title, StatusPill("bad", str(answer.id)), gap=14)
    head.setStretch(1, 1)
    seen = "; ".join(f"{name}: {value}" for name, value in sorted(answer.evidence.items())) or _t("nothing")
    todo = column(
        label(_t("What to do"), "small-strong", "muted"),
        label(remedy_text(answer.remedy) or _t("Show the report to support."), wrap=True),
        None,
        gap=2,
    )
    saw = column(label(_t("What we saw"), "small-strong", "muted"), label(words.short_file_name(seen, 240), wrap=True), None, gap=2)
    body = row(todo, saw, gap=24, margins=(42, 2, 0, 2))
    body.setStretch(0, 1)
    body.setStretch(1, 1)
    return card(head, body, gap=10, pad=18, edge="bad")


def _rung_name(check_id: str) -> str:
    names = {
        "usb-token": _t("USB"),
        "smart-card-service": _t("Service"),
        "readers": _t("Reader"),
        "token-library": _t("PKCS#11"),
        "token-seen": _t("Key"),
        "certificate-on-token": _t("Certificate"),
    }
    return names.get(check_id, check_id)


def _rung_note(answer: Answer) -> str:
    return "" if answer.verdict is Verdict.NOT_ASKED else verdict_word(answer.verdict).lower()


def _group_row(group: Group, answers: Sequence[Answer], *, is_open: bool) -> Row:
    asked = [answer for answer in answers if answer.verdict is not Verdict.NOT_APPLICABLE]
    passed = sum(answer.verdict is Verdict.PASSED for answer in asked)
    tones = {_TONES[answer.verdict] for answer in asked}
    tone = next((one for one in ("bad", "warn", "idle", "ok") if one in tones), "idle")
    worst = next((answer for answer in asked if _TONES[answer.verdict] == tone), None)
    said = meaning_of(worst) if worst is not None and tone != "ok" else _t("In order") if asked else _t("Not needed here")
    pill = (tone, _t("{n} of {m}").format(n=passed, m=len(asked))) if asked else ("idle", _t("not needed"))
    return Row(
        group_word(group),
        said,
        "chevron-down" if is_open else _GROUP_ICONS[group],
        tone if tone == "bad" else "",
        pill=pill,
        strong=True,
        key=f"{_PREFIX}{group.value}",
    )


def _answer_row(answer: Answer) -> Row:
    tone = _TONES[answer.verdict]
    icons = {"ok": "circle-check", "bad": "circle-x", "warn": "triangle-alert"}
    return Row(
        question_of(answer.id), meaning_of(answer), icons.get(tone, "circle-dashed"), tone, right=verdict_word(answer.verdict), key=str(answer.id)
    )
