"""Broken libraries in real child processes: each fault is named, costs no other library anything, and leaves no process behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

import extern_desktop
from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens._launch import child_command
from extern_desktop.tokens.child import CHILD_SWITCH, READERS
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import LoginLostError, ModuleFailedError, ModuleHungError
from extern_desktop.tokens.values import ModuleFailure, TokenCertificate
from tokens.conftest import DEADLINE_SECONDS, SERIAL, MakeDesk, MakeModule
from virtual_rutoken.plug import VirtualRutoken

PIN = Pin(VirtualRutoken.DEFAULT_PIN)
SHORT_SECONDS = 1.5
"""Long enough for a child to start on a busy machine."""
KEY = TokenCertificate(b"", b"key", "", has_private_key=True)


def own_environment() -> dict[str, str]:
    """For a second interpreter: it is to run this very code, installed or not."""
    return {**os.environ, "PYTHONPATH": str(Path(extern_desktop.__file__).parents[1])}


@pytest.mark.parametrize(
    ("statement", "kind", "detail"),
    [
        ("raise(SIGSEGV)", ModuleFailure.CRASHED, "SIGSEGV"),
        ("abort()", ModuleFailure.CRASHED, "SIGABRT"),
        ("_exit(0)", ModuleFailure.CRASHED, "exit code 0"),
        ("fprintf(stderr, \"no reader driver\"); _exit(7)", ModuleFailure.CRASHED, "exit code 7: no reader driver"),
        ("for (;;) pause()", ModuleFailure.HUNG, ""),
    ],
)
def test_list_tokens_module_broken_in_initialize_is_named_and_the_other_works(
    token: VirtualRutoken, module: Path, make_desk: MakeDesk, broken_module: MakeModule, statement: str, kind: ModuleFailure, detail: str
) -> None:
    desk = make_desk(broken_module(statement), module, call_deadline_seconds=SHORT_SECONDS)
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert [(problem.kind, problem.detail) for problem in desk.problems()] == [(kind, detail)]
    with desk.open(SERIAL, PIN) as opened:
        assert opened.card.serial == SERIAL


@pytest.mark.parametrize(
    ("action", "error", "kind"),
    [("crash", ModuleFailedError, ModuleFailure.CRASHED), ("hang", ModuleHungError, ModuleFailure.HUNG)],
)
def test_list_tokens_module_broken_in_get_slot_list_comes_back_when_it_is_mended(
    token: VirtualRutoken, make_desk: MakeDesk, action: str, error: type[Exception], kind: ModuleFailure
) -> None:
    desk = make_desk(call_deadline_seconds=SHORT_SECONDS)
    assert len(desk.list_tokens()) == 1
    token.set_fault("C_GetSlotList", action)
    assert desk.list_tokens() == ()
    assert [problem.kind for problem in desk.problems()] == [kind]
    with pytest.raises(error):
        desk.open(SERIAL, PIN)
    token.clear_faults()
    deadline = time.monotonic() + 5
    while not desk.list_tokens():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    assert desk.problems() == ()


def test_sign_module_crashes_is_known_at_once_and_ready_again(desk: TokenDesk, token: VirtualRutoken) -> None:
    opened = desk.open(SERIAL, PIN)
    opened.generate_key_pair(b"key", "Ключ")
    token.set_fault("C_Sign", "crash")
    started_at = time.monotonic()
    with pytest.raises(ModuleFailedError) as failed:
        opened.sign(KEY, b"data")
    assert time.monotonic() - started_at < 0.5
    assert (failed.value.kind, failed.value.detail) == (ModuleFailure.CRASHED, "SIGSEGV")
    token.clear_faults()
    started_at = time.monotonic()
    assert [card.serial for card in desk.list_tokens()] == [SERIAL]
    assert time.monotonic() - started_at < 1.5
    with pytest.raises(LoginLostError):
        opened.sign(KEY, b"data")
    opened.close()
    with desk.open(SERIAL, PIN) as again:
        assert len(again.sign(KEY, b"data")) == 64


def test_sign_module_hangs_is_ended_at_the_deadline(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(call_deadline_seconds=SHORT_SECONDS)
    opened = desk.open(SERIAL, PIN)
    opened.generate_key_pair(b"key", "Ключ")
    pid = desk.modules[0].pid
    token.set_fault("C_Sign", "hang")
    started_at = time.monotonic()
    with pytest.raises(ModuleHungError) as hung:
        opened.sign(KEY, b"data")
    assert 0.9 * SHORT_SECONDS < time.monotonic() - started_at < SHORT_SECONDS + 0.6
    assert hung.value.deadline_seconds == SHORT_SECONDS
    assert not Path(f"/proc/{pid}").exists()
    token.clear_faults()
    with desk.open(SERIAL, PIN) as again:
        assert len(again.sign(KEY, b"data")) == 64


def test_sign_module_that_exits_with_zero_is_a_crash(desk: TokenDesk, token: VirtualRutoken) -> None:
    with desk.open(SERIAL, PIN) as opened:
        opened.generate_key_pair(b"key", "Ключ")
        token.set_fault("C_Sign", "exit")
        with pytest.raises(ModuleFailedError) as failed:
            opened.sign(KEY, b"data")
    assert (failed.value.kind, failed.value.detail) == (ModuleFailure.CRASHED, "exit code 0")


def test_sign_module_that_prints_to_stdout_does_no_harm(desk: TokenDesk, token: VirtualRutoken) -> None:
    token.set_fault("C_Sign", "print")
    token.set_fault("C_GetSlotList", "print")
    with desk.open(SERIAL, PIN) as opened:
        opened.generate_key_pair(b"key", "Ключ")
        assert len(opened.sign(KEY, b"data")) == 64


def test_call_child_that_reads_nothing_is_ended_even_if_the_message_is_large(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(call_deadline_seconds=SHORT_SECONDS)
    opened = desk.open(SERIAL, PIN)
    opened.generate_key_pair(b"key", "Ключ")
    pid = desk.modules[0].pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    started_at = time.monotonic()
    with pytest.raises((ModuleFailedError, ModuleHungError)):
        opened.sign(KEY, bytes(5_000_000))
    assert time.monotonic() - started_at < SHORT_SECONDS + 1
    assert not Path(f"/proc/{pid}").exists()


def test_list_tokens_module_that_always_crashes_is_left_alone_for_longer_each_time(
    token: VirtualRutoken, make_desk: MakeDesk, broken_module: MakeModule, tmp_path: Path
) -> None:
    starts = tmp_path / "starts"
    desk = make_desk(broken_module(f'FILE *f = fopen("{starts}", "a"); fputc(10, f); fclose(f); _exit(1)'))
    until = time.monotonic() + 1.0
    while time.monotonic() < until:
        assert desk.list_tokens() == ()
    assert starts.read_text().count("\n") <= 3


def test_close_ends_a_child_that_hangs(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(call_deadline_seconds=30.0)
    assert len(desk.list_tokens()) == 1
    pid = desk.modules[0].pid
    token.set_fault("C_GetSlotList", "hang")
    stuck = threading.Thread(target=desk.list_tokens)
    stuck.start()
    time.sleep(0.2)
    desk.close()
    stuck.join(DEADLINE_SECONDS)
    assert not stuck.is_alive()
    assert not Path(f"/proc/{pid}").exists()


def test_child_outlives_the_thread_that_first_needed_it(desk: TokenDesk, token: VirtualRutoken) -> None:
    """On Linux a child that asks to die with its parent dies with the thread that started it."""
    first = threading.Thread(target=desk.modules[0].read_cards)
    first.start()
    first.join()
    pid = desk.modules[0].pid
    time.sleep(0.1)
    assert len(desk.list_tokens()) == 1
    assert desk.modules[0].pid == pid


def test_child_stuck_in_a_call_ends_with_a_program_that_is_killed(token: VirtualRutoken, module: Path, tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from extern_desktop.tokens.desk import TokenDesk;"
        "d = TokenDesk([Path(sys.argv[1])], virtual_allowed=True); d.list_tokens(); print(d.modules[0].pid, flush=True);"
        "sys.stdin.readline(); d.list_tokens()"
    )
    running = subprocess.Popen(
        [sys.executable, "-c", program, str(module)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=own_environment(),
    )
    assert running.stdin is not None
    assert running.stdout is not None
    with running.stdout as output, running.stdin as commands:
        pid = int(output.readline())
        token.set_fault("C_GetSlotList", "hang")
        print("list", file=commands, flush=True)
        time.sleep(0.3)
        running.kill()
        running.wait()
    deadline = time.monotonic() + 2
    while Path(f"/proc/{pid}").exists() and "Z" not in Path(f"/proc/{pid}/stat").read_text().split(")")[1]:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_program_loads_no_pkcs11_itself() -> None:
    """A vendor's library, and what binds it, live in child processes only."""
    question = (
        "import sys, extern_desktop.tokens.desk, extern_desktop.tokens.rungs;"
        "print([name for name in ('pkcs11', 'asn1crypto', 'smartcard') if name in sys.modules])"
    )
    asked = subprocess.run([sys.executable, "-c", question], capture_output=True, text=True, check=True, env=own_environment())
    assert asked.stdout.strip() == "[]"


def test_child_command_of_a_bundled_program_is_its_hidden_switch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "frozen", True, raising=False)
    assert child_command(READERS) == [sys.executable, CHILD_SWITCH, READERS]


def test_child_imports_no_window_and_no_network(desk: TokenDesk, token: VirtualRutoken) -> None:
    desk.list_tokens()
    loaded = Path(f"/proc/{desk.modules[0].pid}/maps").read_text()
    assert "libvirtual_rutoken" in loaded
    assert not [name for name in ("Qt6", "sqlcipher", "lxml", "_ssl") if name in loaded]
