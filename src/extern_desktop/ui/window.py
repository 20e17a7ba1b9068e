"""The window: rail at the start edge, one page beside it, a strip that says when all of this is training.

Pages are built when first opened. The window reads nothing itself: it hands pages the office and passes on what they ask for.
"""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeyEvent, QKeySequence, QPaintEvent, QResizeEvent, QShortcut
from PySide6.QtWidgets import QApplication, QButtonGroup, QFrame, QMainWindow, QStackedWidget, QWidget

from extern_desktop.domain.errors import ExternError
from extern_desktop.jobs.work import Work
from extern_desktop.settings.places import Stage
from extern_desktop.ui import theme
from extern_desktop.ui.bridge import Act, Bridge, Ticket
from extern_desktop.ui.office import Chip, Office, Places, Preferences
from extern_desktop.ui.pages.page import Page
from extern_desktop.ui.places import PLACE_ICONS, Place, place_name
from extern_desktop.ui.synchronising import Synchroniser
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.basics import column, row
from extern_desktop.ui.widgets.notices import Notices
from extern_desktop.ui.widgets.rail import NARROW, WIDE, OrganisationButton, PlaceButton, RailFacts, set_rail_narrow
from extern_desktop.ui.widgets.training_strip import TrainingStrip
from extern_desktop.wording.texts import _t, speak

if TYPE_CHECKING:
    from extern_desktop.domain.organisations import Organisation
    from extern_desktop.services.today_snapshot import KeptToday

NARROW_BELOW: Final = 1180
LEAST_WIDTH, LEAST_HEIGHT = 960, 560
REFRESH_MS, BUSY_REFRESH_MS = 100, 400
"""What changed is read again this soon; a synchronisation changes everything all the time."""
PAGES: Final = {
    Place.TODAY: ("today", "TodayPage"),
    Place.CALENDAR: ("calendar", "CalendarPage"),
    Place.REPORTS: ("reports", "ReportsPage"),
    Place.SEND: ("send", "SendPage"),
    Place.KEYS: ("keys", "KeysPage"),
    Place.CHECK_UP: ("diagnostics", "DiagnosticsPage"),
    Place.SETTINGS: ("settings", "SettingsPage"),
}
"""Module and class of each page; imported when it is first opened."""


class Window(QMainWindow):
    """What a person sees of the program."""

    first_painted = Signal()
    """Once, after the window was drawn for the first time."""
    office_attached = Signal()

    def __init__(self, preferences: Preferences) -> None:
        super().__init__()
        self.bridge = Bridge(self)
        self.bridge.failed.connect(self.show_error)
        self.preferences, self._stage = preferences, preferences.stage
        self._office: Office | None = None
        self._stop_listening: Callable[[], None] | None = None
        self._organisations: tuple[Organisation, ...] = ()
        self._organisation: Organisation | None = None
        self._facts, self._painted, self._closed, self._is_first_run = Places(0, None, 0), False, False, False
        self._line_notice: Banner | None = None
        self._synchroniser = Synchroniser(self.bridge, self.run, self)
        self._synchroniser.changed.connect(self._synchronised)
        self._synchroniser.failed.connect(self.show_error)
        self._synchroniser.lost.connect(self._say_line_lost)
        self._synchroniser.reached.connect(self._take_back_line_lost)
        self._acts: list[Act] = []
        self._place = Place.TODAY
        self._pages: dict[Place, Page] = {}
        self._waiting_refresh = QTimer(self)
        self._waiting_refresh.setSingleShot(True)
        self._waiting_refresh.timeout.connect(self.refresh)
        self.setMinimumSize(LEAST_WIDTH, LEAST_HEIGHT)
        self.setAcceptDrops(True)
        self._shortcuts()
        self._build()

    # building

    def _shortcuts(self) -> None:
        ways: list[tuple[str, Callable[[], object]]] = [
            ("Ctrl+K", self.open_palette),
            ("F5", self.synchronise),
            ("F8", lambda: self.page().check()),
            ("F4", lambda: self.page().next_finding(1)),
            ("Shift+F4", lambda: self.page().next_finding(-1)),
            ("Ctrl+O", self.import_reports),
            ("Ctrl+F", lambda: self.page().find_in_list()),
            ("Ctrl+Return", self.press_primary),
            ("Ctrl+Enter", self.press_primary),
        ]
        ways += [(f"Ctrl+{number + 1}", partial(self.go, place)) for number, place in enumerate(Place)]
        for keys, act in ways:
            QShortcut(QKeySequence(keys), self, act)

    def _build(self) -> None:
        """Make everything visible, in the language and theme of now; pages are made anew when they are opened."""
        self._pages = {}
        self._stack, self._rail, self._group = QStackedWidget(), QFrame(), QButtonGroup(self)
        self._rail.setObjectName("rail")
        self._switch = OrganisationButton()
        self._switch.clicked.connect(self.open_palette)
        self._buttons = {place: PlaceButton(PLACE_ICONS[place], place_name(place), f"Ctrl+{number + 1}") for number, place in enumerate(Place)}
        for place, part in self._buttons.items():
            part.clicked.connect(partial(self._go_by_button, place))
            self._group.addButton(part)
        self._rail_facts = RailFacts()
        places = [self._buttons[place] for place in Place if place is not Place.SETTINGS]
        self._rail.setLayout(
            column(self._switch, 10, *places, None, self._rail_facts, 6, self._buttons[Place.SETTINGS], gap=2, margins=(12, 14, 12, 12))
        )
        self._notices = Notices()
        body = QWidget()
        body.setObjectName("canvas")
        strip = TrainingStrip()
        if self._stage is not Stage.TRAINING:
            strip.hide()
        right = column(strip, self._notices, self._stack, gap=0)
        right.setStretch(2, 1)
        whole = row(self._rail, right, gap=0)
        whole.setStretch(1, 1)
        body.setLayout(whole)
        self.setCentralWidget(body)
        self.setWindowTitle(self._title())
        self._show_facts()
        self._switch.show_choice(self._organisation.name if self._organisation else "", len(self._organisations))
        self._fit(self.width())
        self.go(self._place)

    def _title(self) -> str:
        return _t("Extern Desktop — training mode") if self._stage is Stage.TRAINING else _t("Extern Desktop")

    def rebuild(self) -> None:
        """After the language, the theme or the text size changed."""
        app = QApplication.instance()
        if isinstance(app, QApplication):
            speak(self.preferences.language)
            theme.apply(app, self.preferences.theme, self.preferences.text_percent)
        self._build()
        if self._is_first_run:
            self._open_first_run()

    # the office

    @property
    def office(self) -> Office:
        if self._office is None:
            raise RuntimeError("the office is not open yet")
        return self._office

    def attach(self, office: Office) -> None:
        """The program behind the window is open: show real rows from now on."""
        self._office = office
        self._stop_listening = office.subscribe(lambda: self.bridge.post(self._refresh_soon))
        self.preferences = office.preferences()
        if office.stage is not self._stage:
            self._stage = office.stage
            self._build()
        if self.preferences.first_run:
            self._open_first_run()
        else:
            self._synchroniser.begin(office)
        self.refresh()
        self.office_attached.emit()

    def show_kept(self, kept: KeptToday | None) -> None:
        """Show what Today showed when the program was last open, until the office is."""
        page = self._pages.get(Place.TODAY)
        if kept is not None and page is not None and self._office is None:
            page.show_kept(kept)  # type: ignore[attr-defined]

    def _open_first_run(self) -> None:
        from extern_desktop.ui.pages.first_run import FirstRunPage

        self._is_first_run = True
        page = FirstRunPage(self)
        page.chosen.connect(self._close_first_run)
        self._rail.hide()
        self._stack.addWidget(page)
        self._stack.setCurrentWidget(page)
        page.focus_first()

    def _close_first_run(self, stage: Stage) -> None:
        self._is_first_run = False
        self._rail.show()
        self.rebuild()
        if stage is self.office.stage:
            self._synchroniser.begin(self.office)
        else:
            self.go(Place.SETTINGS)
            self.notify(
                "info",
                _t("Real work begins at the next start"),
                _t("Close the program and start it again: it opens a separate workplace, where you sign in to your operator."),
            )

    def refresh(self) -> None:
        """Read again what is shown: the rail's facts and the open page."""
        if self._office is None or self._closed:
            return
        self.bridge.take(self._office.facts(), self._take_facts, self.show_error, self)
        self.bridge.take(self._office.organisations(), self._take_organisations, self.show_error, self)
        self.page().refresh()

    def _refresh_soon(self) -> None:
        """Something changed: read again, a few times a second at most."""
        if not self._waiting_refresh.isActive():
            self._waiting_refresh.start(BUSY_REFRESH_MS if self._synchroniser.running else REFRESH_MS)

    def _take_facts(self, facts: Places) -> None:
        if facts != self._facts:
            self._facts = facts
            self._show_facts()

    def _take_organisations(self, organisations: tuple[Organisation, ...]) -> None:
        if organisations == self._organisations:
            return
        self._organisations = organisations
        self._switch.show_choice(self._organisation.name if self._organisation else "", len(organisations))

    def _show_facts(self) -> None:
        self._rail_facts.show_places(self._facts, synchronising=self._synchroniser.running)
        self._buttons[Place.SEND].set_badge(self._facts.outbox)

    # places

    def page(self, place: Place | None = None) -> Page:
        """The open page, or the page of `place`, built if it is not yet."""
        wanted = place or self._place
        if wanted not in self._pages:
            module, name = PAGES[wanted]
            page: Page = getattr(import_module(f"extern_desktop.ui.pages.{module}"), name)(self)
            self._pages[wanted] = page
            self._stack.addWidget(page)
        return self._pages[wanted]

    def go(self, place: Place) -> None:
        """Open a place and read what it shows."""
        if self._office is None and place is not Place.TODAY:
            self._buttons[self._place].setChecked(True)
            return
        page = self.page(place)
        said = self.notice()
        if place is not self._place and said is not None and said.tone == "ok":
            self._notices.close_notice()  # what went well needs no reading on another page
        self._place = place
        self._buttons[place].setChecked(True)
        self._stack.setCurrentWidget(page)
        if self._office is not None:
            page.refresh()
        if self.isVisible():
            page.focus_first()

    def _go_by_button(self, place: Place, _checked: bool = False) -> None:
        self.go(place)

    def open_report(self, report_id: str) -> None:
        if report_id:
            self.go(Place.REPORTS)
            self.page(Place.REPORTS).open_report(report_id)  # type: ignore[attr-defined]  # pages are found by name, see PAGES

    def show_reports(self, words: str = "", chip: Chip = Chip.ALL) -> None:
        self.go(Place.REPORTS)
        self.page(Place.REPORTS).show_list(words, chip)  # type: ignore[attr-defined]

    def open_day(self, on: date) -> None:
        self.go(Place.CALENDAR)
        self.page(Place.CALENDAR).open_day(on)  # type: ignore[attr-defined]

    def open_docflow(self, report_id: str, docflow_id: str) -> None:
        self.go(Place.SEND)
        self.page(Place.SEND).open_docflow(report_id, docflow_id)  # type: ignore[attr-defined]

    def send_reports(self, report_ids: Sequence[str]) -> None:
        if report_ids:
            self.go(Place.SEND)
            self.page(Place.SEND).send(tuple(report_ids))  # type: ignore[attr-defined]

    def send_replies(self, docflow_ids: Sequence[str]) -> None:
        self.go(Place.SEND)
        self.page(Place.SEND).reply(tuple(docflow_ids))  # type: ignore[attr-defined]

    def resume_sending(self) -> None:
        self.go(Place.SEND)
        self.page(Place.SEND).resume()  # type: ignore[attr-defined]

    def organisation_id(self) -> str:
        return self._organisation.id if self._organisation else ""

    def choose_organisation(self, organisation: Organisation | None) -> None:
        """Show this organisation's reports only, or all of them."""
        self._organisation = organisation
        self._switch.show_choice(organisation.name if organisation else "", len(self._organisations))
        self.page().refresh()

    # acts

    def run(self, begin: Callable[[Work], Future[Any]]) -> Act:
        """Start a service call whose questions are put on a sheet over the page. A page that shows them itself disconnects nothing: it uses `Act`."""
        act = Act(self.bridge, self)
        act.asked.connect(self._ask_on_sheet)
        act.ended.connect(lambda: self._forget(act))
        self._acts.append(act)
        return act.start(begin)

    def _forget(self, act: Act) -> None:
        if act in self._acts:
            self._acts.remove(act)
        act.deleteLater()

    def _ask_on_sheet(self, ticket: Ticket) -> None:
        from extern_desktop.ui.question_sheet import QuestionSheet

        QuestionSheet(self.centralWidget(), ticket, self.sender()).open_sheet()

    def synchronise(self) -> None:
        """F5: ask the operator what is new."""
        if self._office is not None:
            self._synchroniser.ask(self._office)

    def _synchronised(self) -> None:
        self._show_facts()
        if not self._synchroniser.running:
            self.refresh()

    def _say_line_lost(self, error: ExternError) -> None:
        """A synchronisation that began by itself failed: the rail shows it; where the line is to blame, one banner says that work goes on."""
        from extern_desktop.ui.line_words import line_lost

        said = line_lost(error, self._facts.outbox)
        if said is not None:
            self.notify("warn", *said)
            self._line_notice = self.notice()

    def _take_back_line_lost(self) -> None:
        if self._line_notice is not None and self.notice() is self._line_notice:
            self._notices.close_notice()
        self._line_notice = None

    def sign_in(self) -> None:
        """Where a person signs in to the operator."""
        self._notices.close_notice()
        self.go(Place.SETTINGS)
        self.page(Place.SETTINGS).show_sign_in()  # type: ignore[attr-defined]

    def take_training_report(self) -> None:
        """A declaration to learn on, opened where its mistake is shown."""
        act = self.run(self.office.take_training_report)
        act.failed.connect(self.show_error)
        act.done.connect(self.open_report)

    def import_reports(self, paths: Sequence[Path] = ()) -> None:
        """Take report files in; asks which when none is given."""
        if self._office is None:
            return
        chosen = list(paths) or self.ask_open_files(_t("Load reports"), _t("Reports (*.xml);;All files (*)"))
        for number, path in enumerate(chosen):
            act = self.run(partial(self.office.import_report, path))
            act.failed.connect(self.show_error)
            if number == len(chosen) - 1:
                act.done.connect(lambda line: self.open_report(line.report_id))

    def change_preferences(self, changed: Preferences) -> None:
        """Keep and show the settings at once."""
        before, self.preferences = self.preferences, changed
        self.bridge.take(self.office.change_preferences(changed), lambda _done: self._synchroniser.keep_time(), self.show_error, self)
        seen = ("language", "theme", "text_percent")
        if any(getattr(before, name) != getattr(changed, name) for name in seen):
            QTimer.singleShot(0, self, self._rebuild_when_quiet)

    def _rebuild_when_quiet(self) -> None:
        """Not under the feet of the box that was just clicked, nor of an act that a page shows: its questions would go with the page."""
        acts = cast("list[Act]", self.findChildren(Act))
        if any(act.running and act.parent() is not self for act in acts):
            QTimer.singleShot(BUSY_REFRESH_MS, self, self._rebuild_when_quiet)
        else:
            self.rebuild()

    # what is said

    def notify(self, tone: str, title: str, text: str = "", action: str = "", on_action: Callable[[], object] | None = None) -> None:
        """A banner above the page; it stays until it is closed or another takes its place."""
        self._notices.notify(tone, title, text, action, on_action)

    def show_error(self, error: BaseException) -> None:
        """Say what happened, what it means, what to do."""
        from extern_desktop.jobs.work import Cancelled
        from extern_desktop.wording.sentences import sentence_of

        if isinstance(error, Cancelled):
            return
        if not isinstance(error, ExternError):
            sys.excepthook(type(error), error, error.__traceback__)  # a bug of ours: the crash net writes it down
        said = sentence_of(error)
        from extern_desktop.ui.line_words import needs_sign_in

        if needs_sign_in(error):
            self.notify("warn", said.happened, said.means, _t("Sign in"), self.sign_in)
        else:
            self.notify("bad", said.happened, f"{said.means} {said.do_next}")

    def notice(self) -> Banner | None:
        """The banner above the page, if there is one."""
        return self._notices.notice()

    def open_palette(self) -> None:
        """Ctrl+K: places, commands, organisations."""
        from extern_desktop.ui.palette import open_palette

        if self._office is not None:
            open_palette(self, self._organisations)

    def press_primary(self) -> None:
        filled = self.page().primary_button()
        if filled is not None and filled.isEnabled():
            filled.click()

    def ask_open_files(self, title: str, filters: str) -> list[Path]:
        from PySide6.QtWidgets import QFileDialog

        names, _filter = QFileDialog.getOpenFileNames(self, title, "", filters)
        return [Path(name) for name in names]

    def ask_save_file(self, title: str, proposed: str) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name, _filter = QFileDialog.getSaveFileName(self, title, proposed)
        return Path(name) if name else None

    def ask_folder(self, title: str) -> Path | None:
        from PySide6.QtWidgets import QFileDialog

        name = QFileDialog.getExistingDirectory(self, title)
        return Path(name) if name else None

    # events

    def _fit(self, width: int) -> None:
        is_narrow = width < NARROW_BELOW
        self._rail.setFixedWidth(NARROW if is_narrow else max(WIDE, theme.px(WIDE) - 20))
        set_rail_narrow((self._switch, *self._buttons.values(), self._rail_facts), is_narrow)

    def resizeEvent(self, event: QResizeEvent) -> None:
        self._fit(event.size().width())
        super().resizeEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self._painted:
            self._painted = True
            QTimer.singleShot(0, self, lambda: self.first_painted.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            if self.notice() is not None:
                self._notices.close_notice()
            else:
                self.page().escape()
            return
        super().keyPressEvent(event)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            self.import_reports(paths)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Refuse every open question and listen no more; what runs past its point of no return goes on behind."""
        self._closed = True
        self._waiting_refresh.stop()
        self._synchroniser.end()
        for act in tuple(self._acts):
            act.cancel()
        for act in self.findChildren(Act):
            act.cancel()
        if self._stop_listening is not None:
            self._stop_listening()
            self._stop_listening = None
        self.bridge.close()
        super().closeEvent(event)
