"""A PIN set anew through the questions a person answers: what is told before an attempt is spent, and what is asked twice."""

from __future__ import annotations

import pytest

from conftest import Person
from extern_desktop.domain.secrets import Pin
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.services.change_pin import change_pin, unblock_pin
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import KeypadTokenError
from extern_desktop.services.questions import AskNewPin, AskPin, ConfirmLastAttempt, NewPin
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.tokens.errors import PinLockedError, PinRefusedError, SoPinLockedError, SoPinRefusedError, TokenMissingError
from extern_desktop.tokens.values import Attempts
from journeys.stories import enrolled
from services.conftest import NewReport
from virtual_rutoken.plug import VirtualRutoken

RIGHT, FRESH, WRONG, SO_PIN = Pin("12345678"), Pin("87650000"), Pin("00000000"), Pin("87654321")


def serial_of(desk: Desk) -> str:
    return desk.tokens.list_tokens()[0].serial


def types(person: Person, proof: Pin, new: Pin = FRESH) -> None:
    person.answers[AskNewPin] = lambda _question: NewPin(proof, new)


def test_change_tells_what_the_token_knows_and_sets_the_pin(token_desk: Desk, work: Work, person: Person) -> None:
    types(person, RIGHT)

    card = change_pin(serial_of(token_desk), desk=token_desk, work=work)

    (question,) = person.asked
    assert isinstance(question, AskNewPin)
    assert (question.by_administrator, question.attempts_left, question.initial_pin) == (False, 10, True)
    assert (question.pin_min_length, question.pin_max_length) == (card.pin_min_length, card.pin_max_length)
    assert not card.initial_pin
    token_desk.tokens.open(card.serial, FRESH).close()


def test_change_with_a_wrong_pin_is_asked_once(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken) -> None:
    types(person, WRONG)

    with pytest.raises(PinRefusedError):
        change_pin(serial_of(token_desk), desk=token_desk, work=work)

    assert len(person.asked) == 1
    assert rutoken.attempts_left() == 9


def test_last_attempt_is_used_only_after_a_second_yes(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken) -> None:
    rutoken.set_conf(user_tries="1")
    types(person, WRONG)

    with pytest.raises(Cancelled):
        change_pin(serial_of(token_desk), desk=token_desk, work=work)

    assert person.asked == [ConfirmLastAttempt(token_desk.tokens.list_tokens()[0].label, by_administrator=False)]
    assert rutoken.attempts_left() == 1

    person.answers[ConfirmLastAttempt] = lambda _question: None
    types(person, RIGHT)
    assert change_pin(serial_of(token_desk), desk=token_desk, work=work).attempts is Attempts.MANY


def test_last_attempt_before_a_signature_is_confirmed_too(
    token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken, new_report: NewReport
) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    report_id = new_report(token_desk)
    rutoken.set_conf(user_tries="1")
    person.asked.clear()

    with pytest.raises(Cancelled):
        sign_reports([report_id], desk=token_desk, work=work)
    assert [type(question) for question in person.asked] == [ConfirmLastAttempt]

    person.answers[ConfirmLastAttempt] = lambda _question: None
    sign_reports([report_id], desk=token_desk, work=work)
    assert [type(question) for question in person.asked] == [ConfirmLastAttempt, ConfirmLastAttempt, AskPin]


def test_last_attempt_before_a_training_certificate_is_confirmed_too(
    token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken
) -> None:
    person.knows_pin("12345678")
    rutoken.set_conf(user_tries="1")

    with pytest.raises(Cancelled):
        enrolled(token_desk, work)

    assert [type(question) for question in person.asked] == [ConfirmLastAttempt]
    assert rutoken.attempts_left() == 1


def test_unblock_with_the_administrators_pin(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken) -> None:
    rutoken.set_conf(user_tries="0")
    serial = serial_of(token_desk)
    with pytest.raises(PinLockedError):
        change_pin(serial, desk=token_desk, work=work)
    types(person, WRONG)
    with pytest.raises(SoPinRefusedError):
        unblock_pin(serial, desk=token_desk, work=work)
    types(person, SO_PIN)

    card = unblock_pin(serial, desk=token_desk, work=work)

    asked = [question for question in person.asked if isinstance(question, AskNewPin)]
    assert [question.by_administrator for question in asked] == [True, True]
    first, second = (question.attempts_left for question in asked)
    assert first is not None
    assert second == first - 1
    assert card.attempts is Attempts.MANY
    token_desk.tokens.open(serial, FRESH).close()


def test_unblock_when_the_administrators_pin_is_locked_asks_nothing(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken) -> None:
    rutoken.set_conf(user_tries="0", so_tries="0")

    with pytest.raises(SoPinLockedError):
        unblock_pin(serial_of(token_desk), desk=token_desk, work=work)

    assert person.asked == []


def test_pin_of_a_keypad_is_not_asked_for(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken) -> None:
    rutoken.set_conf(protected_path="1")

    with pytest.raises(KeypadTokenError):
        change_pin(serial_of(token_desk), desk=token_desk, work=work)

    assert person.asked == []


def test_pin_of_a_token_that_is_not_there(token_desk: Desk, work: Work) -> None:
    with pytest.raises(TokenMissingError):
        change_pin("3a5fffff", desk=token_desk, work=work)
