"""What the window's acts run on the open desk, with the libraries that the services behind them bring.

Nothing of this is needed to show what is due, so the window opens without it: the first act that asks loads it, on a lane of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from extern_desktop.diagnostics.values import DiagnosticsReport
from extern_desktop.domain.organisations import Organisation
from extern_desktop.jobs.work import Work
from extern_desktop.services.change_pin import change_pin, unblock_pin
from extern_desktop.services.change_settings import change_setting
from extern_desktop.services.copy_container import copy_container, find_containers
from extern_desktop.services.correct_report import correct_report, open_report, save_copy
from extern_desktop.services.desk import Desk
from extern_desktop.services.diagnose import diagnose, report_to_json
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.errors import FileUnreadableError
from extern_desktop.services.import_report import check_on_desk, import_report
from extern_desktop.services.known_forms import form_names
from extern_desktop.services.list_keys import list_keys
from extern_desktop.services.read_docflow import read_docflow, save_documents
from extern_desktop.services.send_replies import send_replies
from extern_desktop.services.send_reports import resume_outbox, sign_and_send
from extern_desktop.services.training_report import take_training_report
from extern_desktop.services.values import CopiedContainer, DocflowCard, FoundContainers, Keys, OpenedReport, SentBatch
from extern_desktop.settings.options import Option
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.values import TokenCard


class DeskActs:
    """Each method is one service on this desk. Not for the event loop's thread."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def change_setting(self, option: Option[Any], value: object) -> None:
        change_setting(option, value, desk=self._desk)

    def form_names(self) -> tuple[str, ...]:
        return form_names()

    # reports

    def import_report(self, path: Path, work: Work) -> str:
        return import_report(path, desk=self._desk, work=work)

    def take_training_report(self, work: Work) -> str:
        return take_training_report(desk=self._desk, work=work)

    def open_report(self, report_id: str) -> OpenedReport:
        return open_report(report_id, desk=self._desk)

    def check_report(self, report_id: str, work: Work) -> OpenedReport:
        check_on_desk(report_id, desk=self._desk, work=work)
        return open_report(report_id, desk=self._desk)

    def correct(self, report_id: str, path: str, field_name: str, value: str) -> OpenedReport:
        return correct_report(report_id, path, field_name, value, desk=self._desk)

    def save_copy(self, report_id: str, target: Path) -> None:
        save_copy(report_id, target, desk=self._desk)

    # the operator

    def sign_and_send(self, report_ids: Sequence[str], work: Work) -> SentBatch:
        return sign_and_send(report_ids, desk=self._desk, work=work)

    def resume(self, work: Work) -> SentBatch:
        return resume_outbox(desk=self._desk, work=work)

    def send_replies(self, docflow_ids: Sequence[str], work: Work) -> int:
        return send_replies(docflow_ids or None, desk=self._desk, work=work)

    def docflow(self, docflow_id: str) -> DocflowCard:
        return read_docflow(docflow_id, desk=self._desk)

    def save_documents(self, docflow_id: str, folder: Path, work: Work) -> int:
        return len(save_documents(docflow_id, folder, desk=self._desk, work=work))

    # keys

    def keys(self) -> Keys:
        return list_keys(desk=self._desk)

    def containers(self, place: Path) -> FoundContainers:
        return find_containers(place)

    def copy_container(self, source: Path, target: Path, work: Work) -> CopiedContainer:
        return copy_container(source, target, work=work)

    def change_pin(self, serial: str, work: Work) -> TokenCard:
        return change_pin(serial, desk=self._desk, work=work)

    def unblock_pin(self, serial: str, work: Work) -> TokenCard:
        return unblock_pin(serial, desk=self._desk, work=work)

    def enrol_training_key(self, serial: str, organisation: Organisation, work: Work) -> Certificate:
        return enrol_training_key(serial, organisation, desk=self._desk, work=work)

    # the computer

    def diagnose(self, work: Work) -> DiagnosticsReport:
        return diagnose(desk=self._desk, work=work)

    def save_diagnostics(self, report: DiagnosticsReport, target: Path) -> None:
        try:
            target.write_bytes(report_to_json(report))
        except OSError as error:
            raise FileUnreadableError(str(target), error.strerror or type(error).__name__) from error
