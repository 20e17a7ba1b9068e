"""What stands in the way of reading or copying a key container. Facts only; sentences are in `wording/`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError
from extern_desktop.tokens.container_values import ContainerFlaw


@dataclass(eq=False)
class ContainerMissingError(EnvironmentProblemError):
    """There is no folder here, or it is a link."""

    folder: Path


@dataclass(eq=False)
class ContainerIncompleteError(EnvironmentProblemError):
    """Some of the six files are not there."""

    folder: Path
    missing: tuple[str, ...]


@dataclass(eq=False)
class ContainerDamagedError(EnvironmentProblemError):
    """A file is there but is not what it has to be."""

    folder: Path
    file_name: str
    flaw: ContainerFlaw


@dataclass(eq=False)
class ContainerUnreadableError(EnvironmentProblemError):
    """The system refuses to read the container, or its carrier fails."""

    folder: Path
    code: int
    """`errno` of the system."""


@dataclass(eq=False)
class ContainerNotExportableError(DomainRefusalError):
    """The key was made as one that stays where it is."""

    folder: Path
    name: str


@dataclass(eq=False)
class ContainerExistsError(DomainRefusalError):
    """Something with this name is already there; it is never written over."""

    folder: Path


@dataclass(eq=False)
class ContainerFolderNameError(DomainRefusalError):
    """CryptoPro would not find a container in a folder of this name."""

    folder_name: str


@dataclass(eq=False)
class CarrierMissingError(EnvironmentProblemError):
    """The folder or drive to copy to is not there, or was pulled out in the middle."""

    folder: Path


@dataclass(eq=False)
class CarrierFullError(EnvironmentProblemError):
    """No room for the copy."""

    folder: Path
    needed_bytes: int


@dataclass(eq=False)
class CarrierReadOnlyError(EnvironmentProblemError):
    """The folder or drive can't be written: write protection or missing rights."""

    folder: Path


@dataclass(eq=False)
class CarrierFailedError(EnvironmentProblemError):
    """The drive refused to write for a reason of its own."""

    folder: Path
    code: int
    """`errno` of the system."""


@dataclass(eq=False)
class CopyDiffersError(EnvironmentProblemError):
    """What was read back is not what was written: the carrier can't be trusted. The copy was removed."""

    folder: Path
    file_name: str
