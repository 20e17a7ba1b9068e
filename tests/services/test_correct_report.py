"""A field corrected on the desk; a signed report stays as it is."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from extern_desktop.app import open_desk
from extern_desktop.domain.outbox import OutboxEvent
from extern_desktop.forms.document import set_value
from extern_desktop.forms.values import Finding
from extern_desktop.jobs.work import Work
from extern_desktop.services.correct_report import correct_report, open_report, save_copy
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import FileExistsAlreadyError, FileUnwritableError
from extern_desktop.services.import_report import import_report
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import OpenedReport
from extern_desktop.settings.places import Places, Stage
from extern_desktop.store.errors import ReportInOutboxError
from extern_desktop.store.values import Refusal
from journeys.stories import declaration
from services.conftest import ROMASHKA, NewReport

TAX, FIELD = "/Файл/Документ/УСН/СумНалПУ_НП/РасчНал1/Исчисл", "@СумЗаКв"


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    with open_desk(places, stage=Stage.TRAINING) as opened:
        opened.store.organisations.replace_all([ROMASHKA])
        yield opened


@pytest.fixture
def wrong(desk: Desk, work: Work, tmp_path: Path) -> str:
    """A report whose tax of the first quarter is wrong."""
    path = tmp_path / "wrong.xml"
    path.write_bytes(set_value(declaration(ROMASHKA), TAX, FIELD, "61000"))
    return import_report(path, desk=desk, work=work)


def finding_of(opened: OpenedReport) -> Finding:
    """What is said of the field itself; lines that follow from it may be wrong too."""
    return next(it for it in opened.checked.findings if (it.path, it.field) == (TAX, FIELD))


def sign(desk: Desk, report_id: str) -> str:
    content = desk.store.reports.content(report_id)
    digest = hashlib.sha256(content).hexdigest()
    return desk.store.outbox.add_signed(report_id, digest, b"\x30\x00", b"\x30\x03\x02\x01\x01", ROMASHKA.id, "0087").id


def test_opened_report_shows_its_fields_and_what_is_wrong(desk: Desk, wrong: str) -> None:
    opened = open_report(wrong, desk=desk)

    assert opened.line.standing is ReportStanding.HAS_ERRORS
    assert finding_of(opened).value == "61000"
    assert any(row.path == TAX and row.field == FIELD and row.value == "61000" for row in opened.document.fields())


def test_correction_of_the_field_takes_the_finding_away(desk: Desk, wrong: str) -> None:
    finding = finding_of(open_report(wrong, desk=desk))

    corrected = correct_report(wrong, finding.path, finding.field, finding.facts["expected"], desk=desk)

    assert corrected.checked.findings == ()
    assert corrected.line.standing is ReportStanding.READY
    assert list_reports(desk=desk)[0].standing is ReportStanding.READY
    content = desk.store.reports.content(wrong)
    assert content.startswith(b'<?xml version="1.0" encoding="windows-1251"')
    assert content.decode("cp1251").count(f'СумЗаКв="{finding.facts["expected"]}"') >= 1


def test_correction_that_is_wrong_again_is_kept_and_found_again(desk: Desk, wrong: str) -> None:
    again = correct_report(wrong, TAX, FIELD, "59000", desk=desk)

    assert again.line.standing is ReportStanding.HAS_ERRORS
    assert finding_of(again).value == "59000"


def test_correction_of_a_signed_report_is_refused_and_changes_no_byte(desk: Desk, new_report: NewReport) -> None:
    report_id = new_report(desk)
    act, before = sign(desk, report_id), desk.store.reports.content(report_id)

    with pytest.raises(ReportInOutboxError):
        correct_report(report_id, TAX, FIELD, "61000", desk=desk)

    assert desk.store.reports.content(report_id) == before
    assert desk.store.outbox.signed(act).content == before


def test_correction_after_the_operators_no_is_taken_and_the_signed_bytes_stay(desk: Desk, new_report: NewReport) -> None:
    report_id = new_report(desk)
    act, before = sign(desk, report_id), desk.store.reports.content(report_id)
    desk.store.outbox.lease(act, desk.store.owner, 60.0)
    desk.store.outbox.advance(act, OutboxEvent.REFUSED, owner=desk.store.owner, refusal=Refusal("check", ""))

    opened = correct_report(report_id, TAX, FIELD, "61000", desk=desk)

    assert opened.line.standing is ReportStanding.HAS_ERRORS
    assert desk.store.reports.content(report_id) != before
    assert desk.store.outbox.signed(act).content == before


def test_copy_of_a_report_is_its_bytes_and_overwrites_nothing(desk: Desk, new_report: NewReport, tmp_path: Path) -> None:
    report_id, target = new_report(desk), tmp_path / "copy.xml"

    save_copy(report_id, target, desk=desk)

    assert target.read_bytes() == desk.store.reports.content(report_id)
    target.write_bytes(b"mine")
    with pytest.raises(FileExistsAlreadyError):
        save_copy(report_id, target, desk=desk)
    assert target.read_bytes() == b"mine"
    with pytest.raises(FileUnwritableError):
        save_copy(report_id, tmp_path / "no-such-folder" / "copy.xml", desk=desk)
