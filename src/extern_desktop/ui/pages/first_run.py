"""First run: two doors, the safe one first. Nothing here can reach a real authority until the person chooses to."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QPushButton

from extern_desktop.settings.places import Stage
from extern_desktop.ui import theme
from extern_desktop.ui.pages.page import Page, Shell
from extern_desktop.ui.widgets.basics import Part, button, card, column, holder, icon_label, label, row
from extern_desktop.ui.widgets.choice_box import ChoiceBox
from extern_desktop.wording.texts import _t


class FirstRunPage(Page):
    """Asks once how to begin; the choice can be changed in Settings."""

    chosen = Signal(Stage)

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        title = label(_t("How shall we begin?"), "display", centred=True)
        text = label(_t("The choice can be changed at any moment. Your data go nowhere until you sign in."), "body", "muted", wrap=True, centred=True)
        self.training_button, training = self._door(
            "graduation-cap",
            _t("Try it with the training operator"),
            _t("Training inspectorates live on this very computer."),
            (_t("The first report in two minutes"), _t("No key is needed: we give you a training one"), _t("Nothing can be sent for real")),
            _t("Begin training"),
            "primary",
            lambda: self._choose(Stage.TRAINING),
            edge="accent",
        )
        self.real_button, real = self._door(
            "key-round",
            _t("Work with your own key"),
            _t("Plug in the key and sign in to your operator."),
            (_t("We check the computer first"), _t("Your reports lie encrypted on this computer"), _t("The history of the account is loaded")),
            _t("Check and sign in"),
            "plain",
            lambda: self._choose(Stage.REAL),
        )
        doors = row(training, real, gap=18)
        doors.setStretch(0, 1)
        doors.setStretch(1, 1)
        language = ChoiceBox(_t("Language"), [("ru", "Русский"), ("en", "English")], shell.office.preferences().language)
        language.picked.connect(self._speak)
        brand = row(None, icon_label("stamp", "accent", 22), label(_t("Extern Desktop"), "heading"), None, gap=8)
        frame = holder(column(brand, 4, title, text, 18, doors, 14, row(None, language, None), gap=6))
        frame.setMaximumWidth(theme.px(820))
        middle = row(None, frame, None, margins=(24, 0, 24, 0))
        middle.setStretch(1, 10)
        self.setLayout(column(None, middle, None))

    def focus_first(self) -> None:
        self.training_button.setFocus()

    def primary_button(self) -> QPushButton:
        return self.training_button

    def _door(
        self,
        icon: str,
        title: str,
        text: str,
        facts: tuple[str, ...],
        action: str,
        kind: str,
        on_click: Callable[[], object],
        edge: str = "",
    ) -> tuple[QPushButton, QFrame]:
        lines: list[Part] = []
        for fact in facts:
            line = row(icon_label("check", "ok", 16), label(fact, wrap=True), gap=8)
            line.setStretch(1, 1)
            lines.append(line)
        act = button(action, kind, on_click=on_click)
        frame = card(
            icon_label(icon, "accent", 32),
            4,
            label(title, "title", wrap=True),
            label(text, "body", "muted", wrap=True),
            6,
            *lines,
            None,
            act,
            gap=8,
            pad=22,
            edge=edge,
        )
        frame.setMinimumHeight(theme.px(320))
        return act, frame

    def _choose(self, stage: Stage) -> None:
        self.shell.change_preferences(replace(self.shell.office.preferences(), stage=stage, first_run=False))
        self.chosen.emit(stage)

    def _speak(self, language: str) -> None:
        self.shell.change_preferences(replace(self.shell.office.preferences(), language=language))
