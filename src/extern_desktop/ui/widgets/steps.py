"""Where we are in a sequence: the line of steps of sending, the way from USB to certificate, the course of a docflow."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.painting import CENTRE, END, Canvas
from extern_desktop.wording.texts import _t

_MARKS = {"ok": "check", "bad": "x", "warn": "hourglass"}
_EVENT_ICONS = {"ok": "circle-check", "info": "circle-dot", "warn": "hourglass", "bad": "circle-x"}


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a sequence."""

    name: str
    tone: str
    """ok done, info now, warn needs a person, bad failed, idle not yet."""
    note: str = ""
    when: str = ""


def tone_word(tone: str) -> str:
    """What a step's tone means, for those who hear the window."""
    words = {"ok": _t("done"), "info": _t("in progress"), "warn": _t("needs a person"), "bad": _t("failed"), "idle": _t("not yet")}
    return words.get(tone, "")


class StepLine(QWidget):
    """Horizontal: a mark per step, its name, its note; the line is solid as far as things went well."""

    def __init__(self, steps: Sequence[Step], name: str) -> None:
        super().__init__()
        self._steps: tuple[Step, ...] = ()
        self.setAccessibleName(name)
        self.show_steps(steps)

    def show_steps(self, steps: Sequence[Step]) -> None:
        """Show these steps from now on."""
        self._steps = tuple(steps)
        self.setAccessibleDescription("; ".join(f"{s.name}: {tone_word(s.tone)} {s.note}".strip() for s in steps))
        self.setFixedHeight(34 + theme.px(20) + (theme.px(20) if any(s.note for s in steps) else 2))
        self.update()

    def steps(self) -> tuple[Step, ...]:
        return self._steps

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._steps:
            return
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        width = self.width() / len(self._steps)
        for number, step in enumerate(self._steps):
            if number:
                self._link(canvas, width * (number + 0.5), width, self._steps[number - 1], step)
            self._step(canvas, QRectF(width * number, 0, width, self.height()), number, step)
        painter.end()

    def _link(self, canvas: Canvas, x: float, width: float, before: Step, step: Step) -> None:
        t = canvas.theme
        good = before.tone == "ok" and step.tone != "idle"
        style = Qt.PenStyle.SolidLine if good else Qt.PenStyle.DotLine
        canvas.painter.setPen(QPen(QColor(t.ok.ink if good else t.field_border), 2, style))
        line = canvas.place(QRectF(x - width + 18, 16, width - 36, 0))
        canvas.painter.drawLine(line.topLeft(), QPointF(line.right(), 16))

    def _step(self, canvas: Canvas, box: QRectF, number: int, step: Step) -> None:
        t, look, x = canvas.theme, canvas.theme.tone(step.tone), box.center().x()
        spot = QRectF(x - 12, 4, 24, 24)
        canvas.painter.setPen(QPen(QColor(look.ink), 2))
        canvas.painter.setBrush(QColor(t.accent if step.tone == "info" else look.soft))
        canvas.painter.drawEllipse(canvas.place(spot))
        mark = _MARKS.get(step.tone)
        if mark:
            canvas.icon(x - 7, 9, mark, look.ink, 14)
        else:
            canvas.text(spot, str(number + 1), "small-strong", t.on_accent if step.tone == "info" else look.ink, CENTRE)
        name = QRectF(box.left() + 4, 33, box.width() - 8, theme.px(20))
        canvas.text(name, step.name, "strong", t.ink_muted if step.tone == "idle" else t.ink, CENTRE)
        if step.note:
            canvas.text(QRectF(name.left(), name.bottom(), name.width(), theme.px(18)), step.note, "small", look.ink, CENTRE)


class Timeline(QWidget):
    """Vertical: events of a docflow, newest last, what is still owed or awaited hollow."""

    def __init__(self, steps: Sequence[Step], name: str) -> None:
        super().__init__()
        self._steps: tuple[Step, ...] = tuple(steps)
        self.setAccessibleName(name)
        self.setAccessibleDescription("; ".join(f"{s.when} {s.name}: {tone_word(s.tone)}. {s.note}".strip() for s in steps))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(280, theme.px(52) * len(self._steps))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        height = theme.px(52)
        for number, step in enumerate(self._steps):
            following = self._steps[number + 1] if number + 1 < len(self._steps) else None
            self._event(canvas, number * height, height, step, following)
        painter.end()

    def _event(self, canvas: Canvas, top: float, height: float, step: Step, following: Step | None) -> None:
        t, look = canvas.theme, canvas.theme.tone(step.tone)
        if following:
            ahead = following.tone in ("idle", "warn")
            style = Qt.PenStyle.DotLine if ahead else Qt.PenStyle.SolidLine
            canvas.painter.setPen(QPen(QColor(t.field_border if ahead else look.ink), 2, style))
            line = canvas.place(QRectF(12, top + 26, 0, height - 24))
            canvas.painter.drawLine(line.topLeft(), line.bottomLeft())
        canvas.icon(2, top + 2, _EVENT_ICONS.get(step.tone, "circle-dashed"), look.ink)
        width, line_height = self.width() - 34, theme.px(20)
        canvas.text(QRectF(34, top + 2, width, line_height), step.when, "small", t.ink_muted, END)
        canvas.text(QRectF(34, top + 2 + line_height, width, theme.px(18)), step.note, "small", t.ink_muted)
        room = width - theme.metrics("small").horizontalAdvance(step.when) - 12
        role = "strong" if step.tone in ("warn", "bad") else "body"
        canvas.text(QRectF(34, top + 2, room, line_height), step.name, role, t.ink_muted if step.tone == "idle" else t.ink)
