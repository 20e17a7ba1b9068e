"""The window as a whole: keys of the keyboard, palette, languages, messages, files dropped on it, and how it goes away."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from extern_desktop.jobs.lanes import Lane
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.services.errors import NoSigningKeyError
from extern_desktop.services.questions import AskPassword
from extern_desktop.ui.pages.reports import ReportsPage
from extern_desktop.ui.palette import Palette
from extern_desktop.ui.places import Place
from extern_desktop.ui.question_sheet import QuestionSheet
from extern_desktop.ui.window import Window
from extern_desktop.wording.sentences import sentence_of
from ui.conftest import ROMASHKA, WAIT_MS, OpenWindow, settle, write_report
from ui.looking import parts_of

PLACE_KEYS = [Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4, Qt.Key.Key_5, Qt.Key.Key_6, Qt.Key.Key_7]
CONTROL = Qt.KeyboardModifier.ControlModifier


def _place(window: Window) -> Place:
    return next(place for place in Place if place in window._pages and window._stack.currentWidget() is window._pages[place])


@pytest.mark.parametrize(("key", "place"), list(zip(PLACE_KEYS, Place, strict=True)), ids=lambda value: str(value))
def test_window_control_and_figure_opens_the_place(window: Window, qtbot: QtBot, key: Qt.Key, place: Place) -> None:
    qtbot.keyClick(window, key, CONTROL)
    assert _place(window) is place


def test_palette_words_narrow_and_enter_opens(window: Window, qtbot: QtBot) -> None:
    qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
    palette = window.centralWidget().findChild(Palette)
    assert palette is not None
    palette.field.setText("ромаш ")  # QTest types ASCII only
    qtbot.keyClicks(palette.field, "7701")
    assert palette.found() == ["ООО «Ромашка»"]
    qtbot.keyClick(palette.field, Qt.Key.Key_Return)
    assert window.organisation_id() != ""
    settle(qtbot)
    assert window.centralWidget().findChild(Palette) is None


def test_palette_escape_closes_and_chooses_nothing(window: Window, qtbot: QtBot) -> None:
    window.open_palette()
    palette = window.centralWidget().findChild(Palette)
    assert palette is not None
    qtbot.keyClick(palette.field, Qt.Key.Key_Escape)
    settle(qtbot, 50)
    assert window.centralWidget().findChild(Palette) is None
    assert window.organisation_id() == ""


def test_palette_opened_twice_is_one(window: Window) -> None:
    window.open_palette()
    window.open_palette()
    assert len(parts_of(window.centralWidget(), Palette)) == 1


def test_window_language_switch_changes_every_word_at_once(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window(language="ru")
    window.go(Place.REPORTS)
    settle(qtbot)
    window.preferences = replace(window.preferences, language="en")
    window.rebuild()
    settle(qtbot)
    words = " ".join(part.text() for part in parts_of(window, QLabel) if part.isVisible())
    assert "Reports" in words
    assert "Отчёты" not in words
    assert _place(window) is Place.REPORTS


def test_window_training_is_written_on_every_page(window: Window, qtbot: QtBot) -> None:
    for place in Place:
        window.go(place)
        shown = [part.text() for part in parts_of(window, QLabel) if part.isVisible()]
        assert "Учебный режим. Документы не уходят к настоящим органам." in shown
    assert "учебный" in window.windowTitle()


def test_window_error_says_what_happened_what_it_means_and_what_to_do(window: Window) -> None:
    error = NoSigningKeyError("ООО «Ромашка»", "7701234560", ())
    window.show_error(error)
    notice, said = window.notice(), sentence_of(error)
    assert notice is not None
    assert notice.title == said.happened
    assert said.means in notice.text
    assert said.do_next in notice.text


def test_window_escape_closes_the_message(window: Window, qtbot: QtBot) -> None:
    window.notify("info", "Сообщение")
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert window.notice() is None


def test_window_second_message_takes_the_place_of_the_first(window: Window) -> None:
    window.notify("info", "Первое")
    window.notify("warn", "Второе")
    notice = window.notice()
    assert notice is not None
    assert notice.title == "Второе"


def test_window_dropped_file_is_imported_and_opened(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = write_report(tmp_path, ROMASHKA, income=2_000_000)
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    drop = QDropEvent(QPointF(10, 10), Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    window.dropEvent(drop)
    page = window.page(Place.REPORTS)
    assert isinstance(page, ReportsPage)
    qtbot.waitUntil(lambda: page.view.opened_report is not None and page.view.opened_report.line.file_name == path.name, timeout=WAIT_MS)


def test_window_dropped_rubbish_says_so(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    path = tmp_path / "photo.xml"
    path.write_bytes(b"\x89PNG\r\n\x1a\n not a report")
    window.import_reports([path])
    qtbot.waitUntil(lambda: window.notice() is not None, timeout=WAIT_MS)
    notice = window.notice()
    assert notice is not None
    assert notice.tone == "bad"


def test_window_closed_while_a_worker_asks_ends_the_question(open_window: OpenWindow, qtbot: QtBot) -> None:
    window = open_window()
    with Lane("test") as lane:
        futures: list[Future[object]] = []

        def begin(work: Work) -> Future[object]:
            futures.append(lane.run(work.ask, AskPassword("training", "127.0.0.1")))
            return futures[0]

        window.run(begin)
        qtbot.waitUntil(lambda: window.centralWidget().findChild(QuestionSheet) is not None)
        window.close()
        with pytest.raises(Cancelled):
            futures[0].result(5)


def test_window_nothing_is_shown_as_a_window_of_its_own_while_building(open_window: OpenWindow, qtbot: QtBot) -> None:
    """A part that is shown before it has a parent flickers as a little window."""
    from PySide6.QtCore import QEvent, QObject
    from PySide6.QtWidgets import QApplication, QWidget

    class Looker(QObject):
        def __init__(self) -> None:
            super().__init__()
            self.seen: list[str] = []

        def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802  Qt's own name
            if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow() and not isinstance(watched, Window):
                self.seen.append(type(watched).__name__)
            return False

    app = QApplication.instance()
    assert app is not None
    looker = Looker()
    app.installEventFilter(looker)
    try:
        window = open_window()
        for place in Place:
            window.go(place)
            settle(qtbot, 60)
        window.rebuild()
    finally:
        app.removeEventFilter(looker)
    assert looker.seen == []
