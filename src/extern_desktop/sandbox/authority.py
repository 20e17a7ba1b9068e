"""The training certification authority: made at first start, it certifies the operator, the inspectorates and whoever asks for a training key.

Every certificate carries the training policy; nothing outside the training operator may trust one. Its keys stay in the state folder, readable by
their owner alone.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.sandbox import database
from extern_desktop.sandbox.errors import CertificateNotIssuedError, IssueProblem, UnreadableStateError
from extern_desktop.sandbox.scene import INSPECTORATES, OPERATOR_INN, OPERATOR_NAME, find_taxpayer
from extern_desktop.sandbox.values import Person
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import TrainingKeyMissingError, UnreadableTrainingKeyError, UnsupportedKeyError
from extern_desktop.signing.issue import AUTHORITY_USAGE, CertificateTerms, issue_certificate, issue_root
from extern_desktop.signing.public_keys import read_public_key
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Certificate, Subject

_FOLDER: Final = "authority"
_ROOT: Final = "root"
_OPERATOR: Final = "operator"
_ROOT_LIFE: Final = timedelta(days=3652)
_LIFE: Final = timedelta(days=456)
"""As long as real authorities issue for: fifteen months."""
_BACKDATED: Final = timedelta(hours=1)
"""So that a computer whose clock is a little slow takes a fresh certificate."""


def utc_now() -> datetime:
    return datetime.now(UTC)


class TrainingAuthority:
    """The authority of one state folder."""

    def __init__(self, state_folder: Path, now: Callable[[], datetime] = utc_now) -> None:
        """Open it, and make it if this is the first time. Raises `UnreadableStateError`."""
        self._state_folder = state_folder
        self._folder = state_folder / _FOLDER
        self._now = now
        if not self._folder.is_dir():
            try:
                state_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
                _found(self._folder, now())
            except OSError as error:
                raise UnreadableStateError(str(self._folder), error.strerror or str(error)) from error
        self._root = self._load(_ROOT)

    @property
    def certificate(self) -> Certificate:
        """The root that every training certificate leads to."""
        return self._root.certificate

    @cached_property
    def operator(self) -> TrainingKey:
        return self._load(_OPERATOR)

    @cached_property
    def inspectorates(self) -> dict[str, TrainingKey]:
        """Signing keys by the inspectorate's code."""
        return {inspectorate.code: self._load(inspectorate.code) for inspectorate in INSPECTORATES}

    def issue_for(self, public_key: bytes, person: Person, organisation: Organisation) -> bytes:
        """Certificate (DER) for a person of one of the training taxpayers, entered in the operator's register.

        `public_key` is a SubjectPublicKeyInfo. Raises `CertificateNotIssuedError`, `UnreadableStateError`.
        """
        taxpayer = find_taxpayer(organisation.inn, organisation.kpp)
        if taxpayer is None:
            raise CertificateNotIssuedError(IssueProblem.UNKNOWN_ORGANISATION, organisation.inn)
        try:
            read_public_key(public_key)
        except UnsupportedKeyError as error:
            raise CertificateNotIssuedError(IssueProblem.NOT_GOST, organisation.inn) from error
        moment = self._now()
        certificate = issue_certificate(_subject(person, taxpayer.organisation, taxpayer.ogrn), public_key, _terms(moment), issuer=self._root)
        self._register(read_certificate(certificate), moment)
        return certificate

    def _register(self, certificate: Certificate, moment: datetime) -> None:
        state = database.Database(self._state_folder / database.FILE_NAME)
        try:
            with state.transaction() as rows:
                rows.execute(
                    "INSERT INTO certificates (thumbprint, der, owner, inn, serial, valid_to_at, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?)",
                    (
                        certificate.thumbprint,
                        certificate.der,
                        certificate.owner,
                        certificate.inn,
                        certificate.serial_number,
                        database.stamp(certificate.valid_to_at),
                        database.stamp(moment),
                    ),
                )
        finally:
            state.close()

    def _load(self, name: str) -> TrainingKey:
        path = _key_file(self._folder, name)
        try:
            key = TrainingKey.load(path)
        except (TrainingKeyMissingError, UnreadableTrainingKeyError) as error:
            raise UnreadableStateError(str(path), type(error).__name__) from error
        if not key.has_certificate:
            raise UnreadableStateError(str(path), "no certificate")
        return key


def _found(folder: Path, moment: datetime) -> None:
    """Make all keys aside, then give the folder its name: two processes that start at once end with one authority."""
    aside = Path(tempfile.mkdtemp(prefix=f".{_FOLDER}-", dir=folder.parent))
    try:
        root = TrainingKey.create(_key_file(aside, _ROOT))
        terms = CertificateTerms(moment - _BACKDATED, moment + _ROOT_LIFE, key_usage=AUTHORITY_USAGE, purposes=(), is_authority=True, path_length=0)
        root.keep_certificate(issue_root(Subject(common_name="Учебный удостоверяющий центр", organisation=OPERATOR_NAME), root, terms))
        names = {_OPERATOR: OPERATOR_NAME} | {inspectorate.code: inspectorate.name for inspectorate in INSPECTORATES}
        for file, name in names.items():
            key = TrainingKey.create(_key_file(aside, file))
            subject = Subject(common_name=name, organisation=name, organisation_inn=OPERATOR_INN if file == _OPERATOR else "")
            key.keep_certificate(issue_certificate(subject, key.public_key, _terms(moment, life=_ROOT_LIFE), issuer=root))
        try:
            aside.rename(folder)
        except OSError:
            if not folder.is_dir():
                raise
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _key_file(folder: Path, name: str) -> Path:
    return folder / f"{name}.pem"


def _terms(moment: datetime, life: timedelta = _LIFE) -> CertificateTerms:
    return CertificateTerms(moment - _BACKDATED, moment + life)


def _subject(person: Person, organisation: Organisation, ogrn: str) -> Subject:
    if organisation.is_company:
        return Subject(
            common_name=organisation.name,
            surname=person.surname,
            given_names=person.given_names,
            organisation=organisation.name,
            position=person.position,
            organisation_inn=organisation.inn,
            snils=person.snils,
            ogrn=ogrn,
        )
    return Subject(
        common_name=f"{person.surname} {person.given_names}",
        surname=person.surname,
        given_names=person.given_names,
        inn=organisation.inn,
        snils=person.snils,
    )
