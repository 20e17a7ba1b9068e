"""Certificates on a time line, worst first: owner at the start, then a bar from the first day to the last, today as one line across all rows."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from PySide6.QtCore import QAbstractListModel, QObject, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from extern_desktop.services.values import CarrierKind, KeyCertificate
from extern_desktop.ui import dates, theme
from extern_desktop.ui.widgets.painting import CENTRE, Canvas
from extern_desktop.ui.widgets.rows import NO_INDEX, Index
from extern_desktop.wording.texts import _t

CERTIFICATE_ROLE = int(Qt.ItemDataRole.UserRole)
SOON_DAYS = 60
_BEFORE, _AFTER = timedelta(days=400), timedelta(days=560)
_ICONS = {"ok": "badge-check", "warn": "hourglass", "idle": "archive"}


@dataclass(frozen=True, slots=True)
class Scale:
    """Which days the time line shows, and how wide the names beside it are."""

    today: date
    names_width: int

    def place(self, on: date, width: float) -> float:
        """Where a day stands on a row of this width; days outside stand at the edge."""
        first, last = self.today - _BEFORE, self.today + _AFTER
        share = (min(max(on, first), last) - first).days / (last - first).days
        return self.names_width + (width - self.names_width - 16) * share

    def years(self) -> list[date]:
        """New Year's days in sight."""
        return [date(year, 1, 1) for year in range(self.today.year - 1, self.today.year + 3) if abs((date(year, 1, 1) - self.today).days) < 540]


def certificate_tone(row: KeyCertificate) -> str:
    return "idle" if row.days_left < 0 else "warn" if row.days_left <= SOON_DAYS else "ok"


def whose(row: KeyCertificate) -> str:
    """Second line: the organisation, or that nobody of the account can use it; where the key is when it is no token."""
    names = ", ".join(row.organisations[:2]) or row.certificate.organisation or _t("no organisation of the account")
    if row.carrier is CarrierKind.TRAINING_KEY:
        return f"{names} · {_t('training key')}"
    return names if row.has_private_key else f"{names} · {_t('no private key here')}"


class CertificateModel(QAbstractListModel):
    """Rows as given. Total."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._rows: tuple[KeyCertificate, ...] = ()

    def replace(self, rows: Sequence[KeyCertificate]) -> None:
        self.beginResetModel()
        self._rows = tuple(rows)
        self.endResetModel()

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not 0 <= index.row() < len(self._rows):
            return None
        row = self._rows[index.row()]
        if role == CERTIFICATE_ROLE:
            return row
        if role == Qt.ItemDataRole.DisplayRole:
            return row.certificate.owner
        if role == Qt.ItemDataRole.AccessibleTextRole:
            return f"{row.certificate.owner}, {whose(row)}, {_until(row)}"
        return None


def _until(row: KeyCertificate) -> str:
    last = dates.numbers(row.certificate.valid_to_at.date())
    if row.days_left < 0:
        return _t("ended on {day}").format(day=last)
    return f"{_t('until {day}').format(day=last)} · {dates.days(row.days_left)}"


class CertificateDelegate(QStyledItemDelegate):
    """Owner and bar of one certificate."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.scale = Scale(date.min + _BEFORE * 2, theme.px(290))

    def sizeHint(self, _option: QStyleOptionViewItem, _index: Index) -> QSize:
        return QSize(400, theme.px(48))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        row = index.data(CERTIFICATE_ROLE)
        if not isinstance(row, KeyCertificate):
            return
        painter.save()
        canvas = Canvas.of_item(painter, option)
        t, box, tone = canvas.theme, canvas.outer, certificate_tone(row)
        if canvas.is_chosen:
            canvas.fill(box, t.selected)
        canvas.fill(QRectF(box.left(), box.bottom() - 1, box.width(), 1), t.border)
        canvas.icon(box.left() + 16, box.center().y() - 10, _ICONS[tone], t.tone(tone).ink)
        line, room = theme.px(20), self.scale.names_width - 56
        canvas.text(
            QRectF(box.left() + 48, box.center().y() - line, room, line), row.certificate.owner, "strong", t.ink_muted if tone == "idle" else t.ink
        )
        canvas.text(QRectF(box.left() + 48, box.center().y(), room, line), whose(row), "small", t.ink_muted)
        self._bar(canvas, row, tone)
        if canvas.has_focus:
            canvas.frame(box.adjusted(1, 1, -1, -2), t.focus)
        painter.restore()

    def _bar(self, canvas: Canvas, row: KeyCertificate, tone: str) -> None:
        t, box, look = canvas.theme, canvas.outer, canvas.theme.tone(tone)
        for year in self.scale.years():
            self._line(canvas, year, QPen(QColor(t.border), 1, Qt.PenStyle.DotLine))
        begin = box.left() + self.scale.place(row.certificate.valid_from_at.date(), box.width())
        end = box.left() + self.scale.place(row.certificate.valid_to_at.date(), box.width())
        bar = QRectF(begin, box.center().y() - 11, max(4.0, end - begin), 22)
        canvas.painter.setPen(QPen(QColor(look.ink), 1))
        canvas.painter.setBrush(QColor(look.soft))
        canvas.painter.drawRoundedRect(canvas.place(bar), 6, 6)
        text = _until(row)
        room = theme.metrics("small-strong").horizontalAdvance(text) + 12
        outside = bar.right() + room < box.right()
        inside = bar.right() - room if bar.width() > room else bar.left() - room
        canvas.text(QRectF(bar.right() + 8 if outside else inside, bar.top(), room, bar.height()), text, "small-strong", look.ink)
        self._line(canvas, self.scale.today, QPen(QColor(t.accent), 2))

    def _line(self, canvas: Canvas, on: date, pen: QPen) -> None:
        box = canvas.outer
        line = canvas.place(QRectF(box.left() + self.scale.place(on, box.width()), box.top(), 0, box.height()))
        canvas.painter.setPen(pen)
        canvas.painter.drawLine(QPointF(line.left(), line.top()), QPointF(line.left(), line.bottom()))


class YearScale(QWidget):
    """Years above the time line and the word for the line of today."""

    def __init__(self) -> None:
        super().__init__()
        self.scale: Scale | None = None
        self.setFixedHeight(theme.px(20))

    def paintEvent(self, _event: QPaintEvent) -> None:
        if self.scale is None:
            return
        painter = QPainter(self)
        canvas = Canvas(painter, QRectF(self.rect()), self.layoutDirection())
        t, middle = canvas.theme, self.scale.place(self.scale.today, self.width())
        for year in self.scale.years():
            left = self.scale.place(year, self.width())
            if abs(left - middle) > theme.px(60):
                canvas.text(QRectF(left - 30, 0, 60, self.height()), str(year.year), "small-strong", t.ink_muted, CENTRE)
        canvas.text(QRectF(middle - 60, 0, 120, self.height()), _t("today"), "small-strong", t.accent, CENTRE)
        painter.end()


class CertificateList(QListView):
    """Arrows move; a screen reader gets one sentence a row."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_t("Certificates"))
        self._model, self._delegate = CertificateModel(self), CertificateDelegate(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)

    def show_certificates(self, rows: Sequence[KeyCertificate], scale: Scale) -> None:
        self._delegate.scale = scale
        self._model.replace(rows)
