"""Docflows, replies, organisations and tables as they come over the wire."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from extern_api.conftest import A
from extern_api.faulty_operator import FaultyOperator, Line, Step, answer, cut_after_request, raw
from extern_desktop.extern_api.errors import LineLostError, UnexpectedAnswerError
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.wire.links import links_by_rel
from extern_desktop.extern_api.wire.replies import ReplyDocument

DOCFLOWS = f"{A}/docflows"
DOCUMENT = f"{DOCFLOWS}/f1/documents/x1"


def row(number: int, changed: str = "2026-11-24T11:20:00.0000000Z") -> dict[str, Any]:
    return {"id": f"f{number}", "type": "urn:docflow:fns534-report", "last-change-date": changed, "send-date": "2026-11-24T13:00:00.0000000"}


def pages(rows: Sequence[dict[str, Any]]) -> Step:
    def step(line: Line) -> None:
        skip, take = (int(line.ask.query[name][0]) for name in ("skip", "take"))
        answer({"skip": skip, "take": take, "total-count": len(rows), "docflows-page-item": rows[skip : skip + take]})(line)

    return step


def test_docflows_changed_since_are_read_page_by_page(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DOCFLOWS, pages([row(number) for number in range(250)]))

    found = list(client.docflows(datetime(2026, 11, 23, tzinfo=UTC), types=["fns534-report", "fns534-demand"]))

    assert [docflow.id for docflow in found] == [f"f{number}" for number in range(250)]
    query = faulty.asks[0].query
    assert query["updatedFrom"] == ["2026-11-23T00:00:00.0000000Z"]
    assert query["type"] == ["fns534-report", "fns534-demand"]
    assert "updatedTo" not in query


def test_docflows_row_that_moves_while_pages_are_read_is_not_missed(faulty: FaultyOperator, client: Operator) -> None:
    rows = [row(number) for number in range(150)]

    def first_page_then_a_change(line: Line) -> None:
        pages(rows)(line)
        moved = {**rows.pop(0), "last-change-date": "2026-11-24T11:30:00.0000000Z"}
        rows.append(moved)

    faulty.script("GET", DOCFLOWS, first_page_then_a_change, lambda line: pages(rows)(line))

    found = [(docflow.id, docflow.last_change_date) for docflow in client.docflows()]

    assert {docflow_id for docflow_id, _changed in found} == {f"f{number}" for number in range(150)}
    assert ("f0", "2026-11-24T11:30:00.0000000Z") in found
    assert len(found) == len(set(found))


def test_docflows_total_that_lies_ends_with_the_rows(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DOCFLOWS, answer({"total-count": 9999, "docflows-page-item": [row(1)]}), answer({"total-count": 9999}))

    assert [docflow.id for docflow in client.docflows()] == ["f1"]


def test_docflow_gives_documents_with_reply_links(faulty: FaultyOperator, client: Operator) -> None:
    reply = {"rel": "reply", "name": "fns534-report-receipt", "href": "https://host/x"}
    document = {
        "id": "x1",
        "description": {"type": "urn:document:fns534-report-acceptance-result-positive", "requisites": {}, "support-print": "yes"},
        "content": {"docflow-document-contents": [{"content-id": "c1", "encrypted": True, "compressed": True, "compression-type": "zip"}]},
        "send-date": "2026-11-24T11:20:00.0000000Z",
        "links": [reply, {"rel": "self", "href": "https://host/y", "new-field": 1}],
    }
    faulty.script("GET", f"{DOCFLOWS}/f1", answer({**row(1), "documents": [document]}))
    faulty.script("GET", f"{DOCFLOWS}/f1/documents", answer([document]))
    faulty.script("GET", DOCUMENT, answer(document))

    docflow = client.docflow("f1")

    assert [link.name for link in links_by_rel(docflow.documents[0].links, "reply")] == ["fns534-report-receipt"]
    assert docflow.documents[0].content.docflow_document_contents[0].content_id == "c1"
    assert client.documents("f1") == docflow.documents
    assert client.document("f1", "x1") == docflow.documents[0]


def test_signatures_come_as_a_list_and_their_bytes_as_a_json_text(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", f"{DOCUMENT}/signatures", answer([{"id": "s1", "links": None}]))
    faulty.script("GET", f"{DOCUMENT}/signatures/s1/content", answer(base64.b64encode(b"cms").decode()), answer("***"))

    assert client.signatures("f1", "x1")[0].id == "s1"
    assert client.signature_content("f1", "x1", "s1") == b"cms"
    with pytest.raises(UnexpectedAnswerError):
        client.signature_content("f1", "x1", "s1")


def test_reply_is_made_signed_raw_and_sent(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", f"{DOCUMENT}/generate-reply", answer({"id": "r1", "content": "PD94bWw=", "filename": "IZ_x.xml"}))
    faulty.script("PUT", f"{DOCUMENT}/replies/r1/signature", raw(b"", "", 200))
    faulty.script("POST", f"{DOCUMENT}/replies/r1/send", answer(row(1)))

    reply = client.generate_reply("f1", "x1", "fns534-report-receipt", b"certificate")
    client.put_reply_signature("f1", "x1", "r1", b"\x30\x82\x00")
    docflow = client.send_reply("f1", "x1", "r1", sender_ip="203.0.113.7")

    made, signed, sent = faulty.asks
    assert made.query == {"documentType": ["fns534-report-receipt"]}
    assert made.json == {"certificate-base64": base64.b64encode(b"certificate").decode()}
    assert client.bytes_to_sign(reply) == b"<?xml"
    assert signed.body == b"\x30\x82\x00"
    assert sent.json == {"sender-ip": "203.0.113.7"}
    assert docflow.id == "f1"


def test_reply_with_data_to_sign_signs_that(client: Operator) -> None:
    assert client.bytes_to_sign(ReplyDocument(id="r1", content="PD94bWw=", data_to_sign="cmF3")) == b"raw"
    with pytest.raises(UnexpectedAnswerError):
        client.bytes_to_sign(ReplyDocument(id="r1", content="*"))


def test_reply_send_cut_is_lost_and_not_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", f"{DOCUMENT}/replies/r1/send", cut_after_request, answer(row(1)))
    faulty.script("GET", f"{DOCUMENT}/replies/r1", answer({"id": "r1"}))

    with pytest.raises(LineLostError) as caught:
        client.send_reply("f1", "x1", "r1")

    assert caught.value.may_have_filed
    assert len(faulty.asks) == 1
    assert client.reply("f1", "x1", "r1").id == "r1"


def test_organisations_and_certificates_are_read_to_the_last_page(faulty: FaultyOperator, client: Operator) -> None:
    everything = [{"id": f"o{number}", "general": {"inn": "7701234560", "name": "ООО «Ромашка»", "kpp": None}} for number in range(130)]

    def organisations(line: Line) -> None:
        skip, take = (int(line.ask.query[name][0]) for name in ("skip", "take"))
        answer({"organizations": everything[skip : skip + take], "total-count": 130})(line)

    faulty.script("GET", f"{A}/organizations", organisations)
    faulty.script("GET", f"{A}/certificates", answer({"certificates": [{"fio": "Образцова Анна Тестовна", "is-valid": True}], "total-count": 1}))

    assert [found.id for found in client.organisations()] == [f"o{number}" for number in range(130)]
    assert client.certificates()[0].is_valid


def test_reports_tables_are_searched_by_days_in_pages(faulty: FaultyOperator, client: Operator) -> None:
    def tables(line: Line) -> None:
        skip, take = line.ask.json["skip"], line.ask.json["take"]
        answer({"reports-tables": [{"organization-id": f"o{number}", "forms": None} for number in range(70)][skip : skip + take]})(line)

    faulty.script("POST", f"{A}/reports-tables/search", tables)

    found = client.search_reports_tables(date(2026, 10, 1), date(2027, 1, 31))

    assert [table.organization_id for table in found] == [f"o{number}" for number in range(70)]
    assert faulty.asks[0].json == {"date-from": "2026-10-01", "date-to": "2027-01-31", "skip": 0, "take": 50}


def test_report_docflows_names_the_cell(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", f"{A}/reports-tables/o1/report-docflows", answer({"docflows": [{"docflow-id": "f1", "report-status": 3}]}))

    assert client.report_docflows("o1", 101000, date(2026, 10, 26), 2026, 3)[0].report_status == 3
    assert faulty.asks[0].query == {
        "formId": ["101000"],
        "deadline": ["2026-10-26T00:00:00"],
        "periodYear": ["2026"],
        "periodNumber": ["3"],
    }


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(size=st.integers(0, 120), take=st.integers(1, 40))
def test_docflow_pages_of_any_size_give_each_row_once(faulty: FaultyOperator, client: Operator, size: int, take: int) -> None:
    faulty.script("GET", DOCFLOWS, pages([row(number) for number in range(size)]))

    found = [docflow.id for page in client.docflow_pages(take=take) for docflow in page]

    assert found == [f"f{number}" for number in range(size)]
