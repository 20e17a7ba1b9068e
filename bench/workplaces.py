"""Workplaces to measure in: the real desk, the training operator, the virtual token, and a person who knows its PIN."""

from __future__ import annotations

import subprocess
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar, cast

from bench.figures import CannotMeasureError
from bench.surroundings import environment
from extern_desktop.app import open_desk
from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import Pin
from extern_desktop.forms.writing import IncomeTax, PersonName, new_usn_declaration
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Work
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.import_report import import_report
from extern_desktop.services.questions import AskPin
from extern_desktop.settings import options
from extern_desktop.settings.places import HOME_VARIABLE, Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from virtual_rutoken.plug import VirtualRutoken

T = TypeVar("T")

ROMASHKA_INN: Final = "7701234560"
_ANNA: Final = PersonName("Образцова", "Анна", "Тестовна")
_LAST_YEAR: Final = datetime.now(UTC).year - 1


class KnowsPin:
    """The person before the program: gives the token's PIN, refuses every other question."""

    def show(self, progress: Progress) -> None:
        """Nobody looks."""

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        if isinstance(question, AskPin):
            return cast(T, Pin(VirtualRutoken.DEFAULT_PIN))
        raise Cancelled


@contextmanager
def virtual_token(folder: Path) -> Iterator[VirtualRutoken]:
    """A token in slot 0 that writes down its own time."""
    try:
        VirtualRutoken.build()
    except (OSError, subprocess.CalledProcessError) as problem:
        raise CannotMeasureError(f"the virtual token can't be built: {problem}") from problem
    token = VirtualRutoken(folder)
    with environment(token.environment(timing=True)):
        token.plug(0)
        yield token


def allow_virtual_token(places: Places) -> None:
    """Settings under which the program lets the test module in."""
    places.home.mkdir(parents=True, exist_ok=True)
    settings = Settings().with_value(options.VIRTUAL_TOKEN_ALLOWED, True).with_value(options.PKCS11_MODULES, (VirtualRutoken.build(),))
    save_settings(places.settings_file, settings)


@contextmanager
def token_workplace(home: Path, work: Work) -> Iterator[tuple[Desk, Organisation]]:
    """An open training desk on the virtual token of this environment, with a certificate for ООО «Ромашка» on it."""
    places = Places(home)
    allow_virtual_token(places)
    with environment({HOME_VARIABLE: str(home)}), open_desk(places, stage=Stage.TRAINING) as desk:
        connect(desk, work)
        payer = find_organisation(ROMASHKA_INN, desk=desk)
        enrol_training_key(desk.tokens.list_tokens()[0].serial, payer, desk=desk, work=work)
        yield desk, payer


def declaration(payer: Organisation, income: int) -> bytes:
    """A sound УСН declaration of the last finished year."""
    figures = IncomeTax((income,) * 4)
    return new_usn_declaration(payer=payer, year=_LAST_YEAR, figures=figures, signer=_ANNA, authority_code="0087", correction_number=0)


def fill_desk(desk: Desk, payer: Organisation, count: int, work: Work) -> Sequence[str]:
    """Import `count` reports as a person does; gives their ids. Every file is another report."""
    with tempfile.TemporaryDirectory(prefix="bench-reports-") as folder:
        file = Path(folder, "report.xml")
        ids = []
        for number in range(count):
            file.write_bytes(declaration(payer, 100_000 + number))
            ids.append(import_report(file, desk=desk, work=work))
    return ids


def quiet_work() -> Work:
    watcher: Any = KnowsPin()
    return Work(watcher)
