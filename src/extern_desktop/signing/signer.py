"""Who can sign and who can open: the small protocols behind which a token session, an opened container or a training key stands."""

from typing import Protocol

from extern_desktop.signing.values import Certificate


class Signer(Protocol):
    """A private key with its certificate, ready to sign."""

    @property
    def certificate(self) -> Certificate: ...

    def digest(self, data: bytes) -> bytes:
        """Streebog of the certificate's key length (32 or 64 octets)."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Hash `data` and sign the hash; octets as CMS and X.509 take them: s, then r, each big-endian of the key's length."""
        ...


class BareKey(Protocol):
    """A private key that has no certificate yet: it asks for one, or makes its own root."""

    @property
    def public_key(self) -> bytes:
        """SubjectPublicKeyInfo, DER."""
        ...

    def sign(self, data: bytes) -> bytes:
        """As `Signer.sign`."""
        ...


class Opener(Protocol):
    """A private key with its certificate, ready to open envelopes."""

    @property
    def certificate(self) -> Certificate: ...

    def agree(self, public_key: bytes, ukm: bytes) -> bytes:
        """VKO GOST R 34.10-2012, 256 bits (RFC 7836 4.3) with the other side's SubjectPublicKeyInfo; 32 octets."""
        ...
