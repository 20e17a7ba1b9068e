"""A canary: a PIN that no other program has goes through every flow, and is then looked for in every place where it must not be."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
import traceback
from pathlib import Path

import pytest

from conftest import Person, allow_virtual_token
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.scene import find_taxpayer
from extern_desktop.services.desk import Desk
from extern_desktop.services.import_report import import_report
from extern_desktop.services.send_reports import sign_and_send
from extern_desktop.settings.places import Places
from extern_desktop.tokens.errors import PinRefusedError
from journeys.stories import ROMASHKA_INN, declaration, enrolled, finish, put_file
from virtual_rutoken.plug import VirtualRutoken

CANARY = "73519284"
WRONG_CANARY = "73519285"


def files_with(secret: str, *folders: Path) -> list[str]:
    """Files below the folders that hold the secret as text, in any of the encodings it could be written in. The token's own memory is left out."""
    forms = [secret.encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be")]
    found = []
    for folder in folders:
        for path in folder.rglob("*"):
            if path.is_file() and path.name != "token.conf":
                content = path.read_bytes()
                if any(form in content for form in forms):
                    found.append(str(path))
    return found


@pytest.fixture
def canary_token(rutoken: VirtualRutoken) -> VirtualRutoken:
    rutoken.set_conf(0, user_pin=CANARY, user_pin_initial="0")
    return rutoken


def test_pin_through_the_main_way_is_nowhere(
    canary_token: VirtualRutoken, token_desk: Desk, work: Work, person: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person.knows_pin(CANARY)
    payer = enrolled(token_desk, work)
    report_id = import_report(put_file(tmp_path, declaration(payer)), desk=token_desk, work=work)
    docflow_id = sign_and_send([report_id], desk=token_desk, work=work).reports[0].docflow_id
    finish(docflow_id, token_desk, work)

    assert files_with(CANARY, tmp_path) == []
    assert CANARY not in caplog.text
    assert CANARY not in repr(person.asked)
    assert CANARY not in repr(token_desk)


def test_wrong_pin_is_in_no_exception_and_is_tried_once(
    canary_token: VirtualRutoken, token_desk: Desk, work: Work, person: Person, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    person.knows_pin(CANARY)
    payer = enrolled(token_desk, work)
    report_id = import_report(put_file(tmp_path, declaration(payer)), desk=token_desk, work=work)
    before = canary_token.attempts_left(0)
    person.knows_pin(WRONG_CANARY)

    with pytest.raises(PinRefusedError) as refused:
        sign_and_send([report_id], desk=token_desk, work=work)

    assert canary_token.attempts_left(0) == before - 1
    assert refused.value.attempts_left == before - 1
    told = "".join(traceback.TracebackException.from_exception(refused.value).format())
    assert WRONG_CANARY not in told + repr(refused.value) + caplog.text
    assert files_with(WRONG_CANARY, tmp_path) == []
    assert token_desk.store.outbox.all() == ()


def test_pin_given_to_a_command_is_in_no_output_no_argument_and_no_file(canary_token: VirtualRutoken, places: Places, tmp_path: Path) -> None:
    allow_virtual_token(places)
    taxpayer = find_taxpayer(ROMASHKA_INN)
    assert taxpayer is not None
    report = put_file(tmp_path, declaration(taxpayer.organisation))
    tokens = json.loads(run("tokens", "list", "--json").stdout)
    assert run("tokens", "enrol", tokens["tokens"][0]["serial"], "--inn", ROMASHKA_INN, typed=CANARY).returncode == 0

    sent = run("report", "send", str(report), typed=CANARY)

    assert sent.returncode == 0, sent.stderr
    assert CANARY not in sent.stdout + sent.stderr
    assert files_with(CANARY, tmp_path) == []


def run(*arguments: str, typed: str = "") -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-X", "dev", "-W", "ignore", "-m", "extern_desktop", *arguments],
        input=f"{typed}\n", capture_output=True, text=True, env=os.environ | {"LANG": "C.UTF-8"}, timeout=120, check=False,
    )
