"""The training key's file: private, whole, never over another; and what OpenSSL makes of it."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest

from extern_desktop.signing import gost3410
from extern_desktop.signing.errors import (
    CertificateMismatchError,
    CertificateMissingError,
    TrainingKeyExistsError,
    TrainingKeyMissingError,
    TrainingKeyNotWritableError,
    UnreadableCertificateError,
    UnreadableTrainingKeyError,
)
from extern_desktop.signing.public_keys import read_public_key
from extern_desktop.signing.training_key import TrainingKey
from signing.conftest import Authority, GostOpenssl


def test_create_then_load_is_the_same_key(tmp_path: Path) -> None:
    created = TrainingKey.create(tmp_path / "keys" / "key.pem")
    loaded = TrainingKey.load(tmp_path / "keys" / "key.pem")
    assert loaded.public_key == created.public_key
    assert not loaded.has_certificate
    key = read_public_key(loaded.public_key)
    assert gost3410.verify(key.curve, key.point, loaded.digest(b"data"), created.sign(b"data"))


@pytest.mark.skipif(sys.platform == "win32", reason="file modes are POSIX's")
def test_create_file_is_readable_by_its_owner_alone_and_nothing_else_is_left(authority: Authority) -> None:
    path = authority.issue("anna").path
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(file.name for file in path.parent.iterdir()) == ["anna.pem", "root.pem"]


def test_create_over_an_existing_file_is_refused_and_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "key.pem"
    path.write_bytes(b"something")
    with pytest.raises(TrainingKeyExistsError):
        TrainingKey.create(path)
    assert path.read_bytes() == b"something"


def test_create_where_no_folder_can_be_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(TrainingKeyNotWritableError):
        TrainingKey.create(tmp_path / "file" / "key.pem")


def test_certificate_before_there_is_one_says_so(tmp_path: Path) -> None:
    with pytest.raises(CertificateMissingError):
        _ = TrainingKey.create(tmp_path / "key.pem").certificate


def test_keep_certificate_survives_loading(authority: Authority) -> None:
    key = authority.issue("anna")
    assert TrainingKey.load(key.path).certificate == key.certificate


def test_keep_certificate_of_another_key_is_refused_and_not_written(authority: Authority, tmp_path: Path) -> None:
    other = authority.issue("anna")
    key = TrainingKey.create(tmp_path / "key.pem")
    with pytest.raises(CertificateMismatchError):
        key.keep_certificate(other.certificate.der)
    with pytest.raises(UnreadableCertificateError):
        key.keep_certificate(b"junk")
    assert not key.has_certificate
    assert not TrainingKey.load(key.path).has_certificate


def test_load_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(TrainingKeyMissingError):
        TrainingKey.load(tmp_path / "none.pem")


def test_load_damaged_file_says_so(authority: Authority, tmp_path: Path) -> None:
    content = authority.issue("anna").path.read_bytes()
    other = authority.issue("other").path.read_bytes()
    start = content.index(b"-----BEGIN CERTIFICATE")
    damaged = tmp_path / "damaged.pem"
    for bad in (b"", b"junk", content[start:], content[:100], content[: start + 200].replace(b"MEY", b"MEX"), content[:start] + other[start:]):
        damaged.write_bytes(bad)
        with pytest.raises(UnreadableTrainingKeyError):
            TrainingKey.load(damaged)


def test_load_folder_instead_of_a_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(UnreadableTrainingKeyError):
        TrainingKey.load(tmp_path)


def test_repr_does_not_show_the_key(tmp_path: Path) -> None:
    key = TrainingKey.create(tmp_path / "key.pem")
    assert repr(key) == f"TrainingKey({str(tmp_path / 'key.pem')!r})"


def test_file_is_a_key_for_openssl(gost_openssl: GostOpenssl, authority: Authority) -> None:
    key = authority.issue("anna")
    gost_openssl.run("pkey", "-in", str(key.path), "-pubout", "-outform", "DER", "-out", "public.der")
    assert (gost_openssl.folder / "public.der").read_bytes() == key.public_key
