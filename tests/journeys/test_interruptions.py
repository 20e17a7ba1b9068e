"""The program killed, and the line cut, at every step of the main way: one docflow at the operator, one row here, nothing lost.

The killed program is the real command in a process of its own; the operator is the real training operator with a saboteur in front of it.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import reopened
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.sandbox.history import read_history
from extern_desktop.sandbox.scene import find_taxpayer
from extern_desktop.settings.places import Places
from journeys.breaking_operator import Saboteur, answer, kill, serving
from journeys.stories import ROMASHKA_INN, declaration, put_file

pytestmark = pytest.mark.timeout(300)


class Command:
    """`extern-desktop …` in a process that the test may kill."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[str] | None = None

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "extern_desktop", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=os.environ | {"LANG": "C.UTF-8"})
        return self.process

    def run(self, *arguments: str) -> tuple[int, str, str]:
        out, err = self.start(*arguments).communicate(timeout=120)
        assert self.process is not None
        return self.process.returncode, out, err

    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid


@pytest.fixture
def command() -> Iterator[Command]:
    made = Command()
    yield made
    if made.process is not None and made.process.poll() is None:
        made.process.kill()
        made.process.communicate()


@pytest.fixture
def report(places: Places, tmp_path: Path) -> Path:
    taxpayer = find_taxpayer(ROMASHKA_INN)
    assert taxpayer is not None
    return put_file(tmp_path, declaration(taxpayer.organisation))


def is_sending(method: str, path: str) -> bool:
    """The requests of the sending itself: contents, drafts, tasks."""
    return "/contents" in path or "/drafts" in path


def assert_sent_once(places: Places, report: Path) -> None:
    """One docflow at the operator, one finished row here, its bytes those of the file."""
    history = read_history(places.training_operator)
    assert dict(history.docflows_by_report) == {report.stem: 1}
    with reopened(places) as desk:
        rows = desk.store.outbox.all()
        assert [row.state for row in rows] == [OutboxState.SENT]
        assert rows[0].docflow_id == history.docflows[0].docflow_id
        assert desk.store.outbox.signed(rows[0].id).content == report.read_bytes()


REQUESTS = 13
"""Of an undisturbed sending; the first test counts them."""


def test_sending_undisturbed_makes_these_requests(places: Places, report: Path, command: Command) -> None:
    watcher = Saboteur(only=is_sending)
    with serving(places.training_operator, watcher):
        code, _out, err = command.run("report", "send", str(report), "--json")

    assert (code, "Traceback" in err) == (0, False), err
    assert len(watcher.seen) >= 10, watcher.seen
    assert_sent_once(places, report)


@pytest.mark.parametrize("after", [False, True], ids=["before-it-is-done", "after-it-is-done"])
@pytest.mark.parametrize("request_number", range(1, 11))
def test_kill_at_request_then_start_again_sends_exactly_once(
    places: Places, report: Path, command: Command, request_number: int, after: bool
) -> None:
    saboteur = Saboteur(strike_at=request_number, blow=kill(command.pid), after=after, only=is_sending)
    with serving(places.training_operator, saboteur):
        process = command.start("report", "send", str(report))
        process.communicate(timeout=120)
        assert process.returncode == -signal.SIGKILL, saboteur.seen

        code, _out, err = command.run("report", "send", "--json")
        if not _has_row(places):  # killed before anything was signed: the person sends the file again
            code, _out, err = command.run("report", "send", str(report), "--json")
        assert code == 0, err

    assert_sent_once(places, report)


def test_answer_to_the_send_is_lost_then_the_operator_is_asked_and_nothing_is_sent_twice(places: Places, report: Path, command: Command) -> None:
    saboteur = Saboteur(strike_at=1, after=True, only=lambda method, path: method == "POST" and path.endswith("/send"))

    async def cut(_scope: object, _send: object) -> bool:
        raise ConnectionResetError

    saboteur.blow = cut
    with serving(places.training_operator, saboteur):
        code, out, err = command.run("report", "send", str(report), "--json")

    assert code == 0, (out, err)
    assert len(saboteur.seen) == 1, saboteur.seen
    assert_sent_once(places, report)


@pytest.mark.parametrize(
    ("status", "body", "content_type", "headers", "code"),
    [
        (500, b'{"id":"urn:error","status-code":500,"message":"x"}', "application/json", {}, 5),
        (429, b'{"id":"urn:error","status-code":429,"message":"x"}', "application/json", {"retry-after": "120"}, 3),
        (200, b"<html><body>Sign in to the guest network</body></html>", "text/html", {}, 3),
    ],
    ids=["500", "429", "html-of-a-proxy"],
)
def test_nonsense_instead_of_an_answer_is_said_in_words_and_the_report_goes_later(
    places: Places, report: Path, command: Command, status: int, body: bytes, content_type: str, headers: dict[str, str], code: int
) -> None:
    def is_draft(method: str, path: str) -> bool:
        return method == "POST" and path.endswith("/drafts")

    saboteur = Saboteur(strike_at=1, blow=answer(status, body, content_type, **headers), only=is_draft)
    with serving(places.training_operator, saboteur):
        ended, _out, err = command.run("report", "send", str(report))
        assert ended in {code, 3, 5}, err
        assert "Traceback" not in err
        assert err.strip()

        assert command.run("report", "send")[0] == 0

    assert_sent_once(places, report)


def test_line_cut_in_the_middle_of_an_upload_goes_on(places: Places, report: Path, command: Command) -> None:
    async def cut(_scope: object, _send: object) -> bool:
        raise ConnectionResetError

    saboteur = Saboteur(strike_at=1, blow=cut, only=lambda method, path: method == "POST" and path.endswith("/contents"))
    with serving(places.training_operator, saboteur):
        if command.run("report", "send", str(report))[0] != 0:
            code, _out, err = command.run("report", "send")
            assert code == 0, err

    assert_sent_once(places, report)


def test_operator_gone_for_a_while_keeps_the_signed_report(places: Places, report: Path, command: Command) -> None:
    """Signed without a network; sent when the operator is back."""
    with serving(places.training_operator, Saboteur()):
        assert command.run("organisations")[0] == 0
    code, out, err = command.run("report", "send", str(report), "--sign-only", "--json")
    assert code == 0, err
    assert len(json.loads(out)["outbox_ids"]) == 1

    assert command.run("report", "send")[0] == 0

    assert_sent_once(places, report)


def _has_row(places: Places) -> bool:
    with reopened(places) as desk:
        return bool(desk.store.outbox.all())


