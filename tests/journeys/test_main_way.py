"""The main job through the services, on the training operator: from a file on disk to the cell of the calendar."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from conftest import Person
from extern_desktop.domain.docflows import CellStatus
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.history import read_history
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import ReportHasErrorsError
from extern_desktop.services.import_report import import_report
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.questions import AskPin
from extern_desktop.services.read_docflow import read_docflow
from extern_desktop.services.send_reports import sign_and_send
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.what_is_due import read_calendar, today_of, what_is_due
from extern_desktop.signing.cms import verify_detached
from extern_desktop.store.errors import AlreadyInOutboxError
from journeys.stories import declaration, enrolled, finish, put_file, romashka


def usn_cell(desk: Desk, inn: str) -> CellStatus:
    today = today_of(desk)
    cells = read_calendar(today - timedelta(days=92), today + timedelta(days=92), desk=desk)
    return next(it.status for it in cells if it.organisation.inn == inn and it.form_short_name == "УСН")


@pytest.mark.parametrize(
    ("authority", "standing", "cell"),
    [
        ("0087", ReportStanding.ACCEPTED, CellStatus.ACCEPTED),
        ("0088", ReportStanding.DECLINED, CellStatus.DECLINED),
        ("0085", ReportStanding.CLARIFICATION, CellStatus.ACCEPTED_WITH_REBUKE),
    ],
)
def test_main_way_each_robot_ends_with_its_own_cell(
    desk: Desk, work: Work, tmp_path: Path, authority: str, standing: ReportStanding, cell: CellStatus
) -> None:
    payer = romashka(desk, work)
    report_id = import_report(put_file(tmp_path, declaration(payer, authority)), desk=desk, work=work)

    sent = sign_and_send([report_id], desk=desk, work=work).reports[0]
    finish(sent.docflow_id, desk, work)

    line = list_reports(desk=desk)[0]
    assert (sent.state, line.standing, line.owed_replies) == (OutboxState.SENT, standing, 0)
    assert usn_cell(desk, payer.inn) is cell
    history = read_history(desk.places.training_operator)
    assert [docflow.status for docflow in history.docflows] == ["finished"]


def test_main_way_on_a_token_asks_the_pin_once_and_the_signature_holds(token_desk: Desk, work: Work, person: Person, tmp_path: Path) -> None:
    person.knows_pin("12345678")
    payer = enrolled(token_desk, work)
    person.asked.clear()
    ids = [
        import_report(put_file(tmp_path, declaration(payer, authority)), desk=token_desk, work=work) for authority in ("0087", "0088", "0085")
    ]

    batch = sign_and_send(ids, desk=token_desk, work=work)

    assert [type(question) for question in person.asked] == [AskPin]
    for sent in batch.reports:
        signed = token_desk.store.outbox.signed(sent.outbox_id)
        verified = verify_detached(signed.content, signed.signature)
        assert verified.intact
        assert verified.certificate is not None
        assert verified.certificate.inn == payer.inn


def test_documents_that_came_back_are_signed_by_their_authors(desk: Desk, work: Work, tmp_path: Path) -> None:
    payer = romashka(desk, work)
    report_id = import_report(put_file(tmp_path, declaration(payer)), desk=desk, work=work)
    docflow_id = sign_and_send([report_id], desk=desk, work=work).reports[0].docflow_id
    finish(docflow_id, desk, work)

    card = read_docflow(docflow_id, desk=desk)

    signed = [it for it in card.documents if it.signatures]
    assert len(signed) >= 5
    for document in signed:
        content, signature = desk.store.mirror.content(document.document_id), desk.store.mirror.signature(document.document_id)
        assert content is not None
        assert signature is not None
        assert verify_detached(content, signature).intact, document.kind


def test_report_with_an_error_is_not_signed(desk: Desk, work: Work, tmp_path: Path) -> None:
    payer = romashka(desk, work)
    content = declaration(payer).replace('КНД="1152017"'.encode("cp1251"), 'КНД="1152017" Лишнее="1"'.encode("cp1251"))
    report_id = import_report(put_file(tmp_path, content), desk=desk, work=work)

    with pytest.raises(ReportHasErrorsError):
        sign_and_send([report_id], desk=desk, work=work)

    assert desk.store.outbox.all() == ()
    assert list_reports(desk=desk)[0].standing is ReportStanding.HAS_ERRORS


def test_same_report_twice_is_refused_before_it_leaves(desk: Desk, work: Work, tmp_path: Path) -> None:
    payer = romashka(desk, work)
    path = put_file(tmp_path, declaration(payer))
    first = import_report(path, desk=desk, work=work)
    sign_and_send([first], desk=desk, work=work)

    again = import_report(path, desk=desk, work=work)

    if again != first:
        with pytest.raises(AlreadyInOutboxError):
            sign_and_send([again], desk=desk, work=work)
    assert len(read_history(desk.places.training_operator).docflows) == 1


def test_today_shows_the_report_and_then_its_receipts_then_nothing(desk: Desk, work: Work, tmp_path: Path) -> None:
    payer = romashka(desk, work)
    report_id = import_report(put_file(tmp_path, declaration(payer)), desk=desk, work=work)
    assert what_is_due(desk=desk).ready_report_ids == (report_id,)

    docflow_id = sign_and_send([report_id], desk=desk, work=work).reports[0].docflow_id
    finish(docflow_id, desk, work)

    page = what_is_due(desk=desk)
    assert (page.ready_report_ids, page.waiting, page.failed) == ((), (), ())
    assert page.synchronised_at is not None
