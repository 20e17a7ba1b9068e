"""What can stand in the way of the workspace, as facts. Sentences are in `wording/errors_store.py`.

Foreign errors (SQL, files, keyring) are translated to these in this room; a code that is not known here stays what it was, a bug with its number.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError
from extern_desktop.domain.outbox import OutboxState


@dataclass(eq=False)
class DiskFullError(EnvironmentProblemError):
    """No room for what was to be written; nothing of it was kept."""

    folder: Path


@dataclass(eq=False)
class WriteOutcomeUnknownError(EnvironmentProblemError):
    """The disk failed while a commit was being made safe: it may or may not be there. Read it again before anything is decided."""

    folder: Path
    code: str
    """SQLite's name of the failure, for example `SQLITE_IOERR_FSYNC`."""


@dataclass(eq=False)
class WorkspaceBusyError(EnvironmentProblemError):
    """Another program holds the workspace longer than we wait."""

    folder: Path
    waited_seconds: float


@dataclass(eq=False)
class WorkspaceDamagedError(EnvironmentProblemError):
    """The database cannot be read although the key is right. Reports in work may be in it: nothing is erased."""

    file: Path
    detail: str


@dataclass(eq=False)
class WrongKeyError(EnvironmentProblemError):
    """The key is not the one this workspace was made with. The database itself may be whole."""

    folder: Path


@dataclass(eq=False)
class NewerWorkspaceError(EnvironmentProblemError):
    """A newer version of the program made the workspace."""

    folder: Path
    found_version: int
    known_version: int


@dataclass(eq=False)
class ReadOnlyWorkspaceError(EnvironmentProblemError):
    """Something was to be written, but the workspace can only be read."""

    folder: Path


@dataclass(eq=False)
class WorkspaceUnreachableError(EnvironmentProblemError):
    """The folder or the file of the workspace cannot be opened or made."""

    path: Path
    detail: str


@dataclass(eq=False)
class NetworkFolderError(EnvironmentProblemError):
    """The folder is on a network share, where the database cannot keep its promises."""

    folder: Path
    file_system: str


@dataclass(eq=False)
class MigrationFailedError(EnvironmentProblemError):
    """The workspace could not be brought to today's shape; it is left as it was."""

    folder: Path
    from_version: int
    to_version: int


@unique
class KeyTrouble(StrEnum):
    """Why the key of the workspace could not be had."""

    KEYRING_SILENT = "keyring-silent"
    """The system's keyring did not answer in time."""
    KEYRING_REFUSED = "keyring-refused"
    """It answered, but not with the key: locked, or the person said no."""
    KEY_NOT_FOUND = "key-not-found"
    """The entry is gone, or the file that says where the key is."""
    NO_PLACE = "no-place"
    """There is no keyring, and nobody can be asked for a passphrase."""
    BROKEN_KEY_FILE = "broken-key-file"


@dataclass(eq=False)
class KeyUnavailableError(EnvironmentProblemError):
    """The key of the workspace could not be had."""

    folder: Path
    trouble: KeyTrouble


@dataclass(eq=False)
class WrongPassphraseError(EnvironmentProblemError):
    """The passphrase does not open the key."""

    folder: Path


@dataclass(eq=False)
class ContentMissingError(EnvironmentProblemError):
    """The file of a document is gone from the workspace's folder."""

    name: str
    """The document's file name."""
    content_id: str


@dataclass(eq=False)
class ContentChangedError(EnvironmentProblemError):
    """The file of a document was altered or cut after it was kept."""

    name: str
    content_id: str


@dataclass(eq=False)
class AlreadyInOutboxError(DomainRefusalError):
    """The same bytes, or a file with the same identifier, were put into the outbox before and not refused."""

    outbox_id: str
    state: OutboxState
    file_name: str


@dataclass(eq=False)
class OutboxLeaseError(DomainRefusalError):
    """Somebody else works on this act now, or our own turn was taken away."""

    outbox_id: str
    owner: str | None
    """Who has it; `None` when nobody has."""


@dataclass(eq=False)
class ReportInOutboxError(DomainRefusalError):
    """The report cannot be changed or removed: it was signed and the act is not refused or withdrawn."""

    report_id: str
    state: OutboxState


@unique
class RowKind(StrEnum):
    """What was looked for."""

    REPORT = "report"
    OUTBOX = "outbox"
    DOCFLOW = "docflow"
    DOCUMENT = "document"


@dataclass(eq=False)
class NotInWorkspaceError(DomainRefusalError):
    """There is no such row."""

    kind: RowKind
    id: str
