"""Threads meet the window only through the bridge: results, progress, questions, and what becomes of them when the window goes."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QObject, QThread
from pytestqt.qtbot import QtBot

from extern_desktop.domain.errors import EnvironmentProblemError
from extern_desktop.jobs.lanes import Lane
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Stage, Work
from extern_desktop.ui.bridge import Act, Bridge, Ticket


@dataclass(frozen=True, slots=True)
class AskNumber(Question[int]):
    """Which number?"""


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    return QObject()


@pytest.fixture
def bridge(owner: QObject) -> Bridge:
    return Bridge(owner)


def test_take_result_of_another_thread_arrives_on_the_windows_thread(qtbot: QtBot, bridge: Bridge) -> None:
    got: list[tuple[int, bool]] = []
    with Lane("test") as lane:
        bridge.take(lane.run(lambda: 42), lambda value: got.append((value, QThread.currentThread() is bridge.thread())))
        qtbot.waitUntil(lambda: bool(got))
    assert got == [(42, True)]


def test_take_failure_nobody_handles_is_told_by_the_bridge(qtbot: QtBot, bridge: Bridge) -> None:
    future: Future[int] = Future()
    with qtbot.waitSignal(bridge.failed) as told:
        bridge.take(future, lambda _value: None)
        future.set_exception(EnvironmentProblemError())
    assert isinstance(told.args[0], EnvironmentProblemError)


def test_take_owner_gone_gets_nothing(qtbot: QtBot, bridge: Bridge) -> None:
    got: list[int] = []
    part = QObject()
    future: Future[int] = Future()
    bridge.take(future, got.append, owner=part)
    part.deleteLater()
    qtbot.wait(20)
    future.set_result(1)
    qtbot.wait(20)
    assert got == []


def test_post_after_close_is_dropped(qtbot: QtBot, bridge: Bridge) -> None:
    got: list[int] = []
    bridge.close()
    bridge.post(lambda: got.append(1))
    qtbot.wait(20)
    assert got == []


def test_act_question_answered_in_the_window_goes_back_to_the_worker(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    with Lane("test") as lane:
        act = Act(bridge, owner)
        act.asked.connect(lambda ticket: ticket.answer(7))
        with qtbot.waitSignal(act.done) as done:
            act.start(lambda work: lane.run(lambda: work.ask(AskNumber()) + 1))
    assert done.args == [8]


def test_act_question_refused_cancels(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    with Lane("test") as lane:
        act = Act(bridge, owner)
        act.asked.connect(lambda ticket: ticket.refuse())
        with qtbot.waitSignal(act.cancelled):
            act.start(lambda work: lane.run(lambda: work.ask(AskNumber())))
    assert not act.running


def test_act_cancel_takes_the_open_question_away(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    tickets: list[Ticket] = []
    with Lane("test") as lane:
        act = Act(bridge, owner)
        act.asked.connect(tickets.append)
        act.start(lambda work: lane.run(lambda: work.ask(AskNumber())))
        qtbot.waitUntil(lambda: bool(tickets))
        with qtbot.waitSignals([act.cancelled, act.withdrawn]):
            act.cancel()
    assert not tickets[0].is_open()


def test_act_that_goes_with_its_page_refuses_what_its_worker_asked(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    page = QObject(owner)
    asked: list[Ticket] = []
    with Lane("test") as lane:
        act = Act(bridge, page)
        act.asked.connect(asked.append)
        ended: list[Future[int]] = []

        def begin(work: Work) -> Future[int]:
            ended.append(lane.run(lambda: work.ask(AskNumber())))
            return ended[0]

        act.start(begin)
        qtbot.waitUntil(lambda: bool(asked))
        page.deleteLater()
        qtbot.waitUntil(ended[0].done)
    with pytest.raises(Cancelled):
        ended[0].result()


def test_act_question_that_answers_itself_is_withdrawn_and_the_act_goes_on(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    @dataclass(frozen=True, slots=True)
    class WaitForIt(Question[None]):
        """Plug it in."""

    came = threading.Event()

    def wait(work: Work) -> str:
        work.ask_until(WaitForIt(), came)
        return "went on"

    with Lane("test") as lane:
        act = Act(bridge, owner)
        act.asked.connect(lambda _ticket: came.set())
        with qtbot.waitSignals([act.withdrawn, act.done]):
            act.start(lambda work: lane.run(wait, work))


def test_act_progress_is_shown_at_most_ten_times_a_second_and_the_last_one_always(qtbot: QtBot, bridge: Bridge, owner: QObject) -> None:
    shown: list[Progress] = []
    release = threading.Event()

    def count(work: Work) -> None:
        for number in range(500):
            work.show(Stage.SIGNING, number, 500)
        release.wait(5)

    with Lane("test") as lane:
        act = Act(bridge, owner)
        act.progressed.connect(shown.append)
        act.start(lambda work: lane.run(count, work))
        qtbot.waitUntil(lambda: bool(shown) and shown[-1].done == 499)
        release.set()
        qtbot.waitSignal(act.ended).wait() if act.running else None
    assert len(shown) <= 4


def test_ticket_second_answer_is_ignored() -> None:
    ticket = Ticket(AskNumber())
    ticket.answer(1)
    ticket.answer(2)
    ticket.refuse()
    assert ticket.wait(threading.Event()) == 1


def test_ticket_withdrawn_while_waiting_raises_cancelled() -> None:
    gone = threading.Event()
    gone.set()
    with pytest.raises(Cancelled):
        Ticket(AskNumber()).wait(gone)
