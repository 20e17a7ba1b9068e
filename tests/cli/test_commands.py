"""Exit codes, JSON documents, secrets typed into a pipe: the commands as other programs use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cli.conftest import Run
from conftest import allow_virtual_token
from extern_desktop.cli.session import ExitCode, exit_code_of, to_json
from extern_desktop.domain.secrets import Pin
from extern_desktop.extern_api.errors import (
    LineLostError,
    LostReason,
    OperatorRefusedError,
    OperatorUnreachableError,
    TaskStillRunningError,
    UnreachableReason,
)
from extern_desktop.forms.document import set_value
from extern_desktop.jobs.work import Cancelled
from extern_desktop.sandbox.scene import TAXPAYERS
from extern_desktop.services.errors import OutcomeUncertainError, ReportHasErrorsError
from extern_desktop.settings import options
from extern_desktop.settings.places import HOME_VARIABLE, Places, Stage
from extern_desktop.settings.settings import load_settings, save_settings
from journeys.stories import ROMASHKA_INN, declaration, put_file
from virtual_rutoken.plug import VirtualRutoken

PAYER = TAXPAYERS[0].organisation
PIN = "12345678"
SO_PIN = VirtualRutoken.DEFAULT_SO_PIN


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Cancelled(), 130),
        (KeyboardInterrupt(), 130),
        (OperatorUnreachableError("h", UnreachableReason.TIMED_OUT), 3),
        (OperatorRefusedError(400, "", ""), 4),
        (ReportHasErrorsError("usn.xml", 1), 4),
        (LineLostError("h", "POST /x", LostReason.CUT), 5),
        (TaskStillRunningError("t", 60.0), 5),
        (OutcomeUncertainError("usn.xml"), 5),
    ],
    ids=lambda value: type(value).__name__,
)
def test_exit_code_of_each_kind_of_failure(error: BaseException, code: int) -> None:
    assert exit_code_of(error) is ExitCode(code)


def test_exit_code_of_a_bug_is_left_to_the_interpreter() -> None:
    with pytest.raises(ZeroDivisionError):
        exit_code_of(ZeroDivisionError())


def test_json_never_holds_a_secret() -> None:
    with pytest.raises(TypeError):
        to_json({"pin": Pin("canary")})
    assert json.loads(to_json({"b": Path("x"), "a": b"\x01"})) == {"a": "AQ==", "b": "x"}


@pytest.mark.parametrize("arguments", [("bogus",), ("calendar", "--from", "yesterday")])
def test_wrong_use_is_said_with_code_2(run: Run, arguments: tuple[str, ...]) -> None:
    ran = run(*arguments)

    assert (ran.code, ran.out) == (2, "")
    assert ran.err


def test_help_names_every_command(run: Run) -> None:
    ran = run("--help")

    assert ran.code == 0
    for name in ("calendar", "containers", "demo", "diagnose", "docflow", "report", "sandbox", "sync", "tokens"):
        assert f"  {name} " in ran.out


def test_unknown_names_are_refusals_and_a_wrong_place_needs_a_person(run: Run, tmp_path: Path) -> None:
    missing = run("docflow", "no-such-docflow", "--json")
    assert (missing.code, missing.document["facts"]["id"]) == (4, "no-such-docflow")

    container = run("containers", "check", tmp_path)
    assert (container.code, container.out) == (3, "")
    assert len(container.err.splitlines()) == 3


def test_main_way_by_commands_prints_one_document_each(run: Run, with_operator: Places, tmp_path: Path) -> None:
    report = put_file(tmp_path, declaration(PAYER))

    sent = run("report", "send", report, "--json")
    assert sent.code == 0, sent
    (row,) = sent.document["reports"]
    assert row["state"] == "sent"

    synchronised = run("sync", "--json")
    assert (synchronised.code, synchronised.document["docflows"] >= 1) == (0, True)
    assert run("replies", row["docflow_id"], "--json").document["sent"] > 0
    card = run("docflow", row["docflow_id"], "--save", tmp_path / "papers", "--json").document
    assert len(card["documents"]) >= 4
    assert len(list((tmp_path / "papers").iterdir())) >= 4
    (line,) = run("report", "list", "--json").document
    assert (line["standing"], line["docflow_id"]) == ("accepted", row["docflow_id"])
    cells = run("calendar", "--org", ROMASHKA_INN, "--from", "2020-01-01", "--to", "2035-01-01", "--json").document
    assert {cell["organisation"]["inn"] for cell in cells} == {ROMASHKA_INN}


def test_report_with_errors_is_refused_and_nothing_is_signed(run: Run, with_operator: Places, tmp_path: Path) -> None:
    report = put_file(tmp_path, set_value(declaration(PAYER), "/Файл/Документ/УСН/СумНалПУ_НП/РасчНал1/Исчисл", "@СумЗаКв", "1"))

    ran = run("report", "send", report)

    assert (ran.code, ran.out) == (4, "")
    assert len(ran.err.splitlines()) >= 3


def test_signature_beside_a_file_is_made_once(run: Run, with_operator: Places, tmp_path: Path) -> None:
    report = put_file(tmp_path, declaration(PAYER))

    first, second = run("report", "sign", report), run("report", "sign", report)

    assert (first.code, first.out.strip()) == (0, f"{report}.p7s")
    assert second.code == 3
    assert Path(f"{report}.p7s").read_bytes()[:1] == b"\x30"


def test_pin_from_a_pipe_is_used_once_and_is_in_no_output(run: Run, with_operator: Places, rutoken: VirtualRutoken, tmp_path: Path) -> None:
    allow_virtual_token(with_operator)
    (card,) = run("tokens", "list", "--json").document["tokens"]
    enrolled = run("tokens", "enrol", card["serial"], "--inn", ROMASHKA_INN, typed=f"{PIN}\n")
    assert enrolled.code == 0, enrolled
    report = put_file(tmp_path, declaration(PAYER))

    wrong = run("report", "sign", report, typed="87654321\n")
    assert (wrong.code, wrong.out) == (3, "")
    assert "9" in wrong.err  # attempts left
    assert rutoken.attempts_left() == 9
    refused = run("report", "sign", report, typed="")
    assert (refused.code, refused.out) == (130, "")
    assert rutoken.attempts_left() == 9
    signed = run("report", "sign", report, typed=f"{PIN}\n")
    assert signed.code == 0, signed

    said = "".join(ran.out + ran.err for ran in (enrolled, wrong, refused, signed))
    assert PIN not in said
    assert "87654321" not in said
    assert "PIN" in signed.err  # the question itself went to standard error


def test_pin_is_changed_and_unblocked_from_a_pipe_and_is_in_no_output(run: Run, home: Path, rutoken: VirtualRutoken) -> None:
    allow_virtual_token(Places(home))
    serial = run("tokens", "list", "--json").document["tokens"][0]["serial"]

    changed = run("tokens", "pin", "change", serial, "--json", typed=f"{PIN}\n87650000\n87650000\n")
    assert changed.code == 0, changed
    assert (changed.document["serial"], changed.document["initial_pin"]) == (serial, False)
    unlike = run("tokens", "pin", "change", serial, typed="87650000\n11112222\n11112223\n")
    assert (unlike.code, unlike.out) == (130, "")
    wrong = run("tokens", "pin", "change", serial, typed=f"{PIN}\n11112222\n11112222\n")
    assert (wrong.code, rutoken.attempts_left()) == (3, 9)
    rutoken.set_conf(user_tries="1")
    hesitated = run("tokens", "pin", "change", serial, typed="87650000\n11112222\n11112222\n")
    assert (hesitated.code, rutoken.attempts_left()) == (130, 1)
    rutoken.set_conf(user_tries="0")
    unblocked = run("tokens", "pin", "unblock", serial, typed=f"{SO_PIN}\n11112222\n11112222\n")
    assert unblocked.code == 0, unblocked
    assert rutoken.attempts_left() == 10

    said = "".join(ran.out + ran.err for ran in (changed, unlike, wrong, hesitated, unblocked))
    assert not [pin for pin in (PIN, SO_PIN, "87650000", "11112222") if pin in said]


def test_passphrase_of_real_work_is_asked_where_no_keyring_is_and_opens_the_workspace_again(run: Run, home: Path) -> None:
    save_settings(home / "settings.json", load_settings(home / "settings.json").with_value(options.STAGE, Stage.REAL))

    short = run("report", "list", "--json", typed="canary\n")
    made = run("report", "list", "--json", typed="canary-passphrase\n")
    if made.err == "":
        pytest.skip("this system has a keyring")
    wrong, opened, nobody = (run("report", "list", "--json", typed=typed) for typed in ("canary-other-one\n", "canary-passphrase\n", ""))

    assert (short.code, made.code, wrong.code, opened.code, nobody.code) == (130, 0, 3, 0, 130)
    assert opened.document == []
    assert "canary" not in "".join(ran.out + ran.err for ran in (short, made, wrong, opened))


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
@pytest.mark.parametrize("arguments", [("tokens", "watch"), ("sandbox", "serve")])
def test_command_that_waits_ends_with_ctrl_c_and_no_traceback(home: Path, tmp_path: Path, arguments: tuple[str, ...]) -> None:
    errors = tmp_path / "errors"
    command = [sys.executable, "-m", "extern_desktop", *arguments]
    surroundings = os.environ | {HOME_VARIABLE: str(home)}
    with (
        errors.open("w+") as err,
        subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=err, text=True, env=surroundings) as process,
    ):
        try:
            if arguments[0] == "sandbox":
                assert process.stdout is not None
                assert "127.0.0.1" in process.stdout.readline()
            else:
                deadline = time.monotonic() + 30
                while not errors.read_text() and time.monotonic() < deadline:
                    time.sleep(0.05)
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=30)
        finally:
            process.kill()

    assert process.returncode in (0, 130)
    assert "Traceback" not in errors.read_text()


def test_diagnose_twice_gives_the_same_bytes_and_writes_them_to_a_file(run: Run, with_operator: Places, tmp_path: Path) -> None:
    run("organisations")  # training keys are made at the first sign-in

    first, second = (run("diagnose", "--json", "--output", tmp_path / f"{number}.json") for number in (1, 2))

    assert (first.code, second.code) == (0, 0), first.out
    assert first.out == second.out
    assert (tmp_path / "1.json").read_bytes() == (tmp_path / "2.json").read_bytes() == first.out.encode()
    assert (first.document["ready"], first.document["first-failed"]) == (True, None)
    unwritable = run("diagnose", "--output", tmp_path / "no-such-folder" / "x.json")
    assert (unwritable.code, len(unwritable.err.splitlines())) == (3, 3)
