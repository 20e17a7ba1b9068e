"""What every test may ask for: a home of its own, a virtual token, an open desk on the training operator. All real parts."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # no test writes into the keyring of whoever runs it

from extern_desktop.app import open_desk
from extern_desktop.domain.secrets import Pin
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.questions import AskPin
from extern_desktop.settings import options
from extern_desktop.settings.places import HOME_VARIABLE, Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from virtual_rutoken.plug import VirtualRutoken

T = TypeVar("T")

SHARED = Path(__file__).parents[1].parent / "shared"
"""Official schemas and samples. Tests that need them skip where they are missing."""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that holds everything the program keeps; also for programs that the test starts."""
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv(HOME_VARIABLE, str(folder))
    return folder


@pytest.fixture
def places(home: Path) -> Places:
    return Places(home)


@dataclass
class Person:
    """The person before the program: answers each kind of question as the test says, and remembers what was shown and asked."""

    answers: dict[type, Callable[[Any], Any]] = field(default_factory=dict)
    asked: list[object] = field(default_factory=list)
    shown: list[Progress] = field(default_factory=list)

    def show(self, progress: Progress) -> None:
        self.shown.append(progress)

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        self.asked.append(question)
        answer = self.answers.get(type(question))
        if answer is None:
            raise Cancelled
        result: T = answer(question)
        return result

    def knows_pin(self, pin: str) -> None:
        self.answers[AskPin] = lambda _question: Pin(pin)


@pytest.fixture
def person() -> Person:
    return Person()


@pytest.fixture
def work(person: Person) -> Work:
    return Work(person)


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    """An open training desk without a token: training keys sign."""
    with open_desk(places, stage=Stage.TRAINING) as opened:
        yield opened


@pytest.fixture
def rutoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VirtualRutoken:
    """A virtual token in slot 0, fresh from the factory."""
    token = VirtualRutoken(tmp_path / "rutoken")
    for name, value in token.environment().items():
        monkeypatch.setenv(name, value)
    token.plug(0)
    return token


def allow_virtual_token(places: Places) -> None:
    """The settings of a workplace where the virtual token may be used."""
    settings = Settings().with_value(options.VIRTUAL_TOKEN_ALLOWED, True).with_value(options.PKCS11_MODULES, (VirtualRutoken.build(),))
    save_settings(places.settings_file, settings)


@pytest.fixture
def token_desk(places: Places, rutoken: VirtualRutoken) -> Iterator[Desk]:
    """An open training desk that sees the virtual token."""
    allow_virtual_token(places)
    with open_desk(places, stage=Stage.TRAINING) as opened:
        yield opened


@contextmanager
def reopened(places: Places) -> Iterator[Desk]:
    """The same workplace, opened once more as after a start of the program."""
    with open_desk(places, stage=Stage.TRAINING) as opened:
        yield opened


def utc_now() -> datetime:
    return datetime.now(UTC)
