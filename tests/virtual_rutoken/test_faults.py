"""Each fault that can be injected does to a process of its own what its name says."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from virtual_rutoken import cryptoki as ck
from virtual_rutoken.cryptoki import Cryptoki, Rv
from virtual_rutoken.gost_judge import make_gost_key
from virtual_rutoken.plug import VirtualRutoken


def start_child(module_path: Path, environment: dict[str, str], signatures: int) -> subprocess.Popen[str]:
    command = [sys.executable, str(Path(__file__).with_name("fault_child.py")), str(module_path), str(signatures)]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, errors="replace")


def test_fault_pull_removes_the_token_in_the_middle(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_Sign", "pull", after=2)
    output, _ = start_child(module_path, child_environment, 4).communicate(timeout=20)
    assert json.loads(output) == ["OK", "OK", "DEVICE_REMOVED", "DEVICE_REMOVED"]
    assert not token_with_key.is_plugged(0)


def test_fault_device_error_is_only_told(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_Sign", "device-error")
    assert json.loads(start_child(module_path, child_environment, 1).communicate(timeout=20)[0]) == ["DEVICE_ERROR"]
    assert token_with_key.is_plugged(0)


def test_fault_crash_kills_the_process(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_SignInit", "crash")
    child = start_child(module_path, child_environment, 1)
    child.communicate(timeout=20)
    assert child.returncode == -signal.SIGSEGV


def test_fault_exit_ends_the_process_as_if_well(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_Sign", "exit")
    child = start_child(module_path, child_environment, 1)
    assert child.communicate(timeout=20)[0] == ""
    assert child.returncode == 0


def test_fault_hang_never_returns(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_Sign", "hang")
    child = start_child(module_path, child_environment, 1)
    with pytest.raises(subprocess.TimeoutExpired):
        child.communicate(timeout=1.5)
    child.kill()
    child.communicate()


def test_fault_print_dirties_stdout_and_nothing_else(token_with_key: VirtualRutoken, module_path: Path, child_environment: dict[str, str]) -> None:
    token_with_key.set_fault("C_Sign", "print")
    noise, answer = start_child(module_path, child_environment, 1).communicate(timeout=20)[0].splitlines()
    assert "noise" in noise
    assert json.loads(answer) == ["OK"]


def test_fault_flip_spoils_the_signature(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.log_in()
    public, private = make_gost_key(module, session)
    rutoken.set_fault("C_Sign", "flip")
    spoiled = module.sign(session, ck.GOST256_WITH_HASH, private, b"data")
    rutoken.clear_faults()
    assert module.verify(session, ck.GOST256_WITH_HASH, public, b"data", spoiled) is Rv.SIGNATURE_INVALID
    good = module.sign(session, ck.GOST256_WITH_HASH, private, b"data")
    assert module.verify(session, ck.GOST256_WITH_HASH, public, b"data", good) is Rv.OK


def test_fault_delay_is_counted_as_the_tokens_own_time(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.log_in()
    _, private = make_gost_key(module, session)
    rutoken.set_fault("C_Sign", "delay", ms=60)
    module.sign(session, ck.GOST256_WITH_HASH, private, b"data")
    assert 0.060 <= rutoken.spent_seconds("C_Sign") < 1
    assert rutoken.calls("C_Sign") == 1
    assert rutoken.spent_seconds() > rutoken.spent_seconds("C_Sign")


@pytest.mark.usefixtures("token_with_key")
def test_killed_process_leaves_a_whole_token(module_path: Path, module: Cryptoki, child_environment: dict[str, str]) -> None:
    code = (
        "import sys; from pathlib import Path; from virtual_rutoken import cryptoki as ck\n"
        "token = ck.Cryptoki(Path(sys.argv[1])); token.must('C_Initialize', None); session = token.log_in()\n"
        "print('ready', flush=True)\n"
        "while True: token.create_rv(session, {ck.CLASS: ck.DATA_OBJECT, ck.TOKEN: True, ck.VALUE: bytes(20000)})\n"
    )
    child = subprocess.Popen([sys.executable, "-c", code, str(module_path)], env=child_environment, stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    time.sleep(0.1)
    child.kill()
    child.communicate()
    module.must("C_Initialize", None)
    assert len(module.find(module.log_in(), {ck.CLASS: ck.PRIVATE_KEY})) == 1
