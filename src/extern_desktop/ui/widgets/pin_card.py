"""Ask for a PIN in the page. Attempts left are shown before the first try: the token knows them, so the person should too."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QLineEdit, QSizePolicy, QWidget

from extern_desktop.domain.secrets import Pin
from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import Part, button, column, icon_label, label, row
from extern_desktop.wording.texts import _t

FEW_ATTEMPTS = 3
MOST_DOTS = 12


def pin_field(name: str, most: int) -> QLineEdit:
    """A field whose letters nobody sees and no input method learns."""
    field = QLineEdit()
    field.setEchoMode(QLineEdit.EchoMode.Password)
    field.setMaxLength(most)
    field.setAccessibleName(name)
    field.setInputMethodHints(Qt.InputMethodHint.ImhSensitiveData | Qt.InputMethodHint.ImhNoPredictiveText)
    return field


class AttemptDots(QWidget):
    """A dot for each attempt, the used ones hollow. The sentence beside them says the same in words."""

    def __init__(self, left: int, total: int) -> None:
        super().__init__()
        self._left, self._total = left, total
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(self._total * 14, 12)

    def paintEvent(self, _event: QPaintEvent) -> None:
        t, painter = theme.current(), QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        ink = QColor(t.tone("bad" if self._left <= FEW_ATTEMPTS else "ok").ink)
        for number in range(self._total):
            full = number < self._left
            painter.setPen(QPen(ink if full else QColor(t.field_border), 1.5))
            painter.setBrush(ink if full else Qt.BrushStyle.NoBrush)
            painter.drawEllipse(QRectF(number * 14 + 2, 2, 8, 8))
        painter.end()


class PinCard(QFrame):
    """What is typed leaves through `entered` once, as a `Pin`, and is wiped from the field."""

    entered = Signal(object)
    refused = Signal()

    def __init__(
        self,
        carrier: str,
        purpose: str,
        attempts: str,
        *,
        left: int | None = None,
        total: int | None = None,
        wrong: str = "",
        least: int = 1,
        most: int = 64,
        note: str = "",
        danger: bool = False,
    ) -> None:
        """`attempts` is the sentence about the attempts left; the dots are drawn when both numbers are known. `wrong` says why a PIN was refused."""
        super().__init__()
        self.setProperty("role", "card")
        self.setProperty("edge", "bad" if wrong else "accent")
        self.setMaximumWidth(theme.px(480))
        self.setMinimumWidth(theme.px(360))
        self._least = least
        self.field = pin_field(_t("PIN"), most)
        self.field.setAccessibleDescription(" ".join(part for part in (wrong, attempts) if part))
        self.field.setPlaceholderText(_t("PIN"))
        self.field.setProperty("state", "bad" if wrong else "")
        self.field.returnPressed.connect(self._send)
        self.field.textChanged.connect(self._measure)
        self.sign_button = button(_t("Sign"), "primary", "pen-line", self._send)
        self.cancel_button = button(_t("Cancel"), on_click=self._refuse)
        head = row(
            icon_label("key-round", "accent", 22),
            column(label(carrier, "heading", wrap=True), label(purpose, "body", "muted", wrap=True), gap=1),
            gap=12,
        )
        head.setStretch(1, 1)
        parts: list[Part] = [head]
        if wrong:
            parts.append(label(wrong, "strong", "bad", wrap=True))
        parts.append(self.field)
        parts.append(self._attempts_line(attempts, left, total, danger))
        if note:
            parts.append(label(note, "small", "warn", wrap=True))
        parts.append(
            label(_t("After the last wrong attempt the key locks itself. The program never tries again by itself."), "small", "muted", wrap=True)
        )
        parts += [4, row(None, self.cancel_button, self.sign_button)]
        self.setLayout(column(*parts, gap=10, margins=(20, 18, 20, 18)))
        self.setFocusProxy(self.field)
        self._measure("")

    def _attempts_line(self, attempts: str, left: int | None, total: int | None, danger: bool) -> Part:
        words = label(attempts, "small", "bad" if danger else "muted", wrap=True)
        if left is None or total is None or total > MOST_DOTS:
            return words
        line = row(AttemptDots(left, total), words, gap=8)
        line.setStretch(1, 1)
        return line

    def _measure(self, text: str) -> None:
        self.sign_button.setEnabled(len(text) >= self._least)

    def _send(self) -> None:
        if len(self.field.text()) < self._least:
            return
        pin = Pin(self.field.text())
        self.field.clear()
        self.setEnabled(False)
        self.entered.emit(pin)

    def _refuse(self) -> None:
        self.field.clear()
        self.refused.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self._refuse()
            return
        super().keyPressEvent(event)
