"""Certificates read into the words that people use: owner, organisation, INN, term, algorithm. Whether to trust one is asked in `chains`."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Final

from extern_desktop.signing import der, oids
from extern_desktop.signing._x509 import MAX_CERTIFICATE_BYTES, name_attributes, parse_certificate
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.public_keys import algorithm_of
from extern_desktop.signing.values import TRAINING_POLICY_OID, Certificate

_PEM: Final = re.compile(rb"-----BEGIN CERTIFICATE-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END CERTIFICATE-----")


@lru_cache(maxsize=256)
def read_certificate(certificate: bytes) -> Certificate:
    """The certificate of this DER. Raises `UnreadableCertificateError` when it is none."""
    parsed = parse_certificate(certificate)
    try:
        subject = name_attributes(parsed.subject_der)
        issuer = name_attributes(parsed.issuer_der)
        algorithm = algorithm_of(parsed.public_key)
        key_usage = parsed.key_usage() or frozenset()
        policies = parsed.policies()
    except (der.DerError, IndexError) as error:
        raise UnreadableCertificateError(str(error)) from error
    return Certificate(
        der=certificate,
        thumbprint=hashlib.sha1(certificate, usedforsecurity=False).hexdigest().upper(),
        serial_number=parsed.serial_number,
        owner=_owner(subject),
        organisation=subject.get(oids.ORGANISATION, ""),
        position=subject.get(oids.POSITION, ""),
        inn=_inn(subject),
        snils=subject.get(oids.SNILS, ""),
        ogrn=subject.get(oids.OGRN, "") or subject.get(oids.OGRNIP, ""),
        issuer=issuer.get(oids.COMMON_NAME, "") or issuer.get(oids.ORGANISATION, ""),
        valid_from_at=parsed.valid_from_at,
        valid_to_at=parsed.valid_to_at,
        algorithm=algorithm,
        key_usage=key_usage,
        is_training=TRAINING_POLICY_OID in policies,
        public_key=parsed.public_key,
    )


def read_certificate_file(content: bytes) -> Certificate:
    """The certificate of a `.cer` file: DER, or PEM (the first certificate of it)."""
    if len(content) > 2 * MAX_CERTIFICATE_BYTES:
        raise UnreadableCertificateError("too large")
    found = _PEM.search(content)
    if found is None:
        return read_certificate(content)
    try:
        return read_certificate(base64.b64decode(found[1]))
    except binascii.Error as error:
        raise UnreadableCertificateError("broken base64") from error


def _owner(subject: Mapping[str, str]) -> str:
    person = " ".join(part for part in (subject.get(oids.SURNAME, ""), subject.get(oids.GIVEN_NAMES, "")) if part)
    return person or subject.get(oids.COMMON_NAME, "") or subject.get(oids.ORGANISATION, "")


def _inn(subject: Mapping[str, str]) -> str:
    """Authorities wrote the 10 digits of organisations into the person's attribute, with two zeros before, until 2021."""
    inn = subject.get(oids.ORGANISATION_INN, "") or subject.get(oids.INN, "")
    return inn[2:] if len(inn) == 12 and inn.startswith("00") else inn
