"""The real program in a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from extern_desktop.sandbox.office import Office
from extern_desktop.settings import options
from extern_desktop.settings.places import HOME_VARIABLE, Places
from extern_desktop.settings.settings import load_settings, save_settings
from journeys.breaking_operator import Saboteur, serving

SECONDS = 60.0


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def document(self) -> Any:
        """The one JSON document on standard output; anything beside it fails here."""
        return json.loads(self.out)


Run = Callable[..., Ran]


def assert_no_traceback(ran: Ran) -> None:
    assert "Traceback" not in ran.err + ran.out, ran.err
    assert 'File "' not in ran.err, ran.err


@pytest.fixture
def run(home: Path) -> Run:
    """Run `extern-desktop …` to its end; a traceback anywhere fails the test."""

    def start(*arguments: str | Path, typed: str | None = None, language: str = "en", **environment: str) -> Ran:
        settings = load_settings(home / "settings.json")
        save_settings(home / "settings.json", settings.with_value(options.LANGUAGE, options.Language(language)))
        ended = subprocess.run(
            [sys.executable, "-m", "extern_desktop", *map(str, arguments)],
            input=typed,
            stdin=None if typed is not None else subprocess.DEVNULL,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=SECONDS,
            env=os.environ | {"PYTHONIOENCODING": "utf-8", HOME_VARIABLE: str(home)} | environment,
        )
        ran = Ran(ended.returncode, ended.stdout, ended.stderr)
        assert_no_traceback(ran)
        return ran

    return start


@pytest.fixture(scope="session")
def operator_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operator")


@pytest.fixture(scope="session")
def office(operator_folder: Path) -> Iterator[Office]:
    """One training operator for all commands: its start is what takes the time."""
    with serving(operator_folder, Saboteur()) as opened:
        yield opened


@pytest.fixture
def with_operator(places: Places, operator_folder: Path, office: Office) -> Places:
    """A home whose training operator runs already."""
    places.training_operator.symlink_to(operator_folder, target_is_directory=True)
    return places
