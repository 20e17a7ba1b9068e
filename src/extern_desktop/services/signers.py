"""Find the key that signs for an organisation, and open it for one batch.

A token asks its PIN once for the batch; a training key asks nothing and signs for the training operator alone. The PIN is handed to the token and
not kept. When the token is not there, the person is asked to plug it in and the work goes on by itself as soon as it appears.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import Pin
from extern_desktop.jobs.work import Stage as WorkStage
from extern_desktop.jobs.work import Work
from extern_desktop.services.change_settings import remember_certificate
from extern_desktop.services.connect import operator_address
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import NoSigningKeyError, TrainingKeyRefusedError
from extern_desktop.services.questions import AskPin, ChooseCertificate, ConfirmLastAttempt, InsertToken
from extern_desktop.services.training_keys import read_training_keys
from extern_desktop.services.values import CarrierKind
from extern_desktop.settings import options
from extern_desktop.settings.places import Stage
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.signer import Signer
from extern_desktop.signing.streebog import streebog
from extern_desktop.signing.training_key import TrainingKey
from extern_desktop.signing.values import Certificate, KeyAlgorithm
from extern_desktop.tokens.errors import PinLockedError
from extern_desktop.tokens.session import OpenToken
from extern_desktop.tokens.values import Attempts, TokenCard, TokenCertificate, TokenChange, TokenChangeKind


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A certificate whose private key is in reach."""

    certificate: Certificate
    carrier: CarrierKind
    card: TokenCard | None = None
    """The token; None for a training key."""
    held: TokenCertificate | None = None
    """The certificate as the token holds it."""
    training: TrainingKey | None = None
    """The key itself, when it is a training key."""


_DIGEST_BITS: Final = {KeyAlgorithm.GOST_256: 256, KeyAlgorithm.GOST_512: 512}


class TokenSigner:
    """A token session as a `Signer`."""

    def __init__(self, token: OpenToken, held: TokenCertificate, certificate: Certificate) -> None:
        self.certificate = certificate
        self._token, self._held = token, held

    def digest(self, data: bytes) -> bytes:
        """In software: a token hashes slowly, and the digest of the content is no secret. What is signed is hashed on the token."""
        return streebog(data, _DIGEST_BITS[self.certificate.algorithm])

    def sign(self, data: bytes) -> bytes:
        return self._token.sign(self._held, data)


def list_signing_keys(desk: Desk) -> tuple[SigningKey, ...]:
    """Every GOST certificate whose private key is in reach, on tokens and in training keys. One that can't be read is passed over here."""
    found: list[SigningKey] = []
    for card in desk.tokens.list_tokens():
        for held in card.certificates:
            if held.has_private_key and (certificate := _readable(held.der)) is not None and certificate.algorithm in _DIGEST_BITS:
                found.append(SigningKey(certificate, CarrierKind.TOKEN, card, held))
    found.extend(SigningKey(key.certificate, CarrierKind.TRAINING_KEY, training=key) for key in read_training_keys(desk))
    return tuple(found)


def keys_for(organisation: Organisation, keys: Sequence[SigningKey], desk: Desk) -> tuple[SigningKey, ...]:
    """The keys that may sign for this organisation today: the certificate's INN is the organisation's, the day is inside its validity."""
    now = desk.now()
    return tuple(
        key
        for key in keys
        if key.certificate.inn == organisation.inn
        and key.certificate.valid_from_at <= now <= key.certificate.valid_to_at
        and key.certificate.is_training is (desk.stage is Stage.TRAINING)
    )


def choose_signing_key(organisation: Organisation, desk: Desk, work: Work) -> SigningKey:
    """The key for this organisation: the one chosen before, the only one, or the one the person picks.

    Waits for a token when none is there; to give up waiting is `Cancelled`. When tokens are there and none serves the organisation,
    `NoSigningKeyError` says so at once.
    """
    keys = list_signing_keys(desk)
    candidates = keys_for(organisation, keys, desk)
    if not candidates and not any(key.carrier is CarrierKind.TOKEN for key in keys):
        _wait_for_token(organisation.name, "", 0, 0, desk, work)
        keys = list_signing_keys(desk)
        candidates = keys_for(organisation, keys, desk)
    if not candidates:
        raise NoSigningKeyError(organisation.name, organisation.inn, tuple(key.certificate.owner for key in keys))
    on_tokens = tuple(key for key in candidates if key.carrier is CarrierKind.TOKEN) or candidates
    chosen = desk.settings.get(options.SIGNING_CERTIFICATES).get(organisation.inn_kpp)
    for key in on_tokens:
        if len(on_tokens) == 1 or key.certificate.thumbprint == chosen:
            return key
    picked = work.ask(ChooseCertificate(organisation.name, tuple(key.certificate for key in on_tokens)))
    remember_certificate(organisation, picked.thumbprint, desk)
    return next(key for key in on_tokens if key.certificate.thumbprint == picked.thumbprint)


@contextmanager
def opened(key: SigningKey, documents: Sequence[str], desk: Desk, work: Work) -> Iterator[Signer]:
    """The key, ready to sign one batch. Asks the PIN once; a refused PIN is raised and never tried again here."""
    if key.certificate.is_training and (desk.stage is not Stage.TRAINING or not operator_address(desk).is_loopback):
        raise TrainingKeyRefusedError(operator_address(desk).host)
    if key.training is not None:
        yield key.training
        return
    if key.card is None or key.held is None:
        raise NoSigningKeyError(key.certificate.organisation, key.certificate.inn, ())
    card = _present_card(key.card, desk, work, key.certificate.owner, len(documents))
    with desk.tokens.open(card.serial, ask_pin(card, key.certificate.owner, documents, work)) as token:
        yield TokenSigner(token, key.held, key.certificate)


def ask_pin(card: TokenCard, owner: str, documents: Sequence[str], work: Work) -> Pin:
    """This token's PIN, asked with all that the token says before an attempt is spent; the last attempt is used only after a second yes.

    Raises `PinLockedError` without asking.
    """
    if card.attempts is Attempts.LOCKED:
        raise PinLockedError(card.label)
    if card.attempts is Attempts.LAST:
        work.ask(ConfirmLastAttempt(card.label, by_administrator=False))
    question = AskPin(
        token_label=card.label,
        token_serial=card.serial,
        attempts=card.attempts,
        attempts_left=card.attempts_left,
        attempts_total=card.attempts_total,
        initial_pin=card.initial_pin,
        pin_min_length=card.pin_min_length,
        pin_max_length=card.pin_max_length,
        owner=owner,
        documents=tuple(documents),
    )
    return work.ask(question)


def wait_for_same_token(key: SigningKey, signed: int, total: int, desk: Desk, work: Work) -> None:
    """Block until the token of `key` is back. The person can only refuse, which is `Cancelled`."""
    serial = key.card.serial if key.card is not None else ""
    _wait_for_token(key.certificate.owner, serial, signed, total, desk, work)


def _wait_for_token(owner: str, serial: str, signed: int, total: int, desk: Desk, work: Work) -> None:
    came = threading.Event()

    def look(change: TokenChange) -> None:
        if change.kind is TokenChangeKind.APPEARED and serial in ("", change.card.serial):
            came.set()

    watch = desk.tokens.watch(look)
    try:
        if any(serial in ("", card.serial) for card in desk.tokens.list_tokens()):
            return
        work.show(WorkStage.WAITING_FOR_TOKEN, signed, total, owner)
        work.ask_until(InsertToken(owner, serial, signed, total), came)
    finally:
        watch.stop()


def _present_card(card: TokenCard, desk: Desk, work: Work, owner: str, total: int) -> TokenCard:
    """The token's card as it is now, attempts included; waits for the token when it was pulled meanwhile."""
    while True:
        for now in desk.tokens.list_tokens():
            if now.serial == card.serial:
                return now
        _wait_for_token(owner, card.serial, 0, total, desk, work)


def _readable(der: bytes) -> Certificate | None:
    try:
        return read_certificate(der)
    except UnreadableCertificateError:
        return None

