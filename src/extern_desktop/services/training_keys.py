"""Training keys: software keys on this computer, certified by the training operator's authority and good for nothing else.

They let the whole way be walked without a token. One key for each organisation of the training account, made when the account is first opened.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.sandbox.values import Person
from extern_desktop.services.desk import Desk
from extern_desktop.settings.places import Stage
from extern_desktop.signing.training_key import TrainingKey

TRAINING_SIGNER: Final = Person("Образцова", "Анна Тестовна", "11223344595", "Генеральный директор")
"""Whom training certificates are issued to: nobody real."""


def training_key_folder(desk: Desk) -> Path:
    return desk.places.home / "training-keys"


def read_training_keys(desk: Desk) -> tuple[TrainingKey, ...]:
    """The training keys of this computer; none outside training."""
    if desk.stage is not Stage.TRAINING:
        return ()
    keys = (TrainingKey.load(path) for path in sorted(training_key_folder(desk).glob("*.pem")))
    return tuple(key for key in keys if key.has_certificate)


def make_training_keys(organisations: Sequence[Organisation], desk: Desk) -> None:
    """A key and a certificate for each organisation that has none yet. A key left without a certificate by an interruption is certified now."""
    folder = training_key_folder(desk)
    folder.mkdir(parents=True, exist_ok=True)
    for organisation in organisations:
        path = folder / f"{organisation.inn}.pem"
        key = TrainingKey.load(path) if path.exists() else TrainingKey.create(path)
        if not key.has_certificate:
            from extern_desktop.sandbox.authority import TrainingAuthority  # opens the training operator's own database

            authority = TrainingAuthority(desk.places.training_operator)
            key.keep_certificate(authority.issue_for(key.public_key, TRAINING_SIGNER, organisation))
