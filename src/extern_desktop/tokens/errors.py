"""What can go wrong between a person and a key, with the facts a program decides by. Sentences are in `wording/`.

No error of this room carries a PIN, and none wraps an object of a foreign library: across a process border travel a code and facts.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError
from extern_desktop.tokens.values import Attempts, ModuleFailure


@dataclass(eq=False)
class TokenMissingError(EnvironmentProblemError):
    """No token with this serial number is in any port; another one may be."""

    serial: str


@dataclass(eq=False)
class TokenRemovedError(EnvironmentProblemError):
    """The token was pulled out while it was in use. What it had signed before is good."""

    serial: str
    token_label: str


@dataclass(eq=False)
class TokenBusyError(EnvironmentProblemError):
    """Another batch of this program, or another program, is logged in to the token."""

    token_label: str


@dataclass(eq=False)
class LoginLostError(EnvironmentProblemError):
    """The token forgot the login, or the process that held it ended: the PIN is needed again."""

    token_label: str


@dataclass(eq=False)
class PinRefusedError(EnvironmentProblemError):
    """The token said no to the PIN. Never tried again by the program."""

    token_label: str
    attempts: Attempts
    """Read from the token after the refusal."""
    attempts_left: int | None
    attempts_total: int | None


@dataclass(eq=False)
class PinLockedError(EnvironmentProblemError):
    """Too many wrong PINs: the token doesn't look at another one. Said without spending an attempt."""

    token_label: str


@dataclass(eq=False)
class PinLengthError(EnvironmentProblemError):
    """A PIN of this length can't be the right one; the token wasn't asked."""

    token_label: str
    min_length: int
    max_length: int


@dataclass(eq=False)
class PinUnfitError(EnvironmentProblemError):
    """The token doesn't take this as a new PIN: too simple, or with characters it doesn't know. The old PIN stands."""

    token_label: str


@dataclass(eq=False)
class SoPinRefusedError(EnvironmentProblemError):
    """The token said no to the administrator's PIN. Never tried again by the program."""

    token_label: str
    attempts: Attempts
    """Of the administrator's PIN, read from the token after the refusal."""
    attempts_left: int | None
    attempts_total: int | None


@dataclass(eq=False)
class SoPinLockedError(EnvironmentProblemError):
    """The administrator's PIN is locked: only formatting, which destroys the keys, makes the token usable again."""

    token_label: str


@dataclass(eq=False)
class KeyMissingError(EnvironmentProblemError):
    """The certificate is on the token and its private key isn't."""

    token_label: str


@dataclass(eq=False)
class ModuleFailedError(EnvironmentProblemError):
    """A PKCS#11 library can't be used; the others go on."""

    path: Path
    kind: ModuleFailure
    detail: str


@dataclass(eq=False)
class ModuleHungError(EnvironmentProblemError):
    """A PKCS#11 library didn't answer in time. Its process was ended; the next call starts another."""

    path: Path
    deadline_seconds: float


@dataclass(eq=False)
class DeviceFailedError(EnvironmentProblemError):
    """The token answered with an error that has no name of its own here."""

    code: str
    """As PKCS#11 writes it: `CKR_DEVICE_ERROR`."""


@dataclass(eq=False)
class VirtualTokenRefusedError(DomainRefusalError):
    """The library is the test module, and nobody allowed it."""

    path: Path
