"""A file becomes a report of the desk, byte for byte and once."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from conftest import Person
from extern_desktop.app import open_desk
from extern_desktop.forms.errors import NotAReportError
from extern_desktop.intake.errors import EmptyInputError, ForbiddenXmlError, NotXmlError, TooLargeError, UnreadableInputError
from extern_desktop.jobs.work import Cancelled, Stage, Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import FileUnreadableError
from extern_desktop.services.import_report import check_file, check_on_desk, import_report
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.settings.places import Places
from extern_desktop.settings.places import Stage as WorkStage
from journeys.stories import declaration, file_name_of
from services.conftest import ROMASHKA


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    with open_desk(places, stage=WorkStage.TRAINING) as opened:
        yield opened


def put(folder: Path, content: bytes, name: str = "report.xml") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def test_import_keeps_the_bytes_and_calls_the_report_as_it_calls_itself(desk: Desk, work: Work, person: Person, tmp_path: Path) -> None:
    content = declaration(ROMASHKA)

    report_id = import_report(put(tmp_path, content, "отчёт (1).xml"), desk=desk, work=work)

    assert desk.store.reports.content(report_id) == content
    (line,) = list_reports(desk=desk)
    assert (line.file_name, line.standing, line.errors) == (file_name_of(content), ReportStanding.READY, 0)
    assert [progress.stage for progress in person.shown] == [Stage.READING, Stage.CHECKING]


def test_import_of_the_same_bytes_under_another_name_gives_the_same_report(desk: Desk, work: Work, tmp_path: Path) -> None:
    content = declaration(ROMASHKA)

    ids = {import_report(put(tmp_path, content, name), desk=desk, work=work) for name in ("a.xml", "b.xml", "a.xml")}

    assert len(ids) == 1
    assert len(list_reports(desk=desk)) == 1


def test_import_of_one_other_byte_is_another_report(desk: Desk, work: Work, tmp_path: Path) -> None:
    first, second = declaration(ROMASHKA, income=1_000_000), declaration(ROMASHKA, income=1_000_001)

    assert import_report(put(tmp_path, first), desk=desk, work=work) != import_report(put(tmp_path, second), desk=desk, work=work)


def test_import_keeps_a_report_with_findings_so_that_it_can_be_corrected(desk: Desk, work: Work, tmp_path: Path) -> None:
    content = declaration(ROMASHKA).replace(b'1152017"', '1152017" Лишнее="1"'.encode("cp1251"), 1)

    report_id = import_report(put(tmp_path, content), desk=desk, work=work)

    assert list_reports(desk=desk)[0].standing is ReportStanding.HAS_ERRORS
    assert not check_on_desk(report_id, desk=desk, work=work).may_be_sent


BROKEN = [
    (b"", EmptyInputError),
    (b"\x00\x01\x02", NotXmlError),
    (b"<?xml version='1.0'?><a><b></a>", NotXmlError),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>", ForbiddenXmlError),
    (b"<?xml version='1.0'?><!DOCTYPE a [<!ENTITY x 'lol'><!ENTITY y '&x;&x;&x;&x;'>]><a>&y;</a>", ForbiddenXmlError),
    (b"<?xml version='1.0'?><note/>", NotAReportError),
]


@pytest.mark.parametrize(("content", "error"), BROKEN, ids=["empty", "binary", "broken", "external-entity", "bomb", "another-document"])
def test_import_of_what_is_no_report_is_refused_and_leaves_nothing(
    desk: Desk, work: Work, tmp_path: Path, content: bytes, error: type[UnreadableInputError]
) -> None:
    with pytest.raises(error):
        import_report(put(tmp_path, content), desk=desk, work=work)

    assert list_reports(desk=desk) == ()


def test_import_of_a_file_beyond_the_limit_is_refused_before_it_is_read(desk: Desk, work: Work, tmp_path: Path) -> None:
    path = tmp_path / "huge.xml"
    with path.open("wb") as file:
        file.truncate(8 << 30)  # a hole: reading it would take minutes and 8 GB

    with pytest.raises(TooLargeError):
        import_report(path, desk=desk, work=work)


@pytest.mark.parametrize("name", ["missing.xml", "folder"])
def test_import_of_what_can_not_be_opened_says_so(desk: Desk, work: Work, tmp_path: Path, name: str) -> None:
    (tmp_path / "folder").mkdir()

    with pytest.raises(FileUnreadableError) as refused:
        import_report(tmp_path / name, desk=desk, work=work)

    assert refused.value.path == str(tmp_path / name)
    assert refused.value.reason
    assert isinstance(refused.value.__cause__, OSError)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no named pipes here")
@pytest.mark.timeout(20)
def test_import_of_a_pipe_that_nobody_writes_does_not_wait_for_ever(desk: Desk, work: Work, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.xml")

    with pytest.raises(FileUnreadableError):
        import_report(tmp_path / "pipe.xml", desk=desk, work=work)


def test_import_that_is_cancelled_leaves_nothing(desk: Desk, work: Work, tmp_path: Path) -> None:
    work.cancel()

    with pytest.raises(Cancelled):
        import_report(put(tmp_path, declaration(ROMASHKA)), desk=desk, work=work)

    assert list_reports(desk=desk) == ()


def test_check_of_a_file_needs_no_desk_and_minds_the_name(work: Work, tmp_path: Path) -> None:
    content = declaration(ROMASHKA)

    assert check_file(put(tmp_path, content, file_name_of(content)), work=work).may_be_sent
    assert check_file(put(tmp_path, content, "other.xml"), work=work).findings
