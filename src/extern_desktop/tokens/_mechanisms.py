"""Which mechanisms sign and make keys of each kind: two tables and the choice from them. Used in the child process only.

Sources: PKCS#11 3.0 §2.6 and Rutoken's vendor definitions; curves and SubjectPublicKeyInfo by RFC 9215.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import Any, Final

from pkcs11 import Attribute, KeyType, Mechanism

from extern_desktop.tokens import _vendor as vendor
from extern_desktop.tokens._spki import gost_key_info, oid, rsa_key_info, tlv


@dataclass(frozen=True, slots=True)
class SigningWay:
    """How a key of one type signs."""

    whole: Mechanism
    """Hashes and signs in one call."""
    digest: Mechanism
    raw: Mechanism | None
    """Signs a finished digest; None where that would need more than the digest."""


SIGNING: Final[Mapping[KeyType, SigningWay]] = {
    vendor.GOST_256_KEY: SigningWay(vendor.GOST_256_WITH_HASH, vendor.STREEBOG_256, vendor.GOST_256_RAW),
    vendor.GOST_512_KEY: SigningWay(vendor.GOST_512_WITH_HASH, vendor.STREEBOG_512, vendor.GOST_512_RAW),
    KeyType.RSA: SigningWay(Mechanism.SHA256_RSA_PKCS, Mechanism.SHA256, None),
}


def takes_two_steps(way: SigningWay, offered: Collection[int]) -> bool:
    """Whether the token can't hash and sign in one call but can do both after each other (older firmware)."""
    return way.raw is not None and way.whole not in offered and way.raw in offered


@dataclass(frozen=True, slots=True)
class KeyKind:
    """How a key pair of one size is made, and how its public half is written."""

    key_type: KeyType
    generate: Mechanism
    public: Mapping[Attribute, Any]
    private: Mapping[Attribute, Any]
    write: Callable[[Mapping[Attribute, Any]], bytes]
    """SubjectPublicKeyInfo from the attributes of the public key."""
    reads: tuple[Attribute, ...]
    """The attributes it needs."""


_CURVE_256: Final = oid("1.2.643.2.2.35.1")  # CryptoPro-A, the one that every firmware has
_CURVE_512: Final = oid("1.2.643.7.1.2.1.2.1")  # TC26 512-A
_HASH_256: Final = oid("1.2.643.7.1.1.2.2")
_HASH_512: Final = oid("1.2.643.7.1.1.2.3")


def _gost_kind(key_type: KeyType, generate: Mechanism, curve: bytes, digest: bytes, algorithm: str, parameters: bytes) -> KeyKind:
    template = {Attribute.GOSTR3410_PARAMS: curve, Attribute.GOSTR3411_PARAMS: digest}
    return KeyKind(
        key_type, generate, template, template, lambda found: gost_key_info(algorithm, parameters, found[Attribute.VALUE]), (Attribute.VALUE,)
    )


KEY_KINDS: Final[Mapping[int, KeyKind]] = {
    # RFC 9215 §4.2: the digest is named beside a CryptoPro curve and left out beside a 512-bit one
    256: _gost_kind(vendor.GOST_256_KEY, vendor.GOST_256_GENERATE, _CURVE_256, _HASH_256, "1.2.643.7.1.1.1.1", tlv(0x30, _CURVE_256, _HASH_256)),
    512: _gost_kind(vendor.GOST_512_KEY, vendor.GOST_512_GENERATE, _CURVE_512, _HASH_512, "1.2.643.7.1.1.1.2", tlv(0x30, _CURVE_512)),
    2048: KeyKind(
        KeyType.RSA,
        Mechanism.RSA_PKCS_KEY_PAIR_GEN,
        {},
        {},
        lambda found: rsa_key_info(found[Attribute.MODULUS], found[Attribute.PUBLIC_EXPONENT]),
        (Attribute.MODULUS, Attribute.PUBLIC_EXPONENT),
    ),
}
"""By size in bits; the sizes of GOST and RSA never meet."""
