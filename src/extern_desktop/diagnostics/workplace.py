"""What was seen of a workplace: facts only, collected once by `collect`, judged by the checks.

A check is a function of these facts, so a report from another computer can be judged again here.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, unique

from extern_desktop.signing.values import Certificate, ChainVerdict
from extern_desktop.tokens.values import ReadersRung, ServiceRung, TokenCard, UsbRung


@dataclass(frozen=True, slots=True)
class System:
    name: str
    """As the system calls itself: `Debian GNU/Linux 12 (bookworm)`."""
    kind: str
    """`linux` or `win32`, as `sys.platform` says."""
    machine: str
    pointer_bits: int
    python: str


@dataclass(frozen=True, slots=True)
class Texts:
    """How the system writes texts and file names."""

    file_name_encoding: str
    locale_encoding: str
    knows_windows_1251: bool
    """The reports' own encoding is there."""
    cyrillic_file_names: bool
    """A file named in Cyrillic could be made and found again."""


@dataclass(frozen=True, slots=True)
class Disk:
    free_bytes: int
    is_writable: bool
    problem: str
    """What the system said when a file was written; empty when it was written and read back."""


@dataclass(frozen=True, slots=True)
class SmartCards:
    """The rungs below PKCS#11."""

    usb: UsbRung
    service: ServiceRung
    readers: ReadersRung


@dataclass(frozen=True, slots=True)
class Module:
    """One PKCS#11 library that is installed or was named."""

    path: str
    problem: str
    """Empty when it answers."""
    is_virtual: bool
    """The test module: it needs neither USB nor a smart-card service."""


@dataclass(frozen=True, slots=True)
class SeenCertificate:
    certificate: Certificate
    carrier: str
    """Serial number of the token, or `training-key`."""
    has_private_key: bool
    chain: ChainVerdict


@unique
class Reach(StrEnum):
    REACHED = "reached"
    NOT_REACHED = "not-reached"
    TLS_FAILED = "tls-failed"
    FOREIGN = "foreign"
    """Something else answered in its place."""
    NO_ADDRESS = "no-address"


@dataclass(frozen=True, slots=True)
class OperatorSeen:
    host: str
    reach: Reach
    reason: str
    """Why it was not reached, which TLS problem, what answered."""
    issuer: str
    """Who issued the TLS certificate that was refused."""
    is_loopback: bool
    skew: timedelta | None
    """This computer's clock minus the operator's; None when the operator was not reached."""


@dataclass(frozen=True, slots=True)
class WorkspaceSeen:
    is_open: bool
    problem: str
    """Empty when every page of the database and every content file is whole."""
    damaged_contents: tuple[str, ...]
    unfinished_acts: int


@dataclass(frozen=True, slots=True)
class Workplace:
    """All facts of one run."""

    now_at: datetime
    system: System
    texts: Texts
    disk: Disk
    smart_cards: SmartCards
    modules: tuple[Module, ...]
    tokens: tuple[TokenCard, ...]
    certificates: tuple[SeenCertificate, ...]
    operator: OperatorSeen
    workspace: WorkspaceSeen
    needs_token: bool
    """False in training without a token: then training keys sign, and the way to a token is no question."""

    @property
    def has_virtual_token_only(self) -> bool:
        """Tokens are seen, and all of them through the test module."""
        virtual = {module.path for module in self.modules if module.is_virtual}
        return bool(self.tokens) and all(card.module in virtual for card in self.tokens)
