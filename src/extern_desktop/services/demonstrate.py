"""Walk the main job from start to finish on the training operator and leave everything that came of it in a folder.

A workplace of its own is made inside that folder: nothing of the person's workspace, settings or keys is touched. Every step is the service that the
window and the commands use.
"""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Final, TypeVar, cast

from extern_desktop.diagnostics.values import DiagnosticsReport
from extern_desktop.domain.docflows import CellStatus
from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import Pin
from extern_desktop.forms.values import CheckedReport
from extern_desktop.intake.file_names import clean_file_name
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Watcher, Work
from extern_desktop.sandbox.training_container import write_training_container
from extern_desktop.services.connect import connect
from extern_desktop.services.copy_container import copy_container
from extern_desktop.services.correct_report import correct_report
from extern_desktop.services.desk import Desk
from extern_desktop.services.diagnose import diagnose, report_to_json
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.errors import FolderNotOursError
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.import_report import check_on_desk, import_report
from extern_desktop.services.questions import AskPin
from extern_desktop.services.read_docflow import read_docflow, save_documents
from extern_desktop.services.send_replies import send_replies
from extern_desktop.services.send_reports import sign_and_send
from extern_desktop.services.synchronise import synchronise
from extern_desktop.services.training_report import declaration_with_a_mistake
from extern_desktop.services.values import CopiedContainer, DocflowCard
from extern_desktop.services.what_is_due import read_calendar, today_of
from extern_desktop.settings import options
from extern_desktop.settings.places import Places, Stage
from extern_desktop.settings.settings import Settings, save_settings
from extern_desktop.signing.certificates import read_certificate

T = TypeVar("T")

MARK: Final = "README.txt"
"""A folder with this file and a `workplace` below it was made by an earlier demo."""
_PAYER_INN: Final = "7701234560"
_ROUNDS: Final = 6
"""Synchronise and answer: the docflow of an accepted report needs two rounds."""
_FACTORY_PIN: Final = "12345678"
"""What a new Rutoken is delivered with; used only while the token itself says that it was never changed."""

OpenDesk = Callable[..., AbstractContextManager[Desk]]


@dataclass(frozen=True, slots=True)
class Demonstrated:
    """What the demo did and where it lies."""

    folder: Path
    report: Path
    signature: Path
    certificate: Path
    documents: tuple[Path, ...]
    diagnostics: Path
    container: CopiedContainer
    docflow: DocflowCard
    cell: CellStatus
    signed_on_token: bool
    owner: str
    findings_before: CheckedReport
    """What the check said of the report while it still had a mistake."""


@dataclass(frozen=True, slots=True)
class Scene:
    """A moment worth a picture: the open desk, and what has just happened."""

    name: str
    desk: Desk
    report_id: str = ""
    container_folder: Path | None = None
    diagnostics: DiagnosticsReport | None = None


def demonstrate(
    folder: Path, *, open_desk: OpenDesk, watcher: Watcher, virtual_token: Path | None = None, on_scene: Callable[[Scene], None] = lambda _scene: None
) -> Demonstrated:
    """Run it all. `virtual_token` is the test module that plays a token; without it a training key of this computer signs.

    `on_scene` is called at every moment worth a picture, on this thread. Raises `FolderNotOursError` for a folder that no demo made.
    """
    places = _prepare(folder, virtual_token)
    work = Work(_DemoWatcher(watcher))
    with open_desk(places, stage=Stage.TRAINING) as desk:
        connect(desk, work)
        synchronise(desk=desk, work=work)
        payer = find_organisation(_PAYER_INN, desk=desk)
        if virtual_token is not None:
            enrol_training_key(desk.tokens.list_tokens()[0].serial, payer, desk=desk, work=work)
        on_scene(Scene("today-before", desk))
        report_id, findings = _report_with_a_mistake(folder, payer, desk, work)
        on_scene(Scene("report-with-a-mistake", desk, report_id))
        _correct(report_id, findings, desk, work)
        on_scene(Scene("report-corrected", desk, report_id))
        batch = sign_and_send([report_id], desk=desk, work=work)
        docflow_id = batch.reports[0].docflow_id
        on_scene(Scene("sent", desk, report_id))
        _finish_docflow(docflow_id, desk, work)
        on_scene(Scene("accepted", desk, report_id))
        container = _copy_a_container(folder, payer, work)
        on_scene(Scene("keys", desk, container_folder=folder / "containers" / "drive"))
        diagnostics = diagnose(desk=desk, work=work)
        on_scene(Scene("check-up", desk, diagnostics=diagnostics))
        on_scene(Scene("settings", desk))
        return _leave_results(folder, report_id, docflow_id, container, diagnostics, findings, desk, work)


def _prepare(folder: Path, virtual_token: Path | None) -> Places:
    """An empty folder with a workplace of its own. One made by an earlier demo is emptied, any other is left alone."""
    if folder.exists() and any(folder.iterdir()):
        if not (folder / MARK).is_file() or not (folder / "workplace").is_dir():
            raise FolderNotOursError(str(folder))
        shutil.rmtree(folder)
    places = Places((folder / "workplace").absolute())
    places.home.mkdir(parents=True)
    (folder / MARK).touch()
    settings = Settings()
    if virtual_token is not None:
        settings = settings.with_value(options.VIRTUAL_TOKEN_ALLOWED, True).with_value(options.PKCS11_MODULES, (virtual_token.absolute(),))
        _plug_virtual_token(places.home / "virtual-token")
    save_settings(places.settings_file, settings)
    return places


def _plug_virtual_token(folder: Path) -> None:
    """A new token in the first slot of the test module, which asks for its flag and its folder in the environment."""
    slot = folder / "slot0"
    slot.mkdir(parents=True)
    (slot / "present").touch()
    os.environ.update(VIRTUAL_RUTOKEN_ALLOWED="1", VIRTUAL_RUTOKEN_DIR=str(folder))


def _report_with_a_mistake(folder: Path, payer: Organisation, desk: Desk, work: Work) -> tuple[str, CheckedReport]:
    """The training declaration as a file that is imported, and what the check says of it."""
    content = declaration_with_a_mistake(payer, desk)
    file_name = content.decode("cp1251").partition('ИдФайл="')[2].partition('"')[0] + ".xml"
    file = folder / file_name
    file.write_bytes(content)
    report_id = import_report(file, desk=desk, work=work)
    file.unlink()
    return report_id, check_on_desk(report_id, desk=desk, work=work)


def _correct(report_id: str, findings: CheckedReport, desk: Desk, work: Work) -> None:
    """Write the expected value where the first finding says so, as a person does in the window."""
    finding = findings.findings[0]
    correct_report(report_id, finding.path, finding.field, finding.facts["expected"], desk=desk)
    check_on_desk(report_id, desk=desk, work=work)


def _finish_docflow(docflow_id: str, desk: Desk, work: Work) -> None:
    """Read the authority's answers and send our receipts until nothing is owed."""
    for _ in range(_ROUNDS):
        synchronise(desk=desk, work=work)
        if send_replies([docflow_id], desk=desk, work=work) == 0:
            return


def _copy_a_container(folder: Path, payer: Organisation, work: Work) -> CopiedContainer:
    source = write_training_container(folder / "containers" / "source" / "training.000", f"{payer.name} (учебный)")
    target = folder / "containers" / "drive"
    target.mkdir()
    return copy_container(source, target, work=work)


def _leave_results(
    folder: Path,
    report_id: str,
    docflow_id: str,
    container: CopiedContainer,
    diagnostics: DiagnosticsReport,
    findings: CheckedReport,
    desk: Desk,
    work: Work,
) -> Demonstrated:
    row = desk.store.reports.get(report_id)
    if row.outbox is None or row.organisation is None:
        raise AssertionError("a sent report has an act and an organisation")
    signed = desk.store.outbox.signed(row.outbox.id)
    certificate = read_certificate(signed.certificate_der)
    name = clean_file_name(row.file_name, fallback="report.xml")
    report, signature = folder / name, folder / f"{name}.p7s"
    certificate_file, diagnostics_file = folder / "signer.cer", folder / "diagnostics.json"
    report.write_bytes(signed.content)
    signature.write_bytes(signed.signature)
    certificate_file.write_bytes(signed.certificate_der)
    diagnostics_file.write_bytes(report_to_json(diagnostics))
    today = today_of(desk)
    return Demonstrated(
        folder=folder,
        report=report,
        signature=signature,
        certificate=certificate_file,
        documents=save_documents(docflow_id, folder / "documents", desk=desk, work=work),
        diagnostics=diagnostics_file,
        container=container,
        docflow=read_docflow(docflow_id, desk=desk),
        cell=_cell_of(row.organisation, row.identity.form.knd if row.identity else "", today, desk),
        signed_on_token=bool(desk.tokens.list_tokens()),
        owner=certificate.owner,
        findings_before=findings,
    )


def _cell_of(organisation: Organisation, knd: str, today: date, desk: Desk) -> CellStatus:
    cells = read_calendar(today - timedelta(days=92), today + timedelta(days=92), desk=desk)
    return next(it.status for it in cells if it.organisation.id == organisation.id and it.knd == knd)


class _DemoWatcher:
    """Shows progress to the real watcher and answers one question: the factory PIN of a token that still has it."""

    def __init__(self, watcher: Watcher) -> None:
        self._watcher = watcher

    def show(self, progress: Progress) -> None:
        self._watcher.show(progress)

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        if isinstance(question, AskPin) and question.initial_pin:
            return cast(T, Pin(_FACTORY_PIN))
        raise Cancelled
