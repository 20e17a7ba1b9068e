"""Pictures of the real window at moments of the demo, made without a screen.

The window is opened over the desk that the demo works at; nothing is clicked and nothing is changed by it.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication

from extern_desktop.services.demonstrate import Scene
from extern_desktop.ui.desk_office import office_of
from extern_desktop.ui.office import Preferences
from extern_desktop.ui.pages.diagnostics import DiagnosticsPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.preferences import preferences_of
from extern_desktop.ui.run import DESIGNED_FOR, make_application, make_window
from extern_desktop.ui.window import Window

SETTLE_SECONDS: Final = 8.0
"""A page that has not come to rest by then is taken as it is."""
_QUIET_SECONDS: Final = 0.15
_TURN_SECONDS: Final = 0.02


@dataclass(frozen=True, slots=True)
class Shot:
    """One picture of one scene."""

    name: str
    show: Callable[[Window, Scene], None]
    theme: str = "light"


def _open_diagnostics(window: Window, scene: Scene) -> None:
    window.go(Place.CHECK_UP)
    if scene.diagnostics is not None:
        cast(DiagnosticsPage, window.page(Place.CHECK_UP)).show_report(scene.diagnostics)


def _open_docflow(window: Window, scene: Scene) -> None:
    row = scene.desk.store.reports.get(scene.report_id)
    window.open_docflow(scene.report_id, (row.outbox.docflow_id or "") if row.outbox else "")


SHOTS: Final[Mapping[str, Sequence[Shot]]] = {
    "today-before": (
        Shot("01-today", lambda window, _scene: window.go(Place.TODAY)),
        Shot("02-calendar", lambda window, _scene: window.go(Place.CALENDAR)),
    ),
    "report-with-a-mistake": (Shot("03-report-with-a-mistake", lambda window, scene: window.open_report(scene.report_id)),),
    "report-corrected": (Shot("04-reports", lambda window, _scene: window.go(Place.REPORTS)),),
    "sent": (Shot("05-sent", _open_docflow),),
    "accepted": (
        Shot("06-accepted", _open_docflow),
        Shot("07-today-afterwards", lambda window, _scene: window.go(Place.TODAY), theme="dark"),
        Shot("08-calendar-afterwards", lambda window, _scene: window.go(Place.CALENDAR)),
    ),
    "keys": (Shot("09-keys", lambda window, _scene: window.go(Place.KEYS)),),
    "check-up": (Shot("10-check-up", _open_diagnostics),),
    "settings": (Shot("11-settings", lambda window, _scene: window.go(Place.SETTINGS), theme="dark"),),
}


def take_pictures(scene: Scene, folder: Path) -> Sequence[Path]:
    """Write the pictures of this scene and give their paths; none for a scene without pictures."""
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    folder.mkdir(parents=True, exist_ok=True)
    preferences = preferences_of(scene.desk.settings)
    return [_take(shot, scene, replace(preferences, theme=shot.theme, first_run=False), folder) for shot in SHOTS.get(scene.name, ())]


def _take(shot: Shot, scene: Scene, preferences: Preferences, folder: Path) -> Path:
    app = make_application(preferences)
    window = make_window(preferences)
    window.resize(DESIGNED_FOR)
    with office_of(scene.desk) as office:
        window.show()
        window.attach(office)
        settle(app, window)
        shot.show(window, scene)
        image = settle(app, window)
        window.close()
        window.deleteLater()
        app.processEvents()
    path = folder / f"{shot.name}.png"
    image.save(str(path))
    return path


def settle(app: QApplication, window: Window) -> QImage:
    """Let the window read what it shows, and give its picture once it no longer changes."""
    deadline, quiet_since = time.monotonic() + SETTLE_SECONDS, time.monotonic()
    before = window.grab().toImage()
    while time.monotonic() < deadline and time.monotonic() - quiet_since < _QUIET_SECONDS:
        app.processEvents()
        time.sleep(_TURN_SECONDS)
        now = window.grab().toImage()
        if now != before:
            before, quiet_since = now, time.monotonic()
    return before
