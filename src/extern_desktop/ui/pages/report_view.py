"""One report: its sections, the fields of one of them, and what the check found. A finding leads to its field, where it is corrected."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QTimer
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from extern_desktop.forms.values import FieldRow, Finding, Section, Severity
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import OpenedReport
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.pages.page import Shell, page_box
from extern_desktop.ui.widgets.basics import button, card, clear, column, framed, holder, label, row, rule, scroll, tooltip
from extern_desktop.ui.widgets.choice_box import ChoiceBox
from extern_desktop.ui.widgets.finding_row import FindingRow
from extern_desktop.ui.widgets.form_fields import Complaint, FieldKey, FormFields, field_name, key_of
from extern_desktop.ui.widgets.pill import StatusPill
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.wording.findings import finding_sentence
from extern_desktop.wording.statuses import standing_word
from extern_desktop.wording.texts import _n, _t, language

FINDINGS_SHOWN = 60
"""More cards than a person reads at once; the rest is counted and comes up as these are mended."""
CORRECTABLE = frozenset(
    {
        ReportStanding.DRAFT,
        ReportStanding.HAS_ERRORS,
        ReportStanding.READY,
        ReportStanding.REFUSED_BY_OPERATOR,
        ReportStanding.DECLINED,
        ReportStanding.CLARIFICATION,
    }
)
SENDABLE = frozenset({ReportStanding.DRAFT, ReportStanding.READY, ReportStanding.SIGNED, ReportStanding.REFUSED_BY_OPERATOR})
_TONES = {Severity.ERROR: "bad", Severity.WARNING: "warn"}


class ReportView(QWidget):
    """The viewer of a document's fields with the findings beside them."""

    def __init__(self, shell: Shell, back: Callable[[], object]) -> None:
        super().__init__()
        self._shell, self._report_id, self._section, self._at = shell, "", "", -1
        self.opened_report: OpenedReport | None = None
        self._rows: list[FindingRow] = []
        self._title, self._subtitle, self._pill = label("", "title"), label("", "body", "muted", wrap=True), StatusPill("idle", "")
        self.check_button = button(_t("Check  F8"), icon="shield-check", on_click=self.check, name=_t("Check the report, F8"))
        self.send_button = button(_t("Sign and send"), "primary", "send", self._send)
        crumbs = row(button(_t("Reports"), "link", on_click=back), label("/", "body", "faint"), self._title, self._pill, None, gap=8)
        header = row(column(crumbs, self._subtitle, gap=0), self.check_button, self.send_button, gap=8)
        header.setStretch(0, 1)
        self._sections = RowList([], _t("Sections of the report"), height=44, pad=10)
        self._sections.setFixedWidth(theme.px(214))
        self._sections.chosen.connect(self.show_section)
        self._sections_card = framed(self._sections)
        self._section_box = ChoiceBox(_t("Section"), [])
        self._section_box.picked.connect(self.show_section)
        self.fields = FormFields()
        self.fields.changed.connect(self._correct)
        self._section_title = label("", "heading", wrap=True)
        self._note = label("", "small", "muted", wrap=True)
        self._all_fields = button(_t("Show empty fields"), "segment")
        self._all_fields.setCheckable(True)
        self._all_fields.toggled.connect(lambda _on: self._show_fields())
        title_line = row(self._section_title, self._all_fields, gap=12)
        title_line.setStretch(0, 1)
        self._form = scroll(self.fields)
        form = card(title_line, self._note, 4, self._form, gap=4, pad=16)
        self._findings_title, self._errors, self._warnings = label(_t("Findings"), "heading"), StatusPill("bad", ""), StatusPill("warn", "")
        self._hint = label(_t("F8 checks, F4 goes to the next one."), "small", "muted", wrap=True)
        self._findings = QVBoxLayout()
        self._findings.setContentsMargins(0, 0, 8, 0)
        self._findings.setSpacing(8)
        side = column(row(self._findings_title, None, self._errors, self._warnings, gap=6), self._hint, scroll(holder(self._findings)), gap=8)
        side.setStretch(2, 1)
        self._side = holder(side, theme.px(312))
        body = row(self._sections_card, column(self._section_box, form, gap=8), self._side, gap=16)
        body.setStretch(1, 1)
        self.setLayout(page_box(header, rule(), body, stretch_at=2))

    def open(self, report_id: str) -> None:
        """Read a report and show it."""
        if report_id != self._report_id:
            self._report_id, self._section, self._at, self.opened_report = report_id, "", -1, None
            self._show_waiting()
        self.refresh()

    def refresh(self) -> None:
        if self._report_id:
            self._shell.bridge.take(self._shell.office.open_report(self._report_id), self._take_report, self._shell.show_error, self)

    def _take_report(self, report: OpenedReport) -> None:
        if report != self.opened_report:
            self.show_report(report)

    def check(self) -> None:
        """F8: check the report as it is now, with what is being typed."""
        if self._report_id:
            self.fields.commit()
            QTimer.singleShot(0, self, self._check_now)

    def next_finding(self, step: int) -> None:
        """Go to the next finding, or the previous one, round and round."""
        findings = self._shown_findings()
        if findings:
            self._at = (self._at + step) % len(findings) if self._at >= 0 else (0 if step > 0 else len(findings) - 1)
            self.jump(self._at)

    def jump(self, number: int) -> None:
        """Put the cursor into the field that a finding names."""
        findings = self._shown_findings()
        if self.opened_report is None or not 0 <= number < len(findings):
            return
        self._at = number
        for row_number, part in enumerate(self._rows):
            part.show_current(row_number == number)
        section, field = _find(self.opened_report, findings[number])
        if field is None:
            self._note.setText(_t("This finding belongs to the report as a whole."))
            return
        if section != self._section:
            self._sections.choose(section)
            self.show_section(section)
        if self.fields.jump(key_of(field)):
            QTimer.singleShot(0, self, self._scroll_to_focus)  # once the fields have their places

    def _scroll_to_focus(self) -> None:
        edit = self.fields.focusWidget()
        if edit is not None:
            self._form.ensureWidgetVisible(edit, 20, 60)

    def focus_first(self) -> None:
        if self.opened_report and self._shown_findings():
            self._rows[0].setFocus()
        else:
            self._sections.setFocus()

    def show_report(self, report: OpenedReport) -> None:
        """Show what was read or corrected; the section and the cursor stay."""
        if report.line.report_id != self._report_id:
            return
        is_first, self.opened_report = self.opened_report is None, report
        self._show_header(report)
        self._show_sections(report)
        self._show_findings(report)
        if self._section not in _section_keys(report):
            self._section = self._first_section(report)
        self._sections.choose(self._section)
        self._section_box.choose(self._section)
        self._show_fields()
        if is_first and self.isVisible():
            self.focus_first()

    def show_section(self, section: str) -> None:
        """Show the fields of another section."""
        if section and section != self._section:
            self._section = section
            self._section_box.choose(section)
            self._show_fields()

    def _check_now(self) -> None:
        act = self._shell.run(lambda work: self._shell.office.check_report(self._report_id, work))
        act.done.connect(self._checked)
        act.failed.connect(self._shell.show_error)

    def _checked(self, report: OpenedReport) -> None:
        self._at = -1
        self.show_report(report)
        if report.checked.findings:
            self.next_finding(1)

    def _correct(self, key: FieldKey, value: str) -> None:
        future = self._shell.office.correct(self._report_id, key.path, key.field, value)
        self._shell.bridge.take(future, self.show_report, self._refused, self)

    def _refused(self, error: BaseException) -> None:
        self._shell.show_error(error)
        self.refresh()

    def _send(self) -> None:
        if self._report_id:
            self._shell.send_reports([self._report_id])

    def _show_waiting(self) -> None:
        self._title.setText("")
        self._subtitle.setText(_t("Loading the report…"))
        self._pill.hide()
        self.send_button.setEnabled(False)
        clear(self._findings)
        self._rows = []

    def _show_header(self, report: OpenedReport) -> None:
        line, identity = report.line, report.line.identity
        self._title.setText(words.line_title(line))
        self._pill.show()
        self._pill.show_state(words.standing_tone(line.standing), standing_word(line.standing), words.standing_icon(line.standing))
        due = _t("due by {day}").format(day=dates.day(line.due_on)) if line.due_on else ""
        authority = _t("FNS {code}").format(code=identity.authority_code) if identity else ""
        correction = words.correction_words(identity.correction_number) if identity else ""
        parts = (words.payer_name(line), authority, correction, due, words.short_file_name(line.file_name, 36) if identity else "")
        self._subtitle.setText(words.glued(" · ".join(part for part in parts if part)))
        reason = self._why_not(report)
        self.send_button.setEnabled(not reason)
        tooltip(self.send_button, reason)
        self.send_button.setAccessibleDescription(reason)
        self.check_button.setEnabled(line.standing in CORRECTABLE)

    def _why_not(self, report: OpenedReport) -> str:
        """Why the report can't be sent now; empty when it can."""
        if report.line.standing not in SENDABLE and report.line.standing is not ReportStanding.HAS_ERRORS:
            return _t("The report is {state}.").format(state=standing_word(report.line.standing).lower())
        if not report.checked.may_be_sent:
            errors = report.checked.error_count
            return _n("Correct {n} error first", "Correct {n} errors first", errors).format(n=errors)
        if report.line.organisation is None:
            return _t("The payer is no organisation of your account.")
        return ""

    def _show_sections(self, report: OpenedReport) -> None:
        bad = self._sections_with(report, Severity.ERROR)
        warned = self._sections_with(report, Severity.WARNING)
        rows, names = [], []
        for key, section in zip(_section_keys(report), report.document.sections, strict=True):
            tone = "bad" if key in bad else "warn" if key in warned else "ok"
            said = {"bad": _t("has errors"), "warn": _t("has notes"), "ok": ""}[tone]
            head, _dot, rest = _section_name(section).partition(". ")
            rows.append(Row(head, rest, theme.current().tone(tone).icon, tone, spoken=said, key=key))
            names.append((key, _section_name(section)))
        self._sections.replace(rows)
        if [(self._section_box.itemData(number), self._section_box.itemText(number)) for number in range(self._section_box.count())] != names:
            self._section_box.clear()
            for key, name in names:
                self._section_box.addItem(name, key)

    def _sections_with(self, report: OpenedReport, severity: Severity) -> set[str]:
        return {_find(report, finding)[0] for finding in report.checked.findings if finding.severity is severity}

    def _first_section(self, report: OpenedReport) -> str:
        for finding in report.checked.findings:
            section, field = _find(report, finding)
            if field is not None:
                return section
        return "0"

    def _show_fields(self) -> None:
        report = self.opened_report
        if report is None or not self._section or int(self._section) >= len(report.document.sections):
            return
        section = report.document.sections[int(self._section)]
        correctable = report.line.standing in CORRECTABLE
        complaints = self._complaints(report)
        shown = [field for field in section.rows if field.present or field.required or key_of(field) in complaints or self._all_fields.isChecked()]
        self._section_title.setText(_section_name(section))
        self._all_fields.setVisible(correctable and any(not field.present for field in section.rows))
        grey = _t("Grey fields can't be changed here.") if any(not field.editable for field in shown) else ""
        self._note.setText(grey if correctable else _t("The report is signed: its bytes can't be changed any more."))
        self.fields.show_fields(shown, correctable=correctable)
        self.fields.show_complaints(complaints)

    def _complaints(self, report: OpenedReport) -> dict[FieldKey, Complaint]:
        found: dict[FieldKey, Complaint] = {}
        for finding in report.checked.findings:
            field = _find(report, finding)[1]
            if field is None:
                continue
            key = key_of(field)
            if key not in found or found[key].tone != "bad":
                found[key] = Complaint(_TONES[finding.severity], finding_sentence(finding))
        return found

    def _shown_findings(self) -> Sequence[Finding]:
        return self.opened_report.checked.findings[:FINDINGS_SHOWN] if self.opened_report else ()

    def _show_findings(self, report: OpenedReport) -> None:
        checked = report.checked
        had_focus = next((number for number, part in enumerate(self._rows) if part.hasFocus()), -1)
        clear(self._findings)
        self._rows = []
        errors, warnings = checked.error_count, checked.warning_count
        self._errors.show_state("bad", words.errors_words(errors))
        self._warnings.show_state("warn", str(warnings) if errors else words.warnings_words(warnings))
        self._errors.setVisible(errors > 0)
        self._warnings.setVisible(warnings > 0)
        for number, finding in enumerate(self._shown_findings()):
            part = FindingRow(
                number, _TONES[finding.severity], words.glued(finding_sentence(finding)), _place(report, finding), _fix(report, finding)
            )
            part.activated.connect(self.jump)
            part.fix_wanted.connect(self._write)
            self._findings.addWidget(part)
            self._rows.append(part)
        more = len(checked.findings) - len(self._rows) + checked.omitted_count
        if more > 0:
            self._findings.addWidget(label(_n("And {n} more.", "And {n} more.", more).format(n=more), "small", "muted", wrap=True))
        if not checked.findings:
            self._findings.addWidget(label(_t("No findings: the report can be sent."), "body", "ok", wrap=True))
        self._findings.addStretch(1)
        if 0 <= self._at < len(self._rows):
            self._rows[self._at].show_current(True)
        if 0 <= had_focus < len(self._rows):
            self._rows[had_focus].setFocus()

    def _write(self, number: int) -> None:
        """Write the value that would satisfy the rule into the field."""
        findings = self._shown_findings()
        if self.opened_report is None or not 0 <= number < len(findings):
            return
        field = _find(self.opened_report, findings[number])[1]
        if field is not None:
            self._correct(key_of(field), findings[number].facts.get("expected", ""))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """A narrow window trades the list of sections for a drop-down; the form keeps its width."""
        wide = event.size().width() >= theme.px(1040)
        self._sections_card.setVisible(wide)
        self._section_box.setVisible(not wide)
        super().resizeEvent(event)


def _section_keys(report: OpenedReport) -> list[str]:
    return [str(number) for number in range(len(report.document.sections))]


def _section_name(section: Section) -> str:
    return section.title if language() == "ru" or not section.title_en else section.title_en


def _find(report: OpenedReport, finding: Finding) -> tuple[str, FieldRow | None]:
    """Section and field that a finding names: the very one, else the first one of its element."""
    near: tuple[str, FieldRow | None] = ("", None)
    for key, section in zip(_section_keys(report), report.document.sections, strict=True):
        for field in section.rows:
            if field.path == finding.path:
                if field.field == finding.field:
                    return key, field
                if near[1] is None:
                    near = key, field
    return near


def _place(report: OpenedReport, finding: Finding) -> str:
    """Where a finding is, as a person would look for it."""
    if finding.line:
        return _t("line {code}").format(code=finding.line)
    name = finding.label if language() == "ru" or not finding.label_en else finding.label_en
    field = _find(report, finding)[1]
    return name or (field_name(field) if field else "") or _t("The report as a whole")


def _fix(report: OpenedReport, finding: Finding) -> str:
    """The right value, when the rule knows one and the field may be changed."""
    field, expected = _find(report, finding)[1], finding.facts.get("expected", "")
    if field is None or field.field != finding.field or not field.editable or report.line.standing not in CORRECTABLE or len(expected) > 20:
        return ""
    return expected
