"""Open a report for reading, and correct one field of it on the desk. What was signed is never touched."""

from __future__ import annotations

from pathlib import Path

from extern_desktop.forms.check import check_report
from extern_desktop.forms.document import open_document, set_value
from extern_desktop.forms.values import CheckedReport
from extern_desktop.services.desk import Desk
from extern_desktop.services.import_report import summary_of
from extern_desktop.services.list_reports import line_of
from extern_desktop.services.values import OpenedReport
from extern_desktop.services.write_file import write_new_file


def open_report(report_id: str, *, desk: Desk) -> OpenedReport:
    """The document laid out, with what the check finds in it now."""
    row = desk.store.reports.get(report_id)
    content = desk.store.reports.content(report_id)
    return OpenedReport(line_of(row, desk), open_document(content), check_report(content, file_name=row.file_name))


def correct_report(report_id: str, path: str, field: str, value: str, *, desk: Desk) -> OpenedReport:
    """Write one value, check anew, keep both. Refused by the store once the report is signed: a correction is then a new report."""
    row = desk.store.reports.get(report_id)
    content = set_value(desk.store.reports.content(report_id), path, field, value)
    checked: CheckedReport = check_report(content, file_name=row.file_name)
    desk.store.reports.replace_content(report_id, content, row.file_name, checked.identity, summary_of(checked, desk))
    return OpenedReport(line_of(desk.store.reports.get(report_id), desk), open_document(content), checked)


def save_copy(report_id: str, target: Path, *, desk: Desk) -> None:
    """Write the report's bytes to a file that must not exist."""
    write_new_file(target, desk.store.reports.content(report_id))
