"""Every question of a worker, answered and refused from the keyboard. Nothing that was typed stays in the window."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import replace
from typing import Any, cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from extern_desktop.domain.secrets import Password, Pin
from extern_desktop.jobs.lanes import Lane
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.services.list_keys import list_keys
from extern_desktop.services.questions import (
    AskNewPin,
    AskPassword,
    AskPin,
    ChooseCertificate,
    ConfirmLastAttempt,
    InsertToken,
    NewPin,
    OpenInBrowser,
)
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.values import Attempts
from extern_desktop.ui.passphrase import AskPassphrase
from extern_desktop.ui.question_sheet import QuestionSheet
from extern_desktop.ui.widgets.new_pin_card import NewPinCard
from extern_desktop.ui.window import Window
from ui.conftest import Workplace, settle, until
from ui.looking import parts_of, rich_labels, unfitting, unnamed

ASK_PIN = AskPin("Rutoken", "11", Attempts.MANY, 10, 10, False, 6, 32, "Образцова Анна Тестовна", ("report.xml",))


@pytest.fixture
def lane() -> Iterator[Lane]:
    with Lane("asking") as made:
        yield made


def _certificates(workplace: Workplace) -> tuple[Certificate, ...]:
    return tuple(row.certificate for row in list_keys(desk=workplace.desk).certificates)


def _ask(window: Window, qtbot: QtBot, lane: Lane, question: Question[Any]) -> Future[Any]:
    """Let a worker ask, and wait until the card has the focus."""
    futures: list[Future[Any]] = []

    def begin(work: Work) -> Future[Any]:
        futures.append(lane.run(work.ask, question))
        return futures[0]

    window.run(begin)
    until(qtbot, lambda: _sheets(window))
    settle(qtbot, 60)
    assert unnamed(_sheets(window)[0]) == []
    assert unfitting(_sheets(window)[0]) == []
    assert rich_labels(_sheets(window)[0]) == []
    return futures[0]


def _sheets(window: Window) -> list[QuestionSheet]:
    return [sheet for sheet in parts_of(window.centralWidget(), QuestionSheet) if sheet.isVisible()]


def _focused(window: Window) -> QWidget:
    focused = window.focusWidget()
    assert focused is not None
    return focused


TYPED = [
    (ASK_PIN, "12345678", Pin("12345678")),
    (AskPassword("anna", "127.0.0.1"), "secret words", Password("secret words")),
    (AskPassphrase(is_new=False), "x", Password("x")),
    (AskPassphrase(is_new=True), "long enough", Password("long enough")),
]


@pytest.mark.parametrize(("question", "typed", "answer"), TYPED, ids=["pin", "password", "passphrase", "new-passphrase"])
def test_card_typed_and_enter_answers_and_keeps_nothing(
    window: Window, qtbot: QtBot, lane: Lane, question: Question[Any], typed: str, answer: object
) -> None:
    future = _ask(window, qtbot, lane, question)
    field = cast(QLineEdit, _focused(window))
    assert field.echoMode() is QLineEdit.EchoMode.Password
    qtbot.keyClicks(field, typed)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    assert future.result(5) == answer
    assert field.text() == ""
    until(qtbot, lambda: not _sheets(window))


def test_card_new_passphrase_that_is_too_short_is_not_taken(window: Window, qtbot: QtBot, lane: Lane) -> None:
    future = _ask(window, qtbot, lane, AskPassphrase(is_new=True))
    field = cast(QLineEdit, _focused(window))
    qtbot.keyClicks(field, "short")
    qtbot.keyClick(field, Qt.Key.Key_Return)
    settle(qtbot, 100)
    assert not future.done()
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    with pytest.raises(Cancelled):
        future.result(5)


def test_card_certificate_is_chosen_with_arrow_and_enter(window: Window, qtbot: QtBot, lane: Lane, workplace: Workplace) -> None:
    candidates = _certificates(workplace)
    assert len(candidates) >= 2
    future = _ask(window, qtbot, lane, ChooseCertificate("ООО «Ромашка»", candidates))
    qtbot.keyClick(_focused(window), Qt.Key.Key_Down)
    qtbot.keyClick(_focused(window), Qt.Key.Key_Return)
    assert future.result(5) == candidates[1]


NEW_PIN = AskNewPin("Rutoken", "11", False, Attempts.FEW, 9, 10, False, 6, 32)


@pytest.mark.parametrize("by_administrator", [False, True])
def test_card_new_pin_goes_out_once_both_are_the_same_and_keeps_nothing(window: Window, qtbot: QtBot, lane: Lane, by_administrator: bool) -> None:
    future = _ask(window, qtbot, lane, replace(NEW_PIN, by_administrator=by_administrator))
    (box,) = parts_of(_sheets(window)[0], NewPinCard)
    assert _focused(window) is box.proof
    for field, typed in ((box.proof, "12345678"), (box.new, "8765"), (box.again, "8765")):
        assert field.echoMode() is QLineEdit.EchoMode.Password
        qtbot.keyClicks(field, typed)
    assert not box.set_button.isEnabled()  # too short
    qtbot.keyClicks(box.new, "00")
    assert not box.set_button.isEnabled()  # not the same
    qtbot.keyClicks(box.again, "00")
    qtbot.keyClick(box.again, Qt.Key.Key_Return)

    assert future.result(5) == NewPin(Pin("12345678"), Pin("876500"))
    assert (box.proof.text(), box.new.text(), box.again.text()) == ("", "", "")
    until(qtbot, lambda: not _sheets(window))


def test_card_last_attempt_is_refused_by_enter_and_used_by_its_button_only(window: Window, qtbot: QtBot, lane: Lane) -> None:
    refused = _ask(window, qtbot, lane, ConfirmLastAttempt("Rutoken", by_administrator=False))
    qtbot.keyClick(_focused(window), Qt.Key.Key_Space)
    with pytest.raises(Cancelled):
        refused.result(5)
    until(qtbot, lambda: not _sheets(window))

    used = _ask(window, qtbot, lane, ConfirmLastAttempt("Rutoken", by_administrator=True))
    next(part for part in parts_of(_sheets(window)[0], QPushButton) if part.text() == "Попробовать").click()
    assert used.result(5) is None


REFUSED = [
    ASK_PIN,
    NEW_PIN,
    ConfirmLastAttempt("Rutoken", by_administrator=False),
    InsertToken("Образцова Анна Тестовна", "11", 0, 1),
    AskPassword("anna", "127.0.0.1"),
    OpenInBrowser("https://127.0.0.1/device", "AB-12"),
]


@pytest.mark.parametrize("question", REFUSED, ids=lambda question: type(question).__name__)
def test_card_escape_refuses(window: Window, qtbot: QtBot, lane: Lane, question: Question[Any]) -> None:
    future = _ask(window, qtbot, lane, question)
    qtbot.keyClick(_focused(window), Qt.Key.Key_Escape)
    with pytest.raises(Cancelled):
        future.result(5)
    until(qtbot, lambda: not _sheets(window))
