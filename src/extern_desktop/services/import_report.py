"""Take a report file onto the desk: read it, see which report it is, check it, keep it byte for byte."""

from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

from extern_desktop.forms.check import check_report
from extern_desktop.forms.values import CheckedReport
from extern_desktop.intake.xml import read_untrusted
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import FileUnreadableError
from extern_desktop.store.values import CheckSummary


def read_file(path: Path) -> bytes:
    """The bytes of a file a person named. `FileUnreadableError`, or `TooLargeError` before more than the limit is read."""
    if path.is_fifo() or path.is_socket() or path.is_char_device():  # reading would wait for whoever writes at its other end
        raise FileUnreadableError(str(path), os.strerror(errno.EINVAL))
    try:
        return read_untrusted(path)
    except OSError as error:
        raise FileUnreadableError(str(path), error.strerror or type(error).__name__) from error


def import_report(path: Path, *, desk: Desk, work: Work) -> str:
    """Put a file on the desk and give its report id. A file that is there already, byte for byte, is not doubled: its id is given.

    On the desk a report is called as its own `ИдФайл` says, so a copy named «отчёт (1).xml» can be sent as it is.

    Raises the errors of `forms` and `intake` for what is no report of a known form. A report with findings is kept: it is corrected on the desk.
    """
    work.show(Stage.READING, subject=path.name)
    content = read_file(path)
    known = desk.store.reports.find(content)
    if known is not None:
        return known.id
    work.checkpoint()
    work.show(Stage.CHECKING, subject=path.name)
    checked = check_report(content, file_name="")
    file_name = f"{checked.identity.file_id}.xml" if checked.identity else path.name
    row = desk.store.reports.add(content, file_name, checked.identity, summary_of(checked, desk))
    note_sound(checked, content, file_name, desk)
    return row.id


def check_on_desk(report_id: str, *, desk: Desk, work: Work) -> CheckedReport:
    """Check a report of the desk again and keep what was found."""
    row = desk.store.reports.get(report_id)
    work.show(Stage.CHECKING, subject=row.file_name)
    content = desk.store.reports.content(report_id)
    checked = check_report(content, file_name=row.file_name)
    desk.store.reports.set_checked(report_id, summary_of(checked, desk), checked.identity)
    note_sound(checked, content, row.file_name, desk)
    return checked


def note_sound(checked: CheckedReport, content: bytes, file_name: str, desk: Desk) -> None:
    """Remember that these bytes under this name passed our check: until the desk is closed they need not be checked again."""
    if checked.may_be_sent and checked.identity is not None:
        desk.sound.add((hashlib.sha256(content).hexdigest(), file_name))


def check_file(path: Path, *, work: Work) -> CheckedReport:
    """Check a file without a workspace and without a network."""
    work.show(Stage.CHECKING, subject=path.name)
    return check_report(read_file(path), file_name=path.name)


def summary_of(checked: CheckedReport, desk: Desk) -> CheckSummary:
    return CheckSummary(checked.error_count, checked.warning_count, desk.now())
