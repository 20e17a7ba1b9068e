"""`report check`: needs neither workspace nor network, tells what is wrong, and never shows a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from cli.conftest import Ran, Run
from extern_desktop.__main__ import main
from extern_desktop.forms.document import set_value
from extern_desktop.sandbox.scene import TAXPAYERS
from extern_desktop.wording import texts
from journeys.stories import declaration, put_file

PAYER = TAXPAYERS[0].organisation
TAX, FIELD = "/Файл/Документ/УСН/СумНалПУ_НП/РасчНал1/Исчисл", "@СумЗаКв"


def huge_attribute(path: Path) -> None:
    """200 MB of one attribute."""
    with path.open("wb") as file:
        file.write(b'<?xml version="1.0" encoding="windows-1251"?><a b="')
        for _ in range(200):
            file.write(b"x" * (1 << 20))
        file.write(b'"/>')


def written(content: bytes) -> Callable[[Path], object]:
    return lambda path: path.write_bytes(content)


def wrong_encoding(path: Path) -> None:
    path.write_bytes(declaration(PAYER).replace(b"windows-1251", b"utf-8", 1))


ENTITY = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/hostname">]><a>&x;</a>'
BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "lol">'
    + b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    + b"]><a>&a9;</a>"
)
BROKEN: dict[str, tuple[Callable[[Path], object], int]] = {
    "broken": (written(declaration(PAYER)[:-20]), 4),
    "wrong-encoding": (wrong_encoding, 4),
    "entity": (written(ENTITY), 4),
    "bomb": (written(BOMB), 4),
    "huge-attribute": (huge_attribute, 4),
    "empty": (written(b""), 4),
    "text": (written("просто текст".encode()), 4),
    "another-document": (written(b"<note/>"), 4),
    "folder": (Path.mkdir, 3),
    "missing": (lambda _path: None, 3),
}


IN_A_PROCESS = ("bomb", "huge-attribute", "broken", "folder")
"""Those that could hurt the process, and one of each exit code; the others are the same call in this process."""


@pytest.mark.parametrize("name", BROKEN)
def test_check_of_a_broken_file_says_what_is_wrong_with_its_own_exit_code(
    run: Run, home: Path, tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, code = BROKEN[name]
    path = tmp_path / f"{name}.xml"
    make(path)

    if name in IN_A_PROCESS:
        ran = run("report", "check", path)
    else:
        spoken = texts.language()
        ran = Ran(main(["report", "check", str(path)]), *capsys.readouterr())
        texts.speak(spoken)

    assert (ran.code, ran.out) == (code, ""), ran
    lines = ran.err.strip().splitlines()
    assert len(lines) >= 3  # what happened, what it means, what to do next
    assert all(line.strip() for line in lines)
    assert "Traceback" not in ran.err


def test_check_of_a_sound_report_passes_and_leaves_nothing_behind(run: Run, home: Path, tmp_path: Path) -> None:
    ran = run("report", "check", put_file(tmp_path, declaration(PAYER)))

    assert (ran.code, ran.err) == (0, "")
    assert "no errors" in ran.out
    assert [path.name for path in home.iterdir()] == ["settings.json"]


def test_check_names_the_field_and_what_is_wrong_in_the_language_of_the_settings(run: Run, tmp_path: Path) -> None:
    path = put_file(tmp_path, set_value(declaration(PAYER), TAX, FIELD, "1"))

    english, russian = run("report", "check", path), run("report", "check", path, language="ru")

    assert english.code == russian.code == 4
    assert f"{TAX}/{FIELD}" in english.out
    assert f"{TAX}/{FIELD}" in russian.out
    assert "Error" in english.out
    assert "Ошибка" in russian.out


def test_check_as_json_is_one_document_with_every_finding(run: Run, tmp_path: Path) -> None:
    good = put_file(tmp_path, declaration(PAYER))
    bad = put_file(tmp_path, set_value(declaration(PAYER, "0088"), TAX, FIELD, "1"))

    ran = run("report", "check", good, bad, "--json")

    assert (ran.code, ran.err) == (4, "")
    assert ran.document[str(good)]["findings"] == []
    assert (TAX, FIELD, "1") in [(it["path"], it["field"], it["value"]) for it in ran.document[str(bad)]["findings"]]


def test_check_of_a_broken_file_as_json_is_one_document_with_error_and_facts(run: Run, tmp_path: Path) -> None:
    ran = run("report", "check", tmp_path / "missing.xml", "--json")

    assert ran.code == 3
    assert (ran.document["error"], ran.document["facts"]["path"]) == ("FileUnreadableError", str(tmp_path / "missing.xml"))
    assert all(ran.document[part] for part in ("happened", "means", "do_next"))


def can_be_cut_off() -> bool:
    return os.geteuid() == 0 and subprocess.run(["unshare", "-n", "true"], check=False, capture_output=True).returncode == 0


@pytest.mark.skipif(not hasattr(os, "geteuid") or not can_be_cut_off(), reason="only root can take the network away")
def test_check_works_without_network_and_without_a_writable_home(run: Run, tmp_path: Path) -> None:
    path = put_file(tmp_path, declaration(PAYER))

    ended = subprocess.run(
        ["unshare", "-n", sys.executable, "-m", "extern_desktop", "report", "check", path],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"EXTERN_DESKTOP_HOME": "/proc/no-home"},
    )

    assert (ended.returncode, ended.stderr) == (0, "")
