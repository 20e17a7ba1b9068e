"""Progress, cancel and questions of one act."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import pytest

from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, SilentWatcher, Stage, Watcher, Work

SOON = 5.0
"""Far longer than anything here takes; a test that waits so long has failed."""


@dataclass(frozen=True, slots=True)
class HowMany(Question[int]):
    of: str


@dataclass(frozen=True, slots=True)
class PlugIn(Question[None]):
    serial: str


class Patient:
    """A person who sits before the question until it is withdrawn."""

    def __init__(self) -> None:
        self.shown: list[Progress] = []
        self.sits = threading.Event()

    def show(self, progress: Progress) -> None:
        self.shown.append(progress)

    def answer(self, question: Question[object], withdrawn: threading.Event) -> object:
        self.sits.set()
        assert withdrawn.wait(SOON)
        raise Cancelled


class Refusing(Patient):
    def answer(self, question: Question[object], withdrawn: threading.Event) -> object:
        raise Cancelled


class Answering(Patient):
    def answer(self, question: Question[object], withdrawn: threading.Event) -> object:
        return 7 if isinstance(question, HowMany) else None


def work_of(watcher: object) -> Work:
    asked: Watcher = watcher  # type: ignore[assignment]  # answers are typed by each question; these test persons answer any
    return Work(asked)


def test_work_shows_what_is_done() -> None:
    person = Answering()

    work_of(person).show(Stage.SIGNING, 3, 12, "usn.xml")

    assert person.shown == [Progress(Stage.SIGNING, 3, 12, "usn.xml")]


def test_checkpoint_passes_until_the_work_is_cancelled() -> None:
    work = Work()
    work.checkpoint()
    work.point_of_no_return()

    work.cancel()

    with pytest.raises(Cancelled):
        work.checkpoint()
    with pytest.raises(Cancelled):
        work.point_of_no_return()


def test_each_counts_and_ends_with_all_done() -> None:
    person = Answering()

    done = list(work_of(person).each(["a", "b"], Stage.CHECKING, lambda it: f"{it}.xml"))

    assert done == ["a", "b"]
    assert person.shown == [
        Progress(Stage.CHECKING, 0, 2, "a.xml"),
        Progress(Stage.CHECKING, 1, 2, "b.xml"),
        Progress(Stage.CHECKING, 2, 2),
    ]


def test_each_stops_between_two_items() -> None:
    work = Work()
    items = work.each([1, 2, 3], Stage.SIGNING)
    done = [next(items), next(items)]

    work.cancel()

    with pytest.raises(Cancelled):
        next(items)
    assert done == [1, 2]


def test_ask_gives_the_answer() -> None:
    assert work_of(Answering()).ask(HowMany("reports")) == 7


def test_ask_that_is_refused_raises_cancelled_and_leaves_the_work_alive() -> None:
    work = work_of(Refusing())

    with pytest.raises(Cancelled):
        work.ask(HowMany("reports"))

    work.checkpoint()


def test_ask_after_a_cancel_does_not_reach_the_person() -> None:
    person = Patient()
    work = work_of(person)
    work.cancel()

    with pytest.raises(Cancelled):
        work.ask(HowMany("reports"))
    with pytest.raises(Cancelled):
        work.ask_until(PlugIn("1"), threading.Event())

    assert not person.sits.is_set()


def test_cancel_takes_an_open_question_away() -> None:
    person = Patient()
    work = work_of(person)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(work.ask, HowMany("reports"))
        assert person.sits.wait(SOON)

        work.cancel()

        assert isinstance(asked.exception(SOON), Cancelled)


def test_ask_until_goes_on_when_it_happened() -> None:
    person, happened = Patient(), threading.Event()
    work = work_of(person)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(work.ask_until, PlugIn("1"), happened)
        assert person.sits.wait(SOON)

        happened.set()

        assert asked.exception(SOON) is None


def test_ask_until_goes_on_when_the_watcher_only_shows_it() -> None:
    """A watcher may return at once; then the question is on the screen and nobody refused."""
    work_of(Answering()).ask_until(PlugIn("1"), threading.Event())


def test_ask_until_raises_when_the_person_refuses() -> None:
    work = work_of(Refusing())

    with pytest.raises(Cancelled):
        work.ask_until(PlugIn("1"), threading.Event())

    work.checkpoint()


def test_cancel_during_ask_until_is_a_cancel_though_the_event_is_set_by_it() -> None:
    person, happened = Patient(), threading.Event()
    work = work_of(person)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(work.ask_until, PlugIn("1"), happened)
        assert person.sits.wait(SOON)

        work.cancel()

        assert isinstance(asked.exception(SOON), Cancelled)


def test_cancel_ends_every_question_of_lanes_side_by_side() -> None:
    people = [Patient() for _ in range(3)]
    cancelled = threading.Event()
    works = [Work(work_of(person).watcher, cancelled) for person in people]
    with ThreadPoolExecutor(3) as pool:
        asked = [pool.submit(work.ask, HowMany("reports")) for work in works]
        assert all(person.sits.wait(SOON) for person in people)

        works[0].cancel()

        assert all(isinstance(future.exception(SOON), Cancelled) for future in asked)


def test_pause_ends_early_with_a_cancel() -> None:
    work = Work()
    started = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        paused = pool.submit(work.pause, 60.0)

        work.cancel()

        assert isinstance(paused.exception(SOON), Cancelled)
    assert time.monotonic() - started < SOON


def test_pause_without_a_cancel_only_waits() -> None:
    Work().pause(0.001)


def test_silent_watcher_refuses_every_question() -> None:
    with pytest.raises(Cancelled):
        Work(SilentWatcher()).ask(HowMany("reports"))
