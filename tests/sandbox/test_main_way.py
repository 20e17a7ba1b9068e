"""A report's whole way at the training operator, over HTTP, for each of the three robots."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.values import Pace
from extern_desktop.signing.chains import check_chain
from extern_desktop.signing.cms import verify_detached
from extern_desktop.signing.values import ChainVerdict

from .conftest import TESTOV, Caller, Clock, declaration, new_key

REPORT = "urn:document:fns534-report"
RECEIPT = f"{REPORT}-receipt"
COMMON = [REPORT, f"{REPORT}-description", f"{REPORT}-date-confirmation", RECEIPT]


def _kinds(docflow: dict[str, Any]) -> list[str]:
    return [document["description"]["type"] for document in docflow["documents"]]


def _owed(docflow: dict[str, Any]) -> list[dict[str, str]]:
    return [link for link in docflow["links"] if link["rel"] == "reply"]


@pytest.mark.parametrize(
    ("authority", "verdict_documents", "replies", "success"),
    [
        ("0087", [f"{REPORT}-acceptance-result-positive", f"{REPORT}-processing-result-ok"], 3, "successful"),
        ("0088", [f"{REPORT}-acceptance-result-negative"], 2, "failed"),
        ("0085", [f"{REPORT}-acceptance-result-positive", f"{REPORT}-processing-result-precise"], 3, "warning"),
    ],
)
def test_report_sent_to_each_robot_goes_its_way_to_finished(
    caller: Caller, authority: str, verdict_documents: list[str], replies: int, success: str
) -> None:
    report = declaration(authority=authority)
    draft_id = caller.draft(report, authority=authority)
    assert caller.run(draft_id, "check")["data"] == {"documents-errors": {}, "common-errors": []}
    assert caller.done("GET", f"/drafts/{draft_id}")["status"] == "checked"
    assert caller.run(draft_id, "prepare")["status"] == "ok"
    assert caller.done("GET", f"/drafts/{draft_id}")["status"] == "ready-to-send"
    sent = caller.run(draft_id, "send")

    docflow = caller.done("GET", f"/docflows/{sent['id']}")
    assert _kinds(docflow) == COMMON + verdict_documents
    assert docflow["success-state"] == f"urn:docflow-state:{success}"
    assert docflow["status"] == "urn:docflow-common-status:response-arrived"
    assert docflow["description"]["original-draft-id"] == draft_id
    draft = caller.done("GET", f"/drafts/{draft_id}")
    assert draft["status"] == "sent"
    assert [link["href"].rpartition("/")[2] for link in draft["docflows"]] == [docflow["id"]]

    for left in range(replies, 0, -1):
        owed = _owed(docflow)
        assert len(owed) == left
        assert {link["name"] for link in owed} == {"fns534-report-receipt"}
        docflow = caller.reply(owed[0])
    assert docflow["status"] == "urn:docflow-common-status:finished"
    assert _owed(docflow) == []
    assert _kinds(docflow) == COMMON + verdict_documents + [RECEIPT] * replies


def test_documents_of_a_docflow_are_readable_xml_signed_by_whom_they_come_from(caller: Caller, office: Office, clock: Clock) -> None:
    report = declaration(authority="0085")
    docflow = caller.done("GET", f"/docflows/{caller.file(report, '0085')}")
    owners = {}
    for document in docflow["documents"]:
        (content,) = document["content"]["docflow-document-contents"]
        assert content["encrypted"] is False
        body = caller.ask("GET", f"/contents/{content['content-id']}").content
        assert len(body) == document["description"]["decrypted-content-size"]
        (signature,) = caller.done("GET", f"/docflows/{docflow['id']}/documents/{document['id']}/signatures")
        path = f"/docflows/{docflow['id']}/documents/{document['id']}/signatures/{signature['id']}/content"
        der = base64.b64decode(caller.done("GET", path))
        assert base64.b64decode(caller.done("GET", path)) == der
        verified = verify_detached(body, der)
        assert verified.intact
        assert verified.certificate is not None
        assert verified.certificate.thumbprint == signature["signature-certificate-thumbprint"]
        assert check_chain(verified.certificate, [office.authority.certificate], at=clock()) is ChainVerdict.TRUSTED
        owners[document["description"]["type"].removeprefix(REPORT)] = verified.certificate.owner
        root = ElementTree.fromstring(body)
        assert body.startswith(b"<?xml version='1.0' encoding='windows-1251'?>") or document["description"]["type"] == REPORT
        assert root.attrib["ИдФайл"] + ".xml" == document["description"]["filename"]
    assert owners[""] == "Образцова Анна Тестовна"
    assert owners["-date-confirmation"] == owners["-description"] == "Учебный оператор"
    assert owners["-receipt"] == owners["-processing-result-precise"] == "Учебная инспекция № 85 (просит уточнить)"
    assert caller.ask("GET", f"/contents/{docflow['documents'][0]['content']['docflow-document-contents'][0]['content-id']}").content == report


def test_report_of_an_entrepreneur_is_taken_from_his_own_certificate(office: Office, operator_url: str, tmp_path: Path) -> None:
    testov = Caller(operator_url, new_key(office, tmp_path, TESTOV), TESTOV)
    testov.sign_in(office.account.login, office.account.password.reveal())
    docflow = testov.done("GET", f"/docflows/{testov.file(declaration(TESTOV))}")
    testov.session.close()
    assert docflow["description"]["payer-inn"] == "770123456703"
    assert docflow["organization-id"] == TESTOV.id


def test_send_of_a_file_that_is_already_filed_is_refused_by_the_authority(caller: Caller) -> None:
    report = declaration(unique="same")
    first, second = caller.file(report), caller.file(report)
    assert first != second
    again = caller.done("GET", f"/docflows/{second}")
    assert again["success-state"] == "urn:docflow-state:failed"
    refusal = next(document for document in again["documents"] if document["description"]["type"].endswith("negative"))
    body = caller.ask("GET", f"/contents/{refusal['content']['docflow-document-contents'][0]['content-id']}").content.decode("windows-1251")
    assert "уже представлен" in body
    assert caller.done("GET", f"/docflows/{first}")["success-state"] == "urn:docflow-state:successful"


@pytest.mark.parametrize("pace", [Pace.MINUTES])
def test_docflow_at_a_slow_pace_moves_with_the_clock_and_not_with_the_reading(caller: Caller, clock: Clock) -> None:
    draft_id = caller.draft(declaration())
    caller.done("POST", f"/drafts/{draft_id}/send", params={"deferred": "true"})
    clock.pass_by(seconds=2)
    (link,) = caller.done("GET", f"/drafts/{draft_id}")["docflows"]
    path = f"/docflows/{link['href'].rpartition('/')[2]}"
    statuses, changes = [], []
    for seconds in (0, 15, 45, 120):
        clock.pass_by(seconds=seconds)
        docflow = caller.done("GET", path)
        statuses.append(docflow["status"].rpartition(":")[2])
        changes.append(docflow["last-change-date"])
    assert statuses == ["sent", "delivered", "response-arrived", "response-arrived"]
    assert [change[11:19] for change in changes] == ["09:00:01", "09:00:16", "09:01:01", "09:03:01"]


@pytest.mark.parametrize("pace", [Pace.MINUTES])
def test_docflow_answered_before_the_processing_is_response_processed(caller: Caller, clock: Clock) -> None:
    draft_id = caller.draft(declaration())
    caller.done("POST", f"/drafts/{draft_id}/send", params={"deferred": "true"})
    clock.pass_by(seconds=70)
    (link,) = caller.done("GET", f"/drafts/{draft_id}")["docflows"]
    docflow = caller.done("GET", f"/docflows/{link['href'].rpartition('/')[2]}")
    for owed in _owed(docflow):
        docflow = caller.reply(owed)
    assert docflow["status"] == "urn:docflow-common-status:response-processed"
    assert docflow["success-state"] == "urn:docflow-state:neutral"
    clock.pass_by(minutes=3)
    docflow = caller.done("GET", f"/docflows/{docflow['id']}")
    assert docflow["status"] == "urn:docflow-common-status:response-arrived"
    assert caller.reply(_owed(docflow)[0])["status"] == "urn:docflow-common-status:finished"
