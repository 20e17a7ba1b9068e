"""Ctrl+K: one field for organisations, places and commands. What is typed narrows a list made once; nothing is read while typing."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from extern_desktop.domain.organisations import Organisation
from extern_desktop.ui import icons, theme
from extern_desktop.ui.places import PLACE_ICONS, Place, place_name
from extern_desktop.ui.widgets.basics import column, label, row, rule, screen_ratio
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.sheet import Sheet
from extern_desktop.wording.texts import _t

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing the palette can do."""

    row: Row
    words: tuple[str, ...]
    """What the typed words are compared with, case folded."""
    act: Callable[[], object]


def choice(row_: Row, act: Callable[[], object]) -> Choice:
    """A choice found by the words of its title and subtitle."""
    return Choice(row_, tuple(re.findall(r"\w+", f"{row_.title} {row_.subtitle}".casefold())), act)


def narrow(choices: Sequence[Choice], typed: str) -> list[Choice]:
    """Every word typed must begin some word of the choice, in any order."""
    wanted = typed.casefold().split()
    return [one for one in choices if all(any(word.startswith(part) for word in one.words) for part in wanted)]


class Palette(Sheet):
    """Arrows move, Enter opens, Esc closes."""

    def __init__(self, parent: QWidget, choices: Sequence[Choice]) -> None:
        self._choices, self._found = list(choices), list(choices)
        box = QFrame()
        box.setProperty("role", "card")
        self._list = RowList([], _t("Found"), height=52, opens_on_click=True)
        self._count = label("", "small", "muted")
        self.field = QLineEdit()
        self.field.setPlaceholderText(_t("Organisation, INN, place or command"))
        self.field.setAccessibleName(self.field.placeholderText())
        self.field.setFont(theme.font("title"))
        search = icons.icon("search", theme.current().ink_muted, 20, "", screen_ratio())
        self.field.addAction(search, QLineEdit.ActionPosition.LeadingPosition)
        hint = row(self._count, None, label(_t("Arrows choose, Enter opens, Esc closes"), "small", "muted"))
        box.setLayout(column(self.field, rule(), self._list, rule(), hint, gap=10, margins=(16, 16, 16, 12)))
        super().__init__(parent, box, width=theme.px(640), height=theme.px(480), top=84)
        self._list.opened.connect(self._open)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.field.textChanged.connect(self._narrow)
        self.field.installEventFilter(self)
        self._narrow("")

    def found(self) -> list[str]:
        """Titles of what is shown."""
        return [one.row.title for one in self._found]

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
                step = 1 if event.key() == Qt.Key.Key_Down else -1
                number = max(0, min(self._list.currentIndex().row() + step, self._list.count() - 1))
                self._list.setCurrentIndex(self._list.model().index(number, 0))
                return True
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self._open(self._list.current_key())
                return True
        return super().eventFilter(watched, event)

    def _narrow(self, typed: str) -> None:
        self._found = narrow(self._choices, typed)
        rows = [replace(one.row, key=str(number)) for number, one in enumerate(self._found[:MOST_SHOWN])]
        self._list.replace(rows)
        if rows:
            self._list.setCurrentIndex(self._list.model().index(0, 0))
        self._count.setText(_t("{n} of {m} found").format(n=len(self._found), m=len(self._choices)))

    def _open(self, key: str) -> None:
        if key:
            act = self._found[int(key)].act
            self.close_sheet()
            act()


class PaletteShell(Protocol):
    """What the palette's commands ask of the window."""

    def centralWidget(self) -> QWidget: ...
    def go(self, place: Place) -> None: ...
    def synchronise(self) -> None: ...
    def import_reports(self) -> None: ...
    def choose_organisation(self, organisation: Organisation | None) -> None: ...


def choices_of(window: PaletteShell, organisations: Sequence[Organisation]) -> list[Choice]:
    """Everything the palette offers: places, commands, then the organisations."""
    found = [
        choice(Row(place_name(place), _t("place"), PLACE_ICONS[place], right=f"Ctrl+{number + 1}"), partial(window.go, place))
        for number, place in enumerate(Place)
    ]
    found += [
        choice(Row(_t("Synchronise"), _t("command"), "refresh-cw", right="F5"), window.synchronise),
        choice(Row(_t("Load a file"), _t("command"), "import", right="Ctrl+O"), window.import_reports),
        choice(Row(_t("All organisations"), _t("show the reports of all"), "users"), partial(window.choose_organisation, None)),
    ]
    found += [choice(Row(one.name, _inn_kpp(one), "building-2"), partial(window.choose_organisation, one)) for one in organisations]
    return found


def open_palette(window: PaletteShell, organisations: Sequence[Organisation]) -> None:
    """Lay the palette over the window, unless it is there already."""
    over = window.centralWidget()
    if over.findChild(Palette) is not None:
        return
    palette = Palette(over, choices_of(window, organisations))
    palette.show()
    palette.raise_()
    palette.field.setFocus()


def _inn_kpp(organisation: Organisation) -> str:
    inn = _t("INN {inn}").format(inn=organisation.inn)
    return f"{inn} · {_t('KPP {kpp}').format(kpp=organisation.kpp)}" if organisation.kpp else inn
