"""OpenSSL with its GOST engine as the judge of raw signatures, where the engine is installed."""

from __future__ import annotations

import functools
import subprocess
from pathlib import Path

import pytest

_CONFIGURATION = """
openssl_conf = openssl_init
[openssl_init]
engines = engine_section
[engine_section]
gost = gost_section
[gost_section]
engine_id = gost
default_algorithms = ALL
[req]
distinguished_name = dn
prompt = no
[dn]
CN = Образцова Анна Тестовна
"""


@functools.cache
def gost_is_installed() -> bool:
    asked = subprocess.run(["openssl", "engine", "gost", "-c"], capture_output=True, text=True, check=False)
    return asked.returncode == 0 and "gost2012" in asked.stdout


def run(folder: Path, *arguments: str | Path, check: bool = True) -> subprocess.CompletedProcess[bytes]:
    configuration = folder / "openssl.cnf"
    configuration.write_text(_CONFIGURATION, "utf-8")
    return subprocess.run(
        ["openssl", *map(str, arguments)], env={"OPENSSL_CONF": str(configuration), "PATH": "/usr/bin:/bin"}, capture_output=True, check=check
    )


def accepts(folder: Path, digest: str, public_key: bytes, data: bytes, signature: bytes) -> bool:
    """Whether OpenSSL takes the signature of the data under this SubjectPublicKeyInfo."""
    if digest.startswith("md_gost") and not gost_is_installed():
        pytest.skip("OpenSSL's GOST engine is not installed: nobody here can judge the signature")
    key, content, octets = folder / "key.der", folder / "content.bin", folder / "signature.bin"
    key.write_bytes(public_key)
    content.write_bytes(data)
    octets.write_bytes(signature)
    judged = run(folder, "dgst", f"-{digest}", "-keyform", "DER", "-verify", key, "-signature", octets, content, check=False)
    return judged.returncode == 0


def hash_of(folder: Path, digest: str, data: bytes) -> bytes:
    """The digest as OpenSSL makes it."""
    if digest.startswith("md_gost") and not gost_is_installed():
        pytest.skip("OpenSSL's GOST engine is not installed: nobody here can judge the digest")
    content = folder / "content.bin"
    content.write_bytes(data)
    return run(folder, "dgst", f"-{digest}", "-binary", content).stdout


def make_certificate(folder: Path) -> bytes:
    """A self-signed certificate of the fictional signer; which key it has doesn't matter to a token that only stores it."""
    made = run(
        folder, "req", "-x509", "-utf8", "-newkey", "rsa:2048", "-nodes", "-keyout", folder / "unused.pem", "-days", "30", "-outform", "DER"
    )
    return made.stdout
