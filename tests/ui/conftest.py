"""The real window on the real desk: a training operator, a workspace, reports with and without mistakes. Nothing is played."""

from __future__ import annotations

import gc
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from extern_desktop.app import open_desk
from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.document import set_value
from extern_desktop.forms.writing import IncomeTax, PersonName, new_usn_declaration
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.launch import ensure_running
from extern_desktop.sandbox.values import Pace
from extern_desktop.services.desk import Desk
from extern_desktop.settings.places import HOME_VARIABLE, Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from extern_desktop.ui import theme
from extern_desktop.ui.collecting import collect_on_this_thread
from extern_desktop.ui.desk_office import DeskOffice, office_of
from extern_desktop.ui.office import Preferences
from extern_desktop.ui.run import make_application
from extern_desktop.ui.window import Window
from extern_desktop.wording.texts import speak

ROMASHKA = Organisation("", "7701234560", "770101001", "ООО «Ромашка»")
WIND = Organisation("", "5908123454", "590801001", "ООО «Северный ветер»")
TAX = "/Файл/Документ/УСН/СумНалПУ_НП/РасчНал1/Исчисл"
PICTURES = Path(__file__).parents[2] / "build" / "pictures"
WAIT_MS = 20_000


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The offscreen platform says at each window with a least size that it can't pass it on: it has no window manager to pass it to."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.qt_log_ignore("propagateSizeHints"))


def write_report(folder: Path, payer: Organisation, authority: str = "0087", *, is_right: bool = True, income: int = 1_250_000) -> Path:
    """A declaration of last year as an accounting program would write it; a wrong one has a tax that is not income times rate."""
    content = new_usn_declaration(
        payer=payer,
        year=2025,
        figures=IncomeTax(income=(income, 1_480_000, 1_310_000, 1_690_000), reductions=(30_000, 32_000, 31_500, 33_000), rate_percent=Decimal("6.0")),
        signer=PersonName("Образцова", "Анна", "Тестовна"),
        authority_code=authority,
        made_on=date(2026, 2, 2),
    )
    if not is_right:
        content = set_value(content, TAX, "@СумЗаКв", "76000")
    name = content.decode("cp1251").partition('ИдФайл="')[2].partition('"')[0]
    path = folder / f"{name}.xml"
    path.write_bytes(content)
    return path


@dataclass(slots=True)
class Workplace:
    """An open desk, its office, and the ids of the two reports that lie on it."""

    desk: Desk
    office: DeskOffice
    right_report: str
    wrong_report: str


@pytest.fixture(autouse=True)
def collecting(qapp: QApplication) -> Iterator[None]:
    """The window's thread alone collects garbage, as in the program; other tests have no event loop to do it."""
    collect_on_this_thread(qapp)
    yield
    gc.enable()


@pytest.fixture(scope="session")
def session_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("window")
    before = os.environ.get(HOME_VARIABLE)
    os.environ[HOME_VARIABLE] = str(folder)
    yield folder
    if before is None:
        del os.environ[HOME_VARIABLE]
    else:
        os.environ[HOME_VARIABLE] = before


@pytest.fixture(scope="session")
def operator_folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One training operator for all windows, in a process of its own: its start is what takes the time."""
    folder = tmp_path_factory.mktemp("operator")
    running = ensure_running(folder, Pace.INSTANT)
    yield folder
    running.close()


@pytest.fixture
def places(home: Path, operator_folder: Path) -> Places:
    """A home whose training operator runs already."""
    made = Places(home)
    made.training_operator.symlink_to(operator_folder, target_is_directory=True)
    return made


@pytest.fixture(scope="session")
def workplace(session_home: Path, operator_folder: Path) -> Iterator[Workplace]:
    """Opened once: synchronised with the training operator, one right and one wrong report imported. Tests that change reports make their own."""
    places = Places(session_home)
    places.training_operator.symlink_to(operator_folder, target_is_directory=True)
    save_settings(places.settings_file, Settings())
    with open_desk(places, stage=Stage.TRAINING) as desk, office_of(desk) as office:
        office.synchronise(Work()).result(60)
        right = office.import_report(write_report(session_home, ROMASHKA), Work()).result(30)
        wrong = office.import_report(write_report(session_home, WIND, is_right=False), Work()).result(30)
        yield Workplace(desk, office, right.report_id, wrong.report_id)


@pytest.fixture
def office(workplace: Workplace) -> DeskOffice:
    return workplace.office


OpenWindow = Callable[..., Window]
WindowOver = Callable[..., Window]


@pytest.fixture
def window_over(qapp: QApplication, qtbot: QtBot) -> Iterator[WindowOver]:
    """Makes the window over an office of the test's own, as the program does; closes it at the end."""
    opened: list[Window] = []

    def make(office: DeskOffice, size: QSize | None = None, **looks: object) -> Window:
        preferences = replace(office.preferences(), theme="light", **looks)  # type: ignore[arg-type]  # names of Preferences
        make_application(preferences)
        window = Window(preferences)
        window.resize(size or QSize(1366, 768))
        opened.append(window)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.attach(office)
        return window

    yield make
    for window in opened:
        window.close()
        window.deleteLater()
    qapp.processEvents()
    make_application(Preferences())


@pytest.fixture
def open_window(window_over: WindowOver, qtbot: QtBot, workplace: Workplace) -> OpenWindow:
    """Makes the real window in a size, language and theme, with the office behind it; closes it at the end."""

    def make(size: QSize | None = None, **looks: object) -> Window:
        window = window_over(workplace.office, size, **looks)
        window.preferences = replace(workplace.office.preferences(), theme="light", **looks)  # type: ignore[arg-type]  # names of Preferences
        settle(qtbot)
        return window

    return make


@pytest.fixture
def window(open_window: OpenWindow) -> Window:
    return open_window()


def until(qtbot: QtBot, happened: Callable[[], object]) -> None:
    """Wait for something that comes by itself."""
    qtbot.waitUntil(lambda: bool(happened()), timeout=WAIT_MS)


def settle(qtbot: QtBot, milliseconds: int = 250) -> None:
    """Let what was asked of the lanes come back and be painted."""
    qtbot.wait(milliseconds)


def speak_and_dress(language: str, name: str, percent: int = 100) -> None:
    """Language and theme without a window."""
    app = QApplication.instance()
    speak(language)
    theme.apply(cast(QApplication, app), name, percent)


def picture(window: Window, name: str) -> Path:
    """Save what the window looks like into `build/pictures`, to be looked at."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    path = PICTURES / f"{name}.png"
    window.grab().save(str(path))
    return path
