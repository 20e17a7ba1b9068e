"""The rail: organisation switcher, the seven places, three facts. Below a certain window width it keeps icons only."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QLabel, QSizePolicy, QWidget

from extern_desktop.ui import dates, theme
from extern_desktop.ui.office import Places
from extern_desktop.ui.widgets.basics import column, icon_label, label, row, set_icon, tooltip
from extern_desktop.ui.widgets.painting import CENTRE, Canvas
from extern_desktop.wording.texts import _n, _t

WIDE, NARROW = 224, 68


class PlaceButton(QAbstractButton):
    """One place of the program. Shows only its icon when the rail is narrow."""

    def __init__(self, icon: str, text: str, keys: str) -> None:
        super().__init__()
        self._icon, self._badge, self._narrow = icon, 0, False
        self.setText(text)
        self.setCheckable(True)
        self.setAutoExclusive(True)  # announced as one of a set, not as a check box
        self.setAccessibleName(text)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        tooltip(self, f"{text} ({keys})")
        self.setFixedHeight(theme.px(38))
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self.update()

    def set_badge(self, number: int) -> None:
        """How many things wait there; 0 shows nothing."""
        self._badge = number
        self.setAccessibleDescription(_n("{n} waits", "{n} wait", number).format(n=number) if number else "")
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(44, theme.px(38))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        t, box = canvas.theme, QRectF(self.rect()).adjusted(0, 1, 0, -1)
        if self.isChecked() or self.underMouse():
            canvas.fill(box, t.surface if self.isChecked() else t.hover, 8)
            if t.line > 1 and self.isChecked():
                canvas.frame(box.adjusted(1, 1, -1, -1), t.accent, 2, 8)
        if self.hasFocus():
            canvas.frame(box.adjusted(1, 1, -1, -1), t.focus, 2, 8)
        canvas.icon(12, box.center().y() - 10, self._icon, t.accent if self.isChecked() else t.ink_muted)
        if not self._narrow:
            canvas.text(box.adjusted(42, 0, -44 if self._badge else -8, 0), self.text(), "strong", t.ink if self.isChecked() else t.ink_muted)
        if self._badge:
            self._draw_badge(canvas, box)
        painter.end()

    def _draw_badge(self, canvas: Canvas, box: QRectF) -> None:
        t, words = canvas.theme, str(self._badge) if self._badge < 1000 else "999+"
        width = max(20, theme.metrics("small-strong").horizontalAdvance(words) + 12)
        spot = QRectF(26, 2, 18, 18) if self._narrow else QRectF(box.right() - width - 8, box.center().y() - 10, width, 20)
        canvas.fill(spot, t.accent_soft if self.isChecked() or self._narrow else t.surface, spot.height() / 2)
        if t.line > 1:
            canvas.frame(spot, t.accent, 2, spot.height() / 2)
        canvas.text(spot, words if not self._narrow or self._badge < 100 else "…", "small-strong", t.accent, CENTRE)


class OrganisationButton(QAbstractButton):
    """Whose reports are shown; opens the palette."""

    def __init__(self) -> None:
        super().__init__()
        self._narrow, self._note = False, "Ctrl+K"
        self.show_choice("", 0)
        self.setFixedHeight(theme.px(38) + 16)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_choice(self, name: str, count: int) -> None:
        """The chosen organisation, or all `count` of them."""
        self.setText(name or _t("All organisations"))
        self._note = f"{count} · Ctrl+K" if count and not name else "Ctrl+K"
        self.setAccessibleName(_t("Organisation: {name}").format(name=self.text()))
        tooltip(self, f"{self.text()} (Ctrl+K)")
        self.update()

    def set_narrow(self, narrow: bool) -> None:
        self._narrow = narrow
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(44, theme.px(38) + 16)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        t, box = canvas.theme, QRectF(self.rect()).adjusted(1, 1, -1, -1)
        canvas.fill(box, t.surface, 8)
        painter.setPen(QPen(QColor(t.focus if self.hasFocus() else t.border), 2 if self.hasFocus() else t.line))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(box, 8, 8)
        canvas.icon(12, box.center().y() - 10, "building-2", t.accent)
        if not self._narrow:
            canvas.icon(box.right() - 24, box.center().y() - 8, "chevron-down", t.ink_muted, 16)
            line, middle = theme.px(19), box.center().y()
            canvas.text(QRectF(42, middle - line, box.width() - 70, line), self.text(), "strong", t.ink)
            canvas.text(QRectF(42, middle + 1, box.width() - 70, line), self._note, "small", t.ink_muted)
        painter.end()


class RailFact(QWidget):
    """One of the three facts at the foot of the rail: an icon with its tone and a few words."""

    def __init__(self, icon: str, tone: str, text: str) -> None:
        super().__init__()
        self._picture: QLabel = icon_label(icon, tone, 16)
        self._words = label(text, "small", "muted")
        self.setLayout(row(self._picture, self._words, None, gap=8))

    def show_fact(self, icon: str, tone: str, text: str) -> None:
        set_icon(self._picture, icon, tone, 16)
        self._words.setText(text)
        self.setAccessibleName(text)
        tooltip(self, text)

    def set_narrow(self, narrow: bool) -> None:
        self._words.setVisible(not narrow)

    def text(self) -> str:
        return self._words.text()


class RailFacts(QWidget):
    """Keys in sight, the network, the outbox: what a person looks for at the foot of the rail."""

    def __init__(self) -> None:
        super().__init__()
        self._keys, self._network, self._outbox = RailFact("token-off", "", ""), RailFact("wifi", "", ""), RailFact("send", "", "")
        self.setLayout(column(self._keys, self._network, self._outbox, gap=8, margins=(10, 0, 0, 4)))

    def set_narrow(self, narrow: bool) -> None:
        for part in (self._keys, self._network, self._outbox):
            part.set_narrow(narrow)

    def show_places(self, facts: Places, *, synchronising: bool) -> None:
        """Show the facts as they are now."""
        if facts.tokens:
            self._keys.show_fact("token", "ok", _n("{n} key in sight", "{n} keys in sight", facts.tokens).format(n=facts.tokens))
        else:
            self._keys.show_fact("token-off", "", _t("No key in sight"))
        if synchronising:
            self._network.show_fact("refresh-cw", "info", _t("Synchronising"))
        elif not facts.signed_in:
            self._network.show_fact("log-out", "warn", _t("Not signed in"))
        elif facts.online is None and facts.synchronised_at is not None:
            self._network.show_fact("wifi", "", _t("Synchronised {moment}").format(moment=dates.clock(facts.synchronised_at, dates.today())))
        elif facts.online is None:
            self._network.show_fact("wifi", "", _t("Not synchronised yet"))
        elif facts.online:
            self._network.show_fact("wifi", "ok", _t("Connected"))
        else:
            self._network.show_fact("wifi-off", "warn", _t("No connection"))
        if facts.outbox:
            self._outbox.show_fact("send", "info", _n("{n} in the outbox", "{n} in the outbox", facts.outbox).format(n=facts.outbox))
        else:
            self._outbox.show_fact("send", "", _t("The outbox is empty"))


def set_rail_narrow(parts: Sequence[PlaceButton | OrganisationButton | RailFacts], narrow: bool) -> None:
    for part in parts:
        part.set_narrow(narrow)
