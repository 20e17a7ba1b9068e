"""Models are total functions: a Python exception inside one would end the process."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import QAbstractItemModel, QAbstractTableModel, QModelIndex, QObject, QRectF, Qt
from pytestqt.qtbot import QtBot

from extern_desktop.domain.reports import FormId, ReportIdentity
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import ReportLine
from extern_desktop.ui.office import Chip, ReportQuery
from extern_desktop.ui.report_query import answer_query
from extern_desktop.ui.widgets.certificates import CertificateModel, Scale
from extern_desktop.ui.widgets.days import Day, DayLine, DaysModel, due_tone
from extern_desktop.ui.widgets.painting import mirrored
from extern_desktop.ui.widgets.report_table import PAGE_ROWS, PAGES_KEPT, ReportsModel
from extern_desktop.ui.widgets.rows import Row, RowModel
from extern_desktop.ui.widgets.year import MonthLoad, YearModel
from extern_desktop.wording.texts import speak

ROLES = [int(role) for role in Qt.ItemDataRole] + [9999]


def line(number: int, standing: ReportStanding = ReportStanding.READY, *, known: bool = True) -> ReportLine:
    form = FormId("1152017", "5.09")
    identity = ReportIdentity(form, "УСН", "34", 2025, 0, "7701234560", "770101001", "ООО «Ромашка»", "0087", f"NO_USN_{number}")
    return ReportLine(
        str(number), identity if known else None, f"NO_USN_{number}.xml", None, standing, 0, 0, datetime(2026, 1, 1, tzinfo=UTC), None, "", 0
    )


class Lines:
    """Lines on request, kept back until the test gives them."""

    def __init__(self) -> None:
        self.asked: list[tuple[tuple[str, ...], Callable[[tuple[ReportLine, ...]], object]]] = []

    def fetch(self, ids: Sequence[str], take: Callable[[tuple[ReportLine, ...]], object]) -> None:
        self.asked.append((tuple(ids), take))

    def give(self) -> None:
        asked, self.asked = self.asked, []
        for ids, take in asked:
            take(tuple(line(int(one)) for one in ids))


@pytest.fixture
def owner(qtbot: QtBot) -> QObject:
    speak("ru")
    return QObject()


def _models(owner: QObject) -> list[QAbstractItemModel]:
    reports = ReportsModel(Lines().fetch, owner)
    reports.replace([str(number) for number in range(3)])
    days = DaysModel(owner, 7)
    days.replace(date(2026, 1, 5), 35, [Day(date(2026, 1, 5), is_off=False, lines=(DayLine("УСН", 1, 2, "warn"),))], today=date(2026, 1, 6))
    year = YearModel(owner)
    year.replace(["ООО «Ромашка»"], {(0, 3): MonthLoad(1, 2, "warn")})
    return [reports, days, year, RowModel([Row("a"), Row("b", heading=True)], owner), CertificateModel(owner)]


def test_models_every_role_inside_and_outside_gets_an_answer(owner: QObject) -> None:
    for model in _models(owner):
        columns = model.columnCount(QModelIndex()) if isinstance(model, QAbstractTableModel) else 1
        indexes = [QModelIndex(), model.index(0, 0), model.index(model.rowCount(QModelIndex()) - 1, columns - 1), model.index(999, 999)]
        for index in indexes:
            for role in ROLES:
                model.data(index, role)
            model.flags(index)
        for section in (-1, 0, columns, 500):
            for orientation in Qt.Orientation:
                for role in ROLES:
                    model.headerData(section, orientation, role)


def test_models_row_lost_between_two_answers_gives_none(owner: QObject) -> None:
    model = RowModel([Row("a"), Row("b")], owner)
    last = model.index(1, 0)
    model.replace([Row("a")])
    assert model.data(last) is None


def test_reports_model_fetches_only_pages_that_are_looked_at(owner: QObject) -> None:
    lines = Lines()
    model = ReportsModel(lines.fetch, owner)
    model.replace([str(number) for number in range(100_000)])
    assert lines.asked == []
    model.data(model.index(50_000, 1))
    model.data(model.index(50_001, 1))
    assert len(lines.asked) == 1
    assert len(lines.asked[0][0]) == PAGE_ROWS
    lines.give()
    assert model.data(model.index(50_000, 1)) == "УСН"


def test_reports_model_keeps_a_bounded_number_of_pages(owner: QObject) -> None:
    lines = Lines()
    model = ReportsModel(lines.fetch, owner)
    model.replace([str(number) for number in range(PAGE_ROWS * (PAGES_KEPT + 10))])
    for page in range(PAGES_KEPT + 10):
        model.data(model.index(page * PAGE_ROWS, 0))
        lines.give()
    assert len(model._pages) == PAGES_KEPT


def test_reports_model_answer_to_an_old_question_is_dropped(owner: QObject) -> None:
    lines = Lines()
    model = ReportsModel(lines.fetch, owner)
    model.replace(["1"])
    model.data(model.index(0, 0))
    model.replace(["2"])
    lines.give()
    assert model.line_at(0) is None


def test_reports_model_unknown_report_is_called_by_its_file(owner: QObject) -> None:
    model = ReportsModel(lambda ids, take: take(tuple(line(int(one), known=False) for one in ids)), owner)
    model.replace(["7"])
    model.line_at(0)
    assert model.data(model.index(0, 1)) == "NO_USN_7.xml"


def test_days_model_says_what_is_due_in_one_sentence(owner: QObject) -> None:
    model = DaysModel(owner, 7)
    model.replace(date(2026, 1, 5), 7, [Day(date(2026, 1, 5), is_off=False, lines=(DayLine("УСН", 1, 2, "warn"),))], today=date(2026, 1, 6))
    assert model.data(model.index(0, 0), Qt.ItemDataRole.AccessibleTextRole) == "5 января: УСН, осталось 1 из 2"


@pytest.mark.parametrize(("left", "days_left", "tone"), [(0, -3, "ok"), (1, -1, "bad"), (1, 0, "warn"), (1, 7, "warn"), (1, 8, "idle")], ids=str)
def test_due_tone_is_done_past_close_or_ahead(left: int, days_left: int, tone: str) -> None:
    assert due_tone(left, days_left) == tone


def test_mirrored_box_keeps_its_distance_from_the_other_edge() -> None:
    outer, box = QRectF(100, 0, 300, 40), QRectF(110, 5, 50, 20)
    assert mirrored(Qt.LayoutDirection.LeftToRight, outer, box) == box
    assert mirrored(Qt.LayoutDirection.RightToLeft, outer, box) == QRectF(340, 5, 50, 20)


def test_scale_days_outside_stand_at_the_edges() -> None:
    scale = Scale(date(2026, 6, 1), 200)
    assert scale.place(date(1990, 1, 1), 1000) == 200
    assert scale.place(date(2090, 1, 1), 1000) == 984
    assert scale.place(scale.today - timedelta(days=10), 1000) < scale.place(scale.today, 1000)


@pytest.mark.parametrize(("words", "found"), [("усн", 3), ("7701", 3), ("ромаш усн", 3), ("шка", 0), ("", 3)], ids=str)
def test_answer_query_words_begin_words(owner: QObject, words: str, found: int) -> None:
    assert len(answer_query(ReportQuery(words), [line(1), line(2), line(3)]).report_ids) == found


def test_answer_query_counts_every_chip_whatever_is_chosen(owner: QObject) -> None:
    lines = [line(1), line(2, ReportStanding.DECLINED), line(3, ReportStanding.DRAFT), line(4, ReportStanding.SENT)]
    keys = answer_query(ReportQuery(chip=Chip.FAILED), lines)
    assert keys.report_ids == ("2",)
    assert keys.counts == {Chip.ALL: 4, Chip.WAITING: 1, Chip.READY: 1, Chip.FAILED: 1, Chip.SENT: 2}
