"""Issue certificates: the root of a training authority, and certificates under it for a public key whose owner proved nothing to us.

Only what the training operator and the tests need. No certificate made here is good for a real authority.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from extern_desktop.signing import der, oids
from extern_desktop.signing._x509 import KEY_USAGE_BITS, parse_certificate
from extern_desktop.signing.public_keys import read_public_key
from extern_desktop.signing.signer import BareKey, Signer
from extern_desktop.signing.values import TRAINING_POLICY_OID, Subject

SIGNER_USAGE: Final = frozenset({"digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement"})
AUTHORITY_USAGE: Final = frozenset({"digitalSignature", "keyCertSign", "cRLSign"})
SIGNER_PURPOSES: Final = (oids.CLIENT_AUTHENTICATION, oids.EMAIL_PROTECTION)


@dataclass(frozen=True, slots=True)
class CertificateTerms:
    """What a certificate says besides name and key."""

    valid_from_at: datetime
    valid_to_at: datetime
    key_usage: frozenset[str] = SIGNER_USAGE
    """Names of RFC 5280 4.2.1.3; the extension is critical."""
    purposes: Sequence[str] = SIGNER_PURPOSES
    """Extended key usage; empty leaves it out."""
    policies: Sequence[str] = (TRAINING_POLICY_OID,)
    is_authority: bool = False
    path_length: int | None = None
    """How many authorities may stand below this one; only of an authority."""
    serial_number: int | None = None
    """A random one of 16 octets when it isn't given."""


def issue_root(subject: Subject, key: BareKey, terms: CertificateTerms) -> bytes:
    """DER of a certificate that `key` signs for itself. `terms` should say that it is an authority with `AUTHORITY_USAGE`."""
    name = write_name(subject)
    return _sign(_signed_part(name, name, key.public_key, key.public_key, terms), key.public_key, key.sign)


def issue_certificate(subject: Subject, public_key: bytes, terms: CertificateTerms, *, issuer: Signer) -> bytes:
    """DER of a certificate for `public_key` (SubjectPublicKeyInfo), signed by the issuer's key."""
    authority = parse_certificate(issuer.certificate.der)
    signed_part = _signed_part(authority.subject_der, write_name(subject), public_key, authority.public_key, terms)
    return _sign(signed_part, authority.public_key, issuer.sign)


def write_name(subject: Subject) -> bytes:
    """Name with the attributes of Russian qualified certificates (order of ФСБ № 795), each in the string type that the order gives it."""
    values = (
        (oids.OGRN, subject.ogrn, der.NUMERIC_STRING),
        (oids.OGRNIP, subject.ogrnip, der.NUMERIC_STRING),
        (oids.SNILS, subject.snils, der.NUMERIC_STRING),
        (oids.ORGANISATION_INN, subject.organisation_inn, der.NUMERIC_STRING),
        (oids.INN, subject.inn, der.NUMERIC_STRING),
        (oids.COUNTRY, subject.country, der.PRINTABLE_STRING),
        (oids.REGION, subject.region, der.UTF8_STRING),
        (oids.LOCALITY, subject.locality, der.UTF8_STRING),
        (oids.ORGANISATION, subject.organisation, der.UTF8_STRING),
        (oids.POSITION, subject.position, der.UTF8_STRING),
        (oids.SURNAME, subject.surname, der.UTF8_STRING),
        (oids.GIVEN_NAMES, subject.given_names, der.UTF8_STRING),
        (oids.COMMON_NAME, subject.common_name, der.UTF8_STRING),
    )
    return der.sequence(*(der.set_of(der.sequence(der.oid(kind), der.text(value, tag))) for kind, value, tag in values if value))


def key_identifier(public_key: bytes) -> bytes:
    """SHA-1 over the contents of the key's BIT STRING (RFC 5280 4.2.1.2, method 1)."""
    _algorithm, bits = der.read_one(public_key).children()
    return hashlib.sha1(bits.bit_octets(), usedforsecurity=False).digest()


def _signed_part(issuer_name: bytes, subject_name: bytes, public_key: bytes, issuer_key: bytes, terms: CertificateTerms) -> bytes:
    number = terms.serial_number if terms.serial_number is not None else secrets.randbits(127) | 1 << 126
    return der.sequence(
        der.tlv(der.context(0), der.integer(2)),
        der.integer(number),
        der.sequence(der.oid(_signature_oid(issuer_key))),
        issuer_name,
        der.sequence(der.time(terms.valid_from_at), der.time(terms.valid_to_at)),
        subject_name,
        public_key,
        der.tlv(der.context(3), der.sequence(*_extensions(public_key, issuer_key, terms))),
    )


def _extensions(public_key: bytes, issuer_key: bytes, terms: CertificateTerms) -> list[bytes]:
    constraints = b""
    if terms.is_authority:
        constraints = der.boolean(True) + (der.integer(terms.path_length) if terms.path_length is not None else b"")
    bits = frozenset(KEY_USAGE_BITS[name] for name in terms.key_usage)
    authority = der.tlv(der.context(0, constructed=False), key_identifier(issuer_key))
    extensions = [
        _extension(oids.BASIC_CONSTRAINTS, der.sequence(constraints), critical=True),
        _extension(oids.KEY_USAGE, der.named_bits(bits), critical=True),
        _extension(oids.SUBJECT_KEY_IDENTIFIER, der.octet_string(key_identifier(public_key))),
        _extension(oids.AUTHORITY_KEY_IDENTIFIER, der.sequence(authority)),
    ]
    if terms.purposes:
        extensions.append(_extension(oids.EXTENDED_KEY_USAGE, der.sequence(*map(der.oid, terms.purposes))))
    if terms.policies:
        information = (der.sequence(der.oid(policy)) for policy in terms.policies)
        extensions.append(_extension(oids.CERTIFICATE_POLICIES, der.sequence(*information)))
    return extensions


def _extension(kind: str, value: bytes, *, critical: bool = False) -> bytes:
    return der.sequence(der.oid(kind), der.boolean(True) if critical else b"", der.octet_string(value))


def _signature_oid(public_key: bytes) -> str:
    return read_public_key(public_key).family.signature_oid


def _sign(signed_part: bytes, public_key: bytes, sign: Callable[[bytes], bytes]) -> bytes:
    algorithm = der.sequence(der.oid(_signature_oid(public_key)))
    return der.sequence(signed_part, algorithm, der.bit_string(sign(signed_part)))
