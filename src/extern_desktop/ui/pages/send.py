"""Send: check, signature, sending, receipt. One question at a time; the summary of what is sent never leaves the screen.

Closing the page or the window at any step loses nothing: what is signed lies in the outbox and goes on from where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QWidget

from extern_desktop.domain.outbox import OutboxState
from extern_desktop.jobs.work import Progress, Stage, Work
from extern_desktop.services.questions import InsertToken
from extern_desktop.services.values import DocflowCard, ReportLine, SentBatch, SentReport
from extern_desktop.store.errors import NotInWorkspaceError
from extern_desktop.tokens.errors import PinRefusedError
from extern_desktop.ui import dates, words
from extern_desktop.ui.bridge import Act, Ticket
from extern_desktop.ui.line_words import needs_sign_in
from extern_desktop.ui.pages import docflow_words as flow
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box, put_first
from extern_desktop.ui.pages.send_history import SendHistory
from extern_desktop.ui.pages.send_summary import Summary
from extern_desktop.ui.places import Place
from extern_desktop.ui.question_cards import question_card
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.basics import button, card, clear, column, framed, holder, label, row, scroll
from extern_desktop.ui.widgets.progress_card import ProgressCard
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.steps import StepLine, Timeline
from extern_desktop.wording.sentences import sentence_of
from extern_desktop.wording.statuses import outbox_word, stage_word
from extern_desktop.wording.texts import _n, _t

_OUTBOX_TONES = {
    OutboxState.SENT: "ok",
    OutboxState.REFUSED: "bad",
    OutboxState.UNCERTAIN: "warn",
    OutboxState.WITHDRAWN: "idle",
    OutboxState.SENDING: "warn",
}


class SendPage(Page):
    """History when nothing is under way; else the one sending or docflow that was opened."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self.act: Act | None = None
        self._begin: Callable[[Work], Future[Any]] | None = None
        self._ticket: Ticket | None = None
        self._wrong, self._waits_for_key = "", False
        self._report_ids: tuple[str, ...] = ()
        self._lines: tuple[ReportLine, ...] = ()
        self._docflow_id, self._step = "", 0
        self._card: DocflowCard | None = None
        self._outcome: tuple[SentReport, ...] | None = None
        self._asked_for: set[str] = set()
        self.header = PageHeader(_t("Send"))
        self._actions = QHBoxLayout()
        self._actions.setSpacing(8)
        head = row(self.header, self._actions, gap=8)
        head.setStretch(0, 1)
        self.steps = StepLine(flow.send_steps(0, "idle"), _t("Steps of sending"))
        self._steps_card = card(self.steps, pad=12)
        self._summary = Summary()
        self._body = column()
        main = row(holder(self._body), self._summary, gap=16)
        main.setStretch(0, 1)
        active = column(self._steps_card, main, gap=14)
        active.setStretch(1, 1)
        self._active = holder(active)
        self.history = SendHistory(shell, self.open_docflow)
        self._stack = QStackedWidget()
        self._stack.addWidget(self.history)
        self._stack.addWidget(self._active)
        self.setLayout(page_box(head, self._stack, stretch_at=1))
        self._show_history_head()

    # what a person starts

    def send(self, report_ids: tuple[str, ...]) -> None:
        """Sign and send these reports. What is signed already is not signed again."""
        if self._busy():
            return
        self._report_ids, self._lines = report_ids, ()
        self._start(lambda work: self.shell.office.sign_and_send(report_ids, work), self._sent, flow.CHECK)
        self._read_lines(report_ids)

    def resume(self) -> None:
        """Go on with whatever the outbox holds; an uncertain outcome is asked about, never sent again."""
        if self._busy():
            return
        self._report_ids, self._lines = (), ()
        self._start(self.shell.office.resume, self._sent, flow.SEND)
        self._show_summary()

    def reply(self, docflow_ids: tuple[str, ...]) -> None:
        """Sign and send the receipts that the authority waits for."""
        if self._busy():
            return
        if docflow_ids != (self._docflow_id,):
            self._report_ids, self._lines = (), ()
        self._docflow_id = docflow_ids[0] if len(docflow_ids) == 1 else ""
        self._start(lambda work: self.shell.office.send_replies(docflow_ids, work), self._replied, flow.RECEIPT)
        if self._docflow_id and not self._lines:
            self._read_report_of(self._docflow_id)
        self._show_summary()

    def open_docflow(self, report_id: str, docflow_id: str) -> None:
        """Show what came back for a report."""
        if self._busy():
            return
        self._docflow_id, self._card, self._outcome = docflow_id, None, None
        self._report_ids, self._lines = ((report_id,), ()) if report_id else ((), ())
        self._stack.setCurrentWidget(self._active)
        if report_id:
            self._read_lines((report_id,))
        else:
            self._read_report_of(docflow_id)
        self._read_docflow()

    # page

    def refresh(self) -> None:
        if self._stack.currentWidget() is self._active:
            if not self._running() and self._docflow_id:
                self._read_docflow()
                self._read_lines(self._report_ids)
        else:
            self.history.refresh()

    def focus_first(self) -> None:
        if self._stack.currentWidget() is not self._active:
            self.history.rows.setFocus()

    def escape(self) -> bool:
        if self._ticket is not None:
            self._ticket.refuse()
            return True
        if self._stack.currentWidget() is self._active and not self._running():
            self.show_history()
            return True
        return False

    def show_history(self) -> None:
        self._docflow_id, self._card, self._report_ids = "", None, ()
        self._stack.setCurrentIndex(0)
        self._show_history_head()
        self.history.refresh()

    def _show_history_head(self) -> None:
        self.header.show_words(_t("Send"), _t("What was sent, and what came back"))
        self._show_actions(button(_t("Synchronise"), icon="refresh-cw", on_click=self.shell.synchronise))

    def _show_actions(self, *parts: QPushButton) -> None:
        clear(self._actions)
        for part in parts:
            self._actions.addWidget(part)

    # the act

    def _running(self) -> bool:
        return self.act is not None and self.act.running

    def _busy(self) -> bool:
        """One sending at a time: the page goes on showing the one that runs."""
        if not self._running():
            return False
        self._stack.setCurrentWidget(self._active)
        return True

    def _start(self, begin: Callable[[Work], Future[Any]], then: Callable[[Any], object], step: int) -> None:
        self._begin, self._then, self._card, self._outcome = begin, then, None, None
        self._waits_for_key = False
        self._stack.setCurrentWidget(self._active)
        self._step = step
        self._show_actions()
        self.header.show_words(_t("Send"), self._named())
        act = Act(self.shell.bridge, self)
        self.act = act
        act.progressed.connect(self._show_progress)
        act.asked.connect(self._ask)
        act.withdrawn.connect(self._put_away)
        act.done.connect(then)
        act.failed.connect(self._failed)
        act.cancelled.connect(self._stopped)
        self._progress = ProgressCard(_t("Starting"), self._promise())
        self._progress.stopped.connect(act.cancel)
        self._show_body(self._progress)
        self.steps.show_steps(flow.send_steps(step))
        act.start(begin)

    def _promise(self) -> str:
        if self._step < flow.SEND:
            return _t("Nothing is sent yet. What is signed stays signed.")
        return _t("Stopping loses nothing: we go on from here.")

    def _show_progress(self, progress: Progress) -> None:
        if self._ticket is not None or (progress.stage is Stage.WAITING_FOR_TOKEN and self._waits_for_key):
            return
        self._waits_for_key = False
        step = flow.STEP_OF_STAGE.get(progress.stage, self._step)
        if step != self._step or self._body.itemAt(0) is None or self._body.itemAt(0).widget() is not self._progress:
            self._step = step
            self._progress = ProgressCard(stage_word(progress.stage), self._promise())
            if self.act is not None:
                self._progress.stopped.connect(self.act.cancel)
            self._show_body(self._progress)
        self.steps.show_steps(flow.send_steps(step))
        self._progress.show_progress(stage_word(progress.stage), words.short_file_name(progress.subject, 70), progress.done, progress.total)

    def _ask(self, ticket: Ticket) -> None:
        self._ticket = ticket
        question_page = question_card(ticket, self._wrong)
        self._wrong = ""
        self._show_body(question_page, whole=True)
        waits = self._waits_for_key = isinstance(ticket.question, InsertToken)
        self._step = max(self._step, flow.SIGN)
        self.steps.show_steps(flow.send_steps(self._step, "warn" if waits else "info", _t("needs the key") if waits else ""))
        (question_page.focusProxy() or question_page).setFocus()

    def _put_away(self, ticket: Ticket) -> None:
        if ticket is self._ticket:
            self._ticket = None
            if self._waits_for_key:
                return  # a key is about, or just was: the card stays until it is known what comes next
            self._progress = ProgressCard(_t("Going on"), self._promise())
            if self.act is not None:
                self._progress.stopped.connect(self.act.cancel)
            self._show_body(self._progress)

    def _stopped(self) -> None:
        self._ticket = None
        self.steps.show_steps(flow.send_steps(self._step, "warn", _t("put off")))
        text = _t("What was signed lies in the outbox. Go on whenever you like; nothing is sent twice.")
        self._show_body(Banner("info", _t("The sending is put off"), text, icon="circle-minus"))
        self._show_actions(button(_t("Back to the list"), on_click=self.show_history), button(_t("Go on"), "primary", "arrow-right", self._again))

    def _failed(self, error: BaseException) -> None:
        self._ticket = None
        said = sentence_of(error)
        if isinstance(error, PinRefusedError):
            self._wrong = f"{said.happened} {said.do_next}"
            self._again()
            return
        self.steps.show_steps(flow.send_steps(self._step, "bad", _t("did not go through")))
        parts: list[QWidget] = [Banner("bad", said.happened, f"{said.means} {said.do_next}")]
        self._show_body(*parts)
        actions = [button(_t("Back to the list"), on_click=self.show_history)]
        if len(self._report_ids) == 1:
            actions.append(button(_t("Open the report"), on_click=lambda: self.shell.open_report(self._report_ids[0])))
        if needs_sign_in(error):
            actions.append(button(_t("Sign in"), "primary", on_click=self.shell.sign_in))
        else:
            actions.append(button(_t("Try again"), "primary", "rotate-ccw", self._again))
        self._show_actions(*actions)

    def _again(self) -> None:
        if self._begin is not None:
            self._start(self._begin, self._then, self._step)

    def _replied(self, _sent: object) -> None:
        if self._docflow_id:
            self._read_docflow()
        else:
            self.steps.show_steps(flow.send_steps(4))
            self._show_body(Banner("ok", _t("The receipts are signed and sent"), _t("The docflows go on by themselves.")))
            self._show_actions(button(_t("Open Today"), "primary", "sun", lambda: self.shell.go(Place.TODAY)))

    def _sent(self, batch: SentBatch) -> None:
        reports = batch.reports
        if len(reports) == 1 and reports[0].state is OutboxState.SENT and reports[0].docflow_id:
            self._docflow_id = reports[0].docflow_id
            self._report_ids = (reports[0].report_id,)
            self._read_lines(self._report_ids)
            self._read_docflow()
            return
        self._docflow_id = ""
        if not self._report_ids:
            self._report_ids = tuple(report.report_id for report in reports)
            self._read_lines(self._report_ids)
        self._outcome = reports
        self._show_outcome(reports)

    def _show_outcome(self, reports: Sequence[SentReport]) -> None:
        states = {report.state for report in reports}
        uncertain, refused = OutboxState.UNCERTAIN in states, OutboxState.REFUSED in states
        sent = sum(report.state is OutboxState.SENT for report in reports)
        actions = [button(_t("Back to the list"), on_click=self.show_history)]
        if not reports:
            banner = Banner("ok", _t("The outbox is empty"), _t("There was nothing to go on with."))
            self.steps.show_steps(flow.send_steps(4))
        elif uncertain:
            banner = Banner(
                "warn",
                _t("We don't know whether the report arrived"),
                _t("The network failed while sending. We ask the operator; don't send it again."),
                icon="hourglass",
            )
            self.steps.show_steps(flow.send_steps(flow.SEND, "warn", _t("being cleared up")))
            actions.append(button(_t("Ask now"), "primary", "refresh-cw", self.resume))
        elif refused:
            banner = Banner("bad", _t("The operator did not take the report"), _t("Nothing is filed. Open the report, correct it and send it again."))
            self.steps.show_steps(flow.send_steps(flow.SEND, "bad", _t("not taken")))
            first = next(report for report in reports if report.state is OutboxState.REFUSED)
            actions.append(button(_t("Open the report"), "primary", "arrow-right", lambda: self.shell.open_report(first.report_id)))
        elif sent == len(reports):
            title = _n("{n} report is sent", "{n} reports are sent", sent).format(n=sent)
            banner = Banner("ok", title, _t("The receipts come by themselves; the results appear on the page Today."))
            self.steps.show_steps(flow.send_steps(flow.RECEIPT, "info", _t("comes by itself")))
            actions.append(button(_t("Open Today"), "primary", "sun", lambda: self.shell.go(Place.TODAY)))
        else:
            banner = Banner(
                "info", _t("Not everything is sent yet"), _t("What is signed lies in the outbox. Go on whenever you like; nothing is sent twice.")
            )
            self.steps.show_steps(flow.send_steps(flow.SEND, "warn", _t("put off")))
            actions.append(button(_t("Go on"), "primary", "arrow-right", self.resume))
        names = {line.report_id: line for line in self._lines}
        listing = RowList(
            [_outcome_row(number, one, names.get(one.report_id)) for number, one in enumerate(reports)], _t("Reports"), height=56, opens_on_click=True
        )
        listing.opened.connect(lambda key: self._open_outcome(reports[int(key)]))
        self._show_body(banner, framed(listing))
        self._show_actions(*actions)

    def _open_outcome(self, report: SentReport) -> None:
        if report.docflow_id:
            self.open_docflow(report.report_id, report.docflow_id)
        else:
            self.shell.open_report(report.report_id)

    # the docflow

    def _read_docflow(self) -> None:
        wanted = self._docflow_id
        if wanted:
            future = self.shell.office.docflow(wanted)
            self.shell.bridge.take(future, lambda found: self._show_docflow(wanted, found), lambda error: self._no_docflow(wanted, error), self)

    def _no_docflow(self, docflow_id: str, error: BaseException) -> None:
        """A docflow that was made a moment ago is not here yet: say that the report is sent, and ask the operator for it once."""
        if not isinstance(error, NotInWorkspaceError):
            self.shell.show_error(error)
        elif docflow_id == self._docflow_id and not self._running() and docflow_id not in self._asked_for:
            self._asked_for.add(docflow_id)
            fresh = DocflowCard(docflow_id, "", "", None, None, ())
            self._show_docflow(docflow_id, fresh)
            self._card = None
            self.shell.synchronise()

    def _show_docflow(self, docflow_id: str, found: DocflowCard) -> None:
        if docflow_id != self._docflow_id or self._running() or found == self._card:
            return
        self._card = found
        today = dates.today()
        self.header.show_words(_t("Docflow of the report"), self._named())
        self.steps.show_steps(flow.docflow_steps(found))
        parts: list[QWidget] = [Banner(*flow.docflow_verdict(found, today))]
        owed = flow.owed_replies(found)
        if owed:
            parts.append(Banner("warn", flow.owed_words(owed), _t("The authority waits for them: they end the docflow."), icon="stamp"))
        line = Timeline(flow.timeline(found, today), _t("Course of the docflow"))
        parts.append(card(label(_t("Course of the docflow"), "heading"), 4, scroll(holder(column(line, None)))))
        self._show_body(*parts)
        actions = [button(_t("Back to the list"), on_click=self.show_history), button(_t("Save the documents"), icon="download", on_click=self._save)]
        if owed:
            actions.append(button(_t("Sign the receipts"), "primary", "stamp", lambda: self.reply((docflow_id,))))
        elif flow.docflow_steps(found)[flow.RECEIPT].tone in ("bad", "warn") and self._report_ids:
            actions.append(button(_t("Open the report"), "primary", "arrow-right", lambda: self.shell.open_report(self._report_ids[0])))
        else:
            actions.append(button(_t("Synchronise"), icon="refresh-cw", on_click=self.shell.synchronise))
        self._show_actions(*actions)

    def _save(self) -> None:
        folder = self.shell.ask_folder(_t("Where to save the documents"))
        if folder is not None and self._docflow_id:
            docflow_id = self._docflow_id
            act = self.shell.run(lambda work: self.shell.office.save_documents(docflow_id, folder, work))
            act.failed.connect(self.shell.show_error)
            act.done.connect(
                lambda count: self.shell.notify("ok", _n("{n} file is saved", "{n} files are saved", count).format(n=count), str(folder))
            )

    # what is being sent

    def _named(self) -> str:
        if len(self._lines) == 1:
            return words.glued(f"{words.line_title(self._lines[0])} · {words.payer_name(self._lines[0])}")
        return words.reports_words(len(self._report_ids)) if self._report_ids else ""

    def _read_lines(self, report_ids: tuple[str, ...]) -> None:
        if report_ids:
            self.shell.bridge.take(self.shell.office.report_lines(report_ids), self._take_lines, self.shell.show_error, self)

    def _read_report_of(self, docflow_id: str) -> None:
        self.shell.bridge.take(self.shell.office.report_of(docflow_id), self._take_report, self.shell.show_error, self)

    def _take_report(self, line: ReportLine | None) -> None:
        if line is not None and not self._report_ids:
            self._report_ids = (line.report_id,)
            self._take_lines((line,))

    def _take_lines(self, lines: tuple[ReportLine, ...]) -> None:
        if lines == self._lines and self._outcome is None:
            return
        self._lines = lines
        self.header.show_words(self.header.title(), self._named())
        self._show_summary()
        if self._outcome is not None and not self._running():
            self._show_outcome(self._outcome)

    def _show_summary(self) -> None:
        self._summary.show_lines(self._lines, is_sent=bool(self._docflow_id))

    def _show_body(self, *parts: QWidget, whole: bool = False) -> None:
        """Put parts into the body; the last one takes the room when it is a list or `whole`."""
        if len(parts) == 1 and whole:
            put_first(self._body, parts[0])
            return
        clear(self._body)
        self._body.setSpacing(12)
        for part in parts:
            self._body.addWidget(part)
        if len(parts) > 1:
            self._body.setStretch(len(parts) - 1, 1)
        else:
            self._body.addStretch(1)


def _outcome_row(number: int, report: SentReport, line: ReportLine | None) -> Row:
    title = words.line_title(line) if line else _t("Report")
    tone = _OUTBOX_TONES.get(report.state, "info")
    return Row(title, words.payer_name(line) if line else "", "file-text", tone, pill=(tone, outbox_word(report.state)), key=str(number))
