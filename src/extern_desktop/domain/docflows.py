"""The operator's words for a docflow and its documents, and what they mean for an accountant.

Unknown values are kept as they came: the operator adds new ones without notice, and none of them may stop the program.
Source: `urn:` dictionaries of the public Extern API, life cycle of `fns534-report`.
"""

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

FNS_REPORT: Final = "urn:docflow:fns534-report"


@unique
class DocflowStatus(StrEnum):
    """Last part of `urn:docflow-common-status:`."""

    SENT = "sent"
    DELIVERED = "delivered"
    RESPONSE_ARRIVED = "response-arrived"
    RESPONSE_PROCESSED = "response-processed"
    FINISHED = "finished"


@unique
class SuccessState(StrEnum):
    """Last part of `urn:docflow-state:`."""

    NEUTRAL = "neutral"
    SUCCESSFUL = "successful"
    FAILED = "failed"
    WARNING = "warning"


@unique
class ReportDocument(StrEnum):
    """Documents of an FNS report's docflow: the last part of `urn:document:fns534-report…`."""

    REPORT = "fns534-report"
    DESCRIPTION = "fns534-report-description"
    DATE_CONFIRMATION = "fns534-report-date-confirmation"
    RECEIPT = "fns534-report-receipt"
    ACCEPTANCE_POSITIVE = "fns534-report-acceptance-result-positive"
    ACCEPTANCE_NEGATIVE = "fns534-report-acceptance-result-negative"
    PROCESSING_OK = "fns534-report-processing-result-ok"
    PROCESSING_PRECISE = "fns534-report-processing-result-precise"


@unique
class ReportStatus(StrEnum):
    """How a filed report stands, in the operator's words of the reports tables."""

    ERROR = "error"
    DECLINED = "declined"
    SENT = "sent"
    ACCEPTED = "accepted"
    EDITING = "editing"
    ACCEPTED_WITH_REBUKE = "accepted-with-rebuke"


@unique
class CellStatus(StrEnum):
    """State of one cell of the deadline calendar (`deadlines[].status` of the reports tables)."""

    NOT_SENT = "not-sent"
    NOT_SENT_AFTER_DEADLINE = "not-sent-after-deadline"
    SENT = "sent"
    SENT_AFTER_DEADLINE = "sent-after-deadline"
    ACCEPTED = "accepted"
    ACCEPTED_AFTER_DEADLINE = "accepted-after-deadline"
    ACCEPTED_WITH_REBUKE = "accepted-with-rebuke"
    ACCEPTED_WITH_SENT = "accepted-with-sent"
    ACCEPTED_WITH_WARNING = "accepted-with-warning"
    ACCEPTED_CUSTOM = "accepted-custom"
    DECLINED = "declined"
    NOT_REQUIRED = "not-required-report"


UNFILED: Final = frozenset({CellStatus.NOT_SENT, CellStatus.NOT_SENT_AFTER_DEADLINE, CellStatus.DECLINED})
"""Cells that wait for a report of ours. One that the authority took and wants corrected is filed."""


@unique
class Tone(StrEnum):
    """What a state asks of a person. The window draws each with a colour, a shape and a word."""

    OK = "ok"
    WARN = "warn"
    BAD = "bad"
    INFO = "info"
    IDLE = "idle"


CELL_TONES: Final[Mapping[CellStatus, Tone]] = {
    CellStatus.NOT_SENT: Tone.IDLE,
    CellStatus.NOT_SENT_AFTER_DEADLINE: Tone.BAD,
    CellStatus.SENT: Tone.INFO,
    CellStatus.SENT_AFTER_DEADLINE: Tone.INFO,
    CellStatus.ACCEPTED: Tone.OK,
    CellStatus.ACCEPTED_AFTER_DEADLINE: Tone.OK,
    CellStatus.ACCEPTED_WITH_REBUKE: Tone.WARN,
    CellStatus.ACCEPTED_WITH_SENT: Tone.OK,
    CellStatus.ACCEPTED_WITH_WARNING: Tone.WARN,
    CellStatus.ACCEPTED_CUSTOM: Tone.OK,
    CellStatus.DECLINED: Tone.BAD,
    CellStatus.NOT_REQUIRED: Tone.IDLE,
}


def nss(urn: str) -> str:
    """Last part of a URN (`urn:docflow:fns534-report` gives `fns534-report`); a text that is no URN is given back as it is."""
    return urn.rpartition(":")[2]
