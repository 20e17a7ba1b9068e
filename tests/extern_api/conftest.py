"""A faulty operator on the loopback address, a signed-in client of it, and certificates made by `openssl` on the spot."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from extern_api.faulty_operator import FaultyOperator
from extern_desktop.domain.secrets import AccessToken
from extern_desktop.extern_api._gate import Gate
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.values import ApiKey, KeptTokens, Limits, OperatorAddress, RefreshToken, Trust

ACCOUNT = "11111111-aaaa-4bbb-8ccc-000000000001"
A = f"/v1/{ACCOUNT}"
ACCESS, REFRESH, API_KEY, PASSWORD = "canary-access-1", "canary-refresh-1", "canary-api-key", "canary-password"
QUICK = Limits(connect_seconds=2, read_seconds=5, exchange_seconds=10, transfer_seconds=20, backoff_seconds=0.01, retry_after_seconds=5)

KEY = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")

MakeOperator = Callable[..., Operator]


@pytest.fixture
def faulty() -> Iterator[FaultyOperator]:
    operator = FaultyOperator()
    yield operator
    operator.close()


@pytest.fixture
def make_client() -> Iterator[MakeOperator]:
    """Clients that are closed at the end; no watchman may be left behind."""
    made: list[Operator] = []

    def make(
        url: str, *, limits: Limits = QUICK, tokens: KeptTokens | None = None, at_once: int = 20, roots: tuple[Path, ...] = (), **more: object
    ) -> Operator:
        address = OperatorAddress(url, url, "extern.desk", ApiKey(API_KEY))
        kept = tokens or KeptTokens(AccessToken(ACCESS), RefreshToken(REFRESH))
        client = Operator(
            address,
            account_id=ACCOUNT,
            tokens=kept,
            limits=limits,
            gate=Gate(at_once),
            trust=Trust(roots),
            **more,  # type: ignore[arg-type]
        )
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()
    assert not [thread for thread in threading.enumerate() if thread.name == "operator-watchman"]


@pytest.fixture
def client(faulty: FaultyOperator, make_client: MakeOperator) -> Operator:
    return make_client(faulty.url)


@dataclass(frozen=True)
class Authority:
    """A root and what it has issued for `127.0.0.1` and others."""

    folder: Path

    @property
    def root(self) -> Path:
        return self.folder / "root.pem"

    def issue(self, name: str, *, address: str = "127.0.0.1", days: int = 30, start: str | None = None, end: str | None = None) -> tuple[str, str]:
        """Paths of a certificate and its key. `start` and `end` as `YYYYMMDDHHMMSSZ`."""
        key, request, certificate = (self.folder / f"{name}.{ending}" for ending in ("key", "csr", "pem"))
        extensions = self.folder / f"{name}.ext"
        extensions.write_text(f"subjectAltName=IP:{address}\nbasicConstraints=CA:FALSE\n")
        _openssl("req", "-new", *KEY, "-keyout", key, "-out", request, "-subj", f"/CN={name}")
        term = ("-startdate", start, "-enddate", end) if start and end else ("-days", str(days))
        (self.folder / "index.txt").write_text("")
        (self.folder / "serial").write_text("01\n")
        settings = self.folder / "ca.cnf"
        settings.write_text(
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.folder}/index.txt\nserial={self.folder}/serial\nnew_certs_dir={self.folder}\n"
            "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n"
        )
        _openssl(
            "ca", "-batch", "-notext", "-config", settings, "-cert", self.root, "-keyfile", self.folder / "root.key",
            "-in", request, "-out", certificate, "-extfile", extensions, *term,
        )  # fmt: skip
        return str(certificate), str(key)


@pytest.fixture(scope="session")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    _openssl(
        "req", "-x509", *KEY, "-keyout", folder / "root.key",
        "-out", folder / "root.pem", "-days", "30", "-subj", "/O=Office/CN=Office proxy root",
        "-addext", "keyUsage=critical,keyCertSign,cRLSign",
    )  # fmt: skip
    return Authority(folder)


def _openssl(*arguments: str | Path) -> None:
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)
