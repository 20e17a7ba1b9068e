"""The training certification authority: made once, its certificates hold, strangers get none. OpenSSL with the GOST engine judges the chain."""

from __future__ import annotations

import shutil
import ssl
import subprocess
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from extern_desktop.domain.organisations import Organisation
from extern_desktop.sandbox.authority import TrainingAuthority
from extern_desktop.sandbox.errors import CertificateNotIssuedError, IssueProblem, UnreadableStateError
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.scene import TAXPAYERS
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.chains import check_chain
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import ChainVerdict, KeyAlgorithm

from .conftest import ANNA, START, Caller, Clock, new_key


@pytest.fixture
def authority(tmp_path: Path, clock: Clock) -> TrainingAuthority:
    return TrainingAuthority(tmp_path, clock)


def test_authority_opened_again_is_the_same(authority: TrainingAuthority, tmp_path: Path) -> None:
    again = TrainingAuthority(tmp_path)
    assert again.certificate.thumbprint == authority.certificate.thumbprint
    assert set(again.inspectorates) == {"0085", "0087", "0088"}


def test_authority_opened_by_several_at_once_is_made_once(tmp_path: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(TrainingAuthority(tmp_path).certificate.thumbprint)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["authority"]


@pytest.mark.parametrize("organisation", [taxpayer.organisation for taxpayer in TAXPAYERS], ids=lambda one: one.inn)
def test_issue_for_each_taxpayer_is_a_trusted_training_certificate(authority: TrainingAuthority, tmp_path: Path, organisation: Organisation) -> None:
    key = TrainingKey.create(tmp_path / "key.pem")
    certificate = read_certificate(authority.issue_for(key.public_key, ANNA, organisation))
    assert certificate.is_training
    assert (certificate.inn, certificate.snils, certificate.owner) == (organisation.inn, "11223344595", "Образцова Анна Тестовна")
    assert certificate.organisation == (organisation.name if organisation.is_company else "")
    assert certificate.algorithm is KeyAlgorithm.GOST_256
    assert certificate.public_key == key.public_key
    assert check_chain(certificate, [authority.certificate], at=START) is ChainVerdict.TRUSTED
    assert certificate.valid_to_at - START == timedelta(days=456)


def test_issue_for_a_stranger_or_a_foreign_key_is_refused(authority: TrainingAuthority, tmp_path: Path) -> None:
    key = TrainingKey.create(tmp_path / "key.pem")
    with pytest.raises(CertificateNotIssuedError) as refused:
        authority.issue_for(key.public_key, ANNA, Organisation("", "7700000016", "770001001", "ООО «Чужая»"))
    assert refused.value.problem is IssueProblem.UNKNOWN_ORGANISATION
    with pytest.raises(CertificateNotIssuedError) as refused:
        authority.issue_for(b"no key", ANNA, TAXPAYERS[0].organisation)
    assert refused.value.problem is IssueProblem.NOT_GOST


def test_issued_certificates_are_those_of_the_account(caller: Caller, office: Office, tmp_path: Path) -> None:
    other = new_key(office, tmp_path, TAXPAYERS[2].organisation)
    listed = caller.done("GET", "/certificates")
    assert {row["thumbprint"] for row in listed["certificates"]} == {caller.key.certificate.thumbprint, other.certificate.thumbprint}
    row = next(row for row in listed["certificates"] if row["inn"] == "7701234560")
    assert (row["kpp"], row["is-valid"], row["is-qualified"], row["content"]) == ("770101001", True, True, caller.certificate)
    assert row["serial-number"] == caller.key.certificate.serial_number


def test_damaged_authority_is_refused_and_not_made_anew(authority: TrainingAuthority, tmp_path: Path) -> None:
    (tmp_path / "authority" / "root.pem").write_bytes(b"")
    with pytest.raises(UnreadableStateError):
        TrainingAuthority(tmp_path)
    assert authority.certificate.is_training


@pytest.mark.skipif(shutil.which("openssl") is None, reason="OpenSSL is not at hand")
def test_openssl_follows_an_issued_certificate_to_the_root(authority: TrainingAuthority, tmp_path: Path) -> None:
    engines = subprocess.run(["openssl", "engine", "gost"], capture_output=True, text=True, check=False)
    if engines.returncode != 0 or "gost" not in engines.stdout:
        pytest.skip("OpenSSL has no GOST engine")
    key = TrainingKey.create(tmp_path / "key.pem")
    files = {"root": authority.certificate.der, "leaf": authority.issue_for(key.public_key, ANNA, TAXPAYERS[0].organisation)}
    for name, der in files.items():
        (tmp_path / f"{name}.pem").write_text(ssl.DER_cert_to_PEM_cert(der))
    command = ["openssl", "verify", "-engine", "gost", "-attime", str(int(START.timestamp())), "-CAfile", "root.pem", "leaf.pem"]
    judged = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert judged.stdout.strip() == "leaf.pem: OK", judged.stderr
