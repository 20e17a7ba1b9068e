"""What is known of a CryptoPro key container without its password, and what can be wrong with one. Pure values."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Final

HEADER: Final = "header.key"
NAME: Final = "name.key"
PRIMARY: Final = "primary.key"
MASKS: Final = "masks.key"
RESERVE_PRIMARY: Final = "primary2.key"
RESERVE_MASKS: Final = "masks2.key"

CONTAINER_FILES: Final = (HEADER, NAME, PRIMARY, MASKS, RESERVE_PRIMARY, RESERVE_MASKS)


@unique
class ContainerFlaw(StrEnum):
    """Why a file of a container can't be trusted."""

    NOT_A_FILE = "not-a-file"
    """A link, a folder or a device stands in the file's place. Links are never followed."""
    TOO_LARGE = "too-large"
    EMPTY = "empty"
    BROKEN = "broken"
    """Not strict DER, cut short, or with something behind its end."""
    FOREIGN = "foreign"
    """DER, but not what this file of a container holds."""
    WRONG_MAC = "wrong-mac"
    """Well-formed, but its authentication code does not fit: at least one bit was changed."""


@dataclass(frozen=True, slots=True)
class KeyContainer:
    """A whole container whose header has the right authentication code."""

    folder: Path
    name: str
    """The name that CryptoPro shows, from `name.key`."""
    exportable: bool
    """Whether its owner allowed copying when the key was made. We only ever read it."""
    password_protected: bool
    algorithm: str
    """OID of the key's algorithm, for example 1.2.643.7.1.1.1.1."""
    curve: str
    """OID of the parameter set, for example 1.2.643.2.2.36.0."""
    fingerprint: bytes
    """First 8 octets of the public key's x, little-endian. Empty when the header has none."""
    certificate_der: bytes | None
    """The certificate that lies in the header, unread. `None` when there is none."""
    certificate_fits: bool | None
    """Whether the certificate is of this very key; `None` when there is nothing to compare."""
    size_bytes: int
    """All six files together."""


@dataclass(frozen=True, slots=True)
class FoundContainer:
    """A folder that looks like a container: read, or with the reason why it can't be."""

    folder: Path
    container: KeyContainer | None
    flaw: ContainerFlaw | None = None
    file_name: str = ""
    """The file with the flaw."""
    missing: tuple[str, ...] = ()
    """Files that a whole container would have."""
    unreadable_code: int = 0
    """`errno` of the system when it refused to read the folder; 0 otherwise."""


@dataclass(frozen=True, slots=True)
class CopiedContainer:
    """A copy that was read back from its carrier and is the same, byte for byte."""

    source: KeyContainer
    folder: Path
