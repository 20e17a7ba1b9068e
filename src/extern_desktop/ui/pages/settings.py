"""Settings: few choices, each with its consequence in words, saved at once; and what program this is."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, QUrl
from PySide6.QtWidgets import QFrame, QWidget

from extern_desktop.settings.places import Stage
from extern_desktop.ui import theme, words
from extern_desktop.ui.office import Preferences, ProgramFacts
from extern_desktop.ui.pages.operator_card import OperatorCard
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.widgets.basics import button, card, column, holder, icon_label, label, row, rule, scroll
from extern_desktop.ui.widgets.choice_box import ChoiceBox
from extern_desktop.wording.texts import _n, _t

BOX_WIDTH = 230
EVERY_MINUTES = (5, 15, 30, 60, 0)
"""How often to synchronise; 0 is only when a person asks."""


class SettingsPage(Page):
    """Every change is kept as soon as it is made."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._now = shell.office.preferences()
        now = self._now
        self.theme_box = ChoiceBox(
            _t("Theme"),
            [("system", _t("As in the system")), ("light", _t("Light")), ("dark", _t("Dark")), ("contrast", _t("High contrast"))],
            now.theme,
        )
        self.text_box = ChoiceBox(_t("Text size"), [(str(size), f"{size} %") for size in theme.TEXT_SIZES], str(now.text_percent))
        self.language_box = ChoiceBox(_t("Language"), [("ru", "Русский"), ("en", "English")], now.language)
        self.stage_box = ChoiceBox(_t("Mode"), [(Stage.TRAINING.value, _t("Training")), (Stage.REAL.value, _t("Real work"))], now.stage.value)
        self.every_box = ChoiceBox(_t("Synchronisation"), _every_words(now.synchronise_every_minutes), str(now.synchronise_every_minutes))
        self.operator = OperatorCard(shell, lambda edit: self._change(edit(self._now)))
        look = card(
            label(_t("Look"), "heading"),
            4,
            self._line(_t("Theme"), _t("Changes at once, without a restart."), self.theme_box, "theme"),
            rule(),
            self._line(_t("Text size"), _t("On top of the system's scale."), self.text_box, "text-size-percent"),
            rule(),
            self._line(_t("Language"), _t("Reports and documents stay in Russian."), self.language_box, "language"),
            gap=10,
            pad=18,
        )
        self._stage_note = label("", "small", "warn", wrap=True)
        self._stage_note.hide()
        work = card(
            label(_t("Work"), "heading"),
            4,
            self._line(_t("Mode"), _t("Training and real work never mix: each has its own data and keys."), self.stage_box, "stage"),
            self._stage_note,
            rule(),
            self._line(
                _t("Synchronisation"), _t("How often the window asks the operator what is new."), self.every_box, "synchronise-every-minutes"
            ),
            gap=10,
            pad=18,
        )
        about = self._about()
        self._scroll = scroll(holder(column(look, work, self.operator, None, gap=14, margins=(0, 0, 4, 0))))
        body = row(self._scroll, column(about, None), gap=16)
        body.setStretch(0, 1)
        self.header = PageHeader(_t("Settings"), _t("Saved at once"))
        self.setLayout(page_box(self.header, body, stretch_at=1))
        self.theme_box.picked.connect(lambda value: self._change(replace(self._now, theme=value)))
        self.text_box.picked.connect(lambda value: self._change(replace(self._now, text_percent=int(value))))
        self.language_box.picked.connect(lambda value: self._change(replace(self._now, language=value)))
        self.stage_box.picked.connect(self._change_stage)
        self.every_box.picked.connect(lambda value: self._change(replace(self._now, synchronise_every_minutes=int(value))))

    def refresh(self) -> None:
        self._now = self.shell.office.preferences()
        self.shell.bridge.take(self.shell.office.facts(), self.operator.show_facts, self.shell.show_error, self)

    def show_sign_in(self) -> None:
        """Lead to the sign-in."""
        self.operator.focus_sign_in()
        QTimer.singleShot(0, self, lambda: self._scroll.verticalScrollBar().setValue(self.operator.y()))  # once the page has its places

    def focus_first(self) -> None:
        self.theme_box.setFocus()

    def _line(self, title: str, text: str, box: ChoiceBox, option: str) -> QWidget:
        locked = option in self._now.locked
        box.setEnabled(not locked)
        box.setMinimumWidth(theme.px(BOX_WIDTH))
        box.setMaximumWidth(theme.px(BOX_WIDTH))
        said = _t("Set by the administrator of this computer.") if locked else text
        box.setAccessibleDescription(said)
        line = row(column(label(title, "strong", wrap=True), label(said, "small", "muted", wrap=True), gap=1), box, gap=16)
        line.setStretch(0, 1)
        return holder(line)

    def _change(self, changed: Preferences) -> None:
        if changed != self._now:
            self._now = changed
            self.shell.change_preferences(changed)

    def _change_stage(self, value: str) -> None:
        self._change(replace(self._now, stage=Stage(value)))
        self._stage_note.setText(_t("The program starts in the new mode next time. Until then everything stays as it is."))
        self._stage_note.show()

    def _about(self) -> QFrame:
        version, forms, folder = label("", "small", "muted"), label("", "body", wrap=True), label("", "small", "muted", wrap=True)
        folder.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        link = button(_t("Open the folder"), "link", "folder-open")
        link.setEnabled(False)

        def tell(facts: ProgramFacts) -> None:
            version.setText(_t("Version {version}").format(version=facts.version))
            forms.setText("\n".join(facts.forms))
            folder.setText(words.short_file_name(str(facts.workspace_folder), 60))
            link.clicked.connect(lambda: _open(str(facts.workspace_folder)))
            link.setEnabled(True)

        self.shell.bridge.take(self.shell.office.about(), tell, self.shell.show_error, self)
        frame = card(
            row(icon_label("stamp", "accent", 32), column(label(_t("Extern Desktop"), "title"), version, gap=1), None, gap=12),
            4,
            label(_t("Forms at hand"), "small-strong", "muted"),
            forms,
            4,
            label(_t("Your data"), "small-strong", "muted"),
            label(_t("Encrypted, on this computer only."), "body", wrap=True),
            folder,
            row(link, None),
            label(_t("Fonts: Golos Text (OFL 1.1). Icons: Lucide (ISC)."), "small", "muted", wrap=True),
            gap=6,
            pad=18,
        )
        frame.setFixedWidth(theme.px(290))
        return frame


def _every_words(now: int) -> list[tuple[str, str]]:
    """The choices, and what a settings file says besides them."""
    minutes = EVERY_MINUTES if now in EVERY_MINUTES else (now, *EVERY_MINUTES)
    said = _t("Only by hand")
    return [(str(one), _n("Every {n} minute", "Every {n} minutes", one).format(n=one) if one else said) for one in minutes]


def _open(folder: str) -> None:
    from PySide6.QtGui import QDesktopServices

    QTimer.singleShot(0, lambda: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)))
