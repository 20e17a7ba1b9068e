"""A PIN changed by who knows it, and unblocked by the administrator: counters, lengths, and what a refusal costs."""

from __future__ import annotations

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import (
    PinLengthError,
    PinLockedError,
    PinRefusedError,
    SoPinLockedError,
    SoPinRefusedError,
    TokenBusyError,
    TokenMissingError,
)
from extern_desktop.tokens.values import Attempts
from tokens.conftest import SERIAL
from virtual_rutoken.plug import VirtualRutoken

RIGHT, FRESH, WRONG = Pin("12345678"), Pin("87650000"), Pin("00000000")
SO_PIN = Pin("87654321")


def opens(desk: TokenDesk, pin: Pin) -> bool:
    try:
        desk.open(SERIAL, pin).close()
    except PinRefusedError:
        return False
    return True


def lock(token: VirtualRutoken) -> None:
    token.set_conf(user_tries="0")


def test_change_pin_the_new_one_opens_and_the_old_one_does_not(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_conf(user_pin_initial="1")
    assert desk.list_tokens()[0].initial_pin

    card = desk.change_pin(SERIAL, RIGHT, FRESH)

    assert (card.serial, card.initial_pin, card.attempts) == (SERIAL, False, Attempts.MANY)
    assert opens(desk, FRESH)
    assert not opens(desk, RIGHT)


def test_change_pin_with_a_wrong_one_spends_one_attempt_and_changes_nothing(desk: TokenDesk, token: VirtualRutoken) -> None:
    before = token.attempts_left()

    with pytest.raises(PinRefusedError) as refused:
        desk.change_pin(SERIAL, WRONG, FRESH)

    assert (refused.value.attempts, refused.value.attempts_left) == (Attempts.FEW, before - 1)
    assert token.attempts_left() == before - 1
    assert opens(desk, RIGHT)


@pytest.mark.parametrize(("old", "new"), [(RIGHT, Pin("1")), (Pin("1"), FRESH), (RIGHT, Pin("1" * 33))])
def test_change_pin_of_an_impossible_length_asks_the_token_nothing(desk: TokenDesk, token: VirtualRutoken, old: Pin, new: Pin) -> None:
    before = token.attempts_left()

    with pytest.raises(PinLengthError):
        desk.change_pin(SERIAL, old, new)

    assert token.attempts_left() == before
    assert opens(desk, RIGHT)


def test_change_pin_of_a_locked_token_says_so(desk: TokenDesk, token: VirtualRutoken) -> None:
    lock(token)

    with pytest.raises(PinLockedError):
        desk.change_pin(SERIAL, RIGHT, FRESH)


def test_change_pin_while_somebody_signs_waits_for_nobody(desk: TokenDesk) -> None:
    with desk.open(SERIAL, RIGHT), pytest.raises(TokenBusyError):
        desk.change_pin(SERIAL, RIGHT, FRESH)
    assert opens(desk, RIGHT)


def test_change_pin_of_a_token_that_is_not_there(desk: TokenDesk) -> None:
    with pytest.raises(TokenMissingError) as missing:
        desk.change_pin("3a5fffff", RIGHT, FRESH)
    assert missing.value.serial == "3a5fffff"


def test_unblock_sets_the_counter_back_and_a_new_pin(desk: TokenDesk, token: VirtualRutoken) -> None:
    lock(token)
    assert desk.list_tokens()[0].attempts is Attempts.LOCKED

    card = desk.unblock_pin(SERIAL, SO_PIN, FRESH)

    assert (card.attempts, card.attempts_left) == (Attempts.MANY, card.attempts_total)
    assert opens(desk, FRESH)


def test_unblock_with_a_wrong_administrators_pin_spends_one_of_its_attempts_only(desk: TokenDesk, token: VirtualRutoken) -> None:
    lock(token)
    before = desk.list_tokens()[0]
    assert before.so_attempts_left is not None

    with pytest.raises(SoPinRefusedError) as refused:
        desk.unblock_pin(SERIAL, WRONG, FRESH)

    assert (refused.value.attempts, refused.value.attempts_left) == (Attempts.FEW, before.so_attempts_left - 1)
    after = desk.list_tokens()[0]
    assert (after.attempts, after.so_attempts, after.so_attempts_left) == (Attempts.LOCKED, Attempts.FEW, before.so_attempts_left - 1)


def test_unblock_is_refused_unasked_once_the_administrators_pin_is_locked(desk: TokenDesk, token: VirtualRutoken) -> None:
    lock(token)
    token.set_conf(so_tries="0")

    with pytest.raises(SoPinLockedError):
        desk.unblock_pin(SERIAL, SO_PIN, FRESH)


def test_pins_are_in_no_message_and_no_error(desk: TokenDesk, capfd: pytest.CaptureFixture[str]) -> None:
    from extern_desktop.tokens import _wire as wire

    canary = b"canary-777"
    assert "canary" not in f"{wire.ChangePin(SERIAL, canary, canary)!r} {wire.UnblockPin(SERIAL, canary, canary)!r}"
    with pytest.raises(PinRefusedError) as refused:
        desk.change_pin(SERIAL, Pin(canary.decode()), Pin("canary-778"))
    said = capfd.readouterr()
    assert "canary" not in f"{refused.value!r} {vars(refused.value)} {said.out} {said.err}"
