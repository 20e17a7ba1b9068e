"""The gate: how it narrows after a 429 and widens again, and that who waits at it can leave."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from extern_desktop.extern_api._gate import Gate
from extern_desktop.jobs.work import Cancelled, Work


def most_at_once(gate: Gate) -> int:
    """How many of thirty get through together."""
    inside, most, lock = 0, 0, threading.Lock()

    def go(_number: int) -> None:
        nonlocal inside, most
        with gate.permit(Work()):
            with lock:
                inside += 1
                most = max(most, inside)
            time.sleep(0.03)
            with lock:
                inside -= 1

    with ThreadPoolExecutor(30) as pool:
        list(pool.map(go, range(60)))
    return most


def test_gate_after_429_lets_half_through_and_widens_with_good_answers() -> None:
    gate = Gate(8)
    assert most_at_once(gate) == 8

    gate.slow_down(0)
    assert most_at_once(gate) == 4

    for _ in range(40):
        gate.answered()
    assert most_at_once(gate) == 6

    for _ in range(400):
        gate.answered()
    assert most_at_once(gate) == 8


def test_gate_after_many_429_still_lets_one_through() -> None:
    gate = Gate(8)
    for _ in range(10):
        gate.slow_down(0)

    assert most_at_once(gate) == 1


def test_gate_who_waits_can_be_cancelled() -> None:
    gate = Gate(1)
    work = Work()
    threading.Timer(0.1, work.cancel).start()

    with gate.permit(Work()), pytest.raises(Cancelled), gate.permit(work):
        pass
    with gate.permit(Work()):
        pass
