"""Reading what the operator may send, spelled in any of its ways, and writing what it takes."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from extern_desktop.domain.docflows import CellStatus, DocflowStatus
from extern_desktop.extern_api.values import PrepareStatus, TaskKind
from extern_desktop.extern_api.wire import accounts, contents, docflows, drafts, identity, tables, tasks
from extern_desktop.extern_api.wire.base import UnreadableWireError, decode, encode, read_part, to_plain
from extern_desktop.extern_api.wire.spellings import kebab_of, known, report_status_text
from extern_desktop.extern_api.wire.times import read_day, read_moment, write_day_stamp, write_moscow, write_utc

DOCFLOW: dict[str, Any] = {
    "id": "f1",
    "organization-id": "o1",
    "type": "urn:docflow:fns534-report",
    "status": "urn:docflow-common-status:response-arrived",
    "success-state": "urn:docflow-state:successful",
    "description": {
        "form-version": {"knd": "1152017", "version": "v1", "form-fullname": "Декларация по УСН", "form-shortname": "УСН"},
        "correction-number": 0,
        "period-code": "34",
        "payer-inn": "7701234560-770101001",
        "original-draft-id": "d1",
    },
    "documents": [{"id": "x1", "description": {"type": "urn:document:fns534-report", "compressed": True}, "links": [{"rel": "reply", "href": "h"}]}],
    "links": [],
    "send-date": "2026-11-24T13:00:00.0000000",
    "last-change-date": "2026-11-24T11:20:00.0000000Z",
}


def test_docflow_irregular_names_are_read() -> None:
    page = decode(json.dumps({"docflows-page-item": [DOCFLOW], "total-count": 1}).encode(), docflows.DocflowPage)

    description = page.docflows[0].description
    assert description.form_version == docflows.FormVersion(knd="1152017", version="v1", form_fullname="Декларация по УСН", form_shortname="УСН")
    assert description.original_draft_id == "d1"
    assert page.docflows[0].send_date == "2026-11-24T13:00:00.0000000"


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (docflows.DocflowPage(docflows=(docflows.Docflow(id="f"),)), '"docflows-page-item":[{"id":"f"'),
        (tables.FormInfo(form_full_name="Д", form_id=1), '"form-full-name":"Д"'),
        (docflows.FormVersion(form_fullname="Д"), '"form-fullname":"Д"'),
        (drafts.Sender(ipaddress="203.0.113.7"), '"ipaddress":"203.0.113.7"'),
        (drafts.SignatureRequest(base64_content="MII"), '"base64-content":"MII"'),
        (docflows.DocumentContent(), '"docflow-document-contents":[]'),
        (tasks.ApiTaskPage(), '"api-task-page-items":[]'),
        (contents.ContentPart(content=contents.ContentId(id="c"), is_completed=True), '{"content":{"id":"c"},"is-completed":true}'),
        (identity.DeviceStart(device_code="d", user_code="u", verification_uri="v"), '"device_code":"d"'),
    ],
)
def test_names_on_the_wire_are_the_operators(value: object, text: str) -> None:
    assert text in encode(value).decode()


def test_null_new_missing_and_quoted_are_all_read() -> None:
    body = '{"id":"o1","general":{"inn":null,"kpp":null,"is-main-org":null,"brand-new":{}},"fns-mchd-id":null,"other":[1]}'
    assert decode(body.encode(), accounts.Organization) == accounts.Organization(id="o1")

    body = '{"docflows-page-item":[{"id":"f","description":{"correction-number":"2"},"documents":null}],"total-count":"1"}'
    page = decode(body.encode(), docflows.DocflowPage)
    assert (page.docflows[0].description.correction_number, page.total_count) == (2, 1)


@given(st.data())
def test_docflow_with_any_field_null_or_missing_is_still_read(data: st.DataObject) -> None:
    damaged = json.loads(json.dumps(DOCFLOW))
    for _ in range(data.draw(st.integers(1, 4))):
        places = [(holder, name) for holder in holders_in(damaged) for name in holder if name != "id"]
        holder, name = data.draw(st.sampled_from(places))
        if data.draw(st.booleans()):
            holder[name] = None
        else:
            del holder[name]

    assert decode(json.dumps(damaged).encode(), docflows.Docflow).id == "f1"


def holders_in(value: Any) -> list[dict[str, Any]]:
    if isinstance(value, dict):
        return [value, *(found for inner in value.values() for found in holders_in(inner))]
    return [found for inner in value for found in holders_in(inner)] if isinstance(value, list) else []


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 200_000, b'{"a":' * 200_000, '{"id":"я"}'.encode("cp1251"), b"\xff\xfe{", b"3", b'{"id":5}'])
def test_bytes_that_are_no_draft_are_refused(body: bytes) -> None:
    with pytest.raises(UnreadableWireError):
        decode(body, drafts.Draft)


def test_written_model_is_read_back_the_same() -> None:
    docflow = decode(json.dumps(DOCFLOW).encode(), docflows.Docflow)

    assert decode(encode(docflow), docflows.Docflow) == docflow
    assert read_part(to_plain(docflow), docflows.Docflow) == docflow


def test_nulls_are_left_out_and_false_is_not() -> None:
    assert json.loads(encode(drafts.DraftOptions())) == {"generate-warrant": False}
    assert json.loads(encode(drafts.Payer(inn="1"))) == {"inn": "1"}


@pytest.mark.parametrize("text", ["not-sent-after-deadline", "notSentAfterDeadline", "NotSentAfterDeadline", "NOT_SENT_AFTER_DEADLINE"])
def test_enumeration_is_known_in_every_spelling(text: str) -> None:
    assert known(CellStatus, text) is CellStatus.NOT_SENT_AFTER_DEADLINE


def test_enumeration_urns_and_unknown_values() -> None:
    assert known(DocflowStatus, "URN:docflow-common-status:Response-Arrived") is DocflowStatus.RESPONSE_ARRIVED
    assert known(TaskKind, "urn:task-type:docflowPrint") is TaskKind.DOCFLOW_PRINT
    assert known(CellStatus, "brand-new") is None
    assert known(CellStatus, None) is None
    assert kebab_of(PrepareStatus, "encryptionFailed") == "encryption-failed"
    assert kebab_of(PrepareStatus, "brandNew") == "brandNew"


@pytest.mark.parametrize(("status", "text"), [(3, "accepted"), (9, "9"), (-1, "-1"), ("accepted", "accepted"), ("", "")])
def test_report_status_number_becomes_its_word(status: str | int, text: str) -> None:
    assert report_status_text(status) == text


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-24T11:20:00.0000000Z", datetime(2026, 11, 24, 11, 20, tzinfo=UTC)),
        ("2026-11-24T14:20:00.0000000", datetime(2026, 11, 24, 11, 20, tzinfo=UTC)),
        ("2026-11-24T14:20:00.1234567+03:00", datetime(2026, 11, 24, 11, 20, 0, 123456, tzinfo=UTC)),
        ("2026-11-24T14:20:00.5", datetime(2026, 11, 24, 11, 20, 0, 500000, tzinfo=UTC)),
        ("2026-11-24T14:20:00", datetime(2026, 11, 24, 11, 20, tzinfo=UTC)),
        ("2012-07-01T14:20:00", datetime(2012, 7, 1, 10, 20, tzinfo=UTC)),
        ("0001-01-01T00:00:00", None),
        ("yesterday", None),
        ("", None),
        (None, None),
    ],
)
def test_moment_without_a_zone_is_moscow_time(text: str | None, moment: datetime | None) -> None:
    assert read_moment(text) == moment


def test_moments_and_days_are_written_as_the_operator_writes_them() -> None:
    moment = datetime(2026, 11, 24, 11, 20, 0, 123456, tzinfo=UTC)

    assert write_utc(moment) == "2026-11-24T11:20:00.1234560Z"
    assert write_moscow(moment) == "2026-11-24T14:20:00.1234560"
    assert write_day_stamp(date(2026, 3, 25)) == "2026-03-25T00:00:00"


@given(st.integers(-(10**15), 4 * 10**15))
def test_utc_moment_written_is_read_back(microseconds: int) -> None:
    moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)
    assert read_moment(write_utc(moment)) == moment


@pytest.mark.parametrize(
    ("text", "day"), [("2026-03-25T00:00:00.0000000", date(2026, 3, 25)), ("2026-03-25", date(2026, 3, 25)), ("25.03.2026", None), (None, None)]
)
def test_day_is_taken_as_written(text: str | None, day: date | None) -> None:
    assert read_day(text) == day


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused_and_never_crash(body: bytes) -> None:
    try:
        found = decode(body, tasks.ApiTask)
    except UnreadableWireError:
        return
    assert isinstance(found, msgspec.Struct)
