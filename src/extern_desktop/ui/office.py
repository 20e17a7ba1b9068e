"""What the window needs of the program: a narrow protocol over the services.

Every call comes back at once with a future; the work is done on the lanes behind it. The window imports no service: who starts it hands over the
office that stands on the open desk.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum, unique
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from extern_desktop.settings.places import Stage

if TYPE_CHECKING:
    from extern_desktop.diagnostics.values import DiagnosticsReport
    from extern_desktop.domain.organisations import Organisation
    from extern_desktop.domain.secrets import AccessToken
    from extern_desktop.jobs.work import Work
    from extern_desktop.services.today_values import Today, WaitingItem
    from extern_desktop.services.values import (
        CalendarCell,
        CopiedContainer,
        DocflowCard,
        FoundContainers,
        Keys,
        OpenedReport,
        ReportLine,
        SentBatch,
        Synchronised,
    )
    from extern_desktop.signing.values import Certificate
    from extern_desktop.tokens.values import TokenCard


@unique
class Chip(StrEnum):
    """Counted filters of the report list."""

    ALL = "all"
    WAITING = "waiting"
    """Drafts, errors, interrupted, uncertain: a person has something to do."""
    READY = "ready"
    FAILED = "failed"
    SENT = "sent"
    """Everything that has reached the operator, however the authority answered."""


@dataclass(frozen=True, slots=True)
class ReportQuery:
    """Which reports the list shows."""

    words: str = ""
    """Every word must begin some word of the form, the organisation, the INN, the period or the file name."""
    chip: Chip = Chip.ALL
    organisation_id: str = ""
    """Empty for all organisations."""


@dataclass(frozen=True, slots=True)
class ReportKeys:
    """The list's answer: which reports, in which order. Their lines are fetched when painted."""

    report_ids: tuple[str, ...] = ()
    counts: Mapping[Chip, int] = field(default_factory=dict)
    """Of the organisation asked for, whatever the chip."""


@dataclass(frozen=True, slots=True)
class Preferences:
    """The settings that the window shows. Saved as soon as one changes."""

    language: str = "ru"
    theme: str = "system"
    text_percent: int = 100
    stage: Stage = Stage.TRAINING
    """The stage of the next start."""
    operator_address: str = ""
    """Address of the real operator; the training operator needs none."""
    identity_address: str = ""
    """Where a person signs in to the real operator."""
    operator_client_id: str = ""
    synchronise_every_minutes: int = 15
    """0: only when a person asks."""
    first_run: bool = False
    """Nobody has chosen yet how to begin."""
    locked: frozenset[str] = frozenset()
    """Names of the settings that a policy of this computer fixes."""


@dataclass(frozen=True, slots=True)
class ProgramFacts:
    """What *About* tells."""

    version: str
    workspace_folder: Path
    forms: tuple[str, ...]
    """Known forms, as `УСН 5.09`."""


@dataclass(frozen=True, slots=True)
class Places:
    """The state of the three facts in the rail."""

    tokens: int
    online: bool | None
    """None before anybody asked the operator."""
    outbox: int
    signed_in: bool = True
    """Always in training; in real work once a person has signed in."""
    has_api_key: bool = False
    """The program's key at the real operator is kept. The key itself is never shown."""
    synchronised_at: datetime | None = None


class Office(Protocol):
    """The program behind the window."""

    @property
    def stage(self) -> Stage:
        """The stage that is open now, whatever the settings say for the next start."""
        ...

    def preferences(self) -> Preferences: ...
    def change_preferences(self, changed: Preferences) -> Future[None]: ...
    def about(self) -> Future[ProgramFacts]: ...
    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        """Call `listener`, on any thread, after every change of the workspace or of the keys in sight; the result stops it."""
        ...

    def facts(self) -> Future[Places]: ...
    def organisations(self) -> Future[tuple[Organisation, ...]]: ...
    def today(self) -> Future[Today]: ...
    def certificates_ending(self) -> Future[tuple[WaitingItem, ...]]:
        """Asks the tokens, so it may take longer than `today`."""
        ...

    def is_working_day(self, on: date) -> bool: ...
    def calendar(self, first: date, last: date) -> Future[tuple[CalendarCell, ...]]: ...

    def report_keys(self, query: ReportQuery) -> Future[ReportKeys]: ...
    def report_lines(self, report_ids: Sequence[str]) -> Future[tuple[ReportLine, ...]]: ...
    def import_report(self, path: Path, work: Work) -> Future[ReportLine]: ...
    def take_training_report(self, work: Work) -> Future[str]:
        """Put a declaration to learn on upon the desk; gives its report id. Training only."""
        ...

    def open_report(self, report_id: str) -> Future[OpenedReport]: ...
    def check_report(self, report_id: str, work: Work) -> Future[OpenedReport]: ...
    def correct(self, report_id: str, path: str, field_name: str, value: str) -> Future[OpenedReport]: ...
    def save_copy(self, report_id: str, target: Path) -> Future[None]: ...

    def keep_api_key(self, key: AccessToken) -> Future[None]:
        """Keep the program's key at the operator among the secrets; an empty one is forgotten."""
        ...

    def sign_in_by_device(self, work: Work) -> Future[None]: ...
    def sign_in_by_password(self, login: str, work: Work) -> Future[None]: ...
    def sign_out(self) -> Future[None]: ...

    def sign_and_send(self, report_ids: Sequence[str], work: Work) -> Future[SentBatch]: ...
    def resume(self, work: Work) -> Future[SentBatch]: ...
    def synchronise(self, work: Work) -> Future[Synchronised]: ...
    def send_replies(self, docflow_ids: Sequence[str], work: Work) -> Future[int]:
        """Sign and send what these docflows wait for; with none named, what all of them do. Gives how many replies went."""
        ...

    def docflow(self, docflow_id: str) -> Future[DocflowCard]: ...
    def report_of(self, docflow_id: str) -> Future[ReportLine | None]:
        """The report that was sent with this docflow, if it lies on this desk."""
        ...

    def save_documents(self, docflow_id: str, folder: Path, work: Work) -> Future[int]: ...

    def keys(self) -> Future[Keys]: ...
    def containers(self, place: Path) -> Future[FoundContainers]: ...
    def copy_container(self, source: Path, target: Path, work: Work) -> Future[CopiedContainer]: ...
    def change_pin(self, serial: str, work: Work) -> Future[TokenCard]: ...
    def unblock_pin(self, serial: str, work: Work) -> Future[TokenCard]: ...
    def enrol_training_key(self, serial: str, organisation: Organisation, work: Work) -> Future[Certificate]: ...

    def diagnose(self, work: Work) -> Future[DiagnosticsReport]: ...
    def save_diagnostics(self, report: DiagnosticsReport, target: Path) -> Future[None]: ...
