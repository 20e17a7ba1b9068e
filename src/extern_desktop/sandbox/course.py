"""The course of a report's docflow: which document comes next and when, which replies are owed, where the docflow stands.

Pure functions of stored events: no clock, no database. Life cycle of `fns534-report` as the operator documents it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from extern_desktop.domain.docflows import DocflowStatus, ReportDocument, SuccessState
from extern_desktop.sandbox.scene import Verdict
from extern_desktop.sandbox.values import Pace

_D = ReportDocument

AT_ONCE: Final = (_D.REPORT, _D.DESCRIPTION, _D.DATE_CONFIRMATION)
"""What a docflow holds from its first moment: the report itself and the operator's two documents."""

LATER: Final[Mapping[Verdict, tuple[ReportDocument, ...]]] = {
    Verdict.ACCEPT: (_D.RECEIPT, _D.ACCEPTANCE_POSITIVE, _D.PROCESSING_OK),
    Verdict.CLARIFY: (_D.RECEIPT, _D.ACCEPTANCE_POSITIVE, _D.PROCESSING_PRECISE),
    Verdict.REFUSE: (_D.RECEIPT, _D.ACCEPTANCE_NEGATIVE),
}
"""What the authority sends, in order."""

WANTS_REPLY: Final = frozenset({_D.DATE_CONFIRMATION, _D.ACCEPTANCE_POSITIVE, _D.ACCEPTANCE_NEGATIVE, _D.PROCESSING_OK, _D.PROCESSING_PRECISE})
REPLY_KIND: Final = _D.RECEIPT
"""The payer answers each of those with a receipt of its own."""

_ANSWERS: Final = WANTS_REPLY - {_D.DATE_CONFIRMATION}

_DELAYS: Final[Mapping[Pace, Mapping[ReportDocument, timedelta]]] = {
    Pace.INSTANT: {},
    Pace.MINUTES: {
        _D.RECEIPT: timedelta(seconds=15),
        _D.ACCEPTANCE_POSITIVE: timedelta(seconds=45),
        _D.ACCEPTANCE_NEGATIVE: timedelta(seconds=45),
        _D.PROCESSING_OK: timedelta(minutes=2),
        _D.PROCESSING_PRECISE: timedelta(minutes=2),
    },
    Pace.REAL: {
        _D.RECEIPT: timedelta(hours=2),
        _D.ACCEPTANCE_POSITIVE: timedelta(hours=20),
        _D.ACCEPTANCE_NEGATIVE: timedelta(hours=8),
        _D.PROCESSING_OK: timedelta(days=2),
        _D.PROCESSING_PRECISE: timedelta(days=2),
    },
}
TASK_SECONDS: Final[Mapping[Pace, float]] = {Pace.INSTANT: 0.0, Pace.MINUTES: 1.5, Pace.REAL: 5.0}
"""How long check, prepare and send take."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a docflow stands."""

    status: DocflowStatus
    success: SuccessState


def next_document(verdict: Verdict, present: Collection[ReportDocument]) -> ReportDocument | None:
    """What the authority sends next; None when it has said everything."""
    return next((kind for kind in LATER[verdict] if kind not in present), None)


def delay(pace: Pace, kind: ReportDocument) -> timedelta:
    """Time between the document before and this one."""
    return _DELAYS[pace].get(kind, timedelta())


def owed(present: Collection[ReportDocument], replied: Collection[ReportDocument]) -> frozenset[ReportDocument]:
    """Documents whose receipt the payer still owes."""
    return frozenset(WANTS_REPLY.intersection(present) - frozenset(replied))


def standing(verdict: Verdict, present: Collection[ReportDocument], replied: Collection[ReportDocument]) -> Standing:
    """Status and success of a docflow with these authority's documents and these answered by the payer."""
    return Standing(_status(verdict, present, replied), _success(present))


def _status(verdict: Verdict, present: Collection[ReportDocument], replied: Collection[ReportDocument]) -> DocflowStatus:
    unanswered = owed(present, replied)
    if next_document(verdict, present) is None and not unanswered:
        return DocflowStatus.FINISHED
    if unanswered & _ANSWERS:
        return DocflowStatus.RESPONSE_ARRIVED
    if _ANSWERS.intersection(present):
        return DocflowStatus.RESPONSE_PROCESSED
    return DocflowStatus.DELIVERED if _D.RECEIPT in present else DocflowStatus.SENT


_OUTCOMES: Final[Mapping[ReportDocument, SuccessState]] = {
    _D.ACCEPTANCE_NEGATIVE: SuccessState.FAILED,
    _D.PROCESSING_OK: SuccessState.SUCCESSFUL,
    _D.PROCESSING_PRECISE: SuccessState.WARNING,
}


def _success(present: Collection[ReportDocument]) -> SuccessState:
    return next((state for kind, state in _OUTCOMES.items() if kind in present), SuccessState.NEUTRAL)
