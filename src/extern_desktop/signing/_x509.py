"""X.509 certificates taken apart (RFC 5280), without judging them. What reads, issues or chains certificates builds on this."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from extern_desktop.signing import der, oids
from extern_desktop.signing.errors import UnreadableCertificateError

MAX_CERTIFICATE_BYTES: Final = 64 * 1024

KEY_USAGE_BITS: Final[Mapping[str, int]] = {
    "digitalSignature": 0,
    "nonRepudiation": 1,
    "keyEncipherment": 2,
    "dataEncipherment": 3,
    "keyAgreement": 4,
    "keyCertSign": 5,
    "cRLSign": 6,
    "encipherOnly": 7,
    "decipherOnly": 8,
}


@dataclass(frozen=True, slots=True)
class Extension:
    critical: bool
    octets: bytes

    @property
    def value(self) -> der.Node:
        """What the extension's OCTET STRING holds. Raises `DerError`: nobody has looked inside before."""
        return der.read_one(self.octets)


@dataclass(frozen=True, slots=True)
class BasicConstraints:
    is_authority: bool
    path_length: int | None
    """How many authorities may stand below; `None` is any number."""


@dataclass(frozen=True, slots=True)
class ParsedCertificate:
    raw: bytes
    signed_part: bytes
    """TBSCertificate as it stood: what the issuer signed."""
    signature_oid: str
    signature: bytes
    version: int
    serial_der: bytes
    issuer_der: bytes
    subject_der: bytes
    valid_from_at: datetime
    valid_to_at: datetime
    public_key: bytes
    extensions: Mapping[str, Extension]

    @property
    def serial_number(self) -> str:
        """Upper hex of the octets, without the sign octet."""
        return (der.read_one(self.serial_der).body.lstrip(b"\x00") or b"\x00").hex().upper()

    @property
    def issuer_and_serial(self) -> bytes:
        """IssuerAndSerialNumber of CMS."""
        return der.sequence(self.issuer_der, self.serial_der)

    def key_usage(self) -> frozenset[str] | None:
        """Names of the bits; `None` when the extension is absent."""
        extension = self.extensions.get(oids.KEY_USAGE)
        if extension is None:
            return None
        bits = extension.value.bits()
        return frozenset(name for name, bit in KEY_USAGE_BITS.items() if bit in bits)

    def basic_constraints(self) -> BasicConstraints:
        extension = self.extensions.get(oids.BASIC_CONSTRAINTS)
        if extension is None:
            return BasicConstraints(False, None)
        parts = extension.value.children()
        is_authority = bool(parts) and parts[0].tag == der.BOOLEAN and parts[0].boolean()
        lengths = [part.integer() for part in parts if part.tag == der.INTEGER]
        return BasicConstraints(is_authority, lengths[0] if lengths else None)

    def policies(self) -> frozenset[str]:
        extension = self.extensions.get(oids.CERTIFICATE_POLICIES)
        if extension is None:
            return frozenset()
        return frozenset(information.children()[0].oid() for information in extension.value.children())

    def subject_key_identifier(self) -> bytes | None:
        extension = self.extensions.get(oids.SUBJECT_KEY_IDENTIFIER)
        return extension.value.octets() if extension else None

    def authority_key_identifier(self) -> bytes | None:
        extension = self.extensions.get(oids.AUTHORITY_KEY_IDENTIFIER)
        if extension is None:
            return None
        return next((part.body for part in extension.value.children() if part.tag == der.context(0, constructed=False)), None)


@lru_cache(maxsize=256)
def parse_certificate(raw: bytes) -> ParsedCertificate:
    """Take the DER apart; `UnreadableCertificateError` when it is no certificate."""
    if len(raw) > MAX_CERTIFICATE_BYTES:
        raise UnreadableCertificateError("too large")
    try:
        return _parse(raw)
    except (der.DerError, ValueError, IndexError) as error:
        raise UnreadableCertificateError(str(error)) from error


def name_attributes(name: bytes) -> dict[str, str]:
    """Texts of a Name by their identifiers; of several values of one attribute the first is taken, what is no text is left out."""
    attributes: dict[str, str] = {}
    for relative_name in der.read_one(name).children():
        for pair in relative_name.children(der.SET):
            kind, value = pair.children()
            if value.tag in der.TEXT_ENCODINGS:
                attributes.setdefault(kind.oid(), value.text())
    return attributes


def _parse(raw: bytes) -> ParsedCertificate:
    signed_part, algorithm, signature = der.read_one(raw).children()
    fields = signed_part.children()
    version = 1
    if fields and fields[0].tag == der.context(0):
        version = fields.pop(0).only_child(der.context(0)).integer() + 1
    serial, inner_algorithm, issuer, validity, subject, public_key, *rest = fields
    if inner_algorithm.raw != algorithm.raw:
        raise der.DerError("two different signature algorithms")
    serial.integer()
    valid_from, valid_to = validity.children()
    extensions: dict[str, Extension] = {}
    for node in rest:
        if node.tag == der.context(3):
            extensions = _read_extensions(node)
        elif node.tag not in (der.context(1, constructed=False), der.context(2, constructed=False)):
            raise der.DerError("unknown field")
    name_attributes(issuer.raw)
    name_attributes(subject.raw)
    return ParsedCertificate(
        raw=raw,
        signed_part=signed_part.raw,
        signature_oid=algorithm.children()[0].oid(),
        signature=signature.bit_octets(),
        version=version,
        serial_der=serial.raw,
        issuer_der=issuer.raw,
        subject_der=subject.raw,
        valid_from_at=valid_from.time(),
        valid_to_at=valid_to.time(),
        public_key=public_key.expect(der.SEQUENCE).raw,
        extensions=extensions,
    )


def _read_extensions(node: der.Node) -> dict[str, Extension]:
    extensions: dict[str, Extension] = {}
    for entry in node.only_child(der.context(3)).children():
        kind, *critical, value = entry.children()
        if kind.oid() in extensions or len(critical) > 1:
            raise der.DerError("extension stands twice")
        extensions[kind.oid()] = Extension(bool(critical) and critical[0].boolean(), value.octets())
    return extensions
