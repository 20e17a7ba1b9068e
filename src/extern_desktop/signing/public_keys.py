"""Public keys of GOST R 34.10-2012 as SubjectPublicKeyInfo (RFC 9215 section 4), read and written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from extern_desktop.signing import der, oids
from extern_desktop.signing.curves import CURVE_BY_OID, Curve, Point
from extern_desktop.signing.errors import UnsupportedKeyError
from extern_desktop.signing.values import KeyAlgorithm


@dataclass(frozen=True, slots=True)
class Family:
    """What belongs to one key length."""

    algorithm: KeyAlgorithm
    bits: int
    key_oid: str
    digest_oid: str
    signature_oid: str
    """Signature together with its hash, as certificates name it."""


FAMILIES: Final[tuple[Family, ...]] = (
    Family(KeyAlgorithm.GOST_256, 256, oids.KEY_256, oids.DIGEST_256, oids.SIGNATURE_256),
    Family(KeyAlgorithm.GOST_512, 512, oids.KEY_512, oids.DIGEST_512, oids.SIGNATURE_512),
)
FAMILY_BY_KEY_OID: Final[Mapping[str, Family]] = {family.key_oid: family for family in FAMILIES}
_OTHER_ALGORITHMS: Final[Mapping[str, KeyAlgorithm]] = {oids.RSA: KeyAlgorithm.RSA}

WITH_DIGEST_PARAMETER: Final = frozenset({"1.2.643.2.2.35.1", "1.2.643.2.2.35.2", "1.2.643.2.2.35.3", "1.2.643.2.2.36.0", "1.2.643.2.2.36.1",
                                          "1.2.643.7.1.2.1.2.1", "1.2.643.7.1.2.1.2.2"})  # fmt: skip
"""Parameter sets beside which the digest is named; beside the newer ones it must not be (RFC 9215 4.2)."""


@dataclass(frozen=True, slots=True)
class PublicKey:
    family: Family
    curve: Curve
    point: Point
    algorithm_der: bytes
    """AlgorithmIdentifier as it stands in the key."""


@lru_cache(maxsize=256)
def read_public_key(spki: bytes) -> PublicKey:
    """The key inside a SubjectPublicKeyInfo; `UnsupportedKeyError` unless it is a point of a known GOST R 34.10-2012 parameter set."""
    try:
        algorithm, bits = der.read_one(spki).children()
        parts = algorithm.children()
        key_oid = parts[0].oid()
        family = FAMILY_BY_KEY_OID.get(key_oid)
        if family is None or len(parts) != 2:
            raise UnsupportedKeyError(key_oid)
        parameters = [part.oid() for part in parts[1].children()]
        curve = CURVE_BY_OID.get(parameters[0]) if parameters else None
        if curve is None or curve.bits != family.bits or parameters[1:] not in ([], [family.digest_oid]):
            raise UnsupportedKeyError(parameters[0] if parameters else key_oid)
        point = curve.read_point(der.read_one(bits.bit_octets()).octets())
    except (der.DerError, ValueError, IndexError) as error:
        raise UnsupportedKeyError("") from error
    if point is None:
        raise UnsupportedKeyError(parameters[0])
    return PublicKey(family, curve, point, algorithm.raw)


def algorithm_of(spki: bytes) -> KeyAlgorithm:
    """Which kind of key this is; `OTHER` for what we can't name. Raises `DerError` when it isn't a SubjectPublicKeyInfo."""
    key_oid = der.read_one(spki).children()[0].children()[0].oid()
    family = FAMILY_BY_KEY_OID.get(key_oid)
    return family.algorithm if family else _OTHER_ALGORITHMS.get(key_oid, KeyAlgorithm.OTHER)


def algorithm_identifier(curve_oid: str) -> bytes:
    """AlgorithmIdentifier of a key on this parameter set."""
    family = next(family for family in FAMILIES if family.bits == CURVE_BY_OID[curve_oid].bits)
    digest = der.oid(family.digest_oid) if curve_oid in WITH_DIGEST_PARAMETER else b""
    return der.sequence(der.oid(family.key_oid), der.sequence(der.oid(curve_oid), digest))


def write_public_key(algorithm_der: bytes, curve: Curve, point: Point) -> bytes:
    """SubjectPublicKeyInfo of `point`."""
    return der.sequence(algorithm_der, der.bit_string(der.octet_string(curve.point_octets(point))))
