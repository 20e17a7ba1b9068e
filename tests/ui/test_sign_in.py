"""Signing in from Settings to an operator on a real socket, in real work: by browser, by password, out again; and what a lost line looks like."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest
import requests
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from extern_desktop.app import open_desk
from extern_desktop.domain.secrets import Password
from extern_desktop.sandbox.address import read_address
from extern_desktop.sandbox.office import Office
from extern_desktop.services.desk import Desk
from extern_desktop.settings import options
from extern_desktop.settings.places import Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from extern_desktop.ui import synchronising
from extern_desktop.ui.desk_office import DeskOffice, office_of
from extern_desktop.ui.pages.operator_card import OperatorCard
from extern_desktop.ui.pages.settings import SettingsPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.question_sheet import QuestionSheet
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.rail import RailFact
from extern_desktop.ui.window import Window
from journeys.breaking_operator import App, Message, Saboteur, Scope, answer, serving
from ui.conftest import WindowOver, picture, settle, until
from ui.looking import parts_of

KEY = "11111111-2222-3333-4444-555555555555"


class Line(Saboteur):
    """The line to the operator, which can be down: then a proxy answers in its place."""

    is_down = False

    def wrap(self, app: App) -> App:
        async def through(scope: Scope, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]) -> None:
            if scope["type"] == "http" and self.is_down:
                await answer(200, b"<html>Sign in to the hotel network</html>", "text/html")(scope, send)
                return
            await app(scope, receive, send)

        return through


@dataclass(slots=True)
class RealWork:
    """Real work against an operator on this computer."""

    office: DeskOffice
    desk: Desk
    operator: Office
    url: str
    line: Line


@pytest.fixture
def real(home: Path, tmp_path: Path) -> Iterator[RealWork]:
    places = Places(home)
    line = Line()
    with serving(tmp_path / "operator", line) as operator:
        address = read_address(tmp_path / "operator")
        assert address is not None
        url = f"http://127.0.0.1:{address.port}"
        settings = Settings()
        for option, value in ((options.OPERATOR_API_URL, url), (options.OPERATOR_IDENTITY_URL, url)):
            settings = settings.with_value(option, value)
        save_settings(places.settings_file, settings.with_value(options.STAGE, Stage.REAL))
        with open_desk(places, stage=Stage.REAL, ask_passphrase=lambda _is_new: Password("a long passphrase")) as desk, office_of(desk) as office:
            yield RealWork(office, desk, operator, url, line)


def _settings(window: Window) -> SettingsPage:
    window.go(Place.SETTINGS)
    return cast(SettingsPage, window.page(Place.SETTINGS))


def _rail(window: Window) -> list[str]:
    return [part.text() for part in parts_of(window, RailFact)]


def _sheet(window: Window) -> QuestionSheet | None:
    found = [part for part in parts_of(window.centralWidget(), QuestionSheet) if part.isVisible()]
    return found[0] if found else None


def _sign_in_by_password(real: RealWork, window: Window, qtbot: QtBot, password: str) -> OperatorCard:
    card = _settings(window).operator
    until(qtbot, card.browser_button.isVisible)
    card.login.setFocus()
    qtbot.keyClicks(card.login, real.operator.account.login)
    qtbot.keyClick(card.login, Qt.Key.Key_Return)
    until(qtbot, lambda: _sheet(window))
    field = cast(QLineEdit, window.focusWidget())
    assert field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, password)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    return card


def test_sign_in_by_password_is_remembered_and_synchronises(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _sign_in_by_password(real, window, qtbot, real.operator.account.password.reveal())
    until(qtbot, lambda: card.out_button.isVisible() and not card.browser_button.isVisible())
    until(qtbot, lambda: len(real.office.organisations().result(10)) == 3)
    until(qtbot, lambda: "Связь есть" in _rail(window))
    settle(qtbot)
    picture(window, "settings-signed-in")
    with office_of(real.desk) as later:
        assert later.facts().result(10).signed_in


def test_sign_in_wrong_password_is_said_and_changes_nothing(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _sign_in_by_password(real, window, qtbot, "wrong one")
    until(qtbot, window.notice)
    assert card.browser_button.isEnabled()
    assert not real.office.facts().result(10).signed_in


def test_sign_in_in_the_browser_shows_the_code_and_goes_on_when_it_is_confirmed(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _settings(window).operator
    until(qtbot, card.browser_button.isVisible)
    qtbot.keyClick(card.browser_button, Qt.Key.Key_Space)
    until(qtbot, lambda: _sheet(window))
    settle(qtbot, 100)
    picture(window, "settings-browser")
    sheet = _sheet(window)
    assert sheet is not None
    said = [part.text() for part in parts_of(sheet, QLabel)]
    assert any(real.url in text for text in said)
    code = next(part.text() for part in parts_of(sheet, QLabel) if part.accessibleName().startswith("Код"))
    assert requests.post(f"{real.url}/device", data={"user-code": code, "answer": "allow"}, timeout=10).ok
    until(qtbot, lambda: _sheet(window) is None and card.out_button.isVisible())


def test_sign_in_in_the_browser_refused_by_escape_waits_no_more(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _settings(window).operator
    until(qtbot, card.browser_button.isVisible)
    card.browser_button.click()
    until(qtbot, lambda: _sheet(window))
    sheet = _sheet(window)
    assert sheet is not None
    qtbot.keyClick(sheet, Qt.Key.Key_Escape)
    until(qtbot, lambda: card.browser_button.isEnabled())
    assert window.notice() is None  # a person's wish is no error
    assert not real.office.facts().result(10).signed_in


def test_sign_out_forgets_the_tokens(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _sign_in_by_password(real, window, qtbot, real.operator.account.password.reveal())
    until(qtbot, card.out_button.isVisible)
    card.out_button.click()
    until(qtbot, lambda: "Вход не выполнен" in _rail(window))
    assert not real.office.facts().result(10).signed_in


def test_api_key_goes_to_the_secrets_and_is_never_shown_again(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    card = _settings(window).operator
    until(qtbot, card.key.isVisible)
    assert card.key.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(card.key, KEY)
    qtbot.keyClick(card.key, Qt.Key.Key_Return)
    assert card.key.text() == ""
    until(qtbot, lambda: card.key.placeholderText() != "" and card.forget_button.isVisible())
    kept = real.desk.store.secrets.get(options.OPERATOR_API_KEY.name)
    assert kept is not None
    assert kept.reveal() == KEY
    assert KEY not in real.desk.places.settings_file.read_text(encoding="utf-8")
    card.forget_button.click()
    until(qtbot, lambda: not card.forget_button.isVisible())
    assert real.desk.store.secrets.get(options.OPERATOR_API_KEY.name) is None


def test_synchronise_without_sign_in_offers_the_way_there(real: RealWork, window_over: WindowOver, qtbot: QtBot) -> None:
    window = window_over(real.office)
    until(qtbot, lambda: "Вход не выполнен" in _rail(window))
    assert window.notice() is None  # what began by itself nags nobody
    qtbot.keyClick(window, Qt.Key.Key_F5)
    until(qtbot, window.notice)
    notice = window.notice()
    assert notice is not None
    next(part for part in parts_of(notice, QPushButton) if part.text() == "Войти").click()
    assert window.page() is window.page(Place.SETTINGS)
    assert window.notice() is None


def test_lost_line_is_one_quiet_banner_and_goes_away_by_itself(
    real: RealWork, window_over: WindowOver, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(synchronising, "MINUTE_MS", 20)  # every 15 minutes becomes every 0.3 seconds
    window = window_over(real.office)
    card = _sign_in_by_password(real, window, qtbot, real.operator.account.password.reveal())
    until(qtbot, card.out_button.isVisible)
    until(qtbot, lambda: "Связь есть" in _rail(window))
    real.line.is_down = True
    until(qtbot, window.notice)
    notice = window.notice()
    assert isinstance(notice, Banner)
    assert notice.tone == "warn"
    assert "Нет связи с" in notice.title
    until(qtbot, lambda: "Нет связи" in _rail(window))
    picture(window, "line-lost")
    settle(qtbot, 1500)
    assert window.notice() is notice  # the next failures say nothing new
    real.line.is_down = False
    until(qtbot, lambda: window.notice() is None)
    until(qtbot, lambda: "Связь есть" in _rail(window))
