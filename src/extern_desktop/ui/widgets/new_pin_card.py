"""Ask for a PIN and the new one that takes its place. What does not fit is said before anything reaches the token."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame

from extern_desktop.domain.secrets import Pin
from extern_desktop.services.questions import NewPin
from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import Part, button, column, icon_label, label, row
from extern_desktop.ui.widgets.pin_card import pin_field
from extern_desktop.wording.texts import _n, _t

_MOST = 64
"""Characters, for a key that doesn't say how many it takes."""


class NewPinCard(QFrame):
    """What is typed leaves through `entered` once, as a `NewPin`, and is wiped from the fields."""

    entered = Signal(object)
    refused = Signal()

    def __init__(self, title: str, purpose: str, proof: str, attempts: str, *, least: int, most: int, danger: bool = False) -> None:
        """`proof` names the PIN that is known; `attempts` is the sentence about the attempts it has left; lengths are those of the new PIN."""
        super().__init__()
        self.setProperty("role", "card")
        self.setProperty("edge", "accent")
        self.setMaximumWidth(theme.px(480))
        self.setMinimumWidth(theme.px(360))
        self._least, self._most = max(1, least), most or _MOST
        self.proof, self.new, self.again = (pin_field(name, _MOST) for name in (proof, _t("New PIN"), _t("New PIN once more")))
        self.proof.setAccessibleDescription(attempts)
        self._hint = label("", "small", "muted", wrap=True)
        self.set_button = button(_t("Set the PIN"), "primary", "key-round", self._send)
        words = column(label(title, "heading", wrap=True), label(purpose, "body", "muted", wrap=True), gap=1)
        head = row(icon_label("key-round", "accent", 22), words, gap=12)
        head.setStretch(1, 1)
        parts: list[Part] = [head]
        for name, field in ((proof, self.proof), (_t("New PIN"), self.new), (_t("New PIN once more"), self.again)):
            field.textChanged.connect(self._measure)
            field.returnPressed.connect(self._send)
            parts.append(column(label(name, "small-strong", "muted"), field, gap=3))
            if field is self.proof and attempts:
                parts.append(label(attempts, "small", "bad" if danger else "muted", wrap=True))
        parts += [self._hint, 4, row(None, button(_t("Cancel"), on_click=self._refuse), self.set_button)]
        self.setLayout(column(*parts, gap=10, margins=(20, 18, 20, 18)))
        self.setFocusProxy(self.proof)
        self._measure()

    def _measure(self) -> None:
        new, again = self.new.text(), self.again.text()
        length = len(new.encode())
        if length < self._least:
            said = _n("The new PIN has {n} character at least.", "The new PIN has {n} characters at least.", self._least).format(n=self._least)
        elif length > self._most:
            said = _n("The new PIN has {n} character at most.", "The new PIN has {n} characters at most.", self._most).format(n=self._most)
        elif again and not new.startswith(again):
            said = _t("The two new PINs are not the same.")
        else:
            said = _t("Keep it where nobody else looks: the program does not keep it.")
        self._hint.setText(said)
        self.set_button.setEnabled(self._fits())

    def _fits(self) -> bool:
        return bool(self.proof.text()) and self._least <= len(self.new.text().encode()) <= self._most and self.new.text() == self.again.text()

    def _send(self) -> None:
        if not self._fits():
            self.focusNextChild()
            return
        typed = NewPin(Pin(self.proof.text()), Pin(self.new.text()))
        self._wipe()
        self.setEnabled(False)
        self.entered.emit(typed)

    def _refuse(self) -> None:
        self._wipe()
        self.refused.emit()

    def _wipe(self) -> None:
        for field in (self.proof, self.new, self.again):
            field.clear()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._refuse()
            return
        super().keyPressEvent(event)
