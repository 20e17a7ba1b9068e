"""The operator's words as rows of the mirror."""

from __future__ import annotations

from datetime import UTC, date, datetime

from extern_desktop.extern_api.wire.base import decode
from extern_desktop.extern_api.wire.docflows import Docflow
from extern_desktop.extern_api.wire.tables import ReportsTable
from extern_desktop.services.mirroring import cells_of, docflow_of, update_of

WHOLE = """{
  "id": "df-1", "organization-id": "org-1", "type": "urn:docflow:fns534-report", "status": "urn:docflow-common-status:response-arrived",
  "success-state": "urn:docflow-state:successful", "send-date": "2026-03-10T12:00:00", "last-change-date": "2026-03-11T08:30:00Z",
  "description": {"form-version": {"knd": "1152017", "version": "5.09", "form-fullname": "Декларация", "form-shortname": "УСН"},
    "recipient": "0087", "correction-number": 2, "period-begin": "2025-01-01T00:00:00", "period-end": "2025-12-31T00:00:00", "period-code": "34",
    "payer-inn": "7701234560-770101001", "original-draft-id": "draft-1"},
  "documents": [
    {"id": "doc-1", "send-date": "2026-03-10T09:00:00Z",
     "description": {"type": "urn:document:fns534-report", "filename": "usn.xml"},
     "content": {"docflow-document-contents": [
        {"content-id": "locked", "encrypted": true, "compressed": false}, {"content-id": "packed", "encrypted": false, "compressed": true},
        {"content-id": "plain", "encrypted": false, "compressed": false}]}},
    {"id": "doc-2", "description": {"type": "urn:document:fns534-report-receipt", "filename": "receipt.xml"},
     "links": [{"href": "https://x/doc-2", "rel": "self"}, {"href": "https://x/reply", "rel": "reply", "name": "fns534-report-receipt"}]}
  ], "word-of-tomorrow": {"a": 1}}"""


def docflow(text: str) -> Docflow:
    return decode(text.encode(), Docflow)


def test_docflow_is_kept_with_the_last_parts_of_its_urns_and_aware_times() -> None:
    row = docflow_of(docflow(WHOLE))

    assert (row.id, row.organisation_id, row.type, row.status, row.success_state) == (
        "df-1", "org-1", "fns534-report", "response-arrived", "successful",
    )  # fmt: skip
    assert row.sent_at == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)  # told in Moscow's time
    assert row.changed_at == datetime(2026, 3, 11, 8, 30, tzinfo=UTC)
    assert (row.form_knd, row.form_name, row.form_version) == ("1152017", "УСН", "5.09")
    assert (row.period_begin_on, row.period_end_on, row.period_code) == (date(2025, 1, 1), date(2025, 12, 31), "34")
    assert (row.correction_number, row.recipient, row.payer_inn, row.original_draft_id) == (2, "0087", "7701234560-770101001", "draft-1")


def test_docflow_that_says_almost_nothing_is_kept_all_the_same() -> None:
    row = docflow_of(docflow('{"id": "df-1"}'))

    assert (row.id, row.type, row.status, row.success_state, row.organisation_id, row.form_knd, row.recipient) == ("df-1", "", "", "", "", "", "")
    assert row.changed_at == datetime(1970, 1, 1, tzinfo=UTC)  # every later word of it is newer
    assert (row.sent_at, row.correction_number) == (None, None)


def test_docflow_without_a_change_changed_when_it_was_sent() -> None:
    assert docflow_of(docflow('{"id": "df-1", "send-date": "2026-03-10T12:00:00"}')).changed_at == datetime(2026, 3, 10, 9, 0, tzinfo=UTC)


def test_docflow_of_an_unknown_kind_keeps_its_words() -> None:
    row = docflow_of(docflow('{"id": "df-1", "type": "urn:docflow:from-tomorrow", "status": "odd", "success-state": "urn:docflow-state:new"}'))

    assert (row.type, row.status, row.success_state) == ("from-tomorrow", "odd", "new")


def test_update_takes_the_plain_bytes_of_a_document_where_the_operator_has_them() -> None:
    report, receipt = update_of(docflow(WHOLE)).documents

    assert (report.content_id, report.is_encrypted, report.is_compressed) == ("plain", False, False)
    assert (report.type, report.file_name, report.docflow_id) == ("fns534-report", "usn.xml", "df-1")
    assert (receipt.content_id, receipt.sent_at) == ("", None)


def test_update_takes_packed_bytes_before_locked_ones() -> None:
    text = WHOLE.replace(""",
        {"content-id": "plain", "encrypted": false, "compressed": false}""", "")

    assert update_of(docflow(text)).documents[0].content_id in ("packed",)


def test_update_owes_one_reply_for_each_reply_link() -> None:
    (owed,) = update_of(docflow(WHOLE)).obligations

    assert (owed.docflow_id, owed.document_id, owed.reply_type, owed.href) == ("df-1", "doc-2", "fns534-report-receipt", "https://x/reply")


def test_cells_are_all_terms_of_all_forms_and_leave_out_those_without_a_day() -> None:
    table = decode(
        """{"organization-id": "org-1", "forms": [
          {"form-info": {"form-id": 7, "form-short-name": "УСН", "form-full-name": "Декларация", "knd": "1152017"},
           "deadlines": [{"deadline": "2026-03-25T00:00:00", "period-year": 2025, "period-number": 1, "status": "not-sent"},
                         {"deadline": "some day", "status": "not-sent"},
                         {"deadline": "2027-03-25T00:00:00", "status": "word-of-tomorrow"}]}]}""".encode(),
        ReportsTable,
    )

    first, second = cells_of([table])

    assert (first.organisation_id, first.form_id, first.deadline_on) == ("org-1", 7, date(2026, 3, 25))
    assert (first.period_year, first.status) == (2025, "not-sent")
    assert (second.deadline_on, second.status) == (date(2027, 3, 25), "word-of-tomorrow")
    assert cells_of([]) == ()
