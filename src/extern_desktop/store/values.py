"""The rows of the workspace as window, commands and services see them.

Plain frozen values: no SQL, no encryption, nothing heavy is imported. What is written and what is read back has the same class wherever it can.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, unique
from typing import TypedDict

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import OutboxKind, OutboxState
from extern_desktop.domain.reports import ReportIdentity


@unique
class ChangeKind(StrEnum):
    """What a commit may have touched. The ids that go with each kind are said beside it."""

    ORGANISATIONS = "organisations"
    """Organisation ids."""
    REPORTS = "reports"
    """Report ids."""
    OUTBOX = "outbox"
    """Outbox ids."""
    DOCFLOWS = "docflows"
    """Docflow ids."""
    DOCUMENTS = "documents"
    """Document ids whose content has come."""
    CELLS = "cells"
    """Organisation ids whose calendar has changed."""
    SYNC = "sync"
    """Names of marks that have moved on."""


@dataclass(frozen=True, slots=True)
class Changes:
    """What one commit touched. Screens refresh by it, and by nothing else."""

    ids: Mapping[ChangeKind, frozenset[str]] = field(default_factory=dict)

    def of(self, kind: ChangeKind) -> frozenset[str]:
        return self.ids.get(kind, frozenset())

    def touches(self, *kinds: ChangeKind) -> bool:
        return any(self.ids.get(kind) for kind in kinds)

    def __bool__(self) -> bool:
        return any(self.ids.values())


# --- outbox ---


@dataclass(frozen=True, slots=True)
class RefusalReason:
    """One line of the operator's protocol."""

    description: str
    source: str = ""
    """Where in the document, as the operator writes it; often an XML path."""
    level: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why the operator said no."""

    code: str
    """`urn:error:…` or the status word of a task."""
    message: str
    trace_id: str = ""
    """For the operator's support."""
    reasons: tuple[RefusalReason, ...] = ()


class OutboxFacts(TypedDict, total=False):
    """What may be learned about an act on its way. Given to `advance` and `note`; a fact left out stays as it was."""

    content_id: str
    signature_content_id: str
    draft_id: str
    document_id: str
    signature_id: str
    check_task_id: str
    prepare_task_id: str
    send_task_id: str
    docflow_id: str
    reply_id: str
    refusal: Refusal


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One act: written before anything leaves this computer, never changed once it is finished."""

    id: str
    """Made here (UUID), before anybody else knows of the act."""
    number: int
    """Order of the acts: a counter, so that a wrong clock cannot reorder them."""
    kind: OutboxKind
    state: OutboxState
    organisation_id: str
    authority: str
    """Four digits of the inspectorate for a report; empty for a reply."""
    file_name: str
    content_sha256: str
    """Of the signed bytes, lower-case hex."""
    content_bytes: int
    certificate_sha1: str
    """Thumbprint of the signer's certificate: 40 upper-case hex digits."""
    created_at: datetime
    changed_at: datetime
    attempt: int = 0
    """How often somebody has taken the act in hand (leases given)."""
    report_id: str | None = None
    """Desk row of a report; `None` for a reply."""
    reply_type: str = ""
    """Document type of a reply, for example `fns534-report-receipt`."""
    content_id: str | None = None
    """Where the bytes are at the operator."""
    signature_content_id: str | None = None
    draft_id: str | None = None
    document_id: str | None = None
    """In the draft for a report; the document that is answered for a reply."""
    signature_id: str | None = None
    check_task_id: str | None = None
    prepare_task_id: str | None = None
    send_task_id: str | None = None
    docflow_id: str | None = None
    """The docflow it became, or for a reply the docflow it belongs to."""
    reply_id: str | None = None
    refusal: Refusal | None = None
    owner: str | None = None
    """Who works on it now; see `store.lock.owner_here`."""
    lease_until_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class SignedReport:
    """A report that was just signed, on its way into the outbox."""

    report_id: str
    content_sha256: str
    """Lower-case hex, of the bytes that were signed."""
    signature: bytes
    """Detached CMS, DER."""
    certificate_der: bytes
    organisation_id: str
    authority: str


@dataclass(frozen=True, slots=True)
class SignedBytes:
    """What was signed and with what, byte for byte."""

    content: bytes
    signature: bytes
    """Detached CMS, DER."""
    certificate_der: bytes


@dataclass(frozen=True, slots=True)
class FetchedDocument:
    """What was fetched of a document."""

    document_id: str
    content: bytes
    """As it is to be read: decrypted and unpacked."""
    signature: bytes | None = None
    """The detached signature of the sender, where there is one."""


# --- desk ---


@dataclass(frozen=True, slots=True)
class CheckSummary:
    """What our own check found in a report."""

    errors: int
    warnings: int
    checked_at: datetime


@dataclass(frozen=True, slots=True)
class ReportRow:
    """A report in work, with the last act made of it and what has become of that."""

    id: str
    file_name: str
    content_bytes: int
    content_sha256: str
    identity: ReportIdentity | None
    """`None` while the file cannot be read as a report of a known form."""
    check: CheckSummary | None
    added_at: datetime
    changed_at: datetime
    organisation: Organisation | None = None
    """The organisation of the account with the payer's INN and KPP, if there is one."""
    outbox: OutboxRow | None = None
    """The last act made of this report."""
    docflow_status: str = ""
    """Last part of the docflow's status once there is one; see `domain.docflows.DocflowStatus`."""
    success_state: str = ""
    """See `domain.docflows.SuccessState`."""


# --- mirror ---


@dataclass(frozen=True, slots=True)
class MirrorDocflow:
    """A docflow as the operator last told it. URNs are kept by their last part; unknown words stay as they came."""

    id: str
    type: str
    status: str
    success_state: str
    organisation_id: str
    changed_at: datetime
    """`last-change-date`, else `send-date`. An older one never overwrites a newer one."""
    sent_at: datetime | None = None
    form_knd: str = ""
    form_name: str = ""
    form_version: str = ""
    period_begin_on: date | None = None
    period_end_on: date | None = None
    period_code: str = ""
    correction_number: int | None = None
    recipient: str = ""
    payer_inn: str = ""
    """`INN-KPP` or a bare INN, as the operator writes it."""
    original_draft_id: str = ""
    raw: bytes = b""
    """The JSON it came from."""


@dataclass(frozen=True, slots=True)
class MirrorDocument:
    """One document of a docflow."""

    id: str
    docflow_id: str
    type: str
    """Last part of the URN; see `domain.docflows.ReportDocument`."""
    file_name: str
    sent_at: datetime | None = None
    content_id: str = ""
    """Content to fetch from the operator; empty when there is none."""
    is_encrypted: bool = False
    is_compressed: bool = False
    raw: bytes = b""
    has_content: bool = False
    """Whether the bytes are here. Ignored when written."""
    has_signature: bool = False
    """Whether the sender's signature is here. Ignored when written."""


@dataclass(frozen=True, slots=True)
class Obligation:
    """A reply the operator still waits for (a link with `rel = reply`)."""

    docflow_id: str
    document_id: str
    reply_type: str
    href: str
    """Address that makes the reply."""


@dataclass(frozen=True, slots=True)
class DocflowUpdate:
    """A docflow read whole. Its obligations replace what the mirror had; its documents are added or updated and keep their content."""

    docflow: MirrorDocflow
    documents: tuple[MirrorDocument, ...]
    obligations: tuple[Obligation, ...]


@dataclass(frozen=True, slots=True)
class ReportsCell:
    """One term of one form for one organisation, as the operator's reports table tells it."""

    organisation_id: str
    form_id: int
    """The operator's number of the form."""
    form_short_name: str
    form_full_name: str
    knd: str
    periodicity: str
    """`yearly`, `quarterly`, `monthly`, `twice-a-month`, or what comes next."""
    deadline_on: date
    period_year: int
    period_number: int
    status: str
    """See `domain.docflows.CellStatus`."""
    okud: str = ""
    period_begin_on: date | None = None
    period_end_on: date | None = None


# --- views: the outbox laid over the mirror ---


@dataclass(frozen=True, slots=True)
class CalendarCell:
    """A term and whose it is."""

    cell: ReportsCell
    organisation: Organisation


@dataclass(frozen=True, slots=True)
class WaitingRow:
    """A reply that we owe and nobody is sending yet."""

    obligation: Obligation
    organisation_id: str
    organisation_name: str
    docflow_type: str
    form_name: str
    document_type: str
    file_name: str
    received_at: datetime | None


@dataclass(frozen=True, slots=True)
class OwedReplies:
    """A docflow that waits for replies of ours which nobody is sending yet."""

    docflow_id: str
    replies: int
    form_name: str
    organisation_name: str


@dataclass(frozen=True, slots=True)
class FailureRow:
    """An act that the operator refused, or a report that the authority refused or wants corrected."""

    organisation_id: str
    organisation_name: str
    form_name: str
    period_code: str
    year: int | None
    failed_at: datetime
    docflow_id: str | None = None
    """Set when the authority refused."""
    outbox_id: str | None = None
    """Set when the act is one of this computer."""
    report_id: str | None = None
    refusal: Refusal | None = None
    """Set when the operator refused."""
    is_filed: bool = False
    """The authority accepted it and asks for a correction."""


@dataclass(frozen=True, slots=True)
class FormCount:
    """How many terms of one form fall on a day and stand alike."""

    on: date
    form_short_name: str
    status: str
    """The operator's word."""
    count: int


@dataclass(frozen=True, slots=True)
class TodayRows:
    """Everything the Today page shows, read in one snapshot."""

    overdue: tuple[FormCount, ...]
    """Terms before today that ask for a report, the oldest first; of very many the last ones."""
    ahead: tuple[FormCount, ...]
    """All terms of the window, whatever their status."""
    owed: tuple[OwedReplies, ...]
    """Those that have waited longest."""
    owed_docflows: int
    """How many there are in all."""
    failures: tuple[FailureRow, ...]
    uncertain: tuple[OutboxRow, ...]
    """Acts whose outcome is being asked for."""
    in_outbox: int
    """Acts not finished."""
    accepted: int
    """Terms of this month that are accepted: bad news needs proportion."""
    synchronised_at: datetime | None
