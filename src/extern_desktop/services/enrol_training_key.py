"""Make a key pair on a token and have the training authority certify it: a token that signs in training, and nowhere else."""

from __future__ import annotations

import secrets

from extern_desktop.domain.organisations import Organisation
from extern_desktop.jobs.work import Stage as WorkStage
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.authority import TrainingAuthority
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import TrainingOnlyError
from extern_desktop.services.signers import ask_pin, list_signing_keys
from extern_desktop.services.training_keys import TRAINING_SIGNER
from extern_desktop.settings.places import Stage
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.errors import TokenMissingError


def enrol_training_key(serial: str, organisation: Organisation, *, desk: Desk, work: Work) -> Certificate:
    """A GOST R 34.10-2012 key pair of 256 bits on the token, its certificate beside it. Asks the PIN once.

    Nothing that is on the token already is changed. Raises `TrainingOnlyError` outside training, and what the token says.
    """
    if desk.stage is not Stage.TRAINING:
        raise TrainingOnlyError
    connect(desk, work)
    card = next((it for it in desk.tokens.list_tokens() if it.serial == serial), None)
    if card is None:
        raise TokenMissingError(serial)
    label = f"{organisation.name} (учебный)"
    with desk.tokens.open(serial, ask_pin(card, f"{TRAINING_SIGNER.surname} {TRAINING_SIGNER.given_names}", (label,), work)) as token:
        work.show(WorkStage.SIGNING, subject=card.label)
        key_id = secrets.token_bytes(8)
        public_key = token.generate_key_pair(key_id, label, 256)
        der = TrainingAuthority(desk.places.training_operator).issue_for(public_key, TRAINING_SIGNER, organisation)
        token.store_certificate(der, key_id, label)
    return read_certificate(der)


def enrol_first_token(*, desk: Desk, work: Work) -> Certificate:
    """The same for the token in sight that has no training certificate yet, and for the first organisation without a key on a token."""
    connect(desk, work)
    cards = desk.tokens.list_tokens()
    card = next((it for it in cards if not it.certificates), None) or next(iter(cards), None)
    if card is None:
        raise TokenMissingError("")
    served = {key.certificate.inn for key in list_signing_keys(desk) if key.card is not None}
    organisations = desk.store.organisations.all()
    organisation = next((it for it in organisations if it.inn not in served), organisations[0])
    return enrol_training_key(card.serial, organisation, desk=desk, work=work)
