"""Real parts for the tests of the services: one training operator for all of them, reports as files, a certified token."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import allow_virtual_token
from extern_desktop.app import open_desk
from extern_desktop.domain.organisations import Organisation
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.scene import TAXPAYERS
from extern_desktop.services.desk import Desk
from extern_desktop.services.import_report import import_report
from extern_desktop.settings.places import Places, Stage
from journeys.breaking_operator import Saboteur, serving
from journeys.stories import declaration, put_file
from virtual_rutoken.plug import VirtualRutoken

ROMASHKA = next(it.organisation for it in TAXPAYERS if it.organisation.inn == "7701234560")
SEVERNY = next(it.organisation for it in TAXPAYERS if it.organisation.inn == "5908123454")

NewReport = Callable[..., str]


@pytest.fixture(scope="session")
def operator_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operator")


@pytest.fixture(scope="session")
def office(operator_folder: Path) -> Iterator[Office]:
    """A training operator that many workplaces work with, as a real one does; started once, since its start is what takes the time."""
    with serving(operator_folder, Saboteur()) as opened:
        yield opened


@pytest.fixture
def open_places(places: Places, operator_folder: Path, office: Office) -> Places:
    """A workplace whose training operator is the one that runs already."""
    places.training_operator.symlink_to(operator_folder, target_is_directory=True)
    return places


@pytest.fixture
def working_desk(open_places: Places) -> Iterator[Desk]:
    """A desk without a token on the operator that runs already."""
    with open_desk(open_places, stage=Stage.TRAINING) as opened:
        yield opened


@pytest.fixture
def token_desk(open_places: Places, rutoken: VirtualRutoken) -> Iterator[Desk]:
    """The same, and it sees the virtual token."""
    allow_virtual_token(open_places)
    with open_desk(open_places, stage=Stage.TRAINING) as opened:
        yield opened


@pytest.fixture
def new_report(tmp_path: Path, work: Work) -> NewReport:
    """Put a sound declaration on the desk and give its id."""

    def make(desk: Desk, payer: Organisation = ROMASHKA, authority: str = "0087", correction: int = 0) -> str:
        return import_report(put_file(tmp_path, declaration(payer, authority, correction=correction)), desk=desk, work=work)

    return make
