"""Rows of the first page. Apart from the other values, and importing next to nothing: the window shows them in its first picture."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, unique

from extern_desktop.domain.docflows import Tone


@unique
class ReportStanding(StrEnum):
    """How a report stands, desk, outbox and mirror taken together. The first word an accountant looks for."""

    DRAFT = "draft"
    """Imported or changed, not checked since."""
    HAS_ERRORS = "has-errors"
    READY = "ready"
    """Checked, nothing forbids sending."""
    SIGNED = "signed"
    """Signed, not sent: interrupted or waiting for the network."""
    SENDING = "sending"
    UNCERTAIN = "uncertain"
    """The answer was lost; the operator is asked, nothing is sent again."""
    REFUSED_BY_OPERATOR = "refused-by-operator"
    SENT = "sent"
    """With the operator; the authority hasn't answered."""
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    CLARIFICATION = "clarification"
    """Accepted, but the authority asks for a correction."""
    DECLINED = "declined"
    """The authority refused it: nothing is filed."""


STANDING_TONES: Mapping[ReportStanding, Tone] = {
    ReportStanding.DRAFT: Tone.IDLE,
    ReportStanding.HAS_ERRORS: Tone.BAD,
    ReportStanding.READY: Tone.INFO,
    ReportStanding.SIGNED: Tone.INFO,
    ReportStanding.SENDING: Tone.INFO,
    ReportStanding.UNCERTAIN: Tone.WARN,
    ReportStanding.REFUSED_BY_OPERATOR: Tone.BAD,
    ReportStanding.SENT: Tone.INFO,
    ReportStanding.DELIVERED: Tone.INFO,
    ReportStanding.ACCEPTED: Tone.OK,
    ReportStanding.CLARIFICATION: Tone.WARN,
    ReportStanding.DECLINED: Tone.BAD,
}


@dataclass(frozen=True, slots=True)
class DueGroup:
    """One form due on one day, over all organisations."""

    form_short_name: str
    due_on: date
    left: int
    total: int
    days_left: int
    """Negative when the day is past."""


@unique
class WaitingKind(StrEnum):
    REPLIES_OWED = "replies-owed"
    OUTCOME_UNCERTAIN = "outcome-uncertain"
    INTERRUPTED = "interrupted"
    CERTIFICATE_ENDS = "certificate-ends"


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """Something that waits for the accountant: receipts owed on a docflow, a send whose outcome is being asked, a certificate near its end."""

    kind: WaitingKind
    subject: str
    """Report, or owner of the certificate."""
    organisation_name: str
    docflow_id: str
    count: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class FailedItem:
    """A report that was refused or needs a correction."""

    report_id: str
    docflow_id: str
    standing: ReportStanding
    subject: str
    organisation_name: str
    reason: str
    """What the authority or the operator wrote, as it came. May be empty."""
    at: datetime


@dataclass(frozen=True, slots=True)
class DayMark:
    """One day of the strip on Today."""

    on: date
    is_working: bool
    due: int
    """Reports left to file on that day."""
    all_done: bool
    """There were reports due that day and none is left."""


@dataclass(frozen=True, slots=True)
class Today:
    """Everything the first page shows."""

    on: date
    days: tuple[DayMark, ...]
    due: tuple[DueGroup, ...]
    waiting: tuple[WaitingItem, ...]
    """Of very many docflows that wait for replies, those that have waited longest."""
    owed_docflows: int
    """How many docflows wait for replies in all."""
    failed: tuple[FailedItem, ...]
    ready_report_ids: tuple[str, ...]
    """Checked without errors and not sent: what the filled button sends."""
    reports: int
    """On this desk, sent or not."""
    accepted_count: int
    """Reports accepted in the time shown: bad news needs proportion."""
    organisations: int
    synchronised_at: datetime | None
