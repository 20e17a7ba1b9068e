"""What the Send page draws for values: the four steps, and a docflow as a time line. Pure: values in, rows out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final

from extern_desktop.domain.docflows import ReportDocument, SuccessState
from extern_desktop.jobs.work import Stage
from extern_desktop.services.values import DocflowCard, DocflowDocument
from extern_desktop.ui import dates
from extern_desktop.ui.widgets.steps import Step
from extern_desktop.wording.statuses import document_word
from extern_desktop.wording.texts import _n, _t

CHECK, SIGN, SEND, RECEIPT = range(4)
STEP_OF_STAGE: Final[Mapping[Stage, int]] = {
    Stage.READING: CHECK,
    Stage.CHECKING: CHECK,
    Stage.WAITING_FOR_TOKEN: SIGN,
    Stage.SIGNING: SIGN,
    Stage.SIGNING_IN: SEND,
    Stage.UPLOADING: SEND,
    Stage.OPERATOR_CHECK: SEND,
    Stage.PREPARING: SEND,
    Stage.SENDING: SEND,
    Stage.ASKING: SEND,
    Stage.SYNCHRONISING: RECEIPT,
    Stage.DOWNLOADING: RECEIPT,
    Stage.REPLYING: RECEIPT,
}
_REFUSALS: Final = frozenset({ReportDocument.ACCEPTANCE_NEGATIVE})
_CLARIFICATIONS: Final = frozenset({ReportDocument.PROCESSING_PRECISE})
_ANSWERS: Final = frozenset({ReportDocument.ACCEPTANCE_POSITIVE, ReportDocument.ACCEPTANCE_NEGATIVE})
_ENTRIES: Final = frozenset({ReportDocument.PROCESSING_OK, ReportDocument.PROCESSING_PRECISE})
_OURS: Final = frozenset({ReportDocument.DESCRIPTION})
"""Documents that say nothing to an accountant."""


def send_steps(at: int, tone: str = "info", note: str = "") -> list[Step]:
    """The four steps with the one at `at` in this tone; those before it are done. `at` of 4 means that all are done."""
    names = (_t("Check"), _t("Signature"), _t("Send"), _t("Receipt"))
    return [Step(name, "ok" if number < at else tone if number == at else "idle", note if number == at else "") for number, name in enumerate(names)]


def docflow_steps(card: DocflowCard) -> list[Step]:
    """The four steps of a report that was sent, by the documents that came back."""
    kinds = {document.kind for document in card.documents}
    if kinds & _REFUSALS or card.success_state == SuccessState.FAILED:
        return send_steps(RECEIPT, "bad", _t("refused"))
    if kinds & _CLARIFICATIONS or card.success_state == SuccessState.WARNING:
        return send_steps(RECEIPT, "warn", _t("clarify"))
    if kinds & {ReportDocument.ACCEPTANCE_POSITIVE, ReportDocument.PROCESSING_OK}:
        return send_steps(RECEIPT, "ok", _t("received"))
    return send_steps(RECEIPT, "info", _t("comes by itself"))


def docflow_verdict(card: DocflowCard, today: date) -> tuple[str, str, str]:
    """Tone, title and text of the banner over a docflow."""
    tone = docflow_steps(card)[RECEIPT].tone
    sent = dates.day(card.sent_at.astimezone().date()) if card.sent_at else dates.day(today)
    if tone == "bad":
        return (
            "bad",
            _t("The authority refused the report"),
            _t("Nothing is filed. Read the notice of refusal, correct the report and send it again."),
        )
    if tone == "warn":
        return "warn", _t("The report is accepted, a clarification is asked for"), _t("Read the request, correct the report and send a correction.")
    if tone == "ok":
        return (
            "ok",
            _t("The report is accepted: the receipt has come"),
            _t("Filed on {day}. There is no need to wait at the screen.").format(day=sent),
        )
    return "info", _t("The report is sent"), _t("Sent on {day}. The receipt comes by itself; the result appears on the page Today.").format(day=sent)


def owed_replies(card: DocflowCard) -> int:
    """How many receipts the authority waits for."""
    return sum(1 for document in card.documents if document.reply_owed)


def owed_words(number: int) -> str:
    return _n("{n} receipt waits for your signature", "{n} receipts wait for your signature", number).format(n=number)


def timeline(card: DocflowCard, today: date) -> list[Step]:
    """The documents of a docflow, oldest first, and what is still awaited."""
    steps = [_event(document, today) for document in card.documents if document.kind not in _OURS]
    kinds = {document.kind for document in card.documents}
    if not kinds & _REFUSALS:
        if not kinds & _ANSWERS:
            steps.append(Step(document_word(ReportDocument.ACCEPTANCE_POSITIVE), "idle", _t("comes by itself")))
        if not kinds & _ENTRIES:
            steps.append(Step(document_word(ReportDocument.PROCESSING_OK), "idle", _t("comes by itself, usually within a working day")))
    return steps


def _event(document: DocflowDocument, today: date) -> Step:
    name = _t("Sent to the operator") if document.kind == ReportDocument.REPORT else document_word(document.kind)
    tone = "bad" if document.kind in _REFUSALS else "warn" if document.kind in _CLARIFICATIONS or document.reply_owed else "ok"
    note = _t("waits for your signature") if document.reply_owed else document.file_name
    return Step(name, tone, note, dates.clock(document.at, today))
