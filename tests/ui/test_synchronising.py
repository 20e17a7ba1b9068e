"""The window synchronises by itself: at the start when what it shows is old, not when it is fresh, never when the setting says by hand."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest
from pytestqt.qtbot import QtBot

from conftest import allow_virtual_token
from extern_desktop.app import open_desk
from extern_desktop.jobs.work import Work
from extern_desktop.settings import options
from extern_desktop.settings.places import Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from extern_desktop.ui import synchronising
from extern_desktop.ui.desk_office import DeskOffice, office_of
from extern_desktop.ui.pages.first_run import FirstRunPage
from extern_desktop.ui.pages.today import TodayPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.window import Window
from ui.conftest import WindowOver, settle, until
from ui.heartbeat import Heartbeat, assert_alive, quiet_machine
from ui.looking import parts_of


@pytest.fixture
def training(places: Places) -> Iterator[DeskOffice]:
    """A training desk that was never synchronised."""
    save_settings(places.settings_file, Settings())
    with open_desk(places, stage=Stage.TRAINING) as desk, office_of(desk) as office:
        yield office


@pytest.fixture
def untouched(places: Places) -> Iterator[DeskOffice]:
    """The office of a computer on which nobody has chosen yet how to begin."""
    with open_desk(places, stage=Stage.TRAINING) as desk, office_of(desk) as office:
        yield office


def _today(window: Window) -> TodayPage:
    return cast(TodayPage, window.page(Place.TODAY))


def test_synchroniser_old_rows_are_made_fresh_without_a_press_and_the_loop_lives(training: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    quiet_machine(qtbot)
    window = window_over(training)
    with Heartbeat() as beat:
        until(qtbot, lambda: _today(window).due.rows.count() > 0)
        until(qtbot, lambda: not window._synchroniser.running)
    assert_alive(beat)


def test_synchroniser_fresh_rows_are_left_alone(training: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    training.synchronise(Work()).result(30)
    before = training.facts().result(10).synchronised_at
    window_over(training)
    settle(qtbot, 600)
    assert training.facts().result(10).synchronised_at == before


def test_synchroniser_by_hand_waits_for_the_person(training: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    training.change_preferences(replace(training.preferences(), synchronise_every_minutes=0)).result(10)
    window = window_over(training)
    settle(qtbot, 600)
    assert training.facts().result(10).synchronised_at is None
    window.synchronise()
    until(qtbot, lambda: _today(window).due.rows.count() > 0)


def test_synchroniser_goes_on_by_the_clock(
    training: DeskOffice, window_over: WindowOver, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronising, "MINUTE_MS", 60)  # every 15 minutes becomes every 0.9 seconds
    training.synchronise(Work()).result(30)
    before = training.facts().result(10).synchronised_at
    assert before is not None
    window_over(training)
    until(qtbot, lambda: (training.facts().result(10).synchronised_at or before) > before)


def test_first_run_real_work_says_that_it_begins_at_the_next_start(
    untouched: DeskOffice, places: Places, window_over: WindowOver, qtbot: QtBot
) -> None:
    window = window_over(untouched)
    parts_of(window, FirstRunPage)[0].real_button.click()
    until(qtbot, window.notice)
    until(qtbot, lambda: untouched.preferences().stage is Stage.REAL)
    settle(qtbot, 300)
    assert untouched.facts().result(10).synchronised_at is None  # what was not chosen does not begin


def test_first_run_language_switch_keeps_the_question(untouched: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(untouched)
    parts_of(window, FirstRunPage)[0]._speak("en")
    until(qtbot, lambda: any(page.isVisible() and "Begin" in page.training_button.text() for page in parts_of(window, FirstRunPage)))
    page = next(page for page in parts_of(window, FirstRunPage) if page.isVisible())
    assert not window._rail.isVisible()
    page.training_button.click()
    until(qtbot, lambda: _today(window).due.rows.count() > 0)


def test_training_report_is_opened_with_its_finding(training: DeskOffice, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(training)
    until(qtbot, lambda: "учебный отчёт" in _today(window).due.act.text())
    assert _today(window).due.second.isVisible()
    window.press_primary()
    page = window.page(Place.REPORTS)
    until(qtbot, lambda: page.isVisible() and page.view.opened_report is not None)  # type: ignore[attr-defined]  # pages are found by name
    window.go(Place.TODAY)
    until(qtbot, lambda: "учебный отчёт" not in _today(window).due.act.text())


def test_preferences_setting_that_the_window_does_not_show_survives_a_change(home: Path) -> None:
    places = Places(home)
    allow_virtual_token(places)
    with open_desk(places, stage=Stage.TRAINING) as desk, office_of(desk) as office:
        office.change_preferences(replace(office.preferences(), text_percent=120)).result(10)
        assert desk.settings.get(options.VIRTUAL_TOKEN_ALLOWED)
