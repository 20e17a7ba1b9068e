"""A CryptoPro key container of the training world: six files in a folder, to practise copying and checking on.

Follows the published descriptions: a key is masked (multiplied by a random number), encrypted with a key derived from the password, and lies beside
its mask; the header says what key it is and carries the certificate. Its key is made here and worth nothing.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from extern_desktop.signing import der, gost3410
from extern_desktop.signing.curves import CURVE_BY_OID, Curve
from extern_desktop.signing.gost28147 import Gost28147, imito
from extern_desktop.signing.issue import CertificateTerms, issue_root
from extern_desktop.signing.oids import DIGEST_256, DIGEST_512, KEY_256, KEY_512
from extern_desktop.signing.public_keys import algorithm_identifier, write_public_key
from extern_desktop.signing.streebog import streebog
from extern_desktop.signing.values import Subject

CRYPTOPRO_XA: Final = "1.2.643.2.2.36.0"
TC26_512_A: Final = "1.2.643.7.1.2.1.2.1"

_CONTAINER_OID: Final = "1.2.643.2.2.37.2.1"
_DERIVATION_START: Final = b"DENEFH028.760246785.IUEFHWUIO.EF".ljust(64, b"\0")
_IPAD, _OPAD = 0x36, 0x5C


@dataclass(frozen=True, slots=True)
class ContainerKey:
    """A private key and what belongs to it. Satisfies `BareKey`."""

    curve_oid: str
    number: int

    @property
    def curve(self) -> Curve:
        return CURVE_BY_OID[self.curve_oid]

    @property
    def public_key(self) -> bytes:
        return write_public_key(algorithm_identifier(self.curve_oid), self.curve, gost3410.public_point(self.curve, self.number))

    @property
    def fingerprint(self) -> bytes:
        return self.curve.point_octets(gost3410.public_point(self.curve, self.number))[:8]

    def sign(self, data: bytes) -> bytes:
        return gost3410.sign(self.curve, self.number, streebog(data, self.curve.bits))


def new_container_key(curve_oid: str = CRYPTOPRO_XA) -> ContainerKey:
    return ContainerKey(curve_oid, gost3410.new_private_key(CURVE_BY_OID[curve_oid]))


def certificate_of(key: ContainerKey) -> bytes:
    """A certificate that the key signs for itself."""
    now = datetime.now(UTC)
    terms = CertificateTerms(valid_from_at=now, valid_to_at=now + timedelta(days=400))
    return issue_root(Subject(common_name="Образцова Анна Тестовна", snils="11223344595"), key, terms)


def write_training_container(folder: Path, name: str) -> Path:
    """A container without a password that may be copied, with a certificate of its own key. Gives the folder back; it must not exist."""
    key = new_container_key()
    return build_container(folder, key, name=name, certificate=certificate_of(key))


def build_container(
    folder: Path, key: ContainerKey, *, name: str = "Контейнер", password: bytes = b"", certificate: bytes = b"", exportable: bool = True
) -> Path:
    """Write the six files into a new folder and give it back."""
    primary, masks = _masked(key, password)
    reserve_primary, reserve_masks = _masked(key, password)
    content = _header_content(key, password, certificate, exportable)
    files = {
        "header.key": der.sequence(content, der.octet_string(imito(bytes(32), content))),
        "name.key": der.sequence(_tagged(0x16, name.encode("cp1251"))),
        "primary.key": primary,
        "masks.key": masks,
        "primary2.key": reserve_primary,
        "masks2.key": reserve_masks,
    }
    folder.mkdir(parents=True)
    for file_name, octets in files.items():
        (folder / file_name).write_bytes(octets)
    return folder


def _tagged(tag: int, content: bytes) -> bytes:
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x82, size >> 8, size & 0xFF]) if size > 255 else bytes([0x81, size])
    return bytes([tag]) + length + content


def _masked(key: ContainerKey, password: bytes) -> tuple[bytes, bytes]:
    """Contents of primary.key and masks.key for a fresh mask."""
    size, order = key.curve.size_bytes, key.curve.q
    mask, salt = secrets.randbelow(order - 1) + 1, secrets.token_bytes(12)
    octets = mask.to_bytes(size, "little")
    encrypted = Gost28147(derive_key(password, salt)).encrypt_blocks((key.number * mask % order).to_bytes(size, "little"))
    code = imito(octets[-32:], salt)
    return der.sequence(der.octet_string(encrypted)), der.sequence(der.octet_string(octets), der.octet_string(salt), der.octet_string(code))


def _header_content(key: ContainerKey, password: bytes, certificate: bytes, exportable: bool) -> bytes:
    wide = key.curve.bits == 512
    attributes = _tagged(0x03, bytes([6, 0x40 | (0x80 if password else 0)]))  # bit 0 password, bit 1 reserve copy
    uses = _tagged(0x03, bytes([2, 0x24 | (0x80 if exportable else 0)]))  # bit 0 exportable, bit 2 exchange, bit 5 key agreement
    algorithm = der.oid(KEY_512 if wide else KEY_256) + der.sequence(der.oid(key.curve_oid), der.oid(DIGEST_512 if wide else DIGEST_256))
    return der.sequence(
        _tagged(0xA0, der.oid(_CONTAINER_OID)),
        attributes,
        der.sequence(uses, _tagged(0xA0, algorithm)),
        _tagged(0x82, imito(derive_key(password, key.fingerprint), bytes(16))) if password else b"",
        _tagged(0x85, certificate) if certificate else b"",
        _tagged(0x8A, key.fingerprint),
    )


def derive_key(password: bytes, salt: bytes) -> bytes:
    """The key that CryptoPro derives from a password. "No password" is a key as well."""
    pin = b"".join(bytes([octet, 0, 0, 0]) for octet in password)
    state, first = _DERIVATION_START, streebog(salt + pin)
    for _ in range(2000 if password else 2):
        state = streebog(_xor(state, _IPAD) + first + _xor(state, _OPAD) + first).ljust(64, b"\0")
    return streebog(streebog(_xor(state, _IPAD)[:32] + salt + _xor(state, _OPAD)[:32] + pin))


def _xor(octets: bytes, value: int) -> bytes:
    return bytes(octet ^ value for octet in octets)
