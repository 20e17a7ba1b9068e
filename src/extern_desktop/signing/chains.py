"""Whether a certificate leads to a root that we trust, at a moment that the caller names. No network, no clock, no revocation.

A missing issuer proves nothing and is told apart from a broken signature, which proves a forgery. Source: RFC 5280 section 6; policies and name
constraints are not looked at.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from extern_desktop.signing import der, gost3410, oids
from extern_desktop.signing._x509 import ParsedCertificate, name_attributes, parse_certificate
from extern_desktop.signing.errors import UnreadableCertificateError, UnsupportedKeyError
from extern_desktop.signing.public_keys import read_public_key
from extern_desktop.signing.streebog import streebog
from extern_desktop.signing.values import Certificate, ChainVerdict

MAX_DEPTH: Final = 8
_UNDERSTOOD: Final = frozenset({
    oids.BASIC_CONSTRAINTS,
    oids.KEY_USAGE,
    oids.EXTENDED_KEY_USAGE,
    oids.CERTIFICATE_POLICIES,
    oids.SUBJECT_KEY_IDENTIFIER,
    oids.AUTHORITY_KEY_IDENTIFIER,
    oids.ALTERNATIVE_NAMES,
    oids.CRL_DISTRIBUTION_POINTS,
    oids.PRIVATE_KEY_USAGE_PERIOD,
    oids.SUBJECT_SIGN_TOOL,
    oids.ISSUER_SIGN_TOOL,
    oids.IDENTIFICATION_KIND,
})  # fmt: skip
"""Extensions that may be critical. Russian authorities mark theirs so now and then."""
_LEAF_TERMS: Final = (ChainVerdict.NOT_YET_VALID, ChainVerdict.EXPIRED)
_ISSUER_TERMS: Final = (ChainVerdict.ISSUER_NOT_YET_VALID, ChainVerdict.ISSUER_EXPIRED)


def check_chain(certificate: Certificate, issuers: Sequence[Certificate], *, at: datetime) -> ChainVerdict:
    """Follow `certificate` through `issuers` to one of them that signed itself: those are the trusted roots.

    `issuers` come from a store of our own, never from the message that is judged: whoever signed himself and stands there is believed.
    Of several ways the first good one counts; when none is good, the problem of the way that came furthest. `at` is aware.
    """
    try:
        leaf = parse_certificate(certificate.der)
        pool = [parse_certificate(issuer.der) for issuer in issuers]
        verdicts = [_judge(path, at) for path in _paths((leaf,), pool)]
    except UnreadableCertificateError:
        return ChainVerdict.UNREADABLE
    except (der.DerError, ValueError, IndexError):  # an extension that isn't what its name says
        return ChainVerdict.UNREADABLE
    if not verdicts:
        return _terms(leaf, at, *_LEAF_TERMS) or ChainVerdict.UNKNOWN_ISSUER
    return ChainVerdict.TRUSTED if ChainVerdict.TRUSTED in verdicts else verdicts[0]


def _paths(path: tuple[ParsedCertificate, ...], pool: Sequence[ParsedCertificate]) -> Iterator[tuple[ParsedCertificate, ...]]:
    """All ways from the last certificate of `path` to a self-signed one of the pool, leaf first."""
    last = path[-1]
    if _same_name(last.issuer_der, last.subject_der):
        if any(last.raw == known.raw for known in pool):
            yield path
        return
    if len(path) > MAX_DEPTH:
        return
    for candidate in pool:
        if candidate in path or not _same_name(candidate.subject_der, last.issuer_der):
            continue
        wanted, offered = last.authority_key_identifier(), candidate.subject_key_identifier()
        if wanted is None or offered is None or wanted == offered:
            yield from _paths((*path, candidate), pool)


def _judge(path: Sequence[ParsedCertificate], at: datetime) -> ChainVerdict:
    """The first problem from the leaf upwards."""
    for place, certificate in enumerate(path):
        issuer = path[min(place + 1, len(path) - 1)]
        if any(extension.critical and kind not in _UNDERSTOOD for kind, extension in certificate.extensions.items()):
            return ChainVerdict.UNKNOWN_CRITICAL_EXTENSION
        if place and not _may_issue(path, place):
            return ChainVerdict.ISSUER_MAY_NOT_ISSUE
        early, late = _ISSUER_TERMS if place else _LEAF_TERMS
        problem = _signature_problem(certificate, issuer) or _terms(certificate, at, early, late)
        if problem:
            return problem
    return ChainVerdict.TRUSTED


def _signature_problem(certificate: ParsedCertificate, issuer: ParsedCertificate) -> ChainVerdict | None:
    try:
        key = read_public_key(issuer.public_key)
    except UnsupportedKeyError:
        return ChainVerdict.UNSUPPORTED_ALGORITHM
    if certificate.signature_oid != key.family.signature_oid:
        return ChainVerdict.BROKEN_SIGNATURE
    digest = streebog(certificate.signed_part, key.family.bits)
    return None if gost3410.verify(key.curve, key.point, digest, certificate.signature) else ChainVerdict.BROKEN_SIGNATURE


def _terms(certificate: ParsedCertificate, at: datetime, early: ChainVerdict, late: ChainVerdict) -> ChainVerdict | None:
    if at < certificate.valid_from_at:
        return early
    return late if at > certificate.valid_to_at else None


def _may_issue(path: Sequence[ParsedCertificate], place: int) -> bool:
    """Basic constraints, key usage and path length of an issuer at `place`."""
    issuer = path[place]
    constraints, usage = issuer.basic_constraints(), issuer.key_usage()
    if issuer.version < 3 or not constraints.is_authority or (usage is not None and "keyCertSign" not in usage):
        return False
    below = sum(not _same_name(certificate.issuer_der, certificate.subject_der) for certificate in path[1:place])
    return constraints.path_length is None or below <= constraints.path_length


def _same_name(left: bytes, right: bytes) -> bool:
    """Equal encodings, or the same attributes without regard to case, spaces and string type (RFC 5280 7.1, as it is practised)."""
    return left == right or _folded(left) == _folded(right)


def _folded(name: bytes) -> list[tuple[str, str]]:
    return [(kind, " ".join(value.split()).casefold()) for kind, value in name_attributes(name).items()]
