"""Words for states: reports, calendar cells, docflow documents, stages of work. Unknown words of the operator are shown as they came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from extern_desktop.domain.docflows import CellStatus, ReportDocument
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.jobs.work import Stage
from extern_desktop.services.today_values import ReportStanding, WaitingKind
from extern_desktop.wording.texts import _t

if TYPE_CHECKING:  # these words are in the first picture; what a finding is comes later
    from extern_desktop.forms.values import Severity

_Words = Mapping[str, Callable[[], str]]

_STANDINGS: Final[_Words] = {
    ReportStanding.DRAFT: lambda: _t("Not checked"),
    ReportStanding.HAS_ERRORS: lambda: _t("Errors"),
    ReportStanding.READY: lambda: _t("Ready"),
    ReportStanding.SIGNED: lambda: _t("Signed"),
    ReportStanding.SENDING: lambda: _t("Sending"),
    ReportStanding.UNCERTAIN: lambda: _t("Asking"),
    ReportStanding.REFUSED_BY_OPERATOR: lambda: _t("Not taken"),
    ReportStanding.SENT: lambda: _t("Sent"),
    ReportStanding.DELIVERED: lambda: _t("Delivered"),
    ReportStanding.ACCEPTED: lambda: _t("Accepted"),
    ReportStanding.CLARIFICATION: lambda: _t("To clarify"),
    ReportStanding.DECLINED: lambda: _t("Refused"),
}

_CELLS: Final[_Words] = {
    CellStatus.NOT_SENT: lambda: _t("Not filed"),
    CellStatus.NOT_SENT_AFTER_DEADLINE: lambda: _t("Overdue"),
    CellStatus.SENT: lambda: _t("Sent"),
    CellStatus.SENT_AFTER_DEADLINE: lambda: _t("Sent late"),
    CellStatus.ACCEPTED: lambda: _t("Accepted"),
    CellStatus.ACCEPTED_AFTER_DEADLINE: lambda: _t("Accepted, filed late"),
    CellStatus.ACCEPTED_WITH_REBUKE: lambda: _t("To clarify"),
    CellStatus.ACCEPTED_WITH_SENT: lambda: _t("Accepted, a newer one is sent"),
    CellStatus.ACCEPTED_WITH_WARNING: lambda: _t("Accepted, the correction was refused"),
    CellStatus.ACCEPTED_CUSTOM: lambda: _t("Accepted (marked by hand)"),
    CellStatus.DECLINED: lambda: _t("Refused"),
    CellStatus.NOT_REQUIRED: lambda: _t("Not required"),
}

_DOCUMENTS: Final[_Words] = {
    ReportDocument.REPORT: lambda: _t("Report"),
    ReportDocument.DESCRIPTION: lambda: _t("Description of the dispatch"),
    ReportDocument.DATE_CONFIRMATION: lambda: _t("Confirmation of the sending date"),
    ReportDocument.RECEIPT: lambda: _t("Notice of receipt"),
    ReportDocument.ACCEPTANCE_POSITIVE: lambda: _t("Receipt of acceptance"),
    ReportDocument.ACCEPTANCE_NEGATIVE: lambda: _t("Notice of refusal"),
    ReportDocument.PROCESSING_OK: lambda: _t("Notice of entry"),
    ReportDocument.PROCESSING_PRECISE: lambda: _t("Notice of clarification"),
}

_STAGES: Final[_Words] = {
    Stage.CHECKING: lambda: _t("Checking"),
    Stage.WAITING_FOR_TOKEN: lambda: _t("Waiting for the key"),
    Stage.SIGNING: lambda: _t("Signing"),
    Stage.SIGNING_IN: lambda: _t("Signing in to the operator"),
    Stage.UPLOADING: lambda: _t("Handing over to the operator"),
    Stage.OPERATOR_CHECK: lambda: _t("The operator checks"),
    Stage.PREPARING: lambda: _t("The operator prepares the dispatch"),
    Stage.SENDING: lambda: _t("Sending"),
    Stage.ASKING: lambda: _t("Asking the operator what became of it"),
    Stage.SYNCHRONISING: lambda: _t("Synchronising"),
    Stage.DOWNLOADING: lambda: _t("Fetching documents"),
    Stage.REPLYING: lambda: _t("Sending receipts"),
    Stage.READING: lambda: _t("Reading"),
    Stage.COPYING: lambda: _t("Copying"),
    Stage.VERIFYING: lambda: _t("Reading back and comparing"),
    Stage.DIAGNOSING: lambda: _t("Checking the computer"),
}

_OUTBOX: Final[_Words] = {
    OutboxState.SIGNED: lambda: _t("Signed, not handed over yet"),
    OutboxState.UPLOADED: lambda: _t("With the operator, not checked yet"),
    OutboxState.CHECKED: lambda: _t("Checked by the operator"),
    OutboxState.PREPARED: lambda: _t("Prepared, not sent yet"),
    OutboxState.SENDING: lambda: _t("Sending"),
    OutboxState.UNCERTAIN: lambda: _t("We don't know yet whether it arrived"),
    OutboxState.SENT: lambda: _t("Sent"),
    OutboxState.REFUSED: lambda: _t("Not taken by the operator"),
    OutboxState.WITHDRAWN: lambda: _t("Taken back"),
}

_WAITING: Final[_Words] = {
    WaitingKind.REPLIES_OWED: lambda: _t("Sign the receipts"),
    WaitingKind.OUTCOME_UNCERTAIN: lambda: _t("Find out whether it arrived"),
    WaitingKind.INTERRUPTED: lambda: _t("Finish sending"),
    WaitingKind.CERTIFICATE_ENDS: lambda: _t("The certificate ends"),
}


def severity_word(severity: Severity) -> str:
    from extern_desktop.forms.values import Severity

    return _t("Error") if severity is Severity.ERROR else _t("Note")


def standing_word(standing: ReportStanding) -> str:
    return _STANDINGS[standing]()


def cell_word(status: CellStatus) -> str:
    return _CELLS[status]()


def document_word(kind: str) -> str:
    """Name of a docflow document; a type that we don't know is shown as it came."""
    return _DOCUMENTS[kind]() if kind in _DOCUMENTS else kind


def stage_word(stage: Stage) -> str:
    return _STAGES[stage]()


def outbox_word(state: OutboxState) -> str:
    return _OUTBOX[state]()


def waiting_word(kind: WaitingKind) -> str:
    return _WAITING[kind]()
