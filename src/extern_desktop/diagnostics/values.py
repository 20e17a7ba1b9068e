"""What a check of the workplace asks, and how its answer looks. Values only: nothing here touches the machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import NewType

CheckId = NewType("CheckId", str)
"""Stable: support reads it over the phone, `diagnose --fix ID` takes it."""

Evidence = Mapping[str, str | int | bool]
"""What was seen, by name. No time of the run and nothing that changes while nothing happens: the same state gives the same bytes."""


@unique
class Group(StrEnum):
    SYSTEM = "system"
    SMART_CARDS = "smart-cards"
    KEYS = "keys"
    CERTIFICATES = "certificates"
    NETWORK = "network"
    PROGRAM = "program"


@unique
class Verdict(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    """Work can go on; something wants attention."""
    FAILED = "failed"
    NOT_ASKED = "not-asked"
    """A check it stands on did not pass."""
    NOT_APPLICABLE = "not-applicable"
    """The question has no meaning here, for example a driver for a token that is not used."""
    UNKNOWN = "unknown"
    """Could not be found out; the evidence says why."""
    BROKEN = "broken"
    """The check itself failed: a bug of ours."""


@unique
class Remedy(StrEnum):
    """What helps. Its steps are worded in `wording/remedies.py`."""

    NONE = "none"
    USE_64_BIT_SYSTEM = "use-64-bit-system"
    SET_UTF8_LOCALE = "set-utf8-locale"
    FREE_DISK = "free-disk"
    MAKE_HOME_WRITABLE = "make-home-writable"
    SYNCHRONISE_CLOCK = "synchronise-clock"
    START_SMART_CARD_SERVICE = "start-smart-card-service"
    INSTALL_SMART_CARD_SERVICE = "install-smart-card-service"
    CONNECT_READER = "connect-reader"
    PLUG_TOKEN = "plug-token"
    INSTALL_TOKEN_LIBRARY = "install-token-library"
    REPLACE_TOKEN_LIBRARY = "replace-token-library"
    REPLUG_TOKEN = "replug-token"
    UNBLOCK_PIN = "unblock-pin"
    CHANGE_INITIAL_PIN = "change-initial-pin"
    MIND_LAST_ATTEMPT = "mind-last-attempt"
    WRITE_KEY_TO_TOKEN = "write-key-to-token"
    WRITE_CERTIFICATE_TO_TOKEN = "write-certificate-to-token"
    RENEW_CERTIFICATE = "renew-certificate"
    INSTALL_ISSUER_CERTIFICATE = "install-issuer-certificate"
    REPLACE_CERTIFICATE = "replace-certificate"
    CHECK_NETWORK = "check-network"
    SIGN_IN_TO_NETWORK = "sign-in-to-network"
    ADD_CORPORATE_ROOT = "add-corporate-root"
    CHECK_OPERATOR_ADDRESS = "check-operator-address"
    RESTORE_WORKSPACE = "restore-workspace"


@dataclass(frozen=True, slots=True)
class Finding:
    """The answer of one check."""

    verdict: Verdict
    evidence: Evidence = field(default_factory=dict)
    remedy: Remedy = Remedy.NONE


@dataclass(frozen=True, slots=True)
class Answer:
    """One question with its answer, as the report keeps it."""

    id: CheckId
    group: Group
    after: tuple[CheckId, ...]
    """Checks it stands on."""
    verdict: Verdict
    evidence: Evidence
    remedy: Remedy
    because_of: CheckId | None = None
    """For `NOT_ASKED`: the check that did not pass."""


@dataclass(frozen=True, slots=True)
class DiagnosticsReport:
    """All answers, in the order of the catalogue."""

    answers: tuple[Answer, ...]

    @property
    def first_failed(self) -> Answer | None:
        """The one thing to do first: the first check that failed on its own ground."""
        return next((answer for answer in self.answers if answer.verdict in (Verdict.FAILED, Verdict.BROKEN)), None)

    @property
    def is_ready(self) -> bool:
        return self.first_failed is None

    def count(self, verdict: Verdict) -> int:
        return sum(answer.verdict is verdict for answer in self.answers)
