"""One open login to one token, inside the child process. It signs, hashes, makes keys and stores certificates; it never sees the PIN."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from asn1crypto.x509 import Certificate
from pkcs11 import Attribute, CertificateType, MechanismFlag, ObjectClass
from pkcs11.exceptions import PKCS11Error

from extern_desktop.tokens import _vendor as vendor
from extern_desktop.tokens._mechanisms import KEY_KINDS, SIGNING, SigningWay, takes_two_steps
from extern_desktop.tokens._native import NativeCalls
from extern_desktop.tokens._wire import Trouble
from extern_desktop.tokens.values import TokenCard


class TroubleError(Exception):
    """A failure with its name on the wire; never leaves the child as an exception."""

    def __init__(self, trouble: Trouble, card: TokenCard | None = None, *, serial: str = "") -> None:
        super().__init__(trouble)
        self.trouble, self.card, self.serial = trouble, card, serial


@dataclass(frozen=True, slots=True)
class _SigningKey:
    key: Any
    way: SigningWay
    two_steps: bool


class Login:
    """A logged-in session, and beside it the one that works. One login per token."""

    def __init__(self, token: Any, session: Any, native: NativeCalls) -> None:
        self.slot_id: int = token.slot.slot_id
        self.serial = vendor.serial_of(token)
        self.label = vendor.text_of(token.label)
        self._slot = token.slot
        self._anchor = session
        self._work = session
        self._native = native
        self._keys: dict[bytes, _SigningKey] = {}

    def sign(self, key_id: bytes, data: bytes) -> bytes:
        """Hash and sign on the token."""
        self._require_same_token()
        found = self._key(key_id)
        with self._renewed_on_failure():
            if not found.two_steps:
                return bytes(found.key.sign(data, mechanism=found.way.whole))
            digest = self._work.digest(data, mechanism=found.way.digest)
            return bytes(found.key.sign(digest, mechanism=found.way.raw))

    def digest(self, key_id: bytes, data: bytes) -> bytes:
        """The digest that belongs to the key, made on the token. Any token makes the same one, so it isn't asked which it is."""
        way = self._key(key_id).way
        with self._renewed_on_failure():
            return bytes(self._work.digest(data, mechanism=way.digest))

    def generate_key_pair(self, key_id: bytes, label: str, bits: int) -> bytes:
        """Make a key pair that stays on the token; its public half as SubjectPublicKeyInfo."""
        self._require_same_token()
        kind = KEY_KINDS[bits]
        public, _ = self._work.generate_keypair(
            kind.key_type,
            bits,
            store=True,
            id=key_id,
            label=label,
            mechanism=kind.generate,
            capabilities=MechanismFlag.SIGN | MechanismFlag.VERIFY,
            public_template=dict(kind.public),
            private_template=dict(kind.private),
        )
        return kind.write({attribute: public[attribute] for attribute in kind.reads})

    def store_certificate(self, der: bytes, key_id: bytes, label: str) -> None:
        self._require_same_token()
        body = Certificate.load(der)["tbs_certificate"]  # type: ignore[no-untyped-call]  # asn1crypto has no types
        self._work.create_object(
            {
                Attribute.CLASS: ObjectClass.CERTIFICATE,
                Attribute.CERTIFICATE_TYPE: CertificateType.X_509,
                Attribute.TOKEN: True,
                Attribute.PRIVATE: False,
                Attribute.ID: key_id,
                Attribute.LABEL: label,
                Attribute.SUBJECT: body["subject"].dump(),
                Attribute.ISSUER: body["issuer"].dump(),
                Attribute.SERIAL_NUMBER: body["serial_number"].dump(),
                Attribute.VALUE: der,
            }
        )

    def close(self) -> None:
        """Log out; every session with this token ends."""
        vendor.close_session(self._anchor, self._native)

    def is_alive(self) -> bool:
        """Whether the token still knows this session."""
        try:
            vendor.find_objects(self._anchor, {Attribute.CLASS: ObjectClass.PRIVATE_KEY})
        except PKCS11Error:
            return False
        return True

    @contextlib.contextmanager
    def _renewed_on_failure(self) -> Iterator[None]:
        """A signature that fails on the device may leave its operation open, and python-pkcs11 can't cancel it: the next one gets a fresh session.

        The login belongs to the token, not to a session, so no PIN is needed for it.
        """
        try:
            yield
        except PKCS11Error:
            with contextlib.suppress(PKCS11Error):  # the token may be gone; the first failure is what is told
                fresh = vendor.open_session(self._slot.get_token(), self._native, writable=True)
                if self._work is not self._anchor:
                    vendor.close_session(self._work, self._native)
                self._work = fresh
                self._keys.clear()
            raise

    def _require_same_token(self) -> None:
        """A session outlives a swap of tokens only in a library that lies, and then it would sign with somebody else's key."""
        if vendor.serial_of(self._slot.get_token()) != self.serial:
            raise TroubleError(Trouble.ABSENT)

    def _key(self, key_id: bytes) -> _SigningKey:
        if key_id not in self._keys:
            found = vendor.find_objects(self._work, {Attribute.CLASS: ObjectClass.PRIVATE_KEY, Attribute.ID: key_id})
            if not found:
                raise TroubleError(Trouble.KEY_MISSING)
            key_type = found[0][Attribute.KEY_TYPE]
            way = SIGNING.get(key_type)
            if way is None:
                raise TroubleError(Trouble.KEY_MISSING)
            vendor.remember_key_type(found[0], key_type)
            self._keys[key_id] = _SigningKey(found[0], way, takes_two_steps(way, self._slot.get_mechanisms()))
        return self._keys[key_id]
