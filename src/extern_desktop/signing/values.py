"""What window, commands and services show of signatures and certificates. Values only: nothing here computes, reads or imports cryptography."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum, unique
from typing import Final

TRAINING_POLICY_OID: Final = "2.25.333418598632919292618240151468213827449"
"""Certificate policy of the training operator's authority: an arc of our own made from a random UUID (X.667). No real authority issues under it."""


@unique
class KeyAlgorithm(StrEnum):
    GOST_256 = "gost-r-34.10-2012-256"
    GOST_512 = "gost-r-34.10-2012-512"
    RSA = "rsa"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One X.509 certificate, in the words of an accountant. Texts are empty where the certificate doesn't say."""

    der: bytes = field(repr=False)
    thumbprint: str
    """SHA-1 of the DER, 40 upper-hex characters: how the operator and the system stores name a certificate."""
    serial_number: str
    """Upper hex, whole octets, without the sign octet."""
    owner: str
    """Surname, name and patronymic of the person; the common name where the certificate names no person."""
    organisation: str
    position: str
    inn: str
    """INN of the legal person (1.2.643.100.4) where there is one, else INN (1.2.643.3.131.1.1), without the two zeros put before 10 digits."""
    snils: str
    ogrn: str
    """OGRN, or OGRNIP of an entrepreneur."""
    issuer: str
    """Common name of the issuer, or its organisation."""
    valid_from_at: datetime
    valid_to_at: datetime
    algorithm: KeyAlgorithm
    key_usage: frozenset[str]
    """Names of RFC 5280 4.2.1.3 (`digitalSignature`, `keyAgreement` …). Empty when the extension is absent, which forbids nothing."""
    is_training: bool
    """Issued under `TRAINING_POLICY_OID`: good for the training operator and for nobody else."""
    public_key: bytes = field(repr=False)
    """SubjectPublicKeyInfo, DER."""


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a certificate is issued to. Empty texts are left out of the name."""

    common_name: str
    """The organisation's name, or the person's full name for a person."""
    surname: str = ""
    given_names: str = ""
    """Name and patronymic."""
    organisation: str = ""
    position: str = ""
    locality: str = ""
    region: str = ""
    """As `77 Москва`."""
    country: str = "RU"
    inn: str = ""
    """12 digits of a person."""
    organisation_inn: str = ""
    """10 digits of a legal person."""
    snils: str = ""
    """11 digits."""
    ogrn: str = ""
    """13 digits of a legal person."""
    ogrnip: str = ""
    """15 digits of an entrepreneur."""


@unique
class SignatureProblem(StrEnum):
    """Why a signature doesn't hold, the first thing found in the order of checking."""

    UNREADABLE = "unreadable"
    """Not the DER of one detached CMS signature: damaged, cut off, longer than it says, or something else altogether."""
    NOT_DETACHED = "not-detached"
    """The signed bytes lie inside the signature; they must come as a file of their own."""
    NO_SIGNER = "no-signer"
    SEVERAL_SIGNERS = "several-signers"
    """More than one signature in one file; each would have to be judged alone."""
    CERTIFICATE_MISSING = "certificate-missing"
    """The signer's certificate is not in the signature."""
    CERTIFICATE_UNREADABLE = "certificate-unreadable"
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
    """Not GOST R 34.10-2012, or a parameter set that we don't know."""
    ALGORITHM_MISMATCH = "algorithm-mismatch"
    """Hash, signature algorithm and the certificate's key don't belong together."""
    ATTRIBUTE_MISSING = "attribute-missing"
    ATTRIBUTE_DOUBLED = "attribute-doubled"
    ATTRIBUTES_UNSORTED = "attributes-unsorted"
    CONTENT_TYPE_DIFFERS = "content-type-differs"
    CONTENT_CHANGED = "content-changed"
    """The file is not the one that was signed."""
    SIGNATURE_DAMAGED = "signature-damaged"
    """The file is the one that was signed, but the signature is not by the key of the certificate."""
    CERTIFICATE_SUBSTITUTED = "certificate-substituted"
    """The signer named another certificate (signing-certificate attribute) than the one that is enclosed."""


@dataclass(frozen=True, slots=True)
class VerifiedSignature:
    """What a detached signature says about the bytes, and whether that holds. The certificate's own chain is another question."""

    problem: SignatureProblem | None
    certificate: Certificate | None
    """The signer's certificate as far as it was found, also when something is wrong."""
    signed_at: datetime | None
    """By the signer's own clock; proves nothing."""
    certificate_is_named: bool = False
    """The signed attributes bind this very certificate (CAdES-BES)."""
    refused_signers: int = 0
    """Signatures in the file that were not judged."""

    @property
    def intact(self) -> bool:
        """The bytes are those that the certificate's key signed."""
        return self.problem is None


@unique
class ChainVerdict(StrEnum):
    """What became of following a certificate to a root that we trust, the first problem found from the certificate upwards."""

    TRUSTED = "trusted"
    UNKNOWN_ISSUER = "unknown-issuer"
    """No certificate of the issuer is at hand: nothing is proven, nothing is refuted."""
    NOT_YET_VALID = "not-yet-valid"
    EXPIRED = "expired"
    ISSUER_NOT_YET_VALID = "issuer-not-yet-valid"
    ISSUER_EXPIRED = "issuer-expired"
    BROKEN_SIGNATURE = "broken-signature"
    """A certificate that names its issuer, but was not signed by the issuer's key."""
    ISSUER_MAY_NOT_ISSUE = "issuer-may-not-issue"
    """The issuer's certificate is not one of an authority: basic constraints, key usage or path length forbid it."""
    UNKNOWN_CRITICAL_EXTENSION = "unknown-critical-extension"
    UNREADABLE = "unreadable"
    UNSUPPORTED_ALGORITHM = "unsupported-algorithm"
