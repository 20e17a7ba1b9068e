"""Refusals that belong to an intention and to no single room."""

from dataclasses import dataclass

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError


@dataclass(eq=False)
class NoSigningKeyError(EnvironmentProblemError):
    """No key in sight may sign for this organisation."""

    organisation: str
    inn: str
    owners: tuple[str, ...]
    """Owners of the keys that are there."""


@dataclass(eq=False)
class KeypadTokenError(EnvironmentProblemError):
    """The PIN of this token is typed on its own keypad; its vendor's program changes it."""

    token_label: str


@dataclass(eq=False)
class TrainingKeyRefusedError(DomainRefusalError):
    """A training key would have signed for a real operator."""

    host: str


@dataclass(eq=False)
class ReportHasErrorsError(DomainRefusalError):
    """The check found errors; a report with errors is not signed."""

    file_name: str
    errors: int


@dataclass(eq=False)
class UnknownPayerError(DomainRefusalError):
    """The payer of the report is no organisation of the account."""

    file_name: str
    inn: str
    kpp: str


@dataclass(eq=False)
class ReportMissingError(DomainRefusalError):
    """No report with this id or file name in the workspace."""

    report: str


@dataclass(eq=False)
class DocflowMissingError(DomainRefusalError):
    """No docflow with this id in the workspace."""

    docflow_id: str


@dataclass(eq=False)
class SignInNeededError(EnvironmentProblemError):
    """The operator does not know us yet: sign in first."""

    operator: str


@dataclass(eq=False)
class NoAccountError(EnvironmentProblemError):
    """The operator knows the person, but gives no account to work in."""

    login: str


@dataclass(eq=False)
class FileUnreadableError(EnvironmentProblemError):
    """A file named by a person can't be read."""

    path: str
    reason: str


@dataclass(eq=False)
class FileExistsAlreadyError(EnvironmentProblemError):
    """A file would have been overwritten."""

    path: str


@dataclass(eq=False)
class OutcomeUncertainError(EnvironmentProblemError):
    """The answer to a send was lost and the operator can't be asked now. Commands end with exit code 5."""

    file_name: str


@dataclass(eq=False)
class TrainingOnlyError(DomainRefusalError):
    """A training certificate was asked for in real work."""


@dataclass(eq=False)
class UnknownOrganisationError(DomainRefusalError):
    """No organisation of the account has this INN."""

    inn: str
    known: tuple[str, ...]
    """INN and name of those that are there."""


@dataclass(eq=False)
class FileUnwritableError(EnvironmentProblemError):
    """A file named by a person can't be written."""

    path: str
    reason: str


@dataclass(eq=False)
class FolderNotOursError(EnvironmentProblemError):
    """A folder for results holds something that no demo put there."""

    path: str


@dataclass(eq=False)
class RealOnlyError(DomainRefusalError):
    """A sign-in to the real operator was asked for in training."""
