"""SignedData taken apart (RFC 5652), strictly: every tag and version is compared, nothing may be left over. It judges no signature."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from extern_desktop.signing import der, oids
from extern_desktop.signing.values import SignatureProblem

MAX_SIGNATURE_BYTES: Final = 1024 * 1024
_NULL: Final = b"\x05\x00"


class RefusedError(Exception):
    """The first problem found. Stays inside this room."""

    def __init__(self, problem: SignatureProblem) -> None:
        super().__init__(problem)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class SignerInfo:
    issuer_and_serial: bytes
    digest_oid: str
    signed_octets: bytes
    """The signed attributes as the SET OF that was hashed."""
    attributes: Sequence[tuple[str, der.Node]]
    """Identifier and SET of values, in the order in which they stand."""
    attributes_sorted: bool
    signature_oid: str
    signature: bytes


@dataclass(frozen=True, slots=True)
class SignedData:
    certificates: Sequence[bytes]
    signers: Sequence[der.Node]
    digest_oids: Sequence[str]


def read_signed_data(signature: bytes) -> SignedData:
    """Take a detached SignedData apart. Raises `RefusedError`, or `DerError` for what is no such thing."""
    if len(signature) > MAX_SIGNATURE_BYTES:
        raise RefusedError(SignatureProblem.UNREADABLE)
    kind, wrapper = der.read_one(signature).children()
    if kind.oid() != oids.SIGNED_DATA:
        raise RefusedError(SignatureProblem.UNREADABLE)
    version, digest_algorithms, content, *rest = wrapper.only_child(der.context(0)).children()
    content_kind, *attached = content.children()
    if content_kind.oid() != oids.DATA or version.integer() != 1:
        raise RefusedError(SignatureProblem.UNREADABLE)
    if attached:
        raise RefusedError(SignatureProblem.NOT_DETACHED)
    certificates: list[bytes] = []
    if rest and rest[0].tag == der.context(0):
        certificates = [node.raw for node in rest.pop(0).children(der.context(0))]
    if rest and rest[0].tag == der.context(1):
        rest.pop(0).children(der.context(1))
    (signers,) = rest
    return SignedData(certificates, signers.children(der.SET), [algorithm_oid(node) for node in digest_algorithms.children(der.SET)])


def read_signer_info(node: der.Node) -> SignerInfo:
    """Take one signer's part apart. Raises `RefusedError`, or `DerError`."""
    version, identifier, digest, *rest = node.children()
    if version.integer() != 1 or identifier.tag != der.SEQUENCE:
        raise RefusedError(SignatureProblem.UNREADABLE)
    if not rest or rest[0].tag != der.context(0):
        raise RefusedError(SignatureProblem.ATTRIBUTE_MISSING)
    signed, algorithm, signature, *unsigned = rest
    if unsigned:
        (extra,) = unsigned
        extra.children(der.context(1))
    nodes = signed.children(der.context(0))
    encodings = [attribute.raw for attribute in nodes]
    attributes = []
    for attribute in nodes:
        kind, values = attribute.children()
        attributes.append((kind.oid(), values.expect(der.SET)))
    return SignerInfo(
        issuer_and_serial=identifier.raw,
        digest_oid=algorithm_oid(digest),
        signed_octets=der.SET.to_bytes(1, "big") + signed.raw[1:],
        attributes=attributes,
        attributes_sorted=encodings == sorted(encodings),
        signature_oid=algorithm_oid(algorithm),
        signature=signature.octets(),
    )


def algorithm_oid(node: der.Node) -> str:
    """Identifier of an AlgorithmIdentifier whose parameters are absent or NULL."""
    kind, *parameters = node.children()
    if parameters and [parameter.raw for parameter in parameters] != [_NULL]:
        raise RefusedError(SignatureProblem.UNSUPPORTED_ALGORITHM)
    return kind.oid()
