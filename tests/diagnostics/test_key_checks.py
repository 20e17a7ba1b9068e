"""Library, token, PIN, certificate and key on the token."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics.workplaces import CARD, HEALTHY, LIBRARY, NOTHING_PLUGGED_IN, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Remedy, Verdict
from extern_desktop.diagnostics.workplace import Module, Workplace
from extern_desktop.tokens.values import Attempts, ModuleFailure, TokenCard

ALL = ("token-library", "token-seen", "pin-state", "certificate-on-token", "key-on-token")
CRASHED = Module("/opt/vendor/broken.so", ModuleFailure.CRASHED.value, is_virtual=False)


def with_tokens(*cards: TokenCard) -> Workplace:
    return replace(HEALTHY, tokens=cards)


@pytest.mark.parametrize("check_id", ALL)
def test_key_checks_of_a_healthy_workplace_pass(check_id: str) -> None:
    assert judged(HEALTHY, check_id) == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("check_id", ALL)
def test_key_checks_are_no_question_in_training_without_a_token(check_id: str) -> None:
    workplace = replace(NOTHING_PLUGGED_IN, modules=(), needs_token=False)

    assert judged(workplace, check_id) == (Verdict.NOT_APPLICABLE, Remedy.NONE)
    assert run_checks(workplace).is_ready


def test_token_library_that_is_not_installed_is_the_one_failure() -> None:
    assert_only_failed(replace(HEALTHY, modules=(), tokens=(), certificates=()), "token-library", Remedy.INSTALL_TOKEN_LIBRARY)


@pytest.mark.parametrize("failure", [it for it in ModuleFailure if it is not ModuleFailure.SLOT_UNREADABLE])
def test_token_library_that_fails_is_the_one_failure_and_says_how(failure: ModuleFailure) -> None:
    workplace = replace(HEALTHY, modules=(Module(LIBRARY, failure.value, is_virtual=False),), tokens=(), certificates=())

    assert_only_failed(workplace, "token-library", Remedy.REPLACE_TOKEN_LIBRARY)
    assert answer_of(workplace, "token-library").evidence == {LIBRARY: failure.value}
    assert answer_of(workplace, "token-seen").because_of == "token-library"


def test_token_library_that_fails_beside_a_working_one_wants_attention_only() -> None:
    workplace = replace(HEALTHY, modules=(*HEALTHY.modules, CRASHED))

    assert judged(workplace, "token-library") == (Verdict.WARNING, Remedy.REPLACE_TOKEN_LIBRARY)
    assert run_checks(workplace).is_ready


def test_token_that_its_library_does_not_see_is_the_one_failure() -> None:
    assert_only_failed(replace(HEALTHY, tokens=(), certificates=()), "token-seen", Remedy.REPLUG_TOKEN)
    because = {answer.id: answer.because_of for answer in run_checks(replace(HEALTHY, tokens=(), certificates=())).answers if answer.because_of}
    assert because == {"pin-state": "token-seen", "certificate-on-token": "token-seen", "key-on-token": "certificate-on-token"}


def test_pin_that_is_locked_is_the_one_failure() -> None:
    assert_only_failed(with_tokens(replace(CARD, attempts=Attempts.LOCKED, attempts_left=0)), "pin-state", Remedy.UNBLOCK_PIN)


@pytest.mark.parametrize(
    ("change", "remedy", "evidence"),
    [
        ({"attempts": Attempts.LAST}, Remedy.MIND_LAST_ATTEMPT, "last"),
        ({"attempts": Attempts.FEW}, Remedy.MIND_LAST_ATTEMPT, "few"),
        ({"initial_pin": True}, Remedy.CHANGE_INITIAL_PIN, "factory PIN"),
    ],
)
def test_pin_that_wants_attention_stops_nothing(change: dict[str, object], remedy: Remedy, evidence: str) -> None:
    workplace = with_tokens(replace(CARD, **change))  # type: ignore[arg-type]  # one field of several types

    assert judged(workplace, "pin-state") == (Verdict.WARNING, remedy)
    assert answer_of(workplace, "pin-state").evidence == {CARD.serial: evidence}
    assert run_checks(workplace).is_ready


def test_pin_that_is_locked_on_one_of_two_tokens_is_told_by_its_serial() -> None:
    workplace = with_tokens(CARD, replace(CARD, serial="3a5f0002", attempts=Attempts.LOCKED))

    assert_only_failed(workplace, "pin-state", Remedy.UNBLOCK_PIN)
    assert answer_of(workplace, "pin-state").evidence == {"3a5f0001": "many", "3a5f0002": "locked"}


def test_token_without_a_certificate_is_the_one_failure() -> None:
    workplace = replace(with_tokens(replace(CARD, certificates=())), certificates=())

    assert_only_failed(workplace, "certificate-on-token", Remedy.WRITE_CERTIFICATE_TO_TOKEN)
    assert answer_of(workplace, "key-on-token").because_of == "certificate-on-token"


def test_certificate_without_its_key_is_the_one_failure() -> None:
    held = replace(CARD.certificates[0], has_private_key=False)
    seen = replace(HEALTHY.certificates[0], has_private_key=False)
    workplace = replace(with_tokens(replace(CARD, certificates=(held,))), certificates=(seen,))

    assert_only_failed(workplace, "key-on-token", Remedy.WRITE_KEY_TO_TOKEN)


def test_second_token_without_anything_hides_no_key() -> None:
    assert run_checks(with_tokens(replace(CARD, serial="3a5f0002", certificates=()), CARD)).is_ready
