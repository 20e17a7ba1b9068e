"""Encrypted messages: CMS EnvelopedData with GOST 28147-89 and key transport by VKO (RFC 4490), made and opened.

The content has no integrity of its own: a changed octet is not noticed here. Trust comes from the signature inside, never from its having opened.
Kuznyechik and Magma, which authorities send since 2024, are not opened yet.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from extern_desktop.signing import der, gost3410, oids, vko
from extern_desktop.signing._x509 import ParsedCertificate, parse_certificate
from extern_desktop.signing.errors import DamagedEnvelopeError, NotAddressedError, UnreadableEnvelopeError, UnsupportedKeyError
from extern_desktop.signing.gost28147 import BLOCK_BYTES, KEY_BYTES, S_BOXES, Gost28147
from extern_desktop.signing.public_keys import FAMILY_BY_KEY_OID, read_public_key, write_public_key
from extern_desktop.signing.signer import Opener
from extern_desktop.signing.values import Certificate

_MAC_BYTES: Final = 4
_IMPLICIT_0: Final = der.context(0)
_IMPLICIT_OCTETS: Final = der.context(0, constructed=False)


def encrypt(content: bytes, recipients: Sequence[Certificate]) -> bytes:
    """DER of an EnvelopedData that each of the recipients can open. Raises `UnsupportedKeyError` for a key that isn't GOST R 34.10-2012."""
    content_key, start = secrets.token_bytes(KEY_BYTES), secrets.token_bytes(BLOCK_BYTES)
    infos = (_recipient_info(parse_certificate(recipient.der), content_key) for recipient in recipients)
    encrypted = Gost28147(content_key).encrypt_feedback(start, content)
    parameters = der.sequence(der.octet_string(start), der.oid(oids.PARAM_Z))
    encrypted_content = der.sequence(
        der.oid(oids.DATA),
        der.sequence(der.oid(oids.GOST_28147), parameters),
        der.tlv(_IMPLICIT_OCTETS, encrypted),
    )
    enveloped = der.sequence(der.integer(0), der.set_of(*infos), encrypted_content)
    return der.sequence(der.oid(oids.ENVELOPED_DATA), der.tlv(_IMPLICIT_0, enveloped))


def decrypt(envelope: bytes, key: Opener) -> bytes:
    """The content of an envelope addressed to the key's certificate.

    Raises `UnreadableEnvelopeError`, `NotAddressedError`, `DamagedEnvelopeError`.
    """
    certificate = key.certificate
    wanted = parse_certificate(certificate.der).issuer_and_serial
    try:
        recipients, encrypted = _read(envelope)
        recipient = recipients.get(wanted)
        if recipient is None:
            raise NotAddressedError(certificate.serial_number, tuple(_serial_of(other) for other in recipients))
        transport = _read_transport(recipient)
        agreed = key.agree(transport.ephemeral_key, transport.ukm)
    except (der.DerError, ValueError, IndexError) as error:
        raise UnreadableEnvelopeError(str(error)) from error
    except UnsupportedKeyError as error:
        raise UnreadableEnvelopeError(f"key {error.algorithm}") from error
    content_key = vko.unwrap(agreed, transport.ukm, transport.encrypted_key, transport.mac, transport.s_box)
    if content_key is None:
        raise DamagedEnvelopeError(certificate.serial_number)
    return Gost28147(content_key, encrypted.s_box).decrypt_feedback(encrypted.start, encrypted.octets)


@dataclass(frozen=True, slots=True)
class _Transport:
    """GostR3410-KeyTransport of RFC 4490 4.2."""

    encrypted_key: bytes
    mac: bytes
    s_box: str
    ephemeral_key: bytes
    """SubjectPublicKeyInfo made by the sender for this message."""
    ukm: bytes


@dataclass(frozen=True, slots=True)
class _EncryptedContent:
    start: bytes
    s_box: str
    octets: bytes


def _recipient_info(recipient: ParsedCertificate, content_key: bytes) -> bytes:
    key = read_public_key(recipient.public_key)
    ephemeral, ukm = gost3410.new_private_key(key.curve), secrets.token_bytes(BLOCK_BYTES)
    ephemeral_key = write_public_key(key.algorithm_der, key.curve, gost3410.public_point(key.curve, ephemeral))
    encrypted_key, mac = vko.wrap(vko.agree(key.curve, ephemeral, key, ukm), ukm, content_key, oids.PARAM_Z)
    transport = der.sequence(
        der.sequence(der.octet_string(encrypted_key), der.octet_string(mac)),
        der.tlv(
            _IMPLICIT_0,
            der.oid(oids.PARAM_Z) + der.tlv(_IMPLICIT_0, der.read_one(ephemeral_key).body) + der.octet_string(ukm),
        ),
    )
    return der.sequence(der.integer(0), recipient.issuer_and_serial, key.algorithm_der, der.octet_string(transport))


def _read(envelope: bytes) -> tuple[dict[bytes, der.Node], _EncryptedContent]:
    """What is in the envelope, the recipients' parts by issuer and serial number. Those named in another way are left out."""
    kind, wrapper = der.read_one(envelope).children()
    if kind.oid() != oids.ENVELOPED_DATA:
        raise der.DerError("not EnvelopedData")
    fields = wrapper.only_child(_IMPLICIT_0).children()
    fields = [field for field in fields if field.tag != _IMPLICIT_0]  # originatorInfo: certificates that nobody needs here
    version, recipients, content, *_attributes = fields
    version.integer()
    nodes = (node for node in recipients.children(der.SET) if node.tag == der.SEQUENCE)
    return {node.children()[1].raw: node for node in nodes}, _read_content(content)


def _read_transport(recipient: der.Node) -> _Transport:
    version, _identifier, algorithm, blob = recipient.children()
    version.integer()
    transport_oid = algorithm.children()[0].oid()
    if transport_oid not in FAMILY_BY_KEY_OID:
        raise der.DerError(f"key transport {transport_oid}")
    keys, parameters = der.read_one(blob.octets()).children()
    encrypted_key, *_mask, mac = keys.children()
    s_box, ephemeral_key, ukm = parameters.children(_IMPLICIT_0)
    transport = _Transport(
        encrypted_key=encrypted_key.octets(),
        mac=mac.octets(),
        s_box=_known_s_box(s_box.oid()),
        ephemeral_key=der.tlv(der.SEQUENCE, ephemeral_key.expect(_IMPLICIT_0).body),
        ukm=ukm.octets(),
    )
    if (len(transport.encrypted_key), len(transport.mac), len(transport.ukm)) != (KEY_BYTES, _MAC_BYTES, BLOCK_BYTES):
        raise der.DerError("key transport of a wrong length")
    return transport


def _read_content(node: der.Node) -> _EncryptedContent:
    kind, algorithm, octets = node.children()
    kind.oid()
    cipher, parameters = algorithm.children()
    if cipher.oid() != oids.GOST_28147:
        raise der.DerError(f"cipher {cipher.oid()}")
    start, s_box = parameters.children()
    if len(start.octets()) != BLOCK_BYTES:
        raise der.DerError("start value of a wrong length")
    in_pieces = octets.tag == _IMPLICIT_0  # as streaming programs write
    body = b"".join(piece.octets() for piece in octets.children(_IMPLICIT_0)) if in_pieces else octets.expect(_IMPLICIT_OCTETS).body
    return _EncryptedContent(start.octets(), _known_s_box(s_box.oid()), body)


def _known_s_box(oid: str) -> str:
    if oid not in S_BOXES:
        raise der.DerError(f"substitution {oid}")
    return oid


def _serial_of(issuer_and_serial: bytes) -> str:
    """As certificates show it: upper hex without the sign octet."""
    return (der.read_one(issuer_and_serial).children()[1].body.lstrip(b"\x00") or b"\x00").hex().upper()
