"""Sending from the window with a real token module and the training operator: PIN, wrong PIN, missing key, put off, receipt, replies."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from extern_desktop.domain.docflows import SuccessState
from extern_desktop.domain.secrets import Pin
from extern_desktop.jobs.work import Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.questions import AskPin
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.ui.desk_office import DeskOffice, office_of
from extern_desktop.ui.office import Preferences
from extern_desktop.ui.pages.send import SendPage
from extern_desktop.ui.pages.today import TodayPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.run import make_application
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.new_pin_card import NewPinCard
from extern_desktop.ui.widgets.pin_card import PinCard
from extern_desktop.ui.window import Window
from ui.conftest import WAIT_MS, WindowOver, picture, settle, write_report
from ui.heartbeat import Heartbeat, assert_alive, quiet_machine
from ui.looking import parts_of
from virtual_rutoken.plug import VirtualRutoken

PIN = "12345678"


@dataclass(slots=True)
class AtTheToken:
    """The window over a desk that sees a virtual token with a training certificate of ООО «Ромашка», and one right report."""

    window: Window
    desk: Desk
    office: DeskOffice
    token: VirtualRutoken
    report_id: str

    @property
    def page(self) -> SendPage:
        return cast(SendPage, self.window.page(Place.SEND))

    def pin_field(self) -> QLineEdit | None:
        cards = [part for part in parts_of(self.page, PinCard) if part.isVisible() and part.isEnabled()]
        return cards[0].field if cards else None

    def banners(self) -> list[str]:
        return [part.title for part in parts_of(self.page, Banner) if part.isVisible()]


@pytest.fixture
def at(
    token_desk: Desk, rutoken: VirtualRutoken, person: object, work: Work, tmp_path: Path, qtbot: QtBot, qapp: QApplication
) -> Iterator[AtTheToken]:
    from extern_desktop.services.connect import connect

    person.knows_pin(PIN)  # type: ignore[attr-defined]  # the fixture's class lives in the conftest of all tests
    connect(token_desk, work)
    payer = find_organisation("7701234560", desk=token_desk)
    enrol_training_key(token_desk.tokens.list_tokens()[0].serial, payer, desk=token_desk, work=work)
    with office_of(token_desk) as office:
        report = office.import_report(write_report(tmp_path, payer), Work()).result(30)
        preferences = replace(office.preferences(), theme="light", first_run=False)
        make_application(preferences)
        window = Window(preferences)
        window.resize(QSize(1366, 768))
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.attach(office)
        settle(qtbot, 100)
        yield AtTheToken(window, token_desk, office, rutoken, report.report_id)
        window.close()
        window.deleteLater()
        qapp.processEvents()
        make_application(Preferences())


def _until(qtbot: QtBot, happened: Callable[[], object]) -> None:
    qtbot.waitUntil(lambda: bool(happened()), timeout=WAIT_MS)


def _type_pin(at: AtTheToken, qtbot: QtBot, pin: str) -> None:
    _until(qtbot, at.pin_field)
    field = at.pin_field()
    assert field is not None
    qtbot.keyClicks(field, pin)
    qtbot.keyClick(field, Qt.Key.Key_Return)


def test_send_whole_way_ends_with_receipt_and_signed_replies(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    settle(qtbot, 100)
    picture(at.window, "send-pin")
    quiet_machine(qtbot)
    with Heartbeat() as beat:
        _type_pin(at, qtbot, PIN)
        _until(qtbot, lambda: "Отчёт принят: квитанция получена" in at.banners())
    assert_alive(beat)
    settle(qtbot)
    picture(at.window, "send-receipt")
    primary = at.page.primary_button()
    assert primary is not None
    assert "Подписать квитанции" in primary.text()
    primary.click()
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: not at.page._running())
    line = at.office.report_lines([at.report_id]).result(10)[0]
    assert line.standing is ReportStanding.ACCEPTED
    docflow = at.office.docflow(line.docflow_id).result(10)
    assert docflow.success_state in (SuccessState.SUCCESSFUL, SuccessState.NEUTRAL)


def test_today_with_more_receipts_than_it_names_counts_and_signs_them_all(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: "Отчёт принят: квитанция получена" in at.banners())
    at.window.go(Place.TODAY)
    page = cast(TodayPage, at.window.page(Place.TODAY))
    _until(qtbot, lambda: page.waiting.act.text() == "Подписать квитанции")
    settle(qtbot)
    today = at.office.today().result(10)
    page.show_today(replace(today, owed_docflows=today.owed_docflows + 640))
    assert page.waiting.pill.accessibleName() == "641 дело"

    page.waiting.act.click()
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: not at.page._running())

    assert at.office.today().result(10).owed_docflows == 0


def test_keys_page_changes_the_pin_and_unblocks_a_locked_key(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.go(Place.KEYS)
    page = at.window.page(Place.KEYS)

    def press(word: str) -> None:
        _until(qtbot, lambda: [part for part in parts_of(page, QPushButton) if part.text() == word and part.isVisible()])
        next(part for part in parts_of(page, QPushButton) if part.text() == word and part.isVisible()).click()
        _until(qtbot, lambda: parts_of(at.window.centralWidget(), NewPinCard))

    def type_pins(proof: str, new: str) -> None:
        (box,) = parts_of(at.window.centralWidget(), NewPinCard)
        settle(qtbot, 50)
        picture(at.window, f"keys-pin-{proof}")
        for field, typed in ((box.proof, proof), (box.new, new), (box.again, new)):
            qtbot.keyClicks(field, typed)
        box.set_button.click()
        _until(qtbot, lambda: not parts_of(at.window.centralWidget(), NewPinCard))

    press("Сменить PIN-код")
    type_pins(PIN, "87650000")
    _until(qtbot, lambda: at.window.notice() is not None)
    at.desk.tokens.open(at.desk.tokens.list_tokens()[0].serial, Pin("87650000")).close()

    at.token.set_conf(user_tries="0")
    at.window.refresh()
    press("Разблокировать")
    type_pins("87654321", "11112222")
    _until(qtbot, lambda: at.token.attempts_left() == 10)
    at.desk.tokens.open(at.desk.tokens.list_tokens()[0].serial, Pin("11112222")).close()


def test_language_changed_in_the_middle_of_a_sending_waits_for_its_end(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)

    at.window.change_preferences(replace(at.window.preferences, language="en"))
    settle(qtbot, 600)
    assert at.pin_field() is not None
    _type_pin(at, qtbot, PIN)

    _until(qtbot, lambda: at.window.windowTitle() == "Extern Desktop — training mode")
    line = at.office.report_lines([at.report_id]).result(10)[0]
    assert line.standing in (ReportStanding.SENT, ReportStanding.DELIVERED, ReportStanding.ACCEPTED)


def test_send_pin_has_the_focus_and_the_attempts_stand_there_before_the_first_try(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    settle(qtbot, 50)
    field = at.pin_field()
    assert at.window.focusWidget() is field
    assert field is not None
    assert "Осталось" in field.accessibleDescription()


def test_send_wrong_pin_is_said_on_the_card_and_costs_one_attempt(at: AtTheToken, qtbot: QtBot) -> None:
    before = at.token.attempts_left()
    at.window.send_reports([at.report_id])
    _type_pin(at, qtbot, "00000000")
    _until(qtbot, lambda: (field := at.pin_field()) is not None and field.property("state") == "bad")
    settle(qtbot, 100)
    picture(at.window, "send-pin-wrong")
    assert at.token.attempts_left() == before - 1
    assert at.desk.store.outbox.unfinished() == ()  # nothing was signed
    field = at.pin_field()
    assert field is not None
    assert field.text() == ""


def test_send_pin_refused_by_escape_puts_off_and_signs_nothing(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    field = at.pin_field()
    assert field is not None
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    _until(qtbot, lambda: "Отправка отложена" in at.banners())
    assert list(at.desk.store.outbox.unfinished()) == []


def test_send_pin_is_nowhere_in_the_window_after_it_was_typed(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    field = at.pin_field()
    assert field is not None
    answers: list[object] = []
    card = field.parent()
    assert isinstance(card, PinCard)
    card.entered.connect(answers.append)
    qtbot.keyClicks(field, PIN)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert field.text() == ""
    assert PIN not in repr(answers)
    assert answers == [Pin(PIN)]
    _until(qtbot, lambda: not at.page._running())


def test_send_short_pin_can_not_be_sent(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    field = at.pin_field()
    assert field is not None
    qtbot.keyClicks(field, "1")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert at.page._ticket is not None
    assert isinstance(at.page._ticket.question, AskPin)
    assert at.page._ticket.is_open()


def test_send_missing_key_goes_on_by_itself_when_it_appears(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    at.token.unplug(0)
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: at.page.steps.steps()[1].tone == "warn")
    settle(qtbot, 100)
    picture(at.window, "send-key-missing")
    settle(qtbot, 300)
    assert any(part.isVisible() for part in parts_of(at.page, EmptyState))
    at.token.plug(0)
    _until(qtbot, at.pin_field)


def test_send_waiting_card_stays_while_a_key_comes_and_goes(at: AtTheToken, qtbot: QtBot) -> None:
    """A key that is plugged in and out again at once is asked for anew: the page never shows nothing in between."""
    at.window.send_reports([at.report_id])
    _until(qtbot, at.pin_field)
    at.token.unplug(0)
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: at.page._waits_for_key)
    empty: list[str] = []

    def says_something() -> bool:
        return any(part.isVisible() for part in (*parts_of(at.page, EmptyState), *parts_of(at.page, PinCard), *parts_of(at.page, Banner)))

    for _turn in range(4):
        at.token.plug(0)
        at.token.unplug(0)
        for _look in range(8):
            settle(qtbot, 25)
            if not says_something():
                QApplication.processEvents()  # a card that was put in just now is shown by the next turn of the event loop, before any painting
            if not says_something():
                empty.append(type(at.page._body.itemAt(0).widget()).__name__)
    assert [name for name in empty if name != "ProgressCard"] == []
    at.token.plug(0)
    _until(qtbot, at.pin_field)


def test_send_window_closed_in_the_middle_loses_nothing(at: AtTheToken, qtbot: QtBot, window_over: WindowOver) -> None:
    at.window.send_reports([at.report_id])
    _type_pin(at, qtbot, PIN)
    _until(qtbot, lambda: at.desk.store.outbox.unfinished())
    at.window.close()
    at.office.close()  # waits for what is past its point of no return
    row = at.desk.store.reports.get(at.report_id).outbox
    assert row is not None
    with office_of(at.desk) as later:
        window = window_over(later)
        window.resume_sending()
        _until(qtbot, lambda: later.report_lines([at.report_id]).result(10)[0].docflow_id)
        page = cast(SendPage, window.page(Place.SEND))
        _until(qtbot, lambda: not page._running())
        line = later.report_lines([at.report_id]).result(10)[0]
        later.synchronise(Work()).result(30)
        sent = [docflow for docflow in at.desk.store.mirror.docflows() if docflow.id == line.docflow_id]
        assert len(sent) == 1
        assert at.desk.store.reports.get(at.report_id).outbox is not None
        window.close()


def test_keys_card_stays_in_its_place_when_the_token_goes(at: AtTheToken, qtbot: QtBot) -> None:
    from extern_desktop.ui.widgets.carrier_card import CarrierCard

    def cards() -> list[str]:
        return [part.accessibleName() for part in parts_of(at.window.page(Place.KEYS), CarrierCard) if part.isVisible()]

    at.window.go(Place.KEYS)
    _until(qtbot, lambda: any("Подключён" in name for name in cards()))
    settle(qtbot, 100)
    picture(at.window, "keys-token")
    at.token.unplug(0)
    _until(qtbot, lambda: any("Не подключён" in name for name in cards()))
    assert len(cards()) == 1
    settle(qtbot, 100)
    picture(at.window, "keys-token-gone")
    at.token.plug(0)
    _until(qtbot, lambda: any("Подключён" in name and "Не" not in name for name in cards()))


def test_today_filled_button_sends_what_is_ready(at: AtTheToken, qtbot: QtBot) -> None:
    at.window.go(Place.TODAY)
    _until(qtbot, lambda: (button := at.window.page().primary_button()) is not None and "1" in button.text())
    at.window.press_primary()
    _until(qtbot, at.pin_field)
