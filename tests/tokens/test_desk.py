"""List, open and PIN on the virtual Rutoken, in real child processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import (
    PinLengthError,
    PinLockedError,
    PinRefusedError,
    TokenBusyError,
    TokenMissingError,
    VirtualTokenRefusedError,
)
from extern_desktop.tokens.values import Attempts, ModuleFailure
from tokens.conftest import SERIAL, MakeDesk, MakeModule
from virtual_rutoken.plug import VirtualRutoken

PIN = Pin(VirtualRutoken.DEFAULT_PIN)
WRONG = Pin("00000000")


def test_list_tokens_reads_the_card_without_a_pin(desk: TokenDesk, token: VirtualRutoken, module: Path) -> None:
    (card,) = desk.list_tokens()
    assert (card.serial, card.label, card.model, card.manufacturer) == (SERIAL, "Ключ Образцовой", "Rutoken ECP", "Aktiv Co.")
    assert (card.module, card.slot_id) == (str(module), 0)
    assert (card.attempts, card.attempts_left, card.attempts_total) == (Attempts.MANY, 10, 10)
    assert (card.pin_min_length, card.pin_max_length, card.protected_path) == (6, 32, False)
    assert card.certificates == ()
    assert desk.problems() == ()


def test_list_tokens_two_tokens_are_two_cards(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.plug(2, serial="3a5f0002", label="Второй")
    assert [(card.serial, card.slot_id) for card in desk.list_tokens()] == [(SERIAL, 0), ("3a5f0002", 2)]


def test_list_tokens_initial_pin_is_told_without_an_attempt(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_conf(0, user_pin_initial="1")
    assert desk.list_tokens()[0].initial_pin
    token.set_conf(0, user_pin_initial="0")
    assert not desk.list_tokens()[0].initial_pin
    assert token.attempts_left(0) == 10


def test_list_tokens_virtual_token_without_the_flag_is_refused(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(virtual_allowed=False)
    assert desk.list_tokens() == ()
    assert [problem.kind for problem in desk.problems()] == [ModuleFailure.VIRTUAL]
    with pytest.raises(VirtualTokenRefusedError):
        desk.open(SERIAL, PIN)
    assert token.calls("C_Initialize") == 0


def test_list_tokens_module_that_is_missing_is_named(token: VirtualRutoken, module: Path, make_desk: MakeDesk, tmp_path: Path) -> None:
    desk = make_desk(tmp_path / "librtpkcs11ecp.so", module)
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert [(problem.path, problem.kind) for problem in desk.problems()] == [(tmp_path / "librtpkcs11ecp.so", ModuleFailure.MISSING)]


def test_list_tokens_module_that_is_installed_meanwhile_is_found_at_once(
    token: VirtualRutoken, module: Path, make_desk: MakeDesk, tmp_path: Path
) -> None:
    path = tmp_path / "later.so"
    desk = make_desk(path)
    for _ in range(5):
        assert desk.list_tokens() == ()
    path.write_bytes(module.read_bytes())
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert desk.problems() == ()


def test_list_tokens_text_file_as_module_is_named(token: VirtualRutoken, module: Path, make_desk: MakeDesk, tmp_path: Path) -> None:
    text = tmp_path / "module.so"
    text.write_text("this is no library\n" * 100)
    desk = make_desk(text, module)
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    (problem,) = desk.problems()
    assert problem.kind is ModuleFailure.NOT_A_MODULE
    assert "ELF" in problem.detail


@pytest.mark.parametrize(("answer", "code"), [("0x30", "CKR_DEVICE_ERROR"), ("0x80000123", "0x80000123")])
def test_list_tokens_module_that_refuses_to_start_is_named_with_its_code(
    token: VirtualRutoken, module: Path, make_desk: MakeDesk, broken_module: MakeModule, answer: str, code: str
) -> None:
    desk = make_desk(broken_module(f"return {answer}"), module)
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert [(problem.kind, problem.detail) for problem in desk.problems()] == [(ModuleFailure.REFUSED_TO_START, code)]


def test_list_tokens_token_seen_by_two_modules_is_one_card(token: VirtualRutoken, module: Path, make_desk: MakeDesk, tmp_path: Path) -> None:
    twin = tmp_path / "twin.so"
    twin.write_bytes(module.read_bytes())
    desk = make_desk(twin, module)
    assert [(card.serial, card.module) for card in desk.list_tokens()] == [(SERIAL, str(twin))]


def test_list_tokens_slot_that_fails_is_named_and_the_other_one_shown(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.plug(1, serial="3a5f0009")
    token.set_fault("C_OpenSession", "device-error", after=1)
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert [(problem.kind, problem.detail) for problem in desk.problems()] == [(ModuleFailure.SLOT_UNREADABLE, "1: CKR_DEVICE_ERROR")]
    token.clear_faults()
    assert len(desk.list_tokens()) == 2
    assert desk.problems() == ()


def test_open_right_pin_opens_and_closes(desk: TokenDesk, token: VirtualRutoken) -> None:
    with desk.open(SERIAL, PIN) as opened:
        assert opened.card.serial == SERIAL
    with desk.open(SERIAL, PIN) as opened:
        assert opened.card.attempts is Attempts.MANY
    assert token.calls("C_Login") == 2
    assert token.calls("C_Logout") == 2


def test_open_wrong_pin_spends_one_attempt_and_is_not_tried_again(desk: TokenDesk, token: VirtualRutoken) -> None:
    with pytest.raises(PinRefusedError) as refused:
        desk.open(SERIAL, WRONG)
    assert refused.value.token_label == "Ключ Образцовой"
    assert (refused.value.attempts, refused.value.attempts_left, refused.value.attempts_total) == (Attempts.FEW, 9, 10)
    assert token.attempts_left(0) == 9
    assert token.calls("C_Login") == 1


def test_open_wrong_pin_leaves_no_session_open(desk: TokenDesk, token: VirtualRutoken) -> None:
    """The library behind us loses such a session; 64 of them fill the token."""
    for _ in range(70):
        with pytest.raises(PinRefusedError):
            desk.open(SERIAL, WRONG)
        token.set_conf(0, user_tries="10")
    with desk.open(SERIAL, PIN):
        assert token.attempts_left(0) == 10


def test_open_last_attempt_is_told_before_and_the_lock_after(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_conf(0, user_tries="2")
    with pytest.raises(PinRefusedError) as refused:
        desk.open(SERIAL, WRONG)
    assert (refused.value.attempts, refused.value.attempts_left) == (Attempts.LAST, 1)
    assert desk.list_tokens()[0].attempts is Attempts.LAST
    with pytest.raises(PinLockedError):
        desk.open(SERIAL, WRONG)
    assert token.attempts_left(0) == 0


def test_open_locked_token_is_said_without_asking_it(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_conf(0, user_tries="0")
    assert desk.list_tokens()[0].attempts is Attempts.LOCKED
    with pytest.raises(PinLockedError):
        desk.open(SERIAL, PIN)
    assert token.calls("C_Login") == 0


@pytest.mark.parametrize("text", ["12345", "1" * 33, ""])
def test_open_pin_of_impossible_length_is_said_without_asking_the_token(desk: TokenDesk, token: VirtualRutoken, text: str) -> None:
    with pytest.raises(PinLengthError) as refused:
        desk.open(SERIAL, Pin(text))
    assert (refused.value.min_length, refused.value.max_length) == (6, 32)
    assert token.attempts_left(0) == 10
    assert token.calls("C_Login") == 0


def test_open_token_with_a_keypad_needs_no_pin_from_us(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_conf(0, protected_path="1")
    assert desk.list_tokens()[0].protected_path
    with desk.open(SERIAL, None) as opened:
        assert opened.card.protected_path


def test_open_token_that_is_not_there_is_missing(desk: TokenDesk, token: VirtualRutoken) -> None:
    with pytest.raises(TokenMissingError) as missing:
        desk.open("ffffffff", PIN)
    assert missing.value.serial == "ffffffff"
    token.unplug(0)
    with pytest.raises(TokenMissingError):
        desk.open(SERIAL, PIN)


def test_open_twice_is_busy_and_the_first_login_lives(desk: TokenDesk, token: VirtualRutoken) -> None:
    with desk.open(SERIAL, PIN) as opened:
        with pytest.raises(TokenBusyError):
            desk.open(SERIAL, PIN)
        assert len(opened.generate_key_pair(b"key", "Ключ")) > 64
    assert token.calls("C_Login") == 1


def test_open_token_moved_to_another_port_is_the_same_token(desk: TokenDesk, token: VirtualRutoken) -> None:
    assert desk.list_tokens()[0].slot_id == 0
    token.unplug(0)
    token.plug(3, serial=SERIAL)
    with desk.open(SERIAL, PIN) as opened:
        assert opened.card.slot_id == 3
