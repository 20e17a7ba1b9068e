"""`openssl` with its GOST engine as an independent judge of hashes and signatures. Debian 12 has the engine, Debian 13 does not."""

from __future__ import annotations

import base64
import subprocess
from functools import cache
from pathlib import Path
from typing import Final

import pytest
from asn1crypto import core

from virtual_rutoken import cryptoki as ck

CRYPTOPRO_XA: Final = "1.2.643.2.2.36.0"
KEY_OIDS: Final = {256: "1.2.643.7.1.1.1.1", 512: "1.2.643.7.1.1.1.2"}
DIGEST_OIDS: Final = {256: "1.2.643.7.1.1.2.2", 512: "1.2.643.7.1.1.2.3"}
CURVES_WITHOUT_DIGEST: Final = ("1.2.643.7.1.2.1.1", "1.2.643.7.1.2.1.2.3")
"""RFC 9215: the newer parameter sets stand alone in a public key's parameters."""


@cache
def engine_is_installed() -> bool:
    answer = subprocess.run(["openssl", "engine", "-c", "gost"], capture_output=True, check=False)
    return answer.returncode == 0 and b"gost" in answer.stdout


needs_engine: Final = pytest.mark.skipif(not engine_is_installed(), reason="openssl has no GOST engine here, so nobody independent can judge")


def oid(dotted: str) -> bytes:
    """DER of an object identifier."""
    return bytes(core.ObjectIdentifier(dotted).dump())  # type: ignore[no-untyped-call]  # asn1crypto ships no types


def make_gost_key(module: ck.Cryptoki, session: int) -> tuple[int, int]:
    """The key pair most signers have: 256 bits on CryptoPro XA. Handles of the public and the private key."""
    return module.generate(session, ck.GOST256_KEY_PAIR_GEN, {ck.GOST_PARAMS: oid(CRYPTOPRO_XA), ck.STREEBOG_PARAMS: oid(DIGEST_OIDS[256])})


def _tlv(tag: int, *parts: bytes) -> bytes:
    content = b"".join(parts)
    size = len(content)
    length = bytes([size]) if size < 128 else bytes([0x81, size]) if size < 256 else bytes([0x82, size >> 8, size & 255])
    return bytes([tag]) + length + content


def public_key_pem(curve: str, bits: int, point: bytes) -> str:
    """SubjectPublicKeyInfo of a point x||y, little-endian, as the token gives it."""
    digest = b"" if curve.startswith(CURVES_WITHOUT_DIGEST) else oid(DIGEST_OIDS[bits])
    algorithm = _tlv(0x30, oid(KEY_OIDS[bits]), _tlv(0x30, oid(curve), digest))
    spki = _tlv(0x30, algorithm, _tlv(0x03, b"\0", _tlv(0x04, point)))
    return f"-----BEGIN PUBLIC KEY-----\n{base64.encodebytes(spki).decode()}-----END PUBLIC KEY-----\n"


def openssl_accepts(folder: Path, pem: str, data: bytes, signature: bytes, *, hash_name: str) -> bool:
    """`openssl dgst -verify` over the data."""
    for name, content in (("key.pem", pem.encode()), ("data", data), ("signature", signature)):
        (folder / name).write_bytes(content)
    engine = ["-engine", "gost"] if hash_name.startswith("md_gost") else []
    command = ["openssl", "dgst", *engine, f"-{hash_name}", "-verify", "key.pem", "-signature", "signature", "data"]
    answer = subprocess.run(command, cwd=folder, capture_output=True, check=False)
    return answer.returncode == 0 and b"Verified OK" in answer.stdout


def openssl_digest(folder: Path, data: bytes, bits: int) -> bytes:
    (folder / "data").write_bytes(data)
    command = ["openssl", "dgst", "-engine", "gost", f"-md_gost12_{bits}", "-binary", "data"]
    return subprocess.run(command, cwd=folder, capture_output=True, check=True).stdout
