"""Parts that the tests of signing share: OpenSSL with the GOST engine and libgcrypt as judges that we didn't write, and keys of every kind."""

from __future__ import annotations

import ctypes
import ctypes.util
import glob
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from extern_desktop.signing.curves import Curve, Point
from extern_desktop.signing.issue import AUTHORITY_USAGE, CertificateTerms, issue_certificate, issue_root
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Subject

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)

ANNA = Subject(
    common_name="ООО «Ромашка»",
    surname="Образцова",
    given_names="Анна Тестовна",
    organisation="ООО «Ромашка»",
    position="Главный бухгалтер",
    locality="Москва",
    region="77 Москва",
    inn="770123456703",
    organisation_inn="7701234560",
    snils="11223344595",
    ogrn="1027700123450",
)

ENGINES = ("/usr/lib/*/engines-3/gost.so", "/usr/lib/engines-3/gost.so", "/usr/lib64/engines-3/gost.so")
CONFIGURATION = """\
openssl_conf = openssl_init
oid_section = oid_names
[oid_names]
INNLE = 1.2.643.100.4
[openssl_init]
engines = engine_section
[engine_section]
gost = gost_section
[gost_section]
engine_id = gost
default_algorithms = ALL
CRYPT_PARAMS = {s_box}
[req]
distinguished_name = dn
prompt = no
x509_extensions = v3
string_mask = utf8only
[dn]
CN = GOST
[v3]
basicConstraints = critical,CA:TRUE
keyUsage = critical,digitalSignature,nonRepudiation,keyEncipherment,dataEncipherment,keyAgreement,keyCertSign
"""

OPENSSL_SETS = {
    "1.2.643.2.2.35.1": ("gost2012_256", "A"),
    "1.2.643.2.2.35.2": ("gost2012_256", "B"),
    "1.2.643.2.2.35.3": ("gost2012_256", "C"),
    "1.2.643.2.2.36.0": ("gost2012_256", "XA"),
    "1.2.643.2.2.36.1": ("gost2012_256", "XB"),
    "1.2.643.7.1.2.1.1.1": ("gost2012_256", "TCA"),
    "1.2.643.7.1.2.1.1.2": ("gost2012_256", "TCB"),
    "1.2.643.7.1.2.1.1.3": ("gost2012_256", "TCC"),
    "1.2.643.7.1.2.1.1.4": ("gost2012_256", "TCD"),
    "1.2.643.7.1.2.1.2.1": ("gost2012_512", "A"),
    "1.2.643.7.1.2.1.2.2": ("gost2012_512", "B"),
    "1.2.643.7.1.2.1.2.3": ("gost2012_512", "C"),
}
"""Every identifier of a parameter set that we know, as OpenSSL's engine names it."""
GCRYPT_UNKNOWN_CURVE = 188
GCRYPT_NAMES = {
    "CryptoPro-A": "GOST2001-CryptoPro-A",
    "CryptoPro-B": "GOST2001-CryptoPro-B",
    "CryptoPro-C": "GOST2001-CryptoPro-C",
    "TC26-256-A": "GOST2012-256-A",
    "TC26-512-A": "GOST2012-512-tc26-A",
    "TC26-512-B": "GOST2012-512-tc26-B",
    "TC26-512-C": "GOST2012-512-tc26-C",
}


@dataclass(frozen=True)
class GostOpenssl:
    """`openssl` with the GOST engine in a folder of its own."""

    folder: Path

    def attempt(self, *arguments: str, s_box: str = "id-tc26-gost-28147-param-Z") -> subprocess.CompletedProcess[bytes]:
        configuration = self.folder / f"{s_box}.cnf"
        configuration.write_text(CONFIGURATION.format(s_box=s_box))
        environment = {**os.environ, "OPENSSL_CONF": str(configuration)}
        return subprocess.run(["openssl", *arguments], cwd=self.folder, env=environment, capture_output=True, check=False, timeout=60)

    def run(self, *arguments: str, s_box: str = "id-tc26-gost-28147-param-Z") -> bytes:
        result = self.attempt(*arguments, s_box=s_box)
        assert result.returncode == 0, result.stderr.decode()
        return result.stdout

    def new_key(self, parameter_set: str, *, subject: str = "/CN=Иванов") -> TrainingKey:
        """A key with a self-signed certificate, both made by OpenSSL; the file holds both."""
        algorithm, name = OPENSSL_SETS[parameter_set]
        digest = "md_gost12_256" if algorithm.endswith("256") else "md_gost12_512"
        file = f"{parameter_set}.pem"
        self.run("genpkey", "-algorithm", algorithm, "-pkeyopt", f"paramset:{name}", "-out", "key.pem")
        self.run("req", "-new", "-x509", f"-{digest}", "-days", "3650", "-key", "key.pem", "-subj", subject, "-utf8", "-out", "certificate.pem")
        (self.folder / file).write_bytes((self.folder / "key.pem").read_bytes() + (self.folder / "certificate.pem").read_bytes())
        return TrainingKey.load(self.folder / file)


@pytest.fixture(scope="session")
def gost_engine() -> None:
    """The engine is installed; Debian after bookworm has no package of it."""
    if shutil.which("openssl") is None or not any(glob.glob(pattern) for pattern in ENGINES):
        pytest.skip("no OpenSSL with the GOST engine here: this judge is not heard")


@pytest.fixture
def gost_openssl(gost_engine: None, tmp_path: Path) -> GostOpenssl:
    folder = tmp_path / "openssl"
    folder.mkdir()
    return GostOpenssl(folder)


@dataclass(frozen=True)
class Gcrypt:
    """libgcrypt, which knows Streebog and GOST R 34.10-2012 without an engine."""

    library: ctypes.CDLL

    def streebog(self, data: bytes, bits: int) -> bytes:
        digest = ctypes.create_string_buffer(bits // 8)
        self.library.gcry_md_hash_buffer({256: 309, 512: 310}[bits], digest, data, ctypes.c_size_t(len(data)))
        return digest.raw

    def verifies(self, curve: Curve, point: Point, digest: bytes, signature: bytes) -> bool:
        """Whether it accepts s‖r. The digest goes in as the number below q that the standard makes of it: longer ones it would cut."""
        size = len(digest)
        number = int.from_bytes(digest, "little") % curve.q
        s, r = signature[:size], signature[size:]
        octets = b"\x04" + point[0].to_bytes(size, "big") + point[1].to_bytes(size, "big")
        key = self._expression(f"(public-key (ecc (curve {GCRYPT_NAMES[curve.name]}) (q #{octets.hex()}#)))")
        data = self._expression(f"(data (flags gost) (value #{number.to_bytes(size, 'big').hex()}#))")
        value = self._expression(f"(sig-val (gost (r #{r.hex()}#) (s #{s.hex()}#)))")
        try:
            code = self.library.gcry_pk_verify(value, data, key) & 0xFFFF
        finally:
            for expression in (key, data, value):
                self.library.gcry_sexp_release(expression)
        if code == GCRYPT_UNKNOWN_CURVE:
            pytest.skip(f"this libgcrypt does not know {curve.name}")
        return bool(code == 0)

    def _expression(self, text: str) -> ctypes.c_void_p:
        expression = ctypes.c_void_p()
        assert self.library.gcry_sexp_sscan(ctypes.byref(expression), None, text.encode(), ctypes.c_size_t(len(text))) == 0
        return expression


@pytest.fixture(scope="session")
def gcrypt() -> Gcrypt:
    name = ctypes.util.find_library("gcrypt")
    if name is None:
        pytest.skip("no libgcrypt here: this judge is not heard")
    library = ctypes.CDLL(name)
    library.gcry_check_version.restype = ctypes.c_char_p
    library.gcry_pk_verify.argtypes = [ctypes.c_void_p] * 3
    library.gcry_sexp_release.argtypes = [ctypes.c_void_p]
    library.gcry_check_version(None)
    library.gcry_control(38, 0)  # GCRYCTL_INITIALIZATION_FINISHED
    return Gcrypt(library)


@dataclass(frozen=True)
class Authority:
    """A training root and what it issues."""

    root: TrainingKey
    folder: Path

    def issue(self, name: str, subject: Subject = ANNA, terms: CertificateTerms | None = None, issuer: TrainingKey | None = None) -> TrainingKey:
        key = TrainingKey.create(self.folder / f"{name}.pem")
        terms = terms or CertificateTerms(NOW - DAY, NOW + 365 * DAY)
        key.keep_certificate(issue_certificate(subject, key.public_key, terms, issuer=issuer or self.root))
        return key


def authority_terms(path_length: int | None = None) -> CertificateTerms:
    return CertificateTerms(NOW - DAY, NOW + 3650 * DAY, key_usage=AUTHORITY_USAGE, purposes=(), is_authority=True, path_length=path_length)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    root = TrainingKey.create(tmp_path / "root.pem")
    root.keep_certificate(issue_root(Subject(common_name="Учебный удостоверяющий центр"), root, authority_terms()))
    return Authority(root, tmp_path)


@pytest.fixture(scope="session")
def anna(tmp_path_factory: pytest.TempPathFactory) -> TrainingKey:
    """One signer for tests that only need a signature."""
    folder = tmp_path_factory.mktemp("anna")
    root = TrainingKey.create(folder / "root.pem")
    root.keep_certificate(issue_root(Subject(common_name="Учебный удостоверяющий центр"), root, authority_terms()))
    return Authority(root, folder).issue("anna")


def flip(data: bytes, bit: int) -> bytes:
    """The data with one bit changed."""
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)
