"""Reports: from the list to the finding, from the finding to its field, and the field corrected there."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLineEdit
from pytestqt.qtbot import QtBot

from extern_desktop.services.today_values import ReportStanding
from extern_desktop.ui.office import Chip
from extern_desktop.ui.pages.report_view import ReportView
from extern_desktop.ui.pages.reports import ReportsPage
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.form_fields import FieldKey
from extern_desktop.ui.window import Window
from ui.conftest import TAX, WAIT_MS, WIND, OpenWindow, Workplace, settle, write_report
from ui.heartbeat import Heartbeat, assert_alive, quiet_machine

ADVANCE = FieldKey("/Файл/Документ/УСН/СумНалПУ_НП", "@АвПУКв")
COMPUTED = FieldKey(TAX, "@СумЗаКв")


def _page(window: Window) -> ReportsPage:
    return cast(ReportsPage, window.page(Place.REPORTS))


def _open_wrong(window: Window, qtbot: QtBot, folder: Path, income: int) -> ReportView:
    """A wrong report of its own, imported through the window and opened."""
    path = write_report(folder, WIND, is_right=False, income=income)
    window.import_reports([path])
    view = _page(window).view
    qtbot.waitUntil(lambda: view.opened_report is not None and view.opened_report.line.file_name == path.name, timeout=WAIT_MS)
    return view


def _edit(view: ReportView, key: FieldKey) -> QLineEdit:
    edit = view.fields.edit_of(key)
    assert isinstance(edit, QLineEdit)
    return edit


def test_list_enter_opens_the_report(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.show_reports("северный", Chip.WAITING)
    page = _page(window)
    qtbot.waitUntil(lambda: workplace.wrong_report in page.list.table.chosen_ids() or page.list.table.reports.rowCount() > 0, timeout=WAIT_MS)
    page.list.table.selectRow(page.list.table.reports.row_of(workplace.wrong_report))
    qtbot.keyClick(page.list.table, Qt.Key.Key_Return)
    assert page.is_report_open()


def test_list_search_by_inn_leaves_one_organisation(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.show_reports("7701234560")
    table = _page(window).list.table
    qtbot.waitUntil(lambda: table.reports.row_of(workplace.right_report) >= 0 and table.reports.row_of(workplace.wrong_report) < 0, timeout=WAIT_MS)


def test_list_report_with_errors_can_not_be_sent_and_says_why(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.show_reports("5908123454")
    page = _page(window)
    qtbot.waitUntil(lambda: page.list.table.reports.row_of(workplace.wrong_report) >= 0, timeout=WAIT_MS)
    page.list.table.selectRow(page.list.table.reports.row_of(workplace.wrong_report))
    qtbot.waitUntil(lambda: "2 ошибки" in page.list.chosen.text(), timeout=WAIT_MS)
    assert not page.list.send_button.isEnabled()


def test_list_nothing_found_offers_to_clear_the_filter(window: Window, qtbot: QtBot) -> None:
    window.show_reports("такого нет")
    page = _page(window)
    qtbot.waitUntil(lambda: not page.list.table.isVisible(), timeout=WAIT_MS)
    settle(qtbot)
    assert page.list.table.reports.rowCount() == 0
    assert not page.list.table.isVisible()


def test_view_f4_walks_the_findings_and_selects_their_fields(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.open_report(workplace.wrong_report)
    view = _page(window).view
    qtbot.waitUntil(lambda: view.opened_report is not None, timeout=WAIT_MS)
    settle(qtbot)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert _edit(view, ADVANCE).selectedText() == _edit(view, ADVANCE).text()
    assert view.focusWidget() is _edit(view, ADVANCE)
    qtbot.keyClick(window, Qt.Key.Key_F4)
    assert _edit(view, COMPUTED).selectedText() == "76000"
    qtbot.keyClick(window, Qt.Key.Key_F4, Qt.KeyboardModifier.ShiftModifier)
    assert view.focusWidget() is _edit(view, ADVANCE)


def test_view_finding_is_tied_to_its_field_in_words(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.open_report(workplace.wrong_report)
    view = _page(window).view
    qtbot.waitUntil(lambda: view.opened_report is not None, timeout=WAIT_MS)
    view.jump(1)
    said = _edit(view, COMPUTED).accessibleDescription()
    assert "75\u00a0000" in said
    assert "76\u00a0000" in said


def test_view_enter_on_a_finding_leads_to_its_field(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.open_report(workplace.wrong_report)
    view = _page(window).view
    qtbot.waitUntil(lambda: view.opened_report is not None, timeout=WAIT_MS)
    settle(qtbot)
    qtbot.keyClick(view._rows[1], Qt.Key.Key_Return)
    assert view.focusWidget() is _edit(view, COMPUTED)


def test_view_typed_value_is_written_and_checked_anew(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = _open_wrong(window, qtbot, tmp_path, 1_250_001)
    settle(qtbot)
    qtbot.waitUntil(lambda: not view.send_button.isEnabled(), timeout=WAIT_MS)
    view.jump(1)
    edit = _edit(view, COMPUTED)
    edit.clear()
    qtbot.keyClicks(edit, "75000")
    qtbot.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: view.opened_report is not None and view.opened_report.checked.may_be_sent, timeout=WAIT_MS)
    settle(qtbot)
    assert view.send_button.isEnabled()
    assert view.opened_report is not None
    assert view.opened_report.line.standing is ReportStanding.READY


def test_view_offered_value_is_written_by_its_button(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = _open_wrong(window, qtbot, tmp_path, 1_250_002)
    settle(qtbot)
    view._rows[1].fix_wanted.emit(1)
    qtbot.waitUntil(lambda: view.opened_report is not None and view.opened_report.checked.may_be_sent, timeout=WAIT_MS)


def test_view_f8_checks_what_is_being_typed(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = _open_wrong(window, qtbot, tmp_path, 1_250_003)
    settle(qtbot)
    view.jump(1)
    edit = _edit(view, COMPUTED)
    edit.clear()
    qtbot.keyClicks(edit, "75000")
    qtbot.keyClick(window, Qt.Key.Key_F8)
    qtbot.waitUntil(lambda: view.opened_report is not None and view.opened_report.checked.may_be_sent, timeout=WAIT_MS)


def test_view_escape_goes_back_to_the_list(window: Window, qtbot: QtBot, workplace: Workplace) -> None:
    window.open_report(workplace.wrong_report)
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    assert not _page(window).is_report_open()


def test_view_english_names_fields_in_english(open_window: OpenWindow, qtbot: QtBot, workplace: Workplace) -> None:
    window = open_window(language="en")
    window.open_report(workplace.wrong_report)
    view = _page(window).view
    qtbot.waitUntil(lambda: view.opened_report is not None, timeout=WAIT_MS)
    settle(qtbot)
    view.jump(1)
    assert _edit(view, COMPUTED).accessibleName().isascii()


def test_view_check_and_correction_leave_the_loop_alive(window: Window, qtbot: QtBot, tmp_path: Path) -> None:
    view = _open_wrong(window, qtbot, tmp_path, 1_260_000)
    settle(qtbot)
    quiet_machine(qtbot)
    with Heartbeat() as beat:
        qtbot.keyClick(window, Qt.Key.Key_F8)
        settle(qtbot, 400)
        qtbot.keyClick(window, Qt.Key.Key_F4)
        view._write(1)
        settle(qtbot, 400)
    assert_alive(beat)
