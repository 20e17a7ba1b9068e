"""Every page in both languages, in the smallest and the usual size: nothing cut, nothing unnamed, no label that draws markup."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from pytestqt.qtbot import QtBot

import extern_desktop.ui
from extern_desktop.ui.places import Place
from extern_desktop.ui.window import Window
from ui.conftest import OpenWindow, Workplace, picture, settle
from ui.looking import rich_labels, unfitting, unnamed

SIZES = [QSize(1366, 768), QSize(1024, 640)]
UI = Path(extern_desktop.ui.__file__).parent


def _name(size: QSize) -> str:
    return f"{size.width()}x{size.height()}"


def _open(window: Window, place: Place, qtbot: QtBot) -> None:
    window.go(place)
    if place is Place.CHECK_UP:
        page = window.page()
        qtbot.waitUntil(lambda: page.report is not None, timeout=60_000)  # type: ignore[attr-defined]
    settle(qtbot)


@pytest.mark.parametrize("size", SIZES, ids=_name)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_pages_every_place_fits_and_is_named(open_window: OpenWindow, workplace: Workplace, qtbot: QtBot, language: str, size: QSize) -> None:
    window = open_window(size, language=language)
    for place in Place:
        _open(window, place, qtbot)
        picture(window, f"{place.value}-light-{language}-{_name(size)}")
        assert unfitting(window) == [], place
        assert unnamed(window) == [], place
        assert rich_labels(window) == [], place


@pytest.mark.parametrize("size", SIZES, ids=_name)
@pytest.mark.parametrize("language", ["ru", "en"])
def test_report_view_with_findings_fits_and_is_named(open_window: OpenWindow, workplace: Workplace, qtbot: QtBot, language: str, size: QSize) -> None:
    window = open_window(size, language=language)
    window.open_report(workplace.wrong_report)
    settle(qtbot, 600)
    picture(window, f"report-light-{language}-{_name(size)}")
    assert unfitting(window) == []
    assert unnamed(window) == []
    assert rich_labels(window) == []


@pytest.mark.parametrize("theme", ["dark", "contrast"])
def test_pages_other_themes_are_drawn(open_window: OpenWindow, workplace: Workplace, qtbot: QtBot, theme: str) -> None:
    window = open_window()
    light = window.grab().toImage()
    window.preferences = type(window.preferences)(language="ru", theme=theme)
    window.rebuild()
    for place in (Place.CALENDAR, Place.REPORTS, Place.KEYS, Place.SETTINGS, Place.TODAY):
        _open(window, place, qtbot)
        picture(window, f"{place.value}-{theme}")
    window.open_report(workplace.wrong_report)
    settle(qtbot, 600)
    picture(window, f"report-{theme}")
    window.go(Place.TODAY)
    settle(qtbot)
    assert window.grab().toImage().pixelColor(5, 5) != light.pixelColor(5, 5)


def test_pages_largest_text_fits_the_usual_window(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(QSize(1366, 768), text_percent=130)
    for place in (Place.TODAY, Place.REPORTS, Place.SETTINGS, Place.KEYS):
        _open(window, place, qtbot)
        picture(window, f"{place.value}-text130")
        assert unfitting(window) == [], place


def test_source_labels_are_made_in_one_place_and_message_boxes_only_for_our_own_bugs() -> None:
    """`QLabel(...)` anywhere else could draw what came from outside as markup."""
    offenders = []
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("QLabel", "QMessageBox"):
                offenders.append(f"{path.name}:{node.lineno}")
    assert [place for place in offenders if not place.startswith(("basics.py", "run.py"))] == []


def test_source_every_text_is_looked_up_when_shown() -> None:
    """A call of `_t` at import time would freeze the language."""
    frozen = []
    for path in UI.rglob("*.py"):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in tree.body:
            if isinstance(node, (ast.Assign, ast.AnnAssign)) and node.value is not None:
                outside = [n for n in ast.walk(node.value) if isinstance(n, ast.Call) and isinstance(n.func, ast.Name) and n.func.id in ("_t", "_n")]
                lambdas = [n for n in ast.walk(node.value) if isinstance(n, ast.Lambda)]
                inside = [n for one in lambdas for n in ast.walk(one) if n in outside]
                frozen += [f"{path.name}:{n.lineno}" for n in outside if n not in inside]
    assert frozen == []
