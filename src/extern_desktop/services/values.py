"""Rows that window and commands show. Frozen, complete, and free of anything that could be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum, unique

from extern_desktop.domain.docflows import CellStatus
from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.domain.reports import ReportIdentity
from extern_desktop.forms.values import CheckedReport, Document
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.container_values import FoundContainer
from extern_desktop.tokens.values import TokenCard


@dataclass(frozen=True, slots=True)
class ReportLine:
    """One report of the list."""

    report_id: str
    identity: ReportIdentity | None
    """None when a mistake in the file hides which report it is."""
    file_name: str
    organisation: Organisation | None
    """None when the payer is not an organisation of the account."""
    standing: ReportStanding
    errors: int
    warnings: int
    changed_at: datetime
    due_on: date | None
    """Due date of the calendar cell this report fills, if the operator's tables know it."""
    docflow_id: str
    """Empty until it is sent."""
    owed_replies: int
    """Receipts the authority waits for."""


@dataclass(frozen=True, slots=True)
class OpenedReport:
    """A report opened for reading and correcting."""

    line: ReportLine
    document: Document
    checked: CheckedReport


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """One report due from one organisation on one day."""

    organisation: Organisation
    form_id: int
    form_short_name: str
    form_full_name: str
    knd: str
    due_on: date
    period_year: int
    period_number: int
    status: CellStatus


@dataclass(frozen=True, slots=True)
class SentReport:
    """How one report of a send ended."""

    report_id: str
    outbox_id: str
    state: OutboxState
    docflow_id: str


@dataclass(frozen=True, slots=True)
class SentBatch:
    """What a send did. `refused` rows carry their findings in the outbox row."""

    reports: tuple[SentReport, ...]


@dataclass(frozen=True, slots=True)
class Synchronised:
    """What a synchronisation brought."""

    docflows: int
    documents: int
    organisations: int
    at: datetime


@dataclass(frozen=True, slots=True)
class DocflowDocument:
    """One document that came or went in a docflow."""

    document_id: str
    kind: str
    """Last part of the document type's URN."""
    file_name: str
    at: datetime | None
    size_bytes: int
    """0 when the content is not on this computer."""
    reply_owed: str
    """Type of the reply the authority waits for; empty when nothing is owed."""
    signatures: int


@dataclass(frozen=True, slots=True)
class DocflowCard:
    """A docflow with its documents, oldest first."""

    docflow_id: str
    status: str
    success_state: str
    sent_at: datetime | None
    changed_at: datetime | None
    documents: tuple[DocflowDocument, ...]


@unique
class CarrierKind(StrEnum):
    TOKEN = "token"
    TRAINING_KEY = "training-key"


@dataclass(frozen=True, slots=True)
class KeyCertificate:
    """A certificate with where its key is."""

    certificate: Certificate
    carrier: CarrierKind
    carrier_serial: str
    has_private_key: bool
    days_left: int
    organisations: tuple[str, ...]
    """Names of the organisations whose reports it can sign."""


@dataclass(frozen=True, slots=True)
class Keys:
    """All keys in sight."""

    tokens: tuple[TokenCard, ...]
    certificates: tuple[KeyCertificate, ...]
    problems: tuple[str, ...]
    """Modules that could not be asked, by path and reason."""


@dataclass(frozen=True, slots=True)
class FoundContainers:
    """Key containers found in one place."""

    place: str
    containers: tuple[FoundContainer, ...]


@dataclass(frozen=True, slots=True)
class CopiedContainer:
    """A container copied, read back and compared."""

    source: str
    target: str
    files: int
    size_bytes: int
