"""The rungs below PKCS#11: port, service, readers."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics.workplaces import CARD, HEALTHY, LIBRARY, NOTHING_PLUGGED_IN, VIRTUAL, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Remedy, Verdict
from extern_desktop.diagnostics.workplace import Module, SmartCards, Workplace
from extern_desktop.tokens.values import Reader, ReadersRung, RungState, ServiceRung, UsbRung

RUNGS = ("usb-token", "smart-card-service", "readers")
NOTHING = SmartCards(UsbRung(RungState.ABSENT, ()), ServiceRung(RungState.ABSENT, "not-installed"), ReadersRung(RungState.ABSENT, ()))
UNKNOWN = SmartCards(
    UsbRung(RungState.NOT_KNOWN, (), "no-usb-tree"), ServiceRung(RungState.NOT_KNOWN, "OSError"), ReadersRung(RungState.NOT_KNOWN, (), "exit-code-1")
)


def without_token(smart_cards: SmartCards) -> Workplace:
    return replace(NOTHING_PLUGGED_IN, smart_cards=smart_cards)


@pytest.mark.parametrize("check_id", RUNGS)
def test_rungs_of_a_healthy_workplace_pass(check_id: str) -> None:
    assert judged(HEALTHY, check_id) == (Verdict.PASSED, Remedy.NONE)


def test_usb_token_of_an_empty_port_is_the_one_failure() -> None:
    assert_only_failed(NOTHING_PLUGGED_IN, "usb-token", Remedy.PLUG_TOKEN)
    assert answer_of(NOTHING_PLUGGED_IN, "readers").because_of == "usb-token"
    assert answer_of(NOTHING_PLUGGED_IN, "token-seen").because_of == "readers"
    assert answer_of(NOTHING_PLUGGED_IN, "key-on-token").because_of == "certificate-on-token"


def test_usb_token_of_a_card_in_a_reader_passes_though_the_bus_knows_no_token() -> None:
    """The card has no number on the bus; what fails is the rung above it."""
    readers = ReadersRung(RungState.PRESENT, (Reader("ACS ACR38U 00 00", card_present=True, atr=b"\x3b"),))
    workplace = without_token(replace(HEALTHY.smart_cards, usb=UsbRung(RungState.ABSENT, ()), readers=readers))

    assert judged(workplace, "usb-token") == (Verdict.PASSED, Remedy.NONE)
    assert_only_failed(workplace, "token-seen", Remedy.REPLUG_TOKEN)


def test_usb_token_of_an_empty_reader_fails() -> None:
    readers = ReadersRung(RungState.PRESENT, (Reader("ACS ACR38U 00 00", card_present=False, atr=b""),))

    workplace = without_token(replace(HEALTHY.smart_cards, usb=UsbRung(RungState.ABSENT, ()), readers=readers))

    assert_only_failed(workplace, "usb-token", Remedy.PLUG_TOKEN)


def test_usb_token_that_the_table_does_not_know_passes_when_its_library_sees_it() -> None:
    workplace = replace(HEALTHY, smart_cards=replace(HEALTHY.smart_cards, usb=UsbRung(RungState.ABSENT, ())))

    assert judged(workplace, "usb-token") == (Verdict.PASSED, Remedy.NONE)
    assert run_checks(workplace).is_ready


@pytest.mark.parametrize(
    ("service", "remedy"),
    [
        (ServiceRung(RungState.ABSENT, "not-installed"), Remedy.INSTALL_SMART_CARD_SERVICE),
        (ServiceRung(RungState.ABSENT, "not-running"), Remedy.START_SMART_CARD_SERVICE),
        (ServiceRung(RungState.ABSENT, "no-permission"), Remedy.START_SMART_CARD_SERVICE),
        (ServiceRung(RungState.HUNG), Remedy.START_SMART_CARD_SERVICE),
    ],
)
def test_smart_card_service_that_does_not_answer_is_the_one_failure(service: ServiceRung, remedy: Remedy) -> None:
    usb = HEALTHY.smart_cards.usb
    workplace = without_token(SmartCards(usb, service, ReadersRung(RungState.ABSENT, ())))

    assert_only_failed(workplace, "smart-card-service", remedy)
    assert answer_of(workplace, "readers").because_of == "smart-card-service"


@pytest.mark.parametrize(("state", "remedy"), [(RungState.ABSENT, Remedy.CONNECT_READER), (RungState.HUNG, Remedy.REPLUG_TOKEN)])
def test_readers_that_are_not_listed_are_the_one_failure(state: RungState, remedy: Remedy) -> None:
    assert_only_failed(without_token(replace(HEALTHY.smart_cards, readers=ReadersRung(state, ()))), "readers", remedy)


@pytest.mark.parametrize("check_id", RUNGS)
def test_rung_that_nothing_can_tell_of_is_unknown_and_blocks_nothing(check_id: str) -> None:
    workplace = without_token(UNKNOWN)

    assert judged(workplace, check_id) == (Verdict.UNKNOWN, Remedy.NONE)
    assert answer_of(workplace, check_id).evidence["detail"]
    assert judged(workplace, "token-seen") == (Verdict.FAILED, Remedy.REPLUG_TOKEN)


@pytest.mark.parametrize("check_id", RUNGS)
def test_rung_is_no_question_in_training_without_a_token(check_id: str) -> None:
    assert judged(replace(without_token(NOTHING), needs_token=False), check_id) == (Verdict.NOT_APPLICABLE, Remedy.NONE)


@pytest.mark.parametrize("check_id", RUNGS)
def test_rung_is_no_question_for_a_virtual_token(check_id: str) -> None:
    """Neither is it when the library of a vendor is installed as well and sees nothing."""
    modules = (Module(LIBRARY, "", is_virtual=False), Module(VIRTUAL, "", is_virtual=True))
    workplace = replace(HEALTHY, smart_cards=NOTHING, modules=modules, tokens=(replace(CARD, module=VIRTUAL),))

    assert judged(workplace, check_id) == (Verdict.NOT_APPLICABLE, Remedy.NONE)
    assert run_checks(workplace).is_ready


@pytest.mark.parametrize("check_id", RUNGS)
def test_rung_is_a_question_when_a_real_token_is_beside_the_virtual_one(check_id: str) -> None:
    modules = (Module(LIBRARY, "", is_virtual=False), Module(VIRTUAL, "", is_virtual=True))
    workplace = replace(HEALTHY, modules=modules, tokens=(CARD, replace(CARD, module=VIRTUAL, serial="3a5f0002")))

    assert judged(workplace, check_id) == (Verdict.PASSED, Remedy.NONE)
