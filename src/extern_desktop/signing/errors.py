"""Failures of signing, in facts. The sentences are in `wording/errors_signing.py`."""

from dataclasses import dataclass
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError


@dataclass(eq=False)
class UnreadableCertificateError(DomainRefusalError):
    """Bytes that were given as a certificate are none."""

    detail: str
    """What the reader stumbled on, in a few English words for a technician."""


@dataclass(eq=False)
class UnsupportedKeyError(DomainRefusalError):
    """A key that isn't GOST R 34.10-2012 on a known parameter set."""

    algorithm: str
    """Dotted identifier of the algorithm or of the parameter set; empty when the key can't be read."""


@dataclass(eq=False)
class SignerFailedError(EnvironmentProblemError):
    """What the key carrier gave back is no signature by the certificate's key. Nothing of it is kept."""

    serial_number: str
    """Serial number of the certificate that was to sign."""
    owner: str


@dataclass(eq=False)
class TrainingKeyMissingError(EnvironmentProblemError):
    path: Path


@dataclass(eq=False)
class TrainingKeyExistsError(DomainRefusalError):
    """A key is never written over another."""

    path: Path


@dataclass(eq=False)
class UnreadableTrainingKeyError(EnvironmentProblemError):
    path: Path
    detail: str


@dataclass(eq=False)
class TrainingKeyNotWritableError(EnvironmentProblemError):
    path: Path
    reason: str
    """What the operating system said."""


@dataclass(eq=False)
class CertificateMissingError(EnvironmentProblemError):
    """The training key has no certificate yet."""

    path: Path


@dataclass(eq=False)
class CertificateMismatchError(DomainRefusalError):
    """The certificate belongs to another key."""

    serial_number: str
    owner: str


@dataclass(eq=False)
class UnreadableEnvelopeError(DomainRefusalError):
    """Bytes that were given as an encrypted message are none, or of a kind that we don't open."""

    detail: str


@dataclass(eq=False)
class NotAddressedError(DomainRefusalError):
    """The message is encrypted for other certificates."""

    serial_number: str
    """Of the certificate that we tried."""
    recipients: tuple[str, ...]
    """Serial numbers that the message is addressed to."""


@dataclass(eq=False)
class DamagedEnvelopeError(DomainRefusalError):
    """The message is addressed to this certificate, but its key does not open: damaged on the way, or made for another key."""

    serial_number: str
