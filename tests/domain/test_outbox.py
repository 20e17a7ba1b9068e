from __future__ import annotations

import itertools

import pytest

from extern_desktop.domain.outbox import FINISHED, REPLY_STEPS, STEPS_OF, ImpossibleStepError, OutboxEvent, OutboxKind, OutboxState, step

S, E = OutboxState, OutboxEvent
EVERY = list(itertools.product(OutboxKind, OutboxState, OutboxEvent))


@pytest.mark.parametrize(("kind", "state", "event"), EVERY)
def test_step_every_pair_follows_the_table_or_is_refused(kind: OutboxKind, state: OutboxState, event: OutboxEvent) -> None:
    if (state, event) in STEPS_OF[kind]:
        assert step(state, event, kind) is STEPS_OF[kind][state, event]
    else:
        with pytest.raises(ImpossibleStepError) as refused:
            step(state, event, kind)
        assert (refused.value.state, refused.value.event) == (state, event)


@pytest.mark.parametrize("kind", OutboxKind)
def test_steps_finished_state_leads_nowhere(kind: OutboxKind) -> None:
    assert not [pair for pair in STEPS_OF[kind] if pair[0] in FINISHED]


@pytest.mark.parametrize("kind", OutboxKind)
def test_steps_uncertain_goes_on_only_by_an_answer(kind: OutboxKind) -> None:
    ways = {event: target for (state, event), target in STEPS_OF[kind].items() if state is S.UNCERTAIN}

    assert set(ways) == {E.FOUND_SENT, E.FOUND_UNSENT, E.REFUSED}
    assert S.SENDING not in ways.values()


@pytest.mark.parametrize("kind", OutboxKind)
def test_steps_sending_begins_only_by_asking_to_send(kind: OutboxKind) -> None:
    assert {event for (_, event), target in STEPS_OF[kind].items() if target is S.SENDING} == {E.SEND_ASKED}


@pytest.mark.parametrize("kind", OutboxKind)
def test_steps_every_open_state_can_come_to_an_end(kind: OutboxKind) -> None:
    table = STEPS_OF[kind]
    reached = {S.SIGNED}
    while more := {target for (state, _), target in table.items() if state in reached} - reached:
        reached |= more
    for state in reached - FINISHED:
        ends, seen = {state}, {state}
        while ends := {target for (source, _), target in table.items() if source in ends} - seen:
            seen |= ends
        assert seen & FINISHED, state


@pytest.mark.parametrize("kind", OutboxKind)
def test_steps_withdrawal_is_impossible_once_a_send_was_asked(kind: OutboxKind) -> None:
    assert not {state for (state, event) in STEPS_OF[kind] if event is E.WITHDRAWN} & {S.SENDING, S.UNCERTAIN}


def test_reply_steps_need_neither_check_nor_prepare() -> None:
    assert not {S.CHECKED, S.PREPARED} & set(REPLY_STEPS.values())
