"""One lane for each scarce thing."""

from __future__ import annotations

import threading
import time

import pytest

from extern_desktop.jobs.lanes import Lane

SOON = 5.0


def test_lane_runs_acts_in_order_and_one_at_a_time() -> None:
    running, worst, order = 0, 0, []

    def act(number: int) -> int:
        nonlocal running, worst
        running += 1
        worst = max(worst, running)
        time.sleep(0.005)
        order.append(number)
        running -= 1
        return number

    with Lane("token") as lane:
        futures = [lane.run(act, number) for number in range(5)]
        assert [future.result(SOON) for future in futures] == [0, 1, 2, 3, 4]

    assert (order, worst) == ([0, 1, 2, 3, 4], 1)


def test_lane_of_two_runs_two_side_by_side() -> None:
    meeting = threading.Barrier(2)

    with Lane("network", 2) as lane:
        futures = [lane.run(meeting.wait, SOON) for _ in range(2)]

        assert sorted(future.result(SOON) for future in futures) == [0, 1]


def test_lane_threads_carry_its_name() -> None:
    with Lane("store") as lane:
        assert lane.run(lambda: threading.current_thread().name).result(SOON).startswith("lane-store")


def test_lane_hands_the_failure_to_whoever_takes_the_future() -> None:
    with Lane("store") as lane:
        future = lane.run(lambda: 1 // 0)

        with pytest.raises(ZeroDivisionError):
            future.result(SOON)
        assert lane.run(lambda: "still alive").result(SOON) == "still alive"


def test_lane_that_closes_finishes_what_runs_and_drops_what_waits() -> None:
    begun, may_end = threading.Event(), threading.Event()

    def act() -> str:
        begun.set()
        assert may_end.wait(SOON)
        return "done"

    lane = Lane("token")
    running, waiting = lane.run(act), lane.run(lambda: "never")
    assert begun.wait(SOON)
    threading.Timer(0.05, may_end.set).start()

    lane.close()

    assert running.result(0) == "done"
    assert waiting.cancelled()
    with pytest.raises(RuntimeError):
        lane.run(lambda: "too late")


def test_lane_leaves_no_thread_behind() -> None:
    with Lane("short", 3) as lane:
        lane.run(lambda: None).result(SOON)

    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lane-short")]
