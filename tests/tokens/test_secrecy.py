"""Where a PIN may be found: on the token and nowhere else. A canary goes the whole way, and everything that could keep it is searched."""

from __future__ import annotations

import logging
import os
import traceback
from pathlib import Path

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens._launch import child_environment
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import ModuleFailedError, PinRefusedError
from extern_desktop.tokens.values import TokenCertificate
from tokens.conftest import DEADLINE_SECONDS, SERIAL, MakeDesk
from virtual_rutoken.plug import VirtualRutoken

CANARY = "kanareyka-73915"
KEY = TokenCertificate(b"", b"key", "", has_private_key=True)


def process_texts(pid: int) -> bytes:
    return b"".join(Path(f"/proc/{pid}/{name}").read_bytes() for name in ("cmdline", "environ", "comm"))


def test_pin_refused_is_in_no_log_no_exception_and_no_process_text(
    desk: TokenDesk, token: VirtualRutoken, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(PinRefusedError) as refused:
        desk.open(SERIAL, Pin(CANARY))
    pid = desk.modules[0].pid
    assert pid is not None
    assert token.attempts_left(0) == 9
    told = "".join(traceback.format_exception(refused.value)) + repr(refused.value) + repr(vars(refused.value))
    told += caplog.text + "".join(capfd.readouterr())
    assert CANARY not in told
    assert CANARY.encode() not in process_texts(pid) + process_texts(os.getpid())


def test_pin_accepted_is_forgotten_by_the_program(desk: TokenDesk, token: VirtualRutoken, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    token.set_conf(0, user_pin=CANARY)
    with desk.open(SERIAL, Pin(CANARY)) as opened:
        opened.generate_key_pair(b"key", "Ключ")
        assert len(opened.sign(KEY, b"data")) == 64
        assert CANARY not in repr(vars(opened)) + repr(opened.card) + repr([vars(process) for process in desk.modules])
    assert CANARY not in caplog.text


def test_pin_module_that_crashes_on_login_takes_it_along(desk: TokenDesk, token: VirtualRutoken, caplog: pytest.LogCaptureFixture) -> None:
    token.set_fault("C_Login", "crash")
    with pytest.raises(ModuleFailedError) as failed:
        desk.open(SERIAL, Pin(CANARY))
    told = "".join(traceback.format_exception(failed.value)) + repr(desk.problems()) + caplog.text
    assert "SIGSEGV" in told
    assert CANARY not in told
    assert token.attempts_left(0) == 10


def test_pin_printed_by_a_module_to_stderr_is_not_kept(desk: TokenDesk, token: VirtualRutoken) -> None:
    """Vendor libraries in debug mode do so: what a child says after it has seen a PIN is dropped."""
    opened = desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN))
    pid = desk.modules[0].pid
    Path(f"/proc/{pid}/fd/2").write_text(f"C_Login pin={CANARY}\n")
    token.set_fault("C_Sign", "crash")
    opened.generate_key_pair(b"key", "Ключ")
    with pytest.raises(ModuleFailedError) as failed:
        opened.sign(KEY, b"data")
    assert failed.value.detail == "SIGSEGV"


def test_stderr_before_a_pin_is_kept_for_a_technician(desk: TokenDesk, token: VirtualRutoken) -> None:
    desk.list_tokens()
    Path(f"/proc/{desk.modules[0].pid}/fd/2").write_text("x" * 100_000 + "no reader driver\n")
    token.set_fault("C_GetSlotList", "crash")
    assert desk.list_tokens() == ()
    (problem,) = desk.problems()
    assert problem.detail.endswith("no reader driver")
    assert len(problem.detail) < 5000


def test_child_leaves_no_core_file_and_cannot_be_read_by_others(desk: TokenDesk, token: VirtualRutoken) -> None:
    desk.list_tokens()
    pid = desk.modules[0].pid
    limits = Path(f"/proc/{pid}/limits").read_text()
    assert [line.split()[4:6] for line in limits.splitlines() if line.startswith("Max core file size")] == [["0", "0"]]
    assert os.getsid(pid or 0) == pid


def test_messages_with_a_pin_show_a_mask() -> None:
    assert CANARY not in repr(wire.Call(1, wire.Open(SERIAL, CANARY.encode())))


def test_child_environment_keeps_what_vendors_need_and_nothing_of_ours() -> None:
    here = {
        "HOME": "/home/anna",
        "PATH": "/usr/bin",
        "LC_ALL": "ru_RU.UTF-8",
        "EXTERN_DESKTOP_HOME": "/x",
        "PYTHONPATH": "/x",
        "API_KEY": "x",
        "VIRTUAL_RUTOKEN_DIR": "/x",
    }
    assert set(child_environment(here, virtual_allowed=False)) == {"HOME", "PATH", "LC_ALL"}
    assert set(child_environment(here, virtual_allowed=True)) == {"HOME", "PATH", "LC_ALL", "VIRTUAL_RUTOKEN_DIR"}


def test_open_call_that_fails_for_other_reasons_sends_the_pin_once(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(call_deadline_seconds=DEADLINE_SECONDS)
    token.set_fault("C_Login", "device-error")
    with pytest.raises(Exception, match="CKR_DEVICE_ERROR"):
        desk.open(SERIAL, Pin(CANARY))
    assert desk.list_tokens()[0].attempts_left == 10
    token.clear_faults()
    with pytest.raises(PinRefusedError):
        desk.open(SERIAL, Pin(CANARY))
    assert token.attempts_left(0) == 9
