"""The training operator as a child process: started, found, killed and started again; and what its state file tells a checker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from extern_desktop.sandbox import database
from extern_desktop.sandbox.account import read_account
from extern_desktop.sandbox.address import Address, only_server, write_address
from extern_desktop.sandbox.authority import TrainingAuthority
from extern_desktop.sandbox.errors import NotLoopbackError, OperatorNotStartedError, StartProblem, StateFolderBusyError, UnreadableStateError
from extern_desktop.sandbox.history import read_history
from extern_desktop.sandbox.launch import RunningOperator, ensure_running, find_running
from extern_desktop.sandbox.serve import main, open_listener, serve
from extern_desktop.sandbox.values import Pace
from extern_desktop.signing.training_key import TrainingKey

from .conftest import ANNA, ROMASHKA, Caller, declaration

needs_posix = pytest.mark.skipif(os.name != "posix", reason="kill -9 is POSIX")


@pytest.fixture
def running(tmp_path: Path) -> Iterator[RunningOperator]:
    with ensure_running(tmp_path / "state") as one:
        yield one


def _caller(running: RunningOperator, folder: Path) -> Caller:
    path = folder / "key.pem"
    if path.exists():
        key = TrainingKey.load(path)
    else:
        key = TrainingKey.create(path)
        key.keep_certificate(TrainingAuthority(running.state_folder).issue_for(key.public_key, ANNA, ROMASHKA))
    caller = Caller(running.api_url, key)
    caller.sign_in(running.account.login, running.account.password.reveal())
    return caller


def test_ensure_running_twice_gives_the_same_operator(running: RunningOperator) -> None:
    again = ensure_running(running.state_folder)
    assert (again.pid, again.api_url) == (running.pid, running.api_url)
    assert again.started_here
    assert "Password(" in repr(running)
    assert running.account.password.reveal() not in repr(running)


def test_ensure_running_beside_another_programs_operator_uses_and_leaves_it(running: RunningOperator) -> None:
    program = (
        "import sys; from pathlib import Path; from extern_desktop.sandbox.launch import ensure_running\n"
        "one = ensure_running(Path(sys.argv[1])); print(one.pid, one.started_here); one.close()"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    said = subprocess.run(
        [sys.executable, "-c", program, str(running.state_folder)], capture_output=True, text=True, check=True, timeout=60, env=environment
    ).stdout
    assert said.split() == [str(running.pid), "False"]
    assert find_running(running.state_folder) is not None


@needs_posix
def test_operator_killed_and_started_again_goes_on_with_the_same_state_and_port(running: RunningOperator, tmp_path: Path) -> None:
    caller = _caller(running, tmp_path)
    draft_id = caller.draft(declaration())
    docflow_id = caller.file(declaration())
    half = caller.ask("POST", "/contents", data=b"0123", headers={"Content-Range": "bytes 0-3/8"}).json()["id"]
    caller.session.close()
    os.kill(running.pid, signal.SIGKILL)
    assert len(read_history(running.state_folder).docflows) == 1

    again = ensure_running(running.state_folder)
    assert (again.pid != running.pid, again.api_url) == (True, running.api_url)
    caller = _caller(again, tmp_path)
    assert caller.done("GET", f"/docflows/{docflow_id}")["success-state"] == "urn:docflow-state:successful"
    done = caller.ask("PUT", f"/contents/{half}", data=b"4567", headers={"Content-Range": "bytes 4-7/8"})
    assert done.json()["is-completed"] is True
    assert caller.ask("GET", f"/contents/{half}").content == b"01234567"
    assert caller.run(draft_id, "send")["status"] == "urn:docflow-common-status:response-arrived"
    caller.session.close()


@needs_posix
def test_operator_killed_right_after_a_send_was_taken_holds_exactly_one_docflow(tmp_path: Path) -> None:
    with ensure_running(tmp_path / "state", Pace.MINUTES) as running:
        caller = _caller(running, tmp_path)
        draft_id = caller.draft(declaration())
        task = caller.done("POST", f"/drafts/{draft_id}/send", params={"deferred": "true"})
        os.kill(running.pid, signal.SIGKILL)
        caller.session.close()
        history = read_history(running.state_folder)
        assert (len(history.docflows), history.running_tasks) == (0, 1)
        with ensure_running(running.state_folder, Pace.INSTANT) as again:
            caller = _caller(again, tmp_path)
            deadline = time.monotonic() + 10
            while caller.done("GET", f"/drafts/{draft_id}/tasks/{task['id']}")["task-state"] == "running":
                assert time.monotonic() < deadline
                time.sleep(0.1)
            (link,) = caller.done("GET", f"/drafts/{draft_id}")["docflows"]
            caller.session.close()
        history = read_history(running.state_folder)
        assert set(history.docflows_by_report.values()) == {1}
        assert history.docflows[0].docflow_id == link["href"].rpartition("/")[2]
        assert history.docflows[0].draft_id == draft_id
        assert history.running_tasks == history.unsent_drafts == 0


@needs_posix
def test_operator_ends_when_the_program_that_started_it_is_killed(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; from extern_desktop.sandbox.launch import ensure_running\n"
        "one = ensure_running(Path(sys.argv[1])); print(one.api_url, flush=True); time.sleep(600)"
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, "-c", program, str(tmp_path / "state")], stdout=subprocess.PIPE, text=True, env=environment) as parent:
        assert parent.stdout is not None
        url = parent.stdout.readline().strip()
        assert requests.get(f"{url}/device", timeout=10).status_code == 200
        parent.kill()
    deadline = time.monotonic() + 10
    while find_running(tmp_path / "state") is not None and time.monotonic() < deadline:
        time.sleep(0.05)
    assert find_running(tmp_path / "state") is None


def test_second_server_on_one_folder_is_refused(running: RunningOperator, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(StateFolderBusyError) as refused:
        serve(running.state_folder)
    assert refused.value.pid == running.pid
    assert main([str(running.state_folder)]) == 3
    assert "busy" in capsys.readouterr().err


def test_ensure_running_on_a_folder_held_by_somebody_silent_says_busy(tmp_path: Path) -> None:
    with only_server(tmp_path), pytest.raises(StateFolderBusyError):
        ensure_running(tmp_path, deadline_seconds=3)


def test_find_running_program_that_took_the_port_is_not_taken_for_the_operator(running: RunningOperator, tmp_path: Path) -> None:
    port = int(running.api_url.rpartition(":")[2])
    write_address(tmp_path, Address(os.getpid(), port, Pace.INSTANT, "another secret"))
    assert find_running(tmp_path) is None


def test_ensure_running_with_a_broken_state_says_what_the_child_said(tmp_path: Path) -> None:
    (tmp_path / database.FILE_NAME).write_bytes(b"this is no database" * 100)
    with pytest.raises(OperatorNotStartedError) as refused:
        ensure_running(tmp_path)
    assert (refused.value.problem, refused.value.exit_code) == (StartProblem.ENDED, 4)
    assert "UnreadableStateError" in refused.value.detail


def test_ensure_running_where_a_file_stands_in_the_folders_place_is_refused(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    with pytest.raises(OperatorNotStartedError) as refused:
        ensure_running(tmp_path / "taken")
    assert (refused.value.problem, refused.value.exit_code) == (StartProblem.SYSTEM, None)
    assert refused.value.detail


def test_ensure_running_program_that_never_answers_is_stopped_at_the_deadline(tmp_path: Path) -> None:
    with pytest.raises(OperatorNotStartedError) as refused:
        ensure_running(tmp_path, deadline_seconds=0.5, command=(sys.executable, "-c", "import sys; sys.stdin.read()"))
    assert refused.value.problem is StartProblem.SILENT


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "localhost", "example.org", ""])
def test_serve_any_host_but_a_loopback_address_is_refused(tmp_path: Path, host: str) -> None:
    with pytest.raises(NotLoopbackError):
        serve(tmp_path / "state", host=host)
    assert not (tmp_path / "state").exists()


def test_open_listener_without_a_host_is_seen_by_this_computer_alone() -> None:
    with open_listener() as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


def test_read_history_of_a_folder_without_an_operator_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableStateError):
        read_history(tmp_path)


def test_read_account_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "account.json").write_text("{")
    with pytest.raises(UnreadableStateError):
        read_account(tmp_path)


def test_database_of_another_version_is_refused(tmp_path: Path) -> None:
    rows = database.connect(tmp_path / database.FILE_NAME)
    rows.execute("PRAGMA user_version = 99")
    rows.close()
    with pytest.raises(UnreadableStateError):
        database.Database(tmp_path / database.FILE_NAME)
