"""A thousand docflows in pages, interrupted and resumed; what came is kept and nothing is doubled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from conftest import Person
from extern_desktop.app import open_desk
from extern_desktop.extern_api.errors import OperatorFailedError
from extern_desktop.jobs.work import Cancelled, Progress, Stage, Work
from extern_desktop.sandbox.office import Office
from extern_desktop.services.desk import Desk
from extern_desktop.services.synchronise import synchronise
from extern_desktop.settings.places import Places
from extern_desktop.settings.places import Stage as WorkStage
from extern_desktop.store.views import DOCFLOWS_MARK
from journeys.breaking_operator import Saboteur, answer, serving
from sandbox.seeding import seed_docflows

MANY = 1000


@dataclass
class CancelsAt(Person):
    """Stops the work when so much of a stage is done."""

    stage: Stage = Stage.SYNCHRONISING
    done: int = 0
    work: Work | None = None

    def show(self, progress: Progress) -> None:
        super().show(progress)
        if self.work is not None and progress.stage is self.stage and progress.done >= self.done:
            self.work.cancel()


def stopped_at(stage: Stage, done: int, desk: Desk) -> None:
    """Synchronise until this point, and be cancelled there."""
    person = CancelsAt(stage=stage, done=done)
    person.work = work = Work(person)
    with pytest.raises(Cancelled):
        synchronise(desk=desk, work=work)


@pytest.fixture
def saboteur() -> Saboteur:
    return Saboteur()


@pytest.fixture
def own_office(places: Places, saboteur: Saboteur) -> Iterator[Office]:
    with serving(places.training_operator, saboteur) as opened:
        yield opened


@pytest.fixture
def desk(places: Places, own_office: Office) -> Iterator[Desk]:
    with open_desk(places, stage=WorkStage.TRAINING) as opened:
        yield opened


def whole_readings(saboteur: Saboteur) -> int:
    """Requests that read one docflow whole."""
    return sum(line.startswith("GET ") and "/docflows/" in line and line.count("/") == 4 for line in saboteur.seen)


def all_docflows(desk: Desk) -> list[str]:
    ids: list[str] = []
    page = desk.store.mirror.docflows(most=200)
    while page:
        ids += [docflow.id for docflow in page]
        page = desk.store.mirror.docflows(after=page[-1], most=200)
    return ids


def test_thousand_docflows_come_in_pages_and_an_interruption_reads_only_what_is_missing(own_office: Office, desk: Desk, saboteur: Saboteur) -> None:
    ids = seed_docflows(own_office, MANY, seconds_apart=0.5)

    stopped_at(Stage.SYNCHRONISING, 300, desk)
    first = whole_readings(saboteur)
    kept = MANY - len(desk.store.mirror.unread(most=2 * MANY))
    assert 300 <= kept <= first < MANY
    assert desk.store.mirror.sync_mark(DOCFLOWS_MARK) is None  # a mark promises what is not there yet

    stopped_at(Stage.DOWNLOADING, 0, desk)

    assert sorted(all_docflows(desk)) == sorted(ids)
    assert desk.store.mirror.unread(most=MANY) == ()
    assert whole_readings(saboteur) - first == MANY - kept
    assert desk.store.mirror.sync_mark(DOCFLOWS_MARK) is not None


def test_documents_that_came_before_an_interruption_are_not_fetched_again(own_office: Office, desk: Desk, saboteur: Saboteur) -> None:
    seed_docflows(own_office, 30)
    stopped_at(Stage.DOWNLOADING, 1, desk)
    left = len(desk.store.mirror.documents_to_fetch(most=1000))
    assert left > 0

    done = synchronise(desk=desk, work=Work(Person()))

    assert (done.docflows, done.documents, done.organisations) == (0, left, 3)
    assert desk.store.mirror.documents_to_fetch(most=1000) == ()
    again = synchronise(desk=desk, work=Work(Person()))
    assert (again.docflows, again.documents) == (0, 0)
    documents = [it for docflow_id in all_docflows(desk) for it in desk.store.mirror.documents(docflow_id)]
    assert all(it.has_content for it in documents if it.content_id)


def test_failure_of_the_operator_in_the_middle_keeps_what_came_and_moves_no_mark(own_office: Office, desk: Desk, saboteur: Saboteur) -> None:
    seed_docflows(own_office, 20)
    saboteur.only = lambda method, path: method == "GET" and path.count("/") == 4 and "/docflows/" in path
    saboteur.blow = answer(500, b'{"id":"urn:error","status-code":500,"message":"x"}', "application/json")
    saboteur.strike_at = 5

    try:
        done = synchronise(desk=desk, work=Work(Person()))
    except OperatorFailedError:
        assert desk.store.mirror.sync_mark(DOCFLOWS_MARK) is None
        done = synchronise(desk=desk, work=Work(Person()))

    assert desk.store.mirror.unread() == ()
    assert len(all_docflows(desk)) == 20
    assert done.organisations == 3


def test_new_change_of_one_docflow_reads_that_one_only(own_office: Office, desk: Desk) -> None:
    seed_docflows(own_office, 3, seconds_apart=3600)
    synchronise(desk=desk, work=Work(Person()))
    (new,) = seed_docflows(own_office, 1)

    done = synchronise(desk=desk, work=Work(Person()))

    assert done.docflows == 1
    assert new in all_docflows(desk)
