"""Which key signs, what is asked of a person, and what happens when the token is pulled in the middle of a batch."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import Any

import pytest

from conftest import Person
from extern_desktop.app import open_desk
from extern_desktop.domain.secrets import Password, Pin
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.errors import NoSigningKeyError, TrainingKeyRefusedError, TrainingOnlyError
from extern_desktop.services.list_keys import list_keys
from extern_desktop.services.questions import AskPin, ChooseCertificate, ConfirmLastAttempt, InsertToken
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.services.signers import choose_signing_key, keys_for, list_signing_keys, opened
from extern_desktop.services.training_keys import training_key_folder
from extern_desktop.services.values import CarrierKind
from extern_desktop.settings import options
from extern_desktop.settings.places import Stage
from extern_desktop.signing.cms import verify_detached
from extern_desktop.tokens.errors import PinLockedError, PinRefusedError
from extern_desktop.tokens.values import Attempts
from journeys.stories import enrolled
from services.conftest import ROMASHKA, SEVERNY, NewReport
from virtual_rutoken.plug import VirtualRutoken

SOON = 20.0


def without_training_keys(desk: Desk) -> None:
    """Only what is plugged in can sign."""
    for path in training_key_folder(desk).glob("*.pem"):
        path.unlink()


def test_training_keys_sign_where_no_token_is(working_desk: Desk, work: Work, person: Person, new_report: NewReport) -> None:
    connect(working_desk, work)
    report_id = new_report(working_desk)

    (act,) = sign_reports([report_id], desk=working_desk, work=work).outbox_ids

    signed = working_desk.store.outbox.signed(act)
    assert verify_detached(signed.content, signed.signature).intact
    assert signed.content == working_desk.store.reports.content(report_id)
    assert person.asked == []


def test_signing_twice_gives_the_same_act(working_desk: Desk, work: Work, new_report: NewReport) -> None:
    connect(working_desk, work)
    report_id = new_report(working_desk)

    first = sign_reports([report_id], desk=working_desk, work=work)

    assert sign_reports([report_id], desk=working_desk, work=work) == first
    assert len(working_desk.store.outbox.all()) == 1


def test_key_of_another_organisation_does_not_sign_and_the_error_names_whose_keys_are_in(
    token_desk: Desk, work: Work, person: Person, new_report: NewReport
) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    without_training_keys(token_desk)
    report_id = new_report(token_desk, SEVERNY)

    with pytest.raises(NoSigningKeyError) as refused:
        sign_reports([report_id], desk=token_desk, work=work)

    assert (refused.value.inn, refused.value.organisation) == (SEVERNY.inn, SEVERNY.name)
    assert refused.value.owners == ("Образцова Анна Тестовна",)
    assert token_desk.store.outbox.all() == ()


def test_several_certificates_are_asked_once_and_the_choice_is_remembered(token_desk: Desk, work: Work, person: Person) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    second = enrol_training_key(token_desk.tokens.list_tokens()[0].serial, ROMASHKA, desk=token_desk, work=work)
    person.asked.clear()
    person.answers[ChooseCertificate] = lambda question: next(it for it in question.candidates if it.thumbprint == second.thumbprint)

    chosen = [choose_signing_key(ROMASHKA, token_desk, work) for _ in range(2)]

    assert {key.certificate.thumbprint for key in chosen} == {second.thumbprint}
    assert [type(question) for question in person.asked] == [ChooseCertificate]
    assert len(person.asked[0].candidates) == 2  # type: ignore[attr-defined]  # the line above says what it is
    assert token_desk.settings.get(options.SIGNING_CERTIFICATES) == {ROMASHKA.inn_kpp: second.thumbprint}


def test_choice_that_is_refused_signs_nothing(token_desk: Desk, work: Work, person: Person) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    enrol_training_key(token_desk.tokens.list_tokens()[0].serial, ROMASHKA, desk=token_desk, work=work)

    with pytest.raises(Cancelled):
        choose_signing_key(ROMASHKA, token_desk, work)

    assert token_desk.settings.get(options.SIGNING_CERTIFICATES) == {}


def test_keys_on_tokens_come_before_training_keys_and_are_listed_with_their_owners(token_desk: Desk, work: Work, person: Person) -> None:
    person.knows_pin("12345678")
    payer = enrolled(token_desk, work)

    assert choose_signing_key(payer, token_desk, work).carrier is CarrierKind.TOKEN
    assert choose_signing_key(SEVERNY, token_desk, work).carrier is CarrierKind.TRAINING_KEY
    keys = list_keys(desk=token_desk)
    on_token = [row for row in keys.certificates if row.carrier is CarrierKind.TOKEN]
    assert [(row.organisations, row.has_private_key, row.carrier_serial) for row in on_token] == [((payer.name,), True, keys.tokens[0].serial)]


# --- the PIN ---


def test_wrong_pin_costs_one_attempt_and_is_told_with_those_left(
    token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken, new_report: NewReport
) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    person.asked.clear()
    person.knows_pin("00000000")
    before = rutoken.attempts_left()

    with pytest.raises(PinRefusedError) as refused:
        sign_reports([new_report(token_desk), new_report(token_desk, authority="0088")], desk=token_desk, work=work)

    assert rutoken.attempts_left() == before - 1
    assert (refused.value.attempts, refused.value.attempts_left) == (Attempts.FEW, before - 1)
    assert [type(question) for question in person.asked] == [AskPin]
    assert token_desk.store.outbox.all() == ()
    (card,) = token_desk.tokens.list_tokens()
    assert (card.attempts, card.attempts_left) == (Attempts.FEW, before - 1)


def test_pin_question_says_what_is_signed_and_what_the_token_says(
    token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken, new_report: NewReport
) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    person.asked.clear()
    rutoken.set_conf(user_tries="1")
    person.answers[ConfirmLastAttempt] = lambda _question: None
    report_id = new_report(token_desk)

    sign_reports([report_id], desk=token_desk, work=work)

    _confirmed, question = person.asked
    assert isinstance(question, AskPin)
    assert (question.attempts, question.attempts_left) == (Attempts.LAST, 1)
    assert question.documents == (token_desk.store.reports.get(report_id).file_name,)
    assert question.owner == "Образцова Анна Тестовна"


def test_locked_pin_is_said_without_asking(token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken, new_report: NewReport) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    person.asked.clear()
    rutoken.set_conf(user_tries="0")

    with pytest.raises(PinLockedError):
        sign_reports([new_report(token_desk)], desk=token_desk, work=work)

    assert person.asked == []


# --- the token pulled in the middle ---


@dataclass
class HasPulledTheToken(Person):
    """When asked for the token, tries another one first, then puts the same one back."""

    token: VirtualRutoken | None = None
    serial: str = ""
    went_on_with_another: bool = False
    waited: list[InsertToken] = field(default_factory=list)

    def answer(self, question: Question[Any], withdrawn: threading.Event) -> Any:
        if not isinstance(question, InsertToken):
            return super().answer(question, withdrawn)
        self.waited.append(question)
        assert self.token is not None
        self.token.plug(1, serial="3a5fffff")
        self.went_on_with_another = withdrawn.wait(1.0)
        self.token.clear_faults()
        self.token.plug(0, serial=self.serial)
        assert withdrawn.wait(SOON), "the program did not notice that the token is back"
        raise Cancelled


def test_token_pulled_in_the_middle_of_a_batch_waits_for_the_same_token_and_signs_the_rest(
    token_desk: Desk, rutoken: VirtualRutoken, new_report: NewReport
) -> None:
    person = HasPulledTheToken()
    person.knows_pin("12345678")
    work = Work(person)
    enrolled(token_desk, work)
    ids = [new_report(token_desk, authority=authority, correction=number) for authority in ("0087", "0088") for number in (0, 1)]
    person.asked.clear()
    person.token, person.serial = rutoken, token_desk.tokens.list_tokens()[0].serial
    rutoken.set_fault("C_Sign", "pull", after=4)  # two calls a signature: in the middle of the third

    batch = sign_reports(ids, desk=token_desk, work=work)

    assert not person.went_on_with_another
    assert [(question.serial, question.signed, question.total) for question in person.waited] == [(person.serial, 2, 4)]
    assert [len(question.documents) for question in person.asked if isinstance(question, AskPin)] == [4, 2]
    rows = token_desk.store.outbox.all()
    assert sorted(row.report_id or "" for row in rows) == sorted(ids)
    assert batch.outbox_ids == tuple(next(row.id for row in rows if row.report_id == report_id) for report_id in ids)
    assert all(verify_detached(it.content, it.signature).intact for it in map(token_desk.store.outbox.signed, batch.outbox_ids))


def test_refusing_to_put_the_token_back_ends_the_batch_and_keeps_what_was_signed(
    token_desk: Desk, work: Work, person: Person, rutoken: VirtualRutoken, new_report: NewReport
) -> None:
    person.knows_pin("12345678")
    enrolled(token_desk, work)
    ids = [new_report(token_desk, correction=number) for number in range(3)]
    rutoken.set_fault("C_Sign", "pull", after=2)

    with pytest.raises(Cancelled):
        sign_reports(ids, desk=token_desk, work=work)

    assert [row.report_id for row in token_desk.store.outbox.all()] == ids[:1]


# --- training and real never mix ---


def test_training_certificate_is_no_candidate_in_real_work_and_a_real_one_none_in_training(working_desk: Desk, work: Work) -> None:
    connect(working_desk, work)
    keys = list_signing_keys(working_desk)
    assert len(keys_for(ROMASHKA, keys, working_desk)) == 1

    with open_desk(working_desk.places, stage=Stage.REAL, ask_passphrase=lambda _new: Password("canary-passphrase")) as real:
        assert keys_for(ROMASHKA, keys, real) == ()
        assert list_signing_keys(real) == ()
        with pytest.raises(TrainingKeyRefusedError) as refused, opened(keys[0], ["usn.xml"], real, work):
            pytest.fail("a training key was opened for a real operator")
        assert refused.value.host == "extern-api.kontur.ru"
        with pytest.raises(TrainingOnlyError):
            enrol_training_key("3a5f0000", ROMASHKA, desk=real, work=work)


def test_training_key_is_refused_in_real_work_even_on_this_computer(working_desk: Desk, work: Work) -> None:
    connect(working_desk, work)
    (key, *_others) = list_signing_keys(working_desk)

    with open_desk(working_desk.places, stage=Stage.REAL, ask_passphrase=lambda _new: Password("canary-passphrase")) as real:
        real.settings = real.settings.with_value(options.OPERATOR_API_URL, "http://127.0.0.1:1")
        with pytest.raises(TrainingKeyRefusedError), opened(key, ["usn.xml"], real, work):
            pytest.fail("a training key was opened in real work")


def test_pin_is_in_no_question_and_no_error(token_desk: Desk, work: Work, person: Person, new_report: NewReport) -> None:
    person.answers[AskPin] = lambda _question: Pin("12345678")
    enrolled(token_desk, work)
    person.answers[AskPin] = lambda _question: Pin("canary-99")

    with pytest.raises(PinRefusedError) as refused:
        sign_reports([new_report(token_desk)], desk=token_desk, work=work)

    assert "canary" not in f"{person.asked} {person.shown} {refused.value!r} {vars(refused.value)}"
