"""Copying a key container from the window, on real containers: copied and verified, refused with the reason, never over something else."""

from __future__ import annotations

from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from extern_desktop.sandbox.training_container import build_container, new_container_key
from extern_desktop.ui.pages.keys import KeysPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.window import Window
from ui.conftest import picture, settle, until
from ui.looking import parts_of, unfitting, unnamed


@pytest.fixture
def drive(tmp_path: Path) -> Path:
    made = tmp_path / "drive"
    made.mkdir()
    return made


@pytest.fixture
def target(tmp_path: Path) -> Path:
    made = tmp_path / "backup"
    made.mkdir()
    return made


def _start(window: Window, qtbot: QtBot, drive: Path) -> KeysPage:
    window.go(Place.KEYS)
    page = cast(KeysPage, window.page(Place.KEYS))
    page.open_copy()
    page.copy.look_into(drive)
    return page


def _button(page: KeysPage, words: str) -> QPushButton:
    return next(part for part in parts_of(page.copy, QPushButton) if part.text().strip() == words and part.isVisible())


def _banners(page: KeysPage) -> list[str]:
    return [f"{part.title} {part.text}" for part in parts_of(page.copy, Banner) if part.isVisible()]


def _labels(page: KeysPage) -> str:
    return " ".join(part.text() for part in parts_of(page.copy, QLabel) if part.isVisible())


def test_copy_is_made_byte_for_byte_and_verified(window: Window, qtbot: QtBot, drive: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source = build_container(drive / "good.000", new_container_key(), name="Образцова")
    monkeypatch.setattr(window, "ask_folder", lambda _title: target)  # the system's dialog is not ours to drive
    page = _start(window, qtbot, drive)
    until(qtbot, lambda: any(part.isVisible() for part in parts_of(page.copy, QPushButton) if "Копировать этот" in part.text()))
    settle(qtbot)
    picture(window, "copy-found")
    assert (unfitting(window), unnamed(window)) == ([], [])
    _button(page, "Копировать этот").click()
    settle(qtbot)
    picture(window, "copy-plan")
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: any("Копия готова" in said for said in _banners(page)))
    picture(window, "copy-done")
    copies = [folder for folder in target.rglob("*") if folder.is_dir()]
    assert len(copies) == 1
    assert {one.name: one.read_bytes() for one in copies[0].iterdir()} == {one.name: one.read_bytes() for one in source.iterdir()}


def test_copy_of_a_key_that_must_stay_is_refused_with_the_ways_out(window: Window, qtbot: QtBot, drive: Path) -> None:
    build_container(drive / "stay.000", new_container_key(), name="Остаётся", exportable=False)
    page = _start(window, qtbot, drive)
    until(qtbot, lambda: _banners(page))
    settle(qtbot)
    picture(window, "copy-refused")
    assert "не копируется" in _banners(page)[0]
    assert "МЧД" in _banners(page)[0]
    assert not _button(page, "Копировать этот").isEnabled()


def test_copy_never_overwrites_what_is_there(window: Window, qtbot: QtBot, drive: Path, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    build_container(drive / "good.000", new_container_key(), name="Образцова")
    (target / "good.000").mkdir()
    (target / "good.000" / "note.txt").write_text("mine", encoding="utf-8")
    monkeypatch.setattr(window, "ask_folder", lambda _title: target)
    page = _start(window, qtbot, drive)
    until(qtbot, lambda: any(part.isVisible() for part in parts_of(page.copy, QPushButton) if "Копировать этот" in part.text()))
    _button(page, "Копировать этот").click()
    settle(qtbot, 50)
    qtbot.keyClick(window, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until(qtbot, lambda: any(part.tone in ("bad", "ok") for part in parts_of(page.copy, Banner) if part.isVisible()))
    banner = next(part for part in parts_of(page.copy, Banner) if part.isVisible())
    assert banner.tone == "bad", banner.title
    assert sorted(one.name for one in (target / "good.000").iterdir()) == ["note.txt"]
    assert (target / "good.000" / "note.txt").read_text(encoding="utf-8") == "mine"


def test_copy_empty_folder_says_what_a_container_is(window: Window, qtbot: QtBot, drive: Path) -> None:
    page = _start(window, qtbot, drive)
    until(qtbot, lambda: "name.000" in _labels(page) or ".000" in _labels(page))
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert page.isVisible()
