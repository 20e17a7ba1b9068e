"""The whole main way from the window, as a newcomer walks it: nothing from outside, a virtual token in the slot."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from conftest import allow_virtual_token
from extern_desktop.app import open_desk
from extern_desktop.domain.docflows import CellStatus
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.settings.places import Places, Stage
from extern_desktop.ui import dates
from extern_desktop.ui.desk_office import DeskOffice, office_of
from extern_desktop.ui.pages.first_run import FirstRunPage
from extern_desktop.ui.pages.reports import ReportsPage
from extern_desktop.ui.pages.send import SendPage
from extern_desktop.ui.pages.today import TodayPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.carrier_card import CarrierCard
from extern_desktop.ui.widgets.pin_card import PinCard
from extern_desktop.ui.widgets.rows import RowList
from extern_desktop.ui.window import Window
from ui.conftest import WindowOver, picture, settle, until
from ui.looking import parts_of
from virtual_rutoken.plug import VirtualRutoken

PIN = "12345678"


@pytest.fixture
def newcomer(home: Path, rutoken: VirtualRutoken) -> Iterator[DeskOffice]:
    """The office of a computer on which the program was never started, with a token in it and an operator of its own."""
    places = Places(home)
    allow_virtual_token(places)
    with open_desk(places, stage=Stage.TRAINING) as desk:
        places.settings_file.unlink()
        with office_of(desk) as office:
            yield office


def _press(root: QWidget, words: str) -> None:
    found = [part for part in parts_of(root, QPushButton) if words in part.text() and part.isVisible() and part.isEnabled()]
    assert found, words
    found[0].click()


def _has_button(root: QWidget, words: str) -> bool:
    return any(words in part.text() and part.isVisible() and part.isEnabled() for part in parts_of(root, QPushButton))


def _type_pin(window: Window, qtbot: QtBot) -> None:
    def field() -> QLineEdit | None:
        cards = [part for part in parts_of(window, PinCard) if part.isVisible() and part.isEnabled()]
        return cards[0].field if cards else None

    until(qtbot, field)
    typed = field()
    assert typed is not None
    qtbot.keyClicks(typed, PIN)
    qtbot.keyClick(typed, Qt.Key.Key_Return)


def _banners(window: Window) -> str:
    return " ".join(f"{part.title} {part.text}" for part in parts_of(window, Banner) if part.isVisible())


def test_main_way_from_first_run_to_the_green_cell(newcomer: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(newcomer)
    first = parts_of(window, FirstRunPage)[0]
    picture(window, "first-run")
    assert newcomer.facts().result(10).synchronised_at is None  # nothing begins before the person has chosen
    qtbot.keyClick(first.training_button, Qt.Key.Key_Space)

    today = cast(TodayPage, window.page(Place.TODAY))
    until(qtbot, lambda: today.due.rows.isVisible() and _has_button(today, "Взять учебный отчёт"))  # it synchronised by itself
    settle(qtbot)
    picture(window, "main-way-1-today")

    window.go(Place.KEYS)
    until(qtbot, lambda: parts_of(window.page(), CarrierCard) and _has_button(window.page(), "Получить учебный сертификат"))
    _press(window.page(), "Получить учебный сертификат")
    listing = next(part for part in parts_of(window.page(), RowList) if part.accessibleName() == "Для какой организации?")
    qtbot.keyClick(listing, Qt.Key.Key_Return)
    _type_pin(window, qtbot)
    until(qtbot, lambda: "учебный сертификат" in _banners(window).casefold())

    window.go(Place.TODAY)
    settle(qtbot)
    _press(today, "Взять учебный отчёт")
    view = cast(ReportsPage, window.page(Place.REPORTS)).view
    until(qtbot, lambda: view.isVisible() and view.opened_report is not None)
    report = view.opened_report
    assert report is not None
    assert report.line.standing is ReportStanding.HAS_ERRORS
    settle(qtbot)
    picture(window, "main-way-2-finding")
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert isinstance(view.focusWidget(), QLineEdit)
    assert not view.send_button.isEnabled()
    _press(view, "Вписать")
    until(qtbot, view.send_button.isEnabled)

    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    _type_pin(window, qtbot)
    until(qtbot, lambda: "Отчёт принят: квитанция получена" in _banners(window))
    send = cast(SendPage, window.page(Place.SEND))
    until(qtbot, lambda: _has_button(send, "Подписать квитанции"))
    _press(send, "Подписать квитанции")
    _type_pin(window, qtbot)
    until(qtbot, lambda: not send._running())
    line = newcomer.report_lines([report.line.report_id]).result(10)[0]
    assert (line.standing, line.owed_replies) == (ReportStanding.ACCEPTED, 0)
    due_on = line.due_on
    assert due_on is not None

    window.synchronise()
    until(qtbot, lambda: CellStatus.ACCEPTED in {cell.status for cell in newcomer.calendar(due_on, due_on).result(10)})
    window.open_day(due_on)
    settle(qtbot)
    picture(window, "main-way-3-calendar")
    cells = newcomer.calendar(due_on, due_on).result(10)
    mine = next(cell for cell in cells if line.organisation is not None and cell.organisation.inn == line.organisation.inn)
    assert mine.status is CellStatus.ACCEPTED
    assert due_on >= dates.today()
