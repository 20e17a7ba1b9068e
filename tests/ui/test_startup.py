"""The start of the window: what it loads before it is first seen, and Today as it was kept by the start before."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from extern_desktop.app import open_desk
from extern_desktop.jobs.work import Work
from extern_desktop.services.today_snapshot import KeptToday, keep_today, read_kept_today
from extern_desktop.services.today_values import Today
from extern_desktop.settings.places import HOME_VARIABLE, Places, Stage
from extern_desktop.ui.desk_office import office_of
from extern_desktop.ui.office import Preferences
from extern_desktop.ui.pages.today import TodayPage
from extern_desktop.ui.snapshot import EarlyToday, TodayKeeper
from extern_desktop.ui.window import Window
from ui.conftest import ROMASHKA, OpenWindow, Workplace, write_report

HEAVY = (
    "requests", "urllib3", "lxml", "sqlalchemy", "alembic", "cryptography", "asn1crypto", "pkcs11", "keyring", "typer", "rich",
    "starlette", "uvicorn", "msgspec", "stdnum", "lark", "psutil", "pyudev", "truststore", "ssl", "asyncio", "http.client", "hashlib",
    "importlib.metadata", "html", "PySide6.QtNetwork", "PySide6.QtPrintSupport",
)  # fmt: skip
OURS_LATE = (
    "extern_desktop.ui.desk_office", "extern_desktop.services.values", "extern_desktop.services.desk", "extern_desktop.store.schema",
    "extern_desktop.store.keys", "extern_desktop.store.errors", "extern_desktop.forms.values", "extern_desktop.signing.values",
    "extern_desktop.tokens.values", "extern_desktop.tokens.desk", "extern_desktop.extern_api.operator", "extern_desktop.extern_api.wire",
    "extern_desktop.cli",
)  # fmt: skip
FOREIGN = frozenset({"PySide6", "shiboken6", "shibokensupport", "signature_bootstrap"})
"""The only installed packages that the first picture may load where there is nothing to show: Qt, and what it brings with it."""

# The program as it is, from its first line; it leaves when the window was seen, before the desk behind it is opened.
PROGRAM = """
import json, os, sys
from extern_desktop.ui import snapshot

begin = snapshot.EarlyToday.start

def begin_and_wait(early):
    begin(early)
    early.future.exception()
    assert "PySide6.QtCore" not in sys.modules
    from extern_desktop.ui import run

    def seen(opening):
        page = opening._window.page()
        said = {"modules": sorted(sys.modules), "subtitle": page.header.subtitle(), "due": page.due.rows.model().rowCount()}
        print(json.dumps(said), flush=True)
        os._exit(0)

    run.Opening.start = seen

snapshot.EarlyToday.start = begin_and_wait
from extern_desktop.__main__ import main
main([])
"""


def start(home: Path) -> dict[str, object]:
    surroundings = {**os.environ, HOME_VARIABLE: str(home), "QT_QPA_PLATFORM": "offscreen", "LANG": "C"}
    ended = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, env=surroundings, timeout=60)
    assert ended.returncode == 0, ended.stderr
    said: dict[str, object] = json.loads(ended.stdout.splitlines()[-1])
    return said


def modules(said: dict[str, object]) -> set[str]:
    loaded = said["modules"]
    assert isinstance(loaded, list)
    return set(loaded)


def kept(office_today: Today, *, read_at: datetime | None = None) -> KeptToday:
    return KeptToday(Stage.TRAINING, office_today, read_at or datetime.now(UTC))


def acts_of(page: TodayPage) -> list[bool]:
    panels = (page.due, page.waiting, page.failed)
    return [button.isEnabled() for panel in panels for button in (panel.act, panel.second, panel.link)]


def test_first_picture_without_a_workspace_loads_nothing_heavy(tmp_path: Path) -> None:
    said = start(tmp_path)

    assert modules(said).isdisjoint((*HEAVY, "sqlcipher3", *OURS_LATE)), sorted(modules(said) & {*HEAVY, "sqlcipher3", *OURS_LATE})
    pages = {name for name in modules(said) if name.startswith("extern_desktop.ui.pages.")}
    assert pages == {"extern_desktop.ui.pages.page", "extern_desktop.ui.pages.today"}
    assert {"PySide6.QtWidgets", "extern_desktop.ui.window"} <= modules(said)
    assert said["subtitle"] == ""
    standard = sys.stdlib_module_names | set(sys.builtin_module_names) | {"sitecustomize"}  # Debian's own, which every program of its Python loads
    roots = {name.partition(".")[0] for name in modules(said)}
    assert {root for root in roots if root not in standard and not root.startswith(("_", "extern_desktop"))} == FOREIGN


def test_python_part_of_pyside_is_not_compiled_at_every_start() -> None:
    """`make` unpacks it; in its zip file it has no byte code."""
    support = sys.modules["shibokensupport"]

    assert Path(support.__file__ or "").is_file()


def test_late_names_are_modules_of_this_program() -> None:
    """A misspelt name would guard nothing."""
    source = Path(__file__).parents[2] / "src"
    for name in OURS_LATE:
        path = source / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), name


def test_first_picture_of_the_second_start_has_todays_rows_and_loads_little_more(tmp_path: Path, workplace: Workplace) -> None:
    today = workplace.office.today().result()
    with open_desk(Places(tmp_path), stage=Stage.TRAINING) as desk:
        keep_today(today, desk=desk)

    said = start(tmp_path)

    assert said["due"] == len(today.due) > 0
    assert str(said["subtitle"]).startswith("По состоянию на ")
    assert modules(said).isdisjoint((*HEAVY, *OURS_LATE)), sorted(modules(said) & {*HEAVY, *OURS_LATE})


def test_window_kept_today_is_shown_and_nothing_can_be_done(qtbot: QtBot, workplace: Workplace) -> None:
    window = Window(Preferences())
    qtbot.addWidget(window)
    today = replace(workplace.office.today().result(), ready_report_ids=("r-1",))

    window.show_kept(kept(today, read_at=datetime.now(UTC) - timedelta(days=2)))

    page = window.page()
    assert isinstance(page, TodayPage)
    assert page.due.rows.model().rowCount() == len(today.due)
    assert ", " in page.header.subtitle()  # the day as well as the time: it is not of today
    assert acts_of(page) == [False] * 9
    window.press_primary()
    page.due.rows.opened.emit("0")
    page.strip.opened.emit(today.on)
    qtbot.mouseClick(page.due.act, Qt.MouseButton.LeftButton)
    assert window.page() is page


def test_window_with_its_office_shows_what_is_so_now_and_lets_act(qtbot: QtBot, open_window: OpenWindow, workplace: Workplace) -> None:
    window = open_window()
    page = window.page()
    assert isinstance(page, TodayPage)
    qtbot.waitUntil(lambda: page._read is not None)

    window.show_kept(kept(replace(workplace.office.today().result(), due=())))  # came too late: it must not take the place of the truth

    assert page.due.rows.model().rowCount() == len(workplace.office.today().result().due)
    assert acts_of(page) == [True] * 9


def test_window_kept_nothing_leaves_the_skeleton(qtbot: QtBot) -> None:
    window = Window(Preferences())
    qtbot.addWidget(window)

    window.show_kept(None)

    page = window.page()
    assert isinstance(page, TodayPage)
    assert page.header.subtitle() == ""


def test_early_today_of_no_workspace_is_nothing(tmp_path: Path) -> None:
    early = EarlyToday(tmp_path / "workspaces" / "real", Stage.REAL)
    early.start()

    assert early.future.result(timeout=20) is None
    assert list(tmp_path.iterdir()) == []


def test_office_keeps_today_at_the_latest_when_it_closes(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with open_desk(places, stage=Stage.TRAINING) as desk:
        with office_of(desk) as office:
            today = office.today().result()
        found = read_kept_today(places.workspace(Stage.TRAINING), Stage.TRAINING, desk.now())

    assert found is not None
    assert found.today == today


def test_office_that_changed_something_after_today_was_shown_keeps_it_as_it_is_now(tmp_path: Path) -> None:
    """A report that was loaded, or filed, since then must not look like one that is still to come at the next start."""
    places = Places(tmp_path)
    with open_desk(places, stage=Stage.TRAINING) as desk:
        with office_of(desk) as office:
            before = office.today().result()
            office.import_report(write_report(tmp_path, ROMASHKA), Work()).result(30)
        found = read_kept_today(places.workspace(Stage.TRAINING), Stage.TRAINING, desk.now())

    assert found is not None
    assert found.today.reports == before.reports + 1


class Pages:
    """A place to keep pages in, and pages that differ."""

    def __init__(self, today: Today) -> None:
        self.kept: list[int] = []
        self.was_kept = threading.Event()
        self._today = today

    def keep(self, today: Today) -> None:
        self.kept.append(today.accepted_count)
        self.was_kept.set()

    def number(self, number: int) -> Today:
        return replace(self._today, accepted_count=number)


def closes(keeper: TodayKeeper) -> bool:
    """Whether it comes to its end."""
    thread = threading.Thread(target=keeper.close, daemon=True)
    thread.start()
    thread.join(10)
    return not thread.is_alive()


def test_keeper_keeps_the_latest_once_and_again_only_when_it_differs(workplace: Workplace) -> None:
    pages = Pages(workplace.office.today().result())
    keeper = TodayKeeper(pages.keep, first_seconds=0.2, every_seconds=60)

    for number in (1, 2, 3):
        keeper.note(pages.number(number))
    assert pages.was_kept.wait(10)
    keeper.note(pages.number(3))
    assert closes(keeper)

    assert pages.kept == [3]


def test_keeper_keeps_at_once_when_it_closes(workplace: Workplace) -> None:
    pages = Pages(workplace.office.today().result())
    keeper = TodayKeeper(pages.keep, first_seconds=0, every_seconds=60)
    keeper.note(pages.number(1))
    assert pages.was_kept.wait(10)

    keeper.note(pages.number(2))
    assert closes(keeper)
    keeper.note(pages.number(3))

    assert pages.kept == [1, 2]


def test_keeper_without_a_page_closes(workplace: Workplace) -> None:
    pages = Pages(workplace.office.today().result())

    assert closes(TodayKeeper(pages.keep))
    assert pages.kept == []
