"""Detached CMS signatures with GOST R 34.10-2012 (RFC 5652, CAdES-BES): made and judged. Neither ever re-encodes what was signed.

The DER is written by hand: what depends on the certificate alone is kept between signatures, so that a batch costs little beside its token.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Final

from extern_desktop.signing import der, gost3410, oids
from extern_desktop.signing._cms_reading import RefusedError, SignedData, SignerInfo, algorithm_oid, read_signed_data, read_signer_info
from extern_desktop.signing._x509 import ParsedCertificate, parse_certificate
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import SignerFailedError, UnreadableCertificateError, UnsupportedKeyError
from extern_desktop.signing.public_keys import FAMILIES, PublicKey, read_public_key
from extern_desktop.signing.signer import Signer
from extern_desktop.signing.streebog import streebog
from extern_desktop.signing.values import Certificate, SignatureProblem, VerifiedSignature

_VERSION_1: Final = der.integer(1)
_DATA: Final = der.oid(oids.DATA)
_SIGNED_DATA: Final = der.oid(oids.SIGNED_DATA)
_CONTENT_TYPE: Final = der.sequence(der.oid(oids.CONTENT_TYPE), der.set_of(_DATA))


@dataclass(frozen=True, slots=True)
class _SignerParts:
    """What is the same in every signature of one certificate, encoded."""

    key: PublicKey
    issuer_and_serial: bytes
    digest_algorithm: bytes
    signature_algorithm: bytes
    signing_certificate: bytes
    """The signing-certificate-v2 attribute (RFC 5035): binds this very certificate."""
    head: bytes
    """Fields of SignedData before the signer's part."""


def sign_detached(content: bytes, signer: Signer, *, signed_at: datetime) -> bytes:
    """DER of a detached SignedData over `content`, the certificate enclosed: `octets_to_sign`, the signer's own work, `enclose_signature`."""
    octets = octets_to_sign(content, signer, signed_at=signed_at)
    return enclose_signature(octets, signer.sign(octets), signer.certificate)


def octets_to_sign(content: bytes, signer: Signer, *, signed_at: datetime) -> bytes:
    """DER of the signed attributes (SET OF): what the signer's key has to sign for a signature over `content`.

    Raises `UnsupportedKeyError` for a certificate without a GOST R 34.10-2012 key. `signed_at` is aware; whole seconds are written.
    """
    parts = _signer_parts(signer.certificate.der)
    return der.set_of(
        _CONTENT_TYPE,
        der.sequence(der.oid(oids.SIGNING_TIME), der.set_of(der.time(signed_at))),
        der.sequence(der.oid(oids.MESSAGE_DIGEST), der.set_of(der.octet_string(signer.digest(content)))),
        parts.signing_certificate,
    )


def enclose_signature(attributes: bytes, signature: bytes, certificate: Certificate) -> bytes:
    """DER of the SignedData of attributes from `octets_to_sign` and the signer's octets over them.

    The octets are verified against the certificate before anything is returned: `SignerFailedError` when they don't hold.
    """
    parts = _signer_parts(certificate.der)
    if not gost3410.verify(parts.key.curve, parts.key.point, streebog(attributes, parts.key.family.bits), signature):
        raise SignerFailedError(certificate.serial_number, certificate.owner)
    signer_info = der.sequence(
        _VERSION_1,
        parts.issuer_and_serial,
        parts.digest_algorithm,
        der.context(0).to_bytes(1, "big") + attributes[1:],  # signed as SET OF, sent under [0]
        parts.signature_algorithm,
        der.octet_string(signature),
    )
    return der.sequence(_SIGNED_DATA, der.tlv(der.context(0), der.sequence(parts.head, der.set_of(signer_info))))


@lru_cache(maxsize=16)
def _signer_parts(certificate: bytes) -> _SignerParts:
    parsed = parse_certificate(certificate)
    key = read_public_key(parsed.public_key)
    digest_algorithm = der.sequence(der.oid(key.family.digest_oid))
    issuer = der.sequence(der.tlv(der.context(4), parsed.issuer_der))
    certificate_id = der.sequence(
        digest_algorithm,
        der.octet_string(streebog(certificate, key.family.bits)),
        der.sequence(issuer, parsed.serial_der),
    )
    head = (_VERSION_1, der.set_of(digest_algorithm), der.sequence(_DATA), der.tlv(der.context(0), certificate))
    return _SignerParts(
        key=key,
        issuer_and_serial=parsed.issuer_and_serial,
        digest_algorithm=digest_algorithm,
        signature_algorithm=der.sequence(der.oid(key.family.key_oid)),
        signing_certificate=der.sequence(der.oid(oids.SIGNING_CERTIFICATE_V2), der.set_of(der.sequence(der.sequence(certificate_id)))),
        head=b"".join(head),
    )


def verify_detached(content: bytes, signature: bytes) -> VerifiedSignature:
    """What a detached signature says about `content`, and whether it holds. Never raises for bad bytes: the problem is a fact of the answer.

    One signer is judged; several are refused as a whole. The certificate's own chain is asked in `chains`.
    """
    found = _Found()
    try:
        _judge(content, signature, found)
    except RefusedError as refusal:
        return found.verdict(refusal.problem)
    except (der.DerError, ValueError, IndexError):
        return found.verdict(SignatureProblem.UNREADABLE)
    return found.verdict(None)


@dataclass(slots=True)
class _Found:
    """What is known so far, also when the next step refuses."""

    certificate: Certificate | None = None
    signed_at: datetime | None = None
    certificate_is_named: bool = False
    refused_signers: int = 0

    def verdict(self, problem: SignatureProblem | None) -> VerifiedSignature:
        return VerifiedSignature(problem, self.certificate, self.signed_at, self.certificate_is_named, self.refused_signers)


def _judge(content: bytes, signature: bytes, found: _Found) -> None:
    """Cheap and decisive first: structure, certificate, algorithms, attributes, the file's hash, the signature, the named certificate."""
    signed_data = read_signed_data(signature)
    if len(signed_data.signers) != 1:
        found.refused_signers = len(signed_data.signers)
        raise RefusedError(SignatureProblem.SEVERAL_SIGNERS if signed_data.signers else SignatureProblem.NO_SIGNER)
    signer = read_signer_info(signed_data.signers[0])
    parsed = _find_certificate(signed_data, signer, found)
    key = _matching_key(parsed, signed_data, signer)
    attributes = _single_attributes(signer)
    if oids.SIGNING_TIME in attributes:
        found.signed_at = attributes[oids.SIGNING_TIME].time()
    if attributes[oids.CONTENT_TYPE].oid() != oids.DATA:
        raise RefusedError(SignatureProblem.CONTENT_TYPE_DIFFERS)
    if attributes[oids.MESSAGE_DIGEST].octets() != streebog(content, key.family.bits):
        raise RefusedError(SignatureProblem.CONTENT_CHANGED)
    if not gost3410.verify(key.curve, key.point, streebog(signer.signed_octets, key.family.bits), signer.signature):
        raise RefusedError(SignatureProblem.SIGNATURE_DAMAGED)
    _compare_named_certificate(parsed, attributes, found)


def _find_certificate(signed_data: SignedData, signer: SignerInfo, found: _Found) -> ParsedCertificate:
    """The enclosed certificate that the signer's part names; others that we can't read are none of our business."""
    problem = SignatureProblem.CERTIFICATE_MISSING
    for enclosed in signed_data.certificates:
        try:
            parsed = parse_certificate(enclosed)
            if parsed.issuer_and_serial == signer.issuer_and_serial:
                found.certificate = read_certificate(enclosed)
                return parsed
        except UnreadableCertificateError:
            problem = SignatureProblem.CERTIFICATE_UNREADABLE
    raise RefusedError(problem)


def _matching_key(parsed: ParsedCertificate, signed_data: SignedData, signer: SignerInfo) -> PublicKey:
    try:
        key = read_public_key(parsed.public_key)
    except UnsupportedKeyError as error:
        raise RefusedError(SignatureProblem.UNSUPPORTED_ALGORITHM) from error
    family = key.family
    if signer.digest_oid != family.digest_oid or signer.signature_oid not in (family.key_oid, family.signature_oid):
        raise RefusedError(SignatureProblem.ALGORITHM_MISMATCH)
    if signer.digest_oid not in signed_data.digest_oids:
        raise RefusedError(SignatureProblem.ALGORITHM_MISMATCH)
    return key


def _single_attributes(signer: SignerInfo) -> dict[str, der.Node]:
    """The one value of each signed attribute; the two that CMS asks for are there."""
    attributes: dict[str, der.Node] = {}
    for kind, values in signer.attributes:
        if kind in attributes:
            raise RefusedError(SignatureProblem.ATTRIBUTE_DOUBLED)
        members = values.children(der.SET)
        if len(members) != 1:
            raise RefusedError(SignatureProblem.ATTRIBUTE_DOUBLED if members else SignatureProblem.ATTRIBUTE_MISSING)
        attributes[kind] = members[0]
    if oids.CONTENT_TYPE not in attributes or oids.MESSAGE_DIGEST not in attributes:
        raise RefusedError(SignatureProblem.ATTRIBUTE_MISSING)
    if not signer.attributes_sorted:
        raise RefusedError(SignatureProblem.ATTRIBUTES_UNSORTED)
    return attributes


def _compare_named_certificate(parsed: ParsedCertificate, attributes: dict[str, der.Node], found: _Found) -> None:
    """The certificate that the signer named (RFC 2634, RFC 5035) is the enclosed one; a signature that names none is judged without."""
    for kind, usual_digest in ((oids.SIGNING_CERTIFICATE_V2, oids.SHA_256), (oids.SIGNING_CERTIFICATE, oids.SHA_1)):
        attribute = attributes.get(kind)
        if attribute is None:
            continue
        first, *_others = attribute.children()[0].children()
        parts = first.children()
        digest_oid = usual_digest
        if parts[0].tag == der.SEQUENCE:
            digest_oid = algorithm_oid(parts.pop(0))
        if parts[0].octets() != _certificate_digest(digest_oid, parsed.raw):
            raise RefusedError(SignatureProblem.CERTIFICATE_SUBSTITUTED)
        found.certificate_is_named = True


@lru_cache(maxsize=64)
def _certificate_digest(digest_oid: str, certificate: bytes) -> bytes:
    if digest_oid == oids.SHA_1:
        return hashlib.sha1(certificate, usedforsecurity=False).digest()
    if digest_oid == oids.SHA_256:
        return hashlib.sha256(certificate).digest()
    bits = next((family.bits for family in FAMILIES if family.digest_oid == digest_oid), None)
    if bits is None:
        raise RefusedError(SignatureProblem.UNSUPPORTED_ALGORITHM)
    return streebog(certificate, bits)
