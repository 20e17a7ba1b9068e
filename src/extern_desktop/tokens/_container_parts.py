"""What the six files of a container say. The secret itself is never decrypted here; only its shape and its authentication codes are looked at.

The layout follows published descriptions (there is no public standard): a header with attributes, key parameters, certificate and a code over
all of it made with a zero key; the masked key; its mask with a code made with the mask.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from extern_desktop.tokens._container_der import (
    IA5_STRING,
    OCTET_STRING,
    SEQUENCE,
    Element,
    NotDerError,
    read_all,
    read_bits,
    read_identifier,
    read_one,
)
from extern_desktop.tokens.container_errors import ContainerDamagedError
from extern_desktop.tokens.container_values import HEADER, MASKS, NAME, PRIMARY, RESERVE_MASKS, RESERVE_PRIMARY, ContainerFlaw, KeyContainer

Mac = Callable[[bytes, bytes], bytes]
"""Imitovstavka of GOST 28147-89 with param-Z: (key of 32 octets, data) -> 4 octets."""

_HEADER_MAC_KEY: Final = bytes(32)
_KEY_LENGTHS: Final = (32, 64)
_MASK_KEY_BYTES: Final = 32
_SALT_BYTES: Final = 12
_MAC_BYTES: Final = 4
_FINGERPRINT_BYTES: Final = 8

_ATTRIBUTES: Final = 0x03
_PASSWORD_MAC: Final = 0x82
_CERTIFICATE: Final = 0x85
_FINGERPRINT: Final = 0x8A
_ALGORITHM: Final = 0xA0

_PUBLIC_KEY_PLACE: Final = 4
"""Among the SEQUENCEs of a certificate's body: signature algorithm, issuer, validity, subject, public key."""

_SOFT_PASSWORD_BIT: Final = 0
_EXPORTABLE_BIT: Final = 0


class _ForeignError(ValueError):
    """DER, but not of a container."""


class _WrongMacError(ValueError):
    """The authentication code does not fit."""


_FLAWS: Final[Mapping[type[ValueError], ContainerFlaw]] = {
    NotDerError: ContainerFlaw.BROKEN,
    _ForeignError: ContainerFlaw.FOREIGN,
    _WrongMacError: ContainerFlaw.WRONG_MAC,
}


@dataclass(frozen=True, slots=True)
class _Header:
    exportable: bool
    password_protected: bool
    algorithm: str
    curve: str
    fingerprint: bytes
    certificate_der: bytes | None


def read_parts(folder: Path, parts: Mapping[str, bytes], mac: Mac) -> KeyContainer:
    """The container that these six files make. Raises `ContainerDamagedError` naming the file and its flaw."""
    with _naming(folder, HEADER):
        header = _read_header(parts[HEADER], mac)
    with _naming(folder, NAME):
        name = _read_name(parts[NAME])
    for file_name in (PRIMARY, RESERVE_PRIMARY):
        with _naming(folder, file_name):
            _check_primary(parts[file_name])
    for file_name in (MASKS, RESERVE_MASKS):
        with _naming(folder, file_name):
            _check_masks(parts[file_name], mac)
    return KeyContainer(
        folder=folder,
        name=name,
        exportable=header.exportable,
        password_protected=header.password_protected,
        algorithm=header.algorithm,
        curve=header.curve,
        fingerprint=header.fingerprint,
        certificate_der=header.certificate_der,
        certificate_fits=_certificate_fits(header),
        size_bytes=sum(map(len, parts.values())),
    )


@contextmanager
def _naming(folder: Path, file_name: str) -> Iterator[None]:
    try:
        yield
    except (NotDerError, _ForeignError, _WrongMacError) as error:
        raise ContainerDamagedError(folder, file_name, _FLAWS[type(error)]) from error


def _sequence(data: bytes, at_least: int) -> tuple[Element, ...]:
    """Members of the SEQUENCE that `data` is."""
    outer = read_one(data)
    if outer.tag != SEQUENCE:
        raise _ForeignError
    members = outer.children()
    if len(members) < at_least:
        raise _ForeignError
    return members


def _octets(element: Element, *lengths: int) -> bytes:
    if element.tag != OCTET_STRING or len(element.content) not in lengths:
        raise _ForeignError
    return element.content


def _read_header(data: bytes, mac: Mac) -> _Header:
    members = _sequence(data, 2)
    content, code = members[0], _octets(members[1], _MAC_BYTES)
    if content.tag != SEQUENCE or len(members) != 2:
        raise _ForeignError
    # The code comes first: what a changed header says about itself is worth nothing.
    if mac(_HEADER_MAC_KEY, content.whole) != code:
        raise _WrongMacError
    return _read_content(content)


def _read_content(content: Element) -> _Header:
    fields: dict[int, Element] = {}
    for element in content.children():
        fields.setdefault(element.tag, element)  # the first of a tag is the primary key's
    if _ATTRIBUTES not in fields or SEQUENCE not in fields:
        raise _ForeignError
    flags, algorithm, curve = _read_key_parameters(fields[SEQUENCE])
    certificate = fields.get(_CERTIFICATE)
    fingerprint = fields.get(_FINGERPRINT)
    if fingerprint is not None and len(fingerprint.content) != _FINGERPRINT_BYTES:
        raise _ForeignError
    return _Header(
        exportable=_EXPORTABLE_BIT in flags,
        password_protected=_SOFT_PASSWORD_BIT in read_bits(fields[_ATTRIBUTES]) or _PASSWORD_MAC in fields,
        algorithm=algorithm,
        curve=curve,
        fingerprint=fingerprint.content if fingerprint else b"",
        certificate_der=certificate.content if certificate else None,
    )


def _read_key_parameters(element: Element) -> tuple[frozenset[int], str, str]:
    """Attribute bits of the key, OID of its algorithm, OID of its curve."""
    members = element.children()
    if len(members) < 2 or members[1].tag != _ALGORITHM:
        raise _ForeignError
    algorithm = members[1].children()
    if len(algorithm) != 2 or algorithm[1].tag != SEQUENCE or not algorithm[1].content:
        raise _ForeignError
    return read_bits(members[0]), read_identifier(algorithm[0]), read_identifier(algorithm[1].children()[0])


def _read_name(data: bytes) -> str:
    (element,) = _sequence(data, 1)[:1]
    if element.tag != IA5_STRING or not element.content:
        raise _ForeignError
    return element.content.decode("cp1251", errors="replace")  # called IA5String, written in cp1251 in practice


def _check_primary(data: bytes) -> None:
    _octets(_sequence(data, 1)[0], *_KEY_LENGTHS)


def _check_masks(data: bytes, mac: Mac) -> None:
    mask, salt, code = (element for element in _sequence(data, 3)[:3])
    octets = _octets(mask, *_KEY_LENGTHS)
    if mac(octets[-_MASK_KEY_BYTES:], _octets(salt, _SALT_BYTES)) != _octets(code, _MAC_BYTES):
        raise _WrongMacError


def _certificate_fits(header: _Header) -> bool | None:
    """Compare the fingerprint with the public key of the certificate. `None` if either is absent or the certificate isn't one."""
    if header.certificate_der is None or not header.fingerprint:
        return None
    try:
        to_be_signed = _sequence(header.certificate_der, 3)[0].children()
        public_key = [element for element in to_be_signed if element.tag == SEQUENCE][_PUBLIC_KEY_PLACE].children()[1]
        point = read_all(public_key.content[1:])[0]
    except (NotDerError, _ForeignError, IndexError):
        return None
    return point.content[:_FINGERPRINT_BYTES] == header.fingerprint
