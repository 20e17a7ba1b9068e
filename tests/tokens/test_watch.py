"""Hot plug on the virtual Rutoken: who comes and goes is told, quickly and once."""

from __future__ import annotations

import queue
import time

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.values import TokenCertificate, TokenChange, TokenChangeKind
from tokens.conftest import SERIAL, MakeDesk
from virtual_rutoken.plug import VirtualRutoken

APPEARED, REMOVED = TokenChangeKind.APPEARED, TokenChangeKind.REMOVED
PIN = Pin(VirtualRutoken.DEFAULT_PIN)

Told = queue.Queue[TokenChange]


def next_change(told: Told, seconds: float = 3.0) -> tuple[TokenChangeKind, str]:
    change = told.get(timeout=seconds)
    return change.kind, change.card.serial


def test_watch_tokens_already_there_are_told_first(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    desk.watch(told.put)
    assert next_change(told) == (APPEARED, SERIAL)
    later: Told = queue.Queue()
    desk.watch(later.put)
    assert next_change(later) == (APPEARED, SERIAL)
    assert told.empty()


def test_watch_insertion_and_removal_are_told_within_a_fifth_of_a_second(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    desk.watch(told.put)
    next_change(told)
    delays = []
    for round_ in range(6):
        at = time.monotonic()
        if round_ % 2:
            token.unplug(1)
            assert next_change(told) == (REMOVED, "3a5f0002")
        else:
            token.plug(1, serial="3a5f0002")
            assert next_change(told) == (APPEARED, "3a5f0002")
        delays.append(time.monotonic() - at)
    assert sorted(delays)[3] < 0.2, delays


def test_watch_swap_within_one_slot_is_told_as_two_changes(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    desk.watch(told.put)
    next_change(told)
    token.plug(0, serial="3a5f0042")
    assert next_change(told) == (REMOVED, SERIAL)
    assert next_change(told) == (APPEARED, "3a5f0042")


def test_watch_stopped_listener_hears_nothing_more(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    watch = desk.watch(told.put)
    next_change(told)
    watch.stop()
    token.unplug(0)
    with pytest.raises(queue.Empty):
        next_change(told, 0.4)


def test_watch_listener_may_stop_itself(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    token.unplug(0)

    def listen(change: TokenChange) -> None:
        told.put(change)
        watch.stop()

    watch = desk.watch(listen)
    token.plug(0)
    assert next_change(told) == (APPEARED, SERIAL)
    token.unplug(0)
    with pytest.raises(queue.Empty):
        next_change(told, 0.4)


def test_watch_goes_on_while_a_batch_is_signed(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    desk.watch(told.put)
    next_change(told)
    with desk.open(SERIAL, PIN) as opened:
        opened.generate_key_pair(b"key", "Ключ")
        token.plug(1, serial="3a5f0002")
        deadline = time.monotonic() + 3
        while told.empty():
            assert len(opened.sign(TokenCertificate(b"", b"key", "", has_private_key=True), b"data")) == 64
            assert time.monotonic() < deadline
    assert next_change(told) == (APPEARED, "3a5f0002")


def test_watch_module_that_crashes_once_is_started_again_unnoticed(desk: TokenDesk, token: VirtualRutoken) -> None:
    told: Told = queue.Queue()
    desk.watch(told.put)
    next_change(told)
    pid = desk.modules[0].pid
    token.set_fault("C_GetSlotList", "crash")
    deadline = time.monotonic() + 3
    while desk.modules[0].pid == pid:
        assert time.monotonic() < deadline
        time.sleep(0.005)
    token.clear_faults()
    token.plug(1, serial="3a5f0002")
    while (change := next_change(told, 5)) != (APPEARED, "3a5f0002"):
        assert change[1] == SERIAL  # gone and back, if it crashed twice before the fault was cleared


def test_watch_module_that_goes_on_crashing_loses_its_tokens(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk()
    told: Told = queue.Queue()
    desk.watch(told.put)
    next_change(told)
    token.set_fault("C_GetSlotList", "crash")
    assert next_change(told) == (REMOVED, SERIAL)
    token.clear_faults()
    assert next_change(told, 10) == (APPEARED, SERIAL)


def test_watch_stop_does_not_wait_for_a_library_that_hangs(token: VirtualRutoken, make_desk: MakeDesk) -> None:
    desk = make_desk(call_deadline_seconds=30.0)
    told: Told = queue.Queue()
    watch = desk.watch(told.put)
    next_change(told)
    token.set_fault("C_GetTokenInfo", "hang")
    token.plug(1, serial="3a5f0002")
    time.sleep(0.5)
    started_at = time.monotonic()
    watch.stop()
    assert time.monotonic() - started_at < 0.3
    desk.close()
    assert time.monotonic() - started_at < 5


def test_watch_started_again_after_a_stop_hears_everything(desk: TokenDesk, token: VirtualRutoken) -> None:
    for _ in range(3):
        told: Told = queue.Queue()
        watch = desk.watch(told.put)
        assert next_change(told) == (APPEARED, SERIAL)
        token.plug(1, serial="3a5f0002")
        assert next_change(told) == (APPEARED, "3a5f0002")
        token.unplug(1)
        assert next_change(told) == (REMOVED, "3a5f0002")
        watch.stop()
