"""Our own client against the training operator: the whole way through `extern_api`, and through broken lines. Nothing is filed twice."""

from __future__ import annotations

import base64
import io
import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest

from extern_desktop.domain.docflows import nss
from extern_desktop.extern_api.errors import ForeignAnswerError, LineLostError, OperatorRefusedError, OperatorUnreachableError
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.tasks import sent_docflow
from extern_desktop.extern_api.values import ApiKey, OperatorAddress, SendFate
from extern_desktop.extern_api.wire import drafts as wire
from extern_desktop.extern_api.wire.links import links_by_rel
from extern_desktop.sandbox.application import build_app
from extern_desktop.sandbox.history import read_history
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.values import Pace
from extern_desktop.signing.cms import sign_detached
from extern_desktop.signing.envelope import decrypt
from extern_desktop.signing.training_key import TrainingKey

from .conftest import ROMASHKA, START, Clock, declaration, new_key, serving
from .faults import FaultyOperator, answer_429, answer_500, answer_as_proxy, cut_body_after, drop_answer


@pytest.fixture
def faulty(office: Office) -> FaultyOperator:
    return FaultyOperator(build_app(office))


@pytest.fixture
def operator(office: Office, faulty: FaultyOperator) -> Iterator[Operator]:
    with serving(faulty) as url, Operator(OperatorAddress(url, url, "desk", ApiKey("key"))) as one:
        one.sign_in_by_password(office.account.login, office.account.password)
        one.use_account(one.accounts()[0].id)
        yield one


@pytest.fixture
def key(office: Office, tmp_path: Path) -> TrainingKey:
    return new_key(office, tmp_path)


def _signed_draft(operator: Operator, key: TrainingKey, report: bytes) -> str:
    meta = wire.DraftMeta(
        sender=wire.Sender(inn=ROMASHKA.inn, certificate=wire.CertificateContent(content=base64.b64encode(key.certificate.der).decode())),
        recipient=wire.Recipient(ifns_code="0087"),
        payer=wire.Payer(inn=ROMASHKA.inn, organization=wire.PayerOrganization(kpp=ROMASHKA.kpp)),
    )
    draft = operator.create_draft(meta)
    document_id, signature_id = str(uuid.uuid4()), str(uuid.uuid4())
    operator.put_document(draft.id, document_id, operator.upload(report))
    operator.put_signature(draft.id, document_id, signature_id, sign_detached(report, key, signed_at=START))
    return draft.id


def _file_id(report: bytes) -> str:
    return report.decode("windows-1251").partition('ИдФайл="')[2].partition('"')[0]


def test_our_client_walks_the_whole_way_to_a_finished_docflow(operator: Operator, office: Office, key: TrainingKey) -> None:
    assert operator.organisations()[0].general.inn == ROMASHKA.inn
    report = declaration()
    draft_id = _signed_draft(operator, key, report)
    for start in (operator.start_check, operator.start_prepare):
        assert operator.wait_task(draft_id, start(draft_id).id).task_state == "succeed"
    docflow = sent_docflow(operator.wait_task(draft_id, operator.start_send(draft_id).id))
    (listed,) = operator.docflows(START - timedelta(days=1))
    assert listed.id == docflow.id
    replied = 0
    while links := [(document, link) for document in operator.docflow(docflow.id).documents for link in links_by_rel(document.links, "reply")]:
        document, link = links[0]
        reply = operator.generate_reply(docflow.id, document.id, link.name or "", key.certificate.der)
        operator.put_reply_signature(docflow.id, document.id, reply.id, sign_detached(operator.bytes_to_sign(reply), key, signed_at=START))
        operator.send_reply(docflow.id, document.id, reply.id)
        replied += 1
    finished = operator.docflow(docflow.id)
    assert (replied, nss(finished.status), nss(finished.success_state or "")) == (3, "finished", "successful")
    sink = io.BytesIO()
    operator.download(finished.documents[0].content.docflow_document_contents[0].content_id, sink)
    assert sink.getvalue() == report
    (table,) = operator.search_reports_tables(date(2026, 12, 1), date(2026, 12, 31), organisation_ids=[ROMASHKA.id])
    assert {deadline.status for form in table.forms if form.form_info.knd == "1152017" for deadline in form.deadlines} == {"accepted"}
    assert read_history(office.database.path.parent).docflows_by_report == {_file_id(report): 1}


def test_our_client_signs_in_by_certificate(operator: Operator, key: TrainingKey) -> None:
    operator.sign_out()
    operator.sign_in_by_certificate(key.certificate.der, lambda envelope: decrypt(envelope, key))
    assert len(operator.certificates()) == 1


def test_upload_cut_in_the_middle_and_done_again_arrives_whole(operator: Operator, faulty: FaultyOperator) -> None:
    report = declaration() * 400
    faulty.next(cut_body_after(100_000), path="/contents")
    with pytest.raises(OperatorUnreachableError):
        operator.upload(report)
    content_id = operator.upload(report)
    sink = io.BytesIO()
    operator.download(content_id, sink)
    assert sink.getvalue() == report
    assert faulty.struck


@pytest.mark.parametrize("pace", [Pace.INSTANT, Pace.MINUTES])
def test_send_whose_answer_is_lost_is_found_sent_and_filed_once(
    operator: Operator, faulty: FaultyOperator, office: Office, key: TrainingKey, clock: Clock
) -> None:
    draft_id = _signed_draft(operator, key, declaration())
    faulty.next(drop_answer, path="/send")
    with pytest.raises(LineLostError):
        operator.start_send(draft_id)
    clock.pass_by(seconds=5)
    assert operator.inquire_send(draft_id).fate is SendFate.SENT
    assert set(read_history(office.database.path.parent).docflows_by_report.values()) == {1}
    assert len(faulty.struck) == 1


def test_send_that_was_refused_with_500_did_not_happen(operator: Operator, faulty: FaultyOperator, office: Office, key: TrainingKey) -> None:
    draft_id = _signed_draft(operator, key, declaration())
    faulty.next(answer_500, path="/send")
    with pytest.raises((OperatorRefusedError, LineLostError)):
        operator.start_send(draft_id)
    assert operator.inquire_send(draft_id).fate is SendFate.UNSENT
    assert read_history(office.database.path.parent).docflows == ()


def test_read_behind_a_busy_operator_is_repeated_and_behind_a_proxy_named(operator: Operator, faulty: FaultyOperator) -> None:
    faulty.next(answer_429, path="/organizations", method="GET")
    assert len(operator.organisations()) == 3
    faulty.next(answer_as_proxy, path="/organizations", method="GET", times=20)
    with pytest.raises(ForeignAnswerError):
        operator.organisations()
