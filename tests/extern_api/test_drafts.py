"""Drafts and their tasks: what goes out on the wire, and what a check, a prepare and a send say in all their clothes."""

from __future__ import annotations

import base64

import pytest

from extern_api.conftest import A, MakeOperator
from extern_api.faulty_operator import FaultyOperator, Step, answer, cut_after_request, raw
from extern_desktop.extern_api.errors import AccountNotChosenError, OperatorRefusedError, TaskStillRunningError, UnexpectedAnswerError
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.tasks import check_verdict, draft_docflow_id, prepare_verdict, refusal_of, sent_docflow, task_state
from extern_desktop.extern_api.values import CheckLevel, OperatorFinding, SendFate, TaskState
from extern_desktop.extern_api.wire import drafts
from extern_desktop.extern_api.wire.links import Link
from extern_desktop.extern_api.wire.tasks import ApiTask
from extern_desktop.jobs.work import Cancelled, Work

DRAFT = f"{A}/drafts/d1"
TASK = f"{DRAFT}/tasks/t1"
SEND = f"{DRAFT}/send"
FINDING = {"description": "Не заполнен КПП", "source": "Файл/Документ/СвНП/@КПП", "level": "Error", "type": "Schema"}
FAILURE = {
    "id": "urn:error:externapi:checkProtocolHasErrors",
    "status-code": 400,
    "message": "check found errors",
    "status": "check-protocol-has-errors",
    "check-result": {"documents-errors": {"x1": [FINDING]}, "common-errors": []},
}
DOCFLOW = {"id": "f1", "type": "urn:docflow:fns534-report", "status": "urn:docflow-common-status:sent", "description": {"original-draft-id": "d1"}}


def task(result: object = None, state: str = "succeed", kind: str = "send", **more: object) -> dict[str, object]:
    return {"id": "t1", "task-state": state, "task-type": f"urn:task-type:{kind}", "task-result": result, **more}


def link(docflow_id: str) -> dict[str, object]:
    return {"rel": "docflow", "href": f"https://host{A}/docflows/{docflow_id}"}


def test_create_draft_writes_kebab_names_and_no_nulls(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", f"{A}/drafts", answer({"id": "d1", "status": "new", "docflows": [], "documents": [], "links": []}, 201))

    meta = drafts.DraftMeta(
        sender=drafts.Sender(inn="7701234560", kpp="770101001", certificate=drafts.CertificateContent(content="MIIE"), ipaddress="203.0.113.7"),
        recipient=drafts.Recipient(ifns_code="0087"),
        payer=drafts.Payer(inn="7701234560", organization=drafts.PayerOrganization(kpp="770101001")),
    )
    assert client.create_draft(meta).id == "d1"
    assert faulty.asks[0].json == {
        "sender": {
            "inn": "7701234560",
            "kpp": "770101001",
            "certificate": {"content": "MIIE"},
            "is-representative": False,
            "ipaddress": "203.0.113.7",
        },
        "recipient": {"ifns-code": "0087"},
        "payer": {"inn": "7701234560", "organization": {"kpp": "770101001"}},
    }
    assert faulty.asks[0].headers["Content-Type"] == "application/json"


def test_document_and_signature_are_put_under_our_identifiers(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("PUT", f"{DRAFT}/documents/x1", answer({"id": "x1", "description": {"filename": "NO_USN.xml"}}))
    faulty.script("PUT", f"{DRAFT}/documents/x1/signatures/s1", answer({"id": "s1", "signer-type": "organization-representative"}))

    assert client.put_document("d1", "x1", "c1").description == drafts.DraftDocumentDescription(filename="NO_USN.xml")
    assert client.put_signature("d1", "x1", "s1", b"\x30\x82").id == "s1"
    assert [ask.json for ask in faulty.asks] == [
        {"content-id": "c1"},
        {"base64-content": base64.b64encode(b"\x30\x82").decode(), "is-third-party-signature": False},
    ]


def test_identifier_from_outside_cannot_leave_its_place_in_the_path(faulty: FaultyOperator, client: Operator) -> None:
    with pytest.raises(OperatorRefusedError):
        client.draft("../../d2?x=1")

    assert faulty.asks[0].path == f"{A}/drafts/..%2F..%2Fd2%3Fx%3D1"


def test_delete_draft_takes_an_empty_answer(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("DELETE", DRAFT, raw(b"", "", 204))

    client.delete_draft("d1")

    assert len(faulty.asked("DELETE", DRAFT)) == 1


def test_check_verdict_tells_errors_from_warnings(faulty: FaultyOperator, client: Operator) -> None:
    warning = {**FINDING, "level": "warning", "source": None}
    faulty.script("POST", f"{DRAFT}/check", answer(task(state="running", kind="check"), 202))
    faulty.script(
        "GET",
        TASK,
        answer(task(state="running", kind="check")),
        answer(task({"data": {"documents-errors": {"x1": [FINDING]}, "common-errors": [warning]}}, kind="check")),
    )

    started = client.start_check("d1")
    verdict = check_verdict(client.wait_task("d1", started.id))

    assert faulty.asks[0].query == {"deferred": ["true"]}
    assert verdict.findings == (
        OperatorFinding("Не заполнен КПП", "Файл/Документ/СвНП/@КПП", CheckLevel.ERROR, "Schema", "x1"),
        OperatorFinding("Не заполнен КПП", "", CheckLevel.WARNING, "Schema"),
    )
    assert not verdict.may_go_on


@pytest.mark.parametrize(
    ("status", "may_go_on", "needs_force"),
    [
        ("ok", True, False),
        ("check-protocol-has-only-warnings", True, True),
        ("checkProtocolHasOnlyWarnings", True, True),
        ("check-protocol-has-errors", False, False),
        ("encryption-failed", False, False),
        ("new-status", False, False),
    ],
)
def test_prepare_verdict_goes_on_only_when_known_to_be_good(status: str, may_go_on: bool, needs_force: bool) -> None:
    verdict = prepare_verdict(ApiTask(id="t1", task_state="succeed", task_result={"check-result": None, "status": status, "links": []}))

    assert (verdict.may_go_on, verdict.needs_force) == (may_go_on, needs_force)


def test_check_that_could_not_be_made_is_refused() -> None:
    failed = ApiTask(id="t1", task_state="failed", task_type="urn:task-type:check")

    with pytest.raises(OperatorRefusedError):
        check_verdict(failed)


def test_check_result_of_another_shape_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswerError):
        check_verdict(ApiTask(id="t1", task_state="succeed", task_result=[1]))


def test_send_accepted_gives_the_docflow(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", SEND, answer(task(state="running")))
    faulty.script("GET", TASK, answer(task(DOCFLOW)))

    started = client.start_send("d1", force=True)

    assert faulty.asks[0].query == {"deferred": ["true"], "force": ["true"]}
    assert sent_docflow(client.wait_task("d1", started.id)).id == "f1"


@pytest.mark.parametrize(
    ("step", "descriptions"),
    [
        (answer(task(FAILURE)), ["Не заполнен КПП"]),
        (answer(task(FAILURE, state="failed")), ["Не заполнен КПП"]),
        (answer(FAILURE, 400), ["Не заполнен КПП"]),
        (answer(task(state="failed", error=FAILURE)), []),
    ],
    ids=["succeed-with-failure", "failed-with-failure", "http-400", "error-object"],
)
def test_send_refused_in_any_clothes_is_a_refusal_with_findings(
    faulty: FaultyOperator, client: Operator, step: Step, descriptions: list[str]
) -> None:
    faulty.script("GET", TASK, step)

    with pytest.raises(OperatorRefusedError) as caught:
        sent_docflow(client.wait_task("d1", "t1"))

    refusal = refusal_of(caught.value)
    assert (refusal.status, refusal.code, refusal.message) == (400, "urn:error:externapi:checkProtocolHasErrors", "check found errors")
    assert [finding.description for finding in refusal.findings] == descriptions


def test_send_refused_by_the_post_itself_keeps_its_findings(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", SEND, answer(FAILURE, 400))

    with pytest.raises(OperatorRefusedError) as caught:
        client.start_send("d1")

    refusal = refusal_of(caught.value)
    assert (refusal.prepare_status, len(refusal.findings), refusal.trace_id) == ("check-protocol-has-errors", 1, "trace-7")
    assert len(faulty.asks) == 1


def test_send_succeeded_without_a_docflow_is_unexpected() -> None:
    with pytest.raises(UnexpectedAnswerError):
        sent_docflow(ApiTask(id="t1", task_state="succeed"))


@pytest.mark.parametrize(
    ("text", "state"),
    [("running", "running"), ("Succeed", "succeed"), ("failed", "failed"), ("paused", "running"), ("", "running")],
)
def test_task_state_unknown_word_means_go_on_asking(text: str, state: str) -> None:
    assert task_state(ApiTask(id="t1", task_state=text)) is TaskState(state)


def test_wait_task_that_never_ends_lets_the_person_leave(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", TASK, answer(task(state="running")))

    with pytest.raises(TaskStillRunningError) as caught:
        client.wait_task("d1", "t1", patience_seconds=0.3)

    assert caught.value.task_id == "t1"
    assert 2 <= len(faulty.asks) <= 4


def test_wait_task_cancelled_stops(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", TASK, answer(task(state="running")))
    work = Work()
    work.cancel()

    with pytest.raises(Cancelled):
        client.wait_task("d1", "t1", work=work)


def test_task_missing_is_refused_as_such(client: Operator) -> None:
    with pytest.raises(OperatorRefusedError) as caught:
        client.task("d1", "t1")

    assert caught.value.status == 404


TASKS = f"{DRAFT}/tasks"
NO_TASKS = answer({"api-task-page-items": [], "total-count": 0})
CHECK_AND_SEND = [{"id": "t0", "task-type": "urn:task-type:check"}, {"id": "t1", "task-type": "urn:task-type:send"}]
ONE_SEND = answer({"api-task-page-items": CHECK_AND_SEND, "total-count": 2})


@pytest.mark.parametrize(
    ("draft", "tasks", "task_step", "fate", "docflow_id"),
    [
        ({"docflows": [link("f1")], "status": "sent"}, NO_TASKS, None, SendFate.SENT, "f1"),
        ({"status": "Sent"}, NO_TASKS, None, SendFate.SENT, ""),
        ({"status": "ready-to-send"}, ONE_SEND, answer(task(state="running")), SendFate.RUNNING, ""),
        ({"status": "ready-to-send"}, ONE_SEND, answer(task(DOCFLOW)), SendFate.SENT, "f1"),
        ({"status": "checked"}, ONE_SEND, answer(task(FAILURE)), SendFate.REFUSED, ""),
        ({"status": "checked"}, ONE_SEND, answer(FAILURE, 400), SendFate.REFUSED, ""),
        ({"status": "send-in-progress"}, NO_TASKS, None, SendFate.RUNNING, ""),
        ({"status": "sendInProgress"}, ONE_SEND, answer(task(FAILURE)), SendFate.RUNNING, ""),
        ({"status": "ready-to-send"}, NO_TASKS, None, SendFate.UNSENT, ""),
        ({"status": "ready-to-send"}, ONE_SEND, answer({"id": "urn:error"}, 404), SendFate.UNSENT, ""),
    ],
    ids=["link", "status", "task-runs", "task-done", "task-refused", "task-400", "in-progress", "in-progress-again", "never", "task-gone"],
)
def test_inquire_send_finds_out_what_became_of_it(
    faulty: FaultyOperator, client: Operator, draft: dict[str, object], tasks: Step, task_step: Step | None, fate: SendFate, docflow_id: str
) -> None:
    faulty.script("GET", DRAFT, answer({"id": "d1", **draft}))
    faulty.script("GET", TASKS, tasks)
    if task_step is not None:
        faulty.script("GET", TASK, task_step)

    inquiry = client.inquire_send("d1")

    assert (inquiry.fate, inquiry.docflow_id) == (fate, docflow_id)
    assert {ask.method for ask in faulty.asks} == {"GET"}
    if fate is SendFate.REFUSED:
        assert inquiry.refusal is not None
        assert len(inquiry.refusal.findings) == 1


def test_inquire_send_taken_between_two_questions_is_sent(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, answer({"id": "d1", "status": "ready-to-send"}), answer({"id": "d1", "docflows": [link("f1")]}))
    faulty.script("GET", TASKS, NO_TASKS)

    assert client.inquire_send("d1").docflow_id == "f1"


def test_inquire_send_asks_the_known_task_first(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, answer({"id": "d1", "status": "ready-to-send"}))
    faulty.script("GET", TASK, cut_after_request, answer(task(DOCFLOW)))

    assert client.inquire_send("d1", "t1").docflow_id == "f1"
    assert faulty.asked("GET", TASKS) == []


def test_draft_docflow_id_is_the_end_of_the_link() -> None:
    links = (Link(rel="docflow", href="https://host/v1/a/docflows/f1/?x=1"),)

    assert draft_docflow_id(drafts.Draft(id="d1", docflows=links)) == "f1"
    assert draft_docflow_id(drafts.Draft(id="d1")) == ""


def test_account_unknown_is_asked_for_when_there_is_only_one(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    one = {"id": A.rpartition("/")[2], "inn": "7701234560", "organization-name": "ООО «Ромашка»", "abonent-id": None}
    faulty.script("GET", "/v1", answer({"accounts": [one], "total-count": 1}))
    faulty.script("GET", DRAFT, answer({"id": "d1"}))
    client = make_client(faulty.url)
    client._account_id = None

    assert [client.draft("d1").id, client.draft("d1").id] == ["d1", "d1"]
    assert len(faulty.asked("GET", "/v1")) == 1


def test_account_unknown_among_several_is_a_question_for_a_person(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", "/v1", answer({"accounts": [{"id": "a1", "organization-name": "ООО «Ромашка»"}, {"id": "a2"}], "total-count": 2}))
    client = make_client(faulty.url)
    client._account_id = None

    with pytest.raises(AccountNotChosenError) as caught:
        client.organisations()

    assert caught.value.accounts == (("a1", "ООО «Ромашка»"), ("a2", ""))
