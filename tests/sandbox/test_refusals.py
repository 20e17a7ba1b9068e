"""What the training operator does not take: broken reports, signatures that don't hold, strangers' keys, and calls against the rules."""

from __future__ import annotations

import base64
import uuid
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import requests

from extern_desktop.forms.writing import IncomeTax
from extern_desktop.sandbox.history import read_history
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.scene import ACCOUNT_ID
from extern_desktop.sandbox.values import Pace
from extern_desktop.signing.training_key import TrainingKey

from .conftest import SEVERNY_VETER, TESTOV, Caller, Clock, declaration, new_key

TEXT = "Тест".encode("windows-1251")


@pytest.fixture
def stranger(tmp_path: Path, clock: Clock) -> Iterator[TrainingKey]:
    """A key for ООО «Ромашка» from another training authority."""
    other = Office(tmp_path / "other", now=clock)
    folder = tmp_path / "other-keys"
    folder.mkdir()
    yield new_key(other, folder)
    other.close()


def _prepare_problem(caller: Caller, draft_id: str) -> str:
    result = caller.run(draft_id, "prepare")
    assert result["status"] == "check-protocol-has-errors"
    (errors,) = result["check-result"]["documents-errors"].values()
    (error,) = errors
    assert (error["level"], error["type"]) == ("Error", "CrossCheckReportCert")
    return str(error["description"])


def _assert_send_is_refused(caller: Caller, draft_id: str) -> dict[str, Any]:
    failure: dict[str, Any] = caller.run(draft_id, "send")
    assert failure["id"] == "urn:error:externapi:checkProtocolHasErrors"
    assert failure["status-code"] == 400
    assert failure["status"] == "check-protocol-has-errors"
    assert caller.done("GET", "/docflows")["total-count"] == 0
    assert caller.done("GET", f"/drafts/{draft_id}")["docflows"] == []
    return failure


def test_prepare_signature_of_other_bytes_is_refused_and_nothing_is_filed(caller: Caller) -> None:
    report = declaration()
    draft_id = caller.draft(report, caller.sign(report.replace(b"5.09", b"5.08")))
    assert "изменён после подписания" in _prepare_problem(caller, draft_id)
    _assert_send_is_refused(caller, draft_id)


def test_prepare_damaged_signature_is_refused(caller: Caller) -> None:
    report = declaration()
    damaged = bytearray(caller.sign(report))
    damaged[-5] ^= 1
    draft_id = caller.draft(report, bytes(damaged))
    assert "не соответствует открытому ключу" in _prepare_problem(caller, draft_id)
    _assert_send_is_refused(caller, draft_id)


def test_prepare_bytes_that_are_no_signature_are_refused(caller: Caller) -> None:
    draft_id = caller.draft(declaration(), b"no signature")
    assert "не прочитана" in _prepare_problem(caller, draft_id)


def test_prepare_signature_by_another_key_than_the_senders_is_refused(caller: Caller, office: Office, tmp_path: Path) -> None:
    folder = tmp_path / "second"
    folder.mkdir()
    second = Caller(caller.url, new_key(office, folder))
    report = declaration()
    draft_id = caller.draft(report, second.sign(report))
    second.session.close()
    assert "не тем сертификатом" in _prepare_problem(caller, draft_id)


def test_prepare_certificate_of_another_authority_is_refused(caller: Caller, stranger: TrainingKey) -> None:
    caller.key = stranger
    draft_id = caller.draft(declaration())
    assert "не учебным удостоверяющим центром" in _prepare_problem(caller, draft_id)
    _assert_send_is_refused(caller, draft_id)


def test_prepare_certificate_of_another_taxpayer_is_refused(caller: Caller, office: Office, tmp_path: Path) -> None:
    caller.key = new_key(office, tmp_path, SEVERNY_VETER)
    assert "ИНН сертификата 5908123454" in _prepare_problem(caller, caller.draft(declaration()))


def test_prepare_expired_certificate_is_refused(caller: Caller, clock: Clock, office: Office) -> None:
    draft_id = caller.draft(declaration())
    clock.pass_by(days=500)
    caller.sign_in(office.account.login, office.account.password.reveal())
    assert "истёк" in _prepare_problem(caller, draft_id)


def test_prepare_document_without_signature_is_refused(caller: Caller) -> None:
    draft_id = caller.done("POST", "/drafts", json=caller.meta())["id"]
    caller.done("POST", f"/drafts/{draft_id}/documents", json={"content-id": caller.upload(declaration())})
    assert _prepare_problem(caller, draft_id) == "Документ не подписан."


@pytest.mark.parametrize(
    "broken",
    [
        declaration().replace("ОбНал".encode("windows-1251"), "ОбНол".encode("windows-1251")),
        b"<?xml version='1.0' encoding='windows-1251'?><!DOCTYPE a [<!ENTITY b SYSTEM 'file:///etc/passwd'>]><a>&b;</a>",
        b"not xml at all",
        TEXT,
    ],
)
def test_check_broken_report_says_what_is_wrong_and_send_files_nothing(caller: Caller, broken: bytes) -> None:
    draft_id = caller.draft(broken)
    (errors,) = caller.run(draft_id, "check")["data"]["documents-errors"].values()
    assert errors
    assert all(error["description"] and error["level"] == "Error" for error in errors)
    assert caller.done("GET", f"/drafts/{draft_id}")["status"] == "new"
    failure = _assert_send_is_refused(caller, draft_id)
    assert failure["check-result"]["documents-errors"]


@pytest.mark.parametrize(
    ("report", "text"),
    [(declaration(authority="0088"), "для инспекции 0088"), (declaration(SEVERNY_VETER), "ИНН в отчёте 5908123454")],
)
def test_check_report_that_differs_from_the_draft_is_refused(caller: Caller, report: bytes, text: str) -> None:
    draft_id = caller.draft(report)
    errors = caller.run(draft_id, "check")["data"]["common-errors"]
    assert any(text in error["description"] for error in errors)
    _assert_send_is_refused(caller, draft_id)


def test_check_draft_with_two_documents_or_none_is_refused(caller: Caller) -> None:
    draft_id = caller.done("POST", "/drafts", json=caller.meta())["id"]
    assert caller.run(draft_id, "check")["data"]["common-errors"]
    for _ in range(2):
        caller.done("POST", f"/drafts/{draft_id}/documents", json={"content-id": caller.upload(declaration())})
    assert caller.run(draft_id, "check")["data"]["common-errors"]


def test_send_twice_is_refused_and_makes_one_docflow(caller: Caller) -> None:
    draft_id = caller.draft(declaration())
    caller.run(draft_id, "send")
    for step in ("send", "prepare", "check"):
        again = caller.ask("POST", f"/drafts/{draft_id}/{step}", params={"deferred": "true"})
        assert again.status_code == 400
        assert again.json()["id"] == "urn:error:externapi:draftAlreadySent"
    assert caller.ask("DELETE", f"/drafts/{draft_id}").status_code == 400
    assert caller.done("GET", "/docflows")["total-count"] == 1


@pytest.mark.parametrize("pace", [Pace.MINUTES])
def test_draft_while_its_task_runs_is_locked_and_names_the_task(caller: Caller, clock: Clock) -> None:
    draft_id = caller.draft(declaration())
    task = caller.done("POST", f"/drafts/{draft_id}/check", params={"deferred": "true"})
    assert caller.done("GET", f"/drafts/{draft_id}")["status"] == "check-in-progress"
    changes = [
        ("POST", f"/drafts/{draft_id}/send?deferred=true", None),
        ("DELETE", f"/drafts/{draft_id}", None),
        ("PUT", f"/drafts/{draft_id}/meta", caller.meta()),
        ("POST", f"/drafts/{draft_id}/documents", {"content-id": caller.upload(TEXT)}),
    ]
    for method, path, body in changes:
        locked = caller.ask(method, path, json=body)
        assert locked.status_code == 409, path
        assert locked.json()["id"] == "urn:error:externapi:concurrentApiTaskActive"
        assert locked.json()["context"] == {"concurrent-task": {"id": task["id"], "task-type": "urn:task-type:check"}}
    assert caller.done("GET", f"/drafts/{draft_id}/tasks/{task['id']}")["task-state"] == "running"
    clock.pass_by(seconds=3)
    assert caller.done("GET", f"/drafts/{draft_id}/tasks/{task['id']}")["task-state"] == "succeed"
    assert caller.ask("DELETE", f"/drafts/{draft_id}").status_code == 204


@pytest.mark.parametrize("query", [{"deferred": "false"}, {}])
def test_start_task_synchronously_is_refused(caller: Caller, query: dict[str, str]) -> None:
    draft_id = caller.draft(declaration())
    assert caller.ask("POST", f"/drafts/{draft_id}/check", params=query).status_code == 400


def test_put_document_and_signature_with_chosen_ids_replace_themselves(caller: Caller) -> None:
    draft_id, document_id, signature_id = (str(uuid.uuid4()) for _ in range(3))
    assert caller.ask("PUT", f"/drafts/{draft_id}", json=caller.meta()).status_code == 201
    report = declaration()
    path = f"/drafts/{draft_id}/documents/{document_id}"
    for content in (TEXT, report):
        document = caller.done("PUT", path, json={"content-id": caller.upload(content)})
        assert document["id"] == document_id
        for der in (b"first", caller.sign(content)):
            signature = caller.done("PUT", f"{path}/signatures/{signature_id}", json={"base64-content": base64.b64encode(der).decode()})
            assert signature["id"] == signature_id
    document = caller.done("GET", path)
    assert document["description"]["properties"]["КНД"] == "1152017"
    assert document["description"]["filename"].startswith("NO_USN_0087_0087_7701234560770101001_")
    (signature,) = document["signatures"]
    assert signature["signature-certificate-thumbprint"] == caller.key.certificate.thumbprint
    assert base64.b64decode(caller.done("GET", f"{path}/signatures/{signature_id}/content"))
    assert caller.run(draft_id, "send")["type"] == "urn:docflow:fns534-report"
    assert caller.done("GET", f"/drafts/{draft_id}/tasks")["total-count"] == 1


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"payer": {"inn": "7700000016"}}, 404),
        ({"payer": {"inn": TESTOV.inn}}, 400),
        ({"recipient": {"ifns-code": "7701"}}, 400),
        ({"recipient": {}}, 400),
        ({"sender": {"inn": "7701234560", "certificate": {"content": "AAAA"}}}, 400),
        ({"sender": {"inn": 5}}, 400),
    ],
)
def test_create_draft_with_wrong_meta_is_refused(caller: Caller, change: dict[str, Any], status: int) -> None:
    answer = caller.ask("POST", "/drafts", json=caller.meta() | change)
    assert answer.status_code == status, answer.text
    assert answer.json()["status-code"] == status
    assert answer.json()["message"]


def test_reply_by_a_strangers_certificate_or_twice_is_refused(caller: Caller, stranger: TrainingKey) -> None:
    docflow = caller.done("GET", f"/docflows/{caller.file(declaration())}")
    link = next(link for link in docflow["links"] if link["rel"] == "reply")
    foreign = {"certificate-base64": base64.b64encode(stranger.certificate.der).decode()}
    assert caller.session.post(caller.url + link["href"], json=foreign, timeout=30).status_code == 400
    made = caller.session.post(caller.url + link["href"], json={"certificate-base64": caller.certificate}, timeout=30).json()
    again = caller.session.post(caller.url + link["href"], json={"certificate-base64": caller.certificate}, timeout=30).json()
    assert (made["id"], made["content"]) == (again["id"], again["content"])
    path = f"/docflows/{docflow['id']}/documents/{made['document-id']}/replies/{made['id']}"
    assert caller.ask("POST", f"{path}/send", json={}).status_code == 400
    assert caller.ask("PUT", f"{path}/signature", data=caller.sign(b"other")).status_code == 400
    caller.reply(link)
    for _ in range(2):
        second = caller.session.post(caller.url + link["href"], json={"certificate-base64": caller.certificate}, timeout=30)
        assert (second.status_code, second.json()["id"]) == (400, "urn:error:externapi:replyAlreadySent")
        assert caller.ask("POST", f"{path}/send", json={}).status_code == 400


def test_reply_to_a_document_that_wants_none_is_refused(caller: Caller) -> None:
    docflow = caller.done("GET", f"/docflows/{caller.file(declaration())}")
    receipt = next(document for document in docflow["documents"] if document["description"]["type"].endswith("report-receipt"))
    path = f"/docflows/{docflow['id']}/documents/{receipt['id']}/generate-reply"
    answer = caller.ask("POST", path, params={"documentType": "fns534-report-receipt"}, json={"certificate-base64": caller.certificate})
    assert answer.status_code == 400


@pytest.mark.parametrize("path", ["/v1", f"/v1/{ACCOUNT_ID}/docflows", f"/v1/{ACCOUNT_ID}/contents/x"])
@pytest.mark.parametrize("token", ["", "Bearer wrong", "auth.sid 1"])
def test_call_without_a_good_token_is_401(operator_url: str, path: str, token: str) -> None:
    answer = requests.get(operator_url + path, headers={"Authorization": token} if token else {}, timeout=30)
    assert answer.status_code == 401
    assert answer.json()["status-code"] == 401


def test_call_after_the_token_ended_is_401(caller: Caller, clock: Clock) -> None:
    clock.pass_by(minutes=59)
    assert caller.ask("GET", "").status_code == 200
    clock.pass_by(minutes=2)
    assert caller.ask("GET", "").status_code == 401


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/drafts/none", 404),
        ("GET", "/docflows/none", 404),
        ("GET", "/contents/none", 404),
        ("GET", "/nowhere", 404),
        ("PATCH", "/drafts", 405),
        ("GET", "/docflows?updatedFrom=yesterday", 400),
        ("GET", "/docflows?take=-1", 400),
        ("GET", "/docflows?skip=99999999999999999999", 400),
        ("GET", "/docflows?updatedFrom=0001-01-01T00:00:00", 400),
        ("PUT", "/drafts/not-a-guid", 400),
        ("GET", "/reports-tables/x/report-docflows?formId=152017", 404),
        ("POST", "/drafts", 400),
    ],
)
def test_refusal_of_any_kind_is_an_error_object_with_the_trace_of_its_header(caller: Caller, method: str, path: str, status: int) -> None:
    answer = caller.ask(method, path)
    assert answer.status_code == status
    refusal = answer.json()
    assert refusal["id"].startswith("urn:error:externapi")
    assert refusal["status-code"] == status
    assert refusal["message"]
    assert refusal["trace-id"] == refusal["track-id"] == answer.headers["X-Kontur-Trace-Id"]


def test_every_answer_has_a_trace_of_its_own(caller: Caller) -> None:
    traces = {caller.ask("GET", "").headers["X-Kontur-Trace-Id"] for _ in range(5)}
    assert len(traces) == 5


def test_send_asked_by_many_at_once_is_taken_once(caller: Caller) -> None:
    draft_id = caller.draft(declaration())
    with ThreadPoolExecutor(8) as pool:
        statuses = sorted(pool.map(lambda _: caller.ask("POST", f"/drafts/{draft_id}/send?deferred=true").status_code, range(8)))
    assert statuses == [202] + [400] * 7
    assert caller.done("GET", "/docflows")["total-count"] == 1


def test_reports_filed_by_many_at_once_have_one_docflow_each(caller: Caller, office: Office) -> None:
    reports = [declaration() for _ in range(24)]
    with ThreadPoolExecutor(8) as pool:
        docflows = list(pool.map(caller.file, reports))
    assert len(set(docflows)) == 24
    assert sorted(read_history(office.database.path.parent).docflows_by_report.values()) == [1] * 24


def test_send_of_a_report_with_warnings_goes_only_when_forced(caller: Caller) -> None:
    report = declaration(figures=IncomeTax(income=(100_000, 200_000, 300_000, -50_000)))
    draft_id = caller.draft(report)
    (warning,) = next(iter(caller.run(draft_id, "check")["data"]["documents-errors"].values()))
    assert (warning["level"], warning["type"]) == ("Warning", "CrossCheckReport")
    assert caller.run(draft_id, "prepare")["status"] == "check-protocol-has-only-warnings"
    assert caller.run(draft_id, "send", force="false")["status"] == "check-protocol-has-only-warnings"
    assert caller.done("GET", "/docflows")["total-count"] == 0
    assert caller.run(draft_id, "send", force="true")["type"] == "urn:docflow:fns534-report"
