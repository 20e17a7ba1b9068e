"""The training key: a GOST R 34.10-2012 key in a file (of 256 bits when made here), for computers without a token and for the training authorities.

The file is PEM (PKCS#8, then the certificate), readable by its owner alone and not encrypted: such a key is worth nothing outside training.
It must never be used for a real authority.
"""

from __future__ import annotations

import base64
import re
from pathlib import Path
from typing import Final

from extern_desktop.settings.whole_file import write_whole
from extern_desktop.signing import der, gost3410, vko
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.curves import CURVE_BY_OID, Curve
from extern_desktop.signing.envelope import decrypt as open_envelope
from extern_desktop.signing.errors import (
    CertificateMismatchError,
    CertificateMissingError,
    TrainingKeyExistsError,
    TrainingKeyMissingError,
    TrainingKeyNotWritableError,
    UnreadableCertificateError,
    UnreadableTrainingKeyError,
)
from extern_desktop.signing.public_keys import FAMILY_BY_KEY_OID, algorithm_identifier, read_public_key, write_public_key
from extern_desktop.signing.streebog import streebog
from extern_desktop.signing.values import Certificate

PARAMETER_SET: Final = "1.2.643.2.2.36.0"
"""CryptoPro XchA: what authorities issue for most, and what every program knows."""
_MAX_FILE_BYTES: Final = 256 * 1024
_PEM: Final = re.compile(rb"-----BEGIN (PRIVATE KEY|CERTIFICATE)-----\s+([A-Za-z0-9+/=\s]+?)\s*-----END \1-----")


class TrainingKey:
    """A private key of the training world: signs, opens envelopes, and once it has a certificate is a `Signer` and an `Opener`."""

    def __init__(self, path: Path, curve_oid: str, private_key: int, certificate: Certificate | None) -> None:
        """Use `create` or `load`."""
        self.path = path
        self._curve_oid = curve_oid
        self._private_key = private_key
        self._certificate = certificate
        curve = self._curve
        self._public_key = write_public_key(algorithm_identifier(curve_oid), curve, gost3410.public_point(curve, private_key))

    @classmethod
    def create(cls, path: Path) -> TrainingKey:
        """Make a new key and write it to `path`, which must not exist. Raises `TrainingKeyExistsError`, `TrainingKeyNotWritableError`."""
        if path.exists():
            raise TrainingKeyExistsError(path)
        key = cls(path, PARAMETER_SET, gost3410.new_private_key(CURVE_BY_OID[PARAMETER_SET]), None)
        key._write()
        return key

    @classmethod
    def load(cls, path: Path) -> TrainingKey:
        """The key of this file. Raises `TrainingKeyMissingError`, `UnreadableTrainingKeyError`."""
        try:
            with path.open("rb") as file:
                content = file.read(_MAX_FILE_BYTES)
        except FileNotFoundError as error:
            raise TrainingKeyMissingError(path) from error
        except OSError as error:
            raise UnreadableTrainingKeyError(path, error.strerror or type(error).__name__) from error
        parts: dict[bytes, bytes] = dict(_PEM.findall(content))
        try:
            curve_oid, number = _read_private_key(base64.b64decode(parts[b"PRIVATE KEY"]))
            key = cls(path, curve_oid, number, None)
            if b"CERTIFICATE" in parts:
                key._certificate = key._own(read_certificate(base64.b64decode(parts[b"CERTIFICATE"])))
        except (KeyError, ValueError, IndexError, UnreadableCertificateError, CertificateMismatchError) as error:
            raise UnreadableTrainingKeyError(path, type(error).__name__) from error
        return key

    def __repr__(self) -> str:
        return f"TrainingKey({str(self.path)!r})"

    @property
    def certificate(self) -> Certificate:
        """The key's certificate; `CertificateMissingError` until it has one."""
        if self._certificate is None:
            raise CertificateMissingError(self.path)
        return self._certificate

    @property
    def has_certificate(self) -> bool:
        return self._certificate is not None

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        return self._public_key

    def keep_certificate(self, certificate: bytes) -> Certificate:
        """Write the certificate beside the key. Raises `UnreadableCertificateError`, `CertificateMismatchError`, `TrainingKeyNotWritableError`."""
        self._certificate = self._own(read_certificate(certificate))
        self._write()
        return self._certificate

    def digest(self, data: bytes) -> bytes:
        return streebog(data, self._curve.bits)

    def sign(self, data: bytes) -> bytes:
        return gost3410.sign(self._curve, self._private_key, self.digest(data))

    def agree(self, public_key: bytes, ukm: bytes) -> bytes:
        """VKO with another's public key on the same curve. Raises `UnsupportedKeyError`."""
        return vko.agree(self._curve, self._private_key, read_public_key(public_key), ukm)

    def decrypt(self, envelope: bytes) -> bytes:
        """The content of an envelope addressed to this key. Raises as `envelope.decrypt` does."""
        return open_envelope(envelope, self)

    @property
    def _curve(self) -> Curve:
        return CURVE_BY_OID[self._curve_oid]

    def _own(self, certificate: Certificate) -> Certificate:
        if certificate.public_key != self._public_key:
            raise CertificateMismatchError(certificate.serial_number, certificate.owner)
        return certificate

    def _write(self) -> None:
        size = self._curve.size_bytes
        body = der.sequence(der.integer(0), algorithm_identifier(self._curve_oid), der.octet_string(self._private_key.to_bytes(size, "little")))
        content = _pem("PRIVATE KEY", body)
        if self._certificate is not None:
            content += _pem("CERTIFICATE", self._certificate.der)
        try:
            write_whole(self.path, content, is_private=True)
        except OSError as error:
            raise TrainingKeyNotWritableError(self.path, error.strerror or type(error).__name__) from error


def _pem(label: str, body: bytes) -> bytes:
    return f"-----BEGIN {label}-----\n".encode() + base64.encodebytes(body) + f"-----END {label}-----\n".encode()


def _read_private_key(pkcs8: bytes) -> tuple[str, int]:
    """Parameter set and number of a PKCS#8 key: an OCTET STRING with the little-endian number."""
    version, algorithm, key = der.read_one(pkcs8).children()
    kind, parameters = algorithm.children()
    curve_oid = parameters.children()[0].oid()
    curve = CURVE_BY_OID[curve_oid]
    number = int.from_bytes(key.octets(), "little")
    if version.integer() != 0 or kind.oid() not in FAMILY_BY_KEY_OID or len(key.body) != curve.size_bytes or not 0 < number < curve.q:
        raise ValueError("not a private key of GOST R 34.10-2012")
    return curve_oid, number
