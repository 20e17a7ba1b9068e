"""Set a new PIN on a token: by who knows the old one, or with the administrator's PIN when the user's is locked.

The attempts left are told before one is spent, and the token is asked once: a refused PIN is raised and never tried again here.
"""

from __future__ import annotations

from extern_desktop.jobs.work import Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import KeypadTokenError
from extern_desktop.services.questions import AskNewPin, ConfirmLastAttempt, NewPin
from extern_desktop.tokens.errors import PinLockedError, SoPinLockedError, TokenMissingError
from extern_desktop.tokens.values import Attempts, TokenCard


def change_pin(serial: str, *, desk: Desk, work: Work) -> TokenCard:
    """Replace the user's PIN; the token as it is then. Raises what `TokenDesk.change_pin` does, and `KeypadTokenError`."""
    card = _card(serial, desk)
    if card.attempts is Attempts.LOCKED:
        raise PinLockedError(card.label)
    typed = _ask(_question(card, by_administrator=False), work)
    return desk.tokens.change_pin(serial, typed.proof, typed.new)


def unblock_pin(serial: str, *, desk: Desk, work: Work) -> TokenCard:
    """Give the user a new PIN with the administrator's; the token as it is then. Keys and certificates stay.

    Raises what `TokenDesk.unblock_pin` does, and `KeypadTokenError`.
    """
    card = _card(serial, desk)
    if card.so_attempts is Attempts.LOCKED:
        raise SoPinLockedError(card.label)
    typed = _ask(_question(card, by_administrator=True), work)
    return desk.tokens.unblock_pin(serial, typed.proof, typed.new)


def _card(serial: str, desk: Desk) -> TokenCard:
    card = next((it for it in desk.tokens.list_tokens() if it.serial == serial), None)
    if card is None:
        raise TokenMissingError(serial)
    if card.protected_path:
        raise KeypadTokenError(card.label)
    return card


def _ask(question: AskNewPin, work: Work) -> NewPin:
    if question.attempts is Attempts.LAST:
        work.ask(ConfirmLastAttempt(question.token_label, question.by_administrator))
    return work.ask(question)


def _question(card: TokenCard, *, by_administrator: bool) -> AskNewPin:
    return AskNewPin(
        token_label=card.label,
        token_serial=card.serial,
        by_administrator=by_administrator,
        attempts=card.so_attempts if by_administrator else card.attempts,
        attempts_left=card.so_attempts_left if by_administrator else card.attempts_left,
        attempts_total=card.so_attempts_total if by_administrator else card.attempts_total,
        initial_pin=card.initial_pin and not by_administrator,
        pin_min_length=card.pin_min_length,
        pin_max_length=card.pin_max_length,
    )
