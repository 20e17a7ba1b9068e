"""Why the training operator can't be started or asked. What it refuses over HTTP is no error of this room: it is its answer."""

from dataclasses import dataclass
from enum import StrEnum, unique

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError


@dataclass(eq=False)
class NotLoopbackError(DomainRefusalError):
    """The training operator was asked to serve an address that other computers can reach."""

    host: str


@dataclass(eq=False)
class StateFolderBusyError(EnvironmentProblemError):
    """Another training operator works on this folder, and can't be asked to serve us too."""

    folder: str
    pid: int
    """0 when it is not known which program it is."""


@dataclass(eq=False)
class UnreadableStateError(EnvironmentProblemError):
    """The folder's database or keys are damaged, or come from another version of the program."""

    path: str
    detail: str


@unique
class StartProblem(StrEnum):
    """How a start failed."""

    ENDED = "ended"
    """The child process ended by itself."""
    SILENT = "silent"
    """It runs, and gave no answer before the deadline."""
    SYSTEM = "system"
    """The system did not let us make the folder or start the process."""


@dataclass(eq=False)
class OperatorNotStartedError(EnvironmentProblemError):
    """The training operator did not come up."""

    folder: str
    problem: StartProblem
    exit_code: int | None
    """Of a child that ended."""
    detail: str
    """Last lines that the child wrote, or what the system said."""


@unique
class IssueProblem(StrEnum):
    """Why the training authority issues no certificate."""

    UNKNOWN_ORGANISATION = "unknown-organisation"
    """The payer is none of the training organisations."""
    NOT_GOST = "not-gost"
    """The public key is no GOST R 34.10-2012 key, or can't be read."""


@dataclass(eq=False)
class CertificateNotIssuedError(DomainRefusalError):
    """The training authority refused a request for a certificate."""

    problem: IssueProblem
    inn: str
