"""What can go wrong between us and the operator, told apart by what may have happened there.

`OperatorUnreachableError` and `TlsFailedError`: nothing was done. `LineLostError`: an act may have been done, and the operator must be asked.
`OperatorRefusedError`: nothing was done, by the operator's own word. No error holds a token, a password or a body that we sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError


@unique
class UnreachableReason(StrEnum):
    NAME_NOT_FOUND = "name-not-found"
    NO_NETWORK = "no-network"
    """No route: the computer is not connected."""
    CONNECTION_REFUSED = "connection-refused"
    TIMED_OUT = "timed-out"
    PROXY = "proxy"
    """The office's proxy did not let us through or asked for a login."""
    CUT = "cut"
    """The line was cut in the middle of a reading; readings change nothing."""


@unique
class LostReason(StrEnum):
    CUT = "cut"
    TIMED_OUT = "timed-out"
    SERVER_FAILED = "server-failed"
    """A status of 5xx: from the operator, or from a gateway in front of it."""
    FOREIGN_ANSWER = "foreign-answer"
    """Something else answered in the operator's place."""
    ANSWER_UNREADABLE = "answer-unreadable"


@unique
class TlsProblem(StrEnum):
    UNKNOWN_ROOT = "unknown-root"
    WRONG_HOST = "wrong-host"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    OTHER = "other"


@unique
class SignInProblem(StrEnum):
    WRONG_CREDENTIALS = "wrong-credentials"
    SECOND_FACTOR = "second-factor"
    """The operator wants one more proof, which this way of signing in can't give."""
    EXPIRED = "expired"
    """The person did not confirm the device code in time."""
    DENIED = "denied"
    """The person said no on the operator's page."""
    CERTIFICATE = "certificate"
    """The challenge was not made for this certificate, or its answer was not accepted."""
    PROGRAM = "program"
    """The operator does not know this program: its client id or api key."""
    OTHER = "other"


@dataclass(eq=False)
class UnsafeAddressError(DomainRefusalError):
    """An address that is neither https nor this computer, or that carries a login."""

    url: str


@dataclass(eq=False)
class OperatorUnreachableError(EnvironmentProblemError):
    """The operator was not reached, or a reading did not come through. Nothing was done there."""

    host: str
    reason: UnreachableReason


@dataclass(eq=False)
class LineLostError(EnvironmentProblemError):
    """The request may have left and its answer is lost: what came of it is unknown. Ask the operator; never repeat the act."""

    host: str
    action: str
    """Method and path, as `POST /v1/…/send`."""
    reason: LostReason
    status: int = 0
    """HTTP status, where there was one."""
    trace_id: str = ""
    may_have_filed: bool = False
    """True for the acts that file something with an authority: sending a draft or a reply. The others only prepare."""


@dataclass(eq=False)
class TlsFailedError(EnvironmentProblemError):
    """The other side did not prove to be the operator. Nothing was sent."""

    host: str
    kind: TlsProblem
    issuer: str = ""
    """Who issued the certificate that was met; "" when it could not be read."""
    detail: str = ""
    """Words of the TLS library, for the technician."""


@dataclass(eq=False)
class UnreadableRootError(EnvironmentProblemError):
    """A root certificate that was added by name can't be read: no PEM file, or none there."""

    path: Path


@dataclass(eq=False)
class ForeignAnswerError(EnvironmentProblemError):
    """Something in the network answered in the operator's place: a proxy, a captive portal, a filter. Nothing of it was read."""

    host: str
    content_type: str
    status: int = 200
    redirected_to: str = ""
    """Host we were sent to; we don't follow."""


@dataclass(eq=False)
class OperatorRefusedError(DomainRefusalError):
    """The operator says no, with a status of 4xx or a failure inside a task."""

    status: int
    code: str
    """For example `urn:error:externapi:emptyContent`; "" when none was given."""
    message: str
    """The operator's words, shown as they are."""
    trace_id: str = ""
    context: Mapping[str, str] = field(default_factory=dict)
    """`concurrent-task` and `concurrent-task-type` of a 409, and the operator's `properties`."""
    content: bytes = field(default=b"", repr=False)
    """The answer's body, for the few places that read more of it: the findings of a refused send."""


@dataclass(eq=False)
class OperatorFailedError(EnvironmentProblemError):
    """The operator's own failure (5xx) at a reading, after the tries that a reading is given."""

    host: str
    status: int
    code: str = ""
    trace_id: str = ""


@dataclass(eq=False)
class TooManyRequestsError(EnvironmentProblemError):
    """The operator asks for a pause longer than we wait by ourselves, or an act was turned away unread (429)."""

    retry_after_seconds: float
    """0 when the operator did not say."""


@dataclass(eq=False)
class SignInRequiredError(EnvironmentProblemError):
    """Nobody is signed in, or the operator no longer accepts the sign-in."""

    host: str


@dataclass(eq=False)
class SignInRefusedError(EnvironmentProblemError):
    """A sign-in was tried and refused. It is not tried again by a program."""

    problem: SignInProblem
    code: str = ""
    """Word of the identity service, such as `invalid_grant`."""
    trace_id: str = ""


@dataclass(eq=False)
class AccountNotChosenError(EnvironmentProblemError):
    """The sign-in opens several accounts, or none, and nobody said which to use."""

    accounts: tuple[tuple[str, str], ...]
    """Identifier and name of each."""


@dataclass(eq=False)
class AnswerTooLargeError(EnvironmentProblemError):
    """An answer longer than its limit; reading stopped there."""

    host: str
    limit_bytes: int


@dataclass(eq=False)
class UnexpectedAnswerError(EnvironmentProblemError):
    """The operator answered in a shape that this version does not know."""

    host: str
    action: str
    status: int
    trace_id: str = ""


@dataclass(eq=False)
class TaskStillRunningError(EnvironmentProblemError):
    """A task did not end in the time we watch it. It goes on at the operator; ask again."""

    task_id: str
    waited_seconds: float
