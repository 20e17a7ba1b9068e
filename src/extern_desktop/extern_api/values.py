"""What window and commands may know of the operator: its address, sign-in, the states of its objects and its verdicts.

Light on purpose: no HTTP library and no wire model is imported here.
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from pathlib import Path
from urllib.parse import urlsplit

from extern_desktop.domain.secrets import AccessToken, Password, Secret
from extern_desktop.extern_api.errors import UnsafeAddressError


class ApiKey(Secret):
    """The key of the program at the operator; it stands for a client secret."""

    __slots__ = ()


class RefreshToken(Secret):
    """Gives new access tokens without a person. Kept in the system keyring only."""

    __slots__ = ()


class DeviceCode(Secret):
    """What a device sign-in is polled with. Whoever has it gets the tokens."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class OperatorAddress:
    """Where an operator is, and who we are to it. Plain `http` is taken for this computer only; anything else raises `UnsafeAddressError`."""

    api_url: str
    identity_url: str
    client_id: str
    api_key: ApiKey

    def __post_init__(self) -> None:
        for url in (self.api_url, self.identity_url):
            parts = urlsplit(url)
            if parts.username or parts.password or not parts.hostname:
                raise UnsafeAddressError(_without_user(url))
            if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(parts.hostname)):
                raise UnsafeAddressError(url)

    @property
    def host(self) -> str:
        return urlsplit(self.api_url).hostname or ""

    @property
    def is_loopback(self) -> bool:
        """Both hosts are this computer: the training operator. Training keys may sign for no other."""
        return all(is_loopback(urlsplit(url).hostname or "") for url in (self.api_url, self.identity_url))


@dataclass(frozen=True, slots=True)
class Proxy:
    """The office's proxy, for the API and the identity host alike."""

    url: str
    """`http://host:port`, without login and password."""
    login: str = ""
    password: Password | None = None


@dataclass(frozen=True, slots=True)
class Limits:
    """How long and how large one exchange may be."""

    connect_seconds: float = 5.0
    read_seconds: float = 40.0
    """Longest silence. A server that drips never reaches it, hence the two limits below."""
    exchange_seconds: float = 120.0
    """From the first byte out to the last byte in, for everything but contents."""
    transfer_seconds: float = 1800.0
    """The same for one part of an upload and one piece of a download."""
    json_bytes: int = 32 << 20
    """Longest JSON, counted after decompression."""
    content_bytes: int = 1 << 30
    """Longest download, unless the caller says another."""
    backoff_seconds: float = 0.5
    """First pause before a read is repeated; it doubles."""
    retry_after_seconds: float = 60.0
    """Longest `Retry-After` that is waited for; a longer one is told to the caller."""


@dataclass(frozen=True, slots=True)
class Trust:
    """Roots of TLS: always the system's; a corporate one is added by name. There is no way to switch verification off."""

    extra_roots: tuple[Path, ...] = ()
    """PEM files."""


@dataclass(frozen=True, slots=True)
class KeptTokens:
    """What a sign-in leaves. The store keeps it in the system keyring, nowhere else."""

    access: AccessToken | None = None
    refresh: RefreshToken | None = None
    expires_at: datetime | None = None
    """When `access` ends. `None`: unknown, so it is used until the operator says no."""

    @property
    def can_sign_in(self) -> bool:
        return self.access is not None or self.refresh is not None


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """A started device sign-in: the person opens the address and confirms the code there."""

    user_code: str
    verification_url: str
    complete_url: str
    """The same with the code in it, to open in a browser or show as a QR code; may equal `verification_url`."""
    interval_seconds: int
    """Pause between two polls."""
    expires_at: datetime
    device_code: DeviceCode


@unique
class DevicePoll(StrEnum):
    """What one poll of a device sign-in said."""

    PENDING = "pending"
    SLOW_DOWN = "slow-down"
    """As pending, and the pause grows by five seconds."""
    SIGNED_IN = "signed-in"


@unique
class DraftStatus(StrEnum):
    NEW = "new"
    CHECK_IN_PROGRESS = "check-in-progress"
    CHECKED = "checked"
    PREPARE_IN_PROGRESS = "prepare-in-progress"
    READY_TO_SEND = "ready-to-send"
    SEND_IN_PROGRESS = "send-in-progress"
    SENT = "sent"
    TRANSFERRED_TO_WEB = "transferred-to-web"
    SENT_VIA_WEB = "sent-via-web"


@unique
class TaskState(StrEnum):
    RUNNING = "running"
    SUCCEED = "succeed"
    FAILED = "failed"


@unique
class TaskKind(StrEnum):
    """Last part of `urn:task-type:`."""

    CHECK = "check"
    PREPARE = "prepare"
    SEND = "send"
    PRINT = "print"
    DOCFLOW_PRINT = "docflowPrint"


@unique
class PrepareStatus(StrEnum):
    OK = "ok"
    CHECK_HAS_ERRORS = "check-protocol-has-errors"
    CHECK_HAS_ONLY_WARNINGS = "check-protocol-has-only-warnings"
    ENCRYPTION_FAILED = "encryption-failed"


@unique
class CheckLevel(StrEnum):
    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class OperatorFinding:
    """One remark of the operator's check."""

    description: str
    """The operator's own words, shown as they are."""
    source: str = ""
    """Where in the document, as a path; "" when it concerns the whole."""
    level: CheckLevel = CheckLevel.ERROR
    """A level we don't know counts as an error."""
    kind: str = ""
    """`Schema`, `CrossCheckReport` and others, as they came."""
    document_id: str = ""
    """Document of the draft; "" when the remark concerns the whole draft."""


@dataclass(frozen=True, slots=True)
class CheckVerdict:
    """What the operator's check found."""

    findings: tuple[OperatorFinding, ...] = ()

    @property
    def may_go_on(self) -> bool:
        return all(finding.level is not CheckLevel.ERROR for finding in self.findings)


@dataclass(frozen=True, slots=True)
class PrepareVerdict:
    """What prepare ended with: signatures verified, contents packed and encrypted, or the reason why not."""

    status: str
    """A value of `PrepareStatus`, or a text we don't know."""
    findings: tuple[OperatorFinding, ...] = ()

    @property
    def may_go_on(self) -> bool:
        return self.status in (PrepareStatus.OK, PrepareStatus.CHECK_HAS_ONLY_WARNINGS)

    @property
    def needs_force(self) -> bool:
        """The operator warns; sending goes on only when told to."""
        return self.status == PrepareStatus.CHECK_HAS_ONLY_WARNINGS


@dataclass(frozen=True, slots=True)
class OperatorRefusal:
    """A no of the operator: what the outbox keeps of it."""

    status: int
    """HTTP status, or the `status-code` inside a task."""
    code: str
    """For example `urn:error:externapi:checkProtocolHasErrors`; "" when none was given."""
    message: str
    trace_id: str = ""
    prepare_status: str = ""
    findings: tuple[OperatorFinding, ...] = ()


@unique
class SendFate(StrEnum):
    """What became of a send whose answer we don't have."""

    SENT = "sent"
    RUNNING = "running"
    """Ask again later."""
    REFUSED = "refused"
    UNSENT = "unsent"
    """The operator never began it."""


@dataclass(frozen=True, slots=True)
class SendInquiry:
    """The answer to "what became of it?", asked instead of sending again."""

    fate: SendFate
    docflow_id: str = ""
    """For `SENT`."""
    task_id: str = ""
    """For `RUNNING`; "" when the operator holds the draft without naming the task."""
    refusal: OperatorRefusal | None = field(default=None)
    """For `REFUSED`."""


def is_loopback(host: str) -> bool:
    """Whether the host is this computer, by its address or by the one name that means it."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _without_user(url: str) -> str:
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
