"""Faults of the line, each made for real: what is repeated, what is not, and what the error says happened at the operator."""

from __future__ import annotations

import base64
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from extern_api.conftest import QUICK, A, Authority, MakeOperator
from extern_api.faulty_operator import FaultyOperator, Line, answer, bomb, cut_after_request, cut_in_answer, drip, raw, silence, slowly
from extern_desktop.domain.secrets import Password
from extern_desktop.extern_api import _connections
from extern_desktop.extern_api.errors import (
    AnswerTooLargeError,
    ForeignAnswerError,
    LineLostError,
    LostReason,
    OperatorFailedError,
    OperatorRefusedError,
    OperatorUnreachableError,
    TlsFailedError,
    TlsProblem,
    TooManyRequestsError,
    UnexpectedAnswerError,
    UnreachableReason,
    UnreadableRootError,
)
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.values import Limits, Proxy
from extern_desktop.jobs.work import Cancelled, Work

DRAFT = f"{A}/drafts/d1"
GOOD = answer({"id": "d1", "status": "new"})
SEND = f"{DRAFT}/send"
TASK = answer({"id": "t1", "task-state": "running", "task-type": "urn:task-type:send"})


def test_reading_server_fails_twice_is_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, raw(b"", status=500), answer({"id": "urn:error"}, 503), GOOD)

    assert client.draft("d1").id == "d1"
    assert len(faulty.asked("GET", DRAFT)) == 3


def test_reading_server_keeps_failing_is_given_up_with_trace_id(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, answer({"id": "urn:error:externapi"}, 500))

    with pytest.raises(OperatorFailedError) as caught:
        client.draft("d1")

    assert (caught.value.status, caught.value.code, caught.value.trace_id) == (500, "urn:error:externapi", "trace-7")
    assert len(faulty.asked("GET", DRAFT)) == 5


def test_reading_too_many_requests_waits_as_told(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, raw(b"", status=429, headers={"Retry-After": "1"}), GOOD)

    began = time.monotonic()
    client.draft("d1")

    assert 1.0 <= time.monotonic() - began < 3.0


def test_too_many_requests_on_one_lane_holds_all_lanes(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, raw(b"", status=429, headers={"Retry-After": "1"}), GOOD)
    faulty.script("GET", f"{A}/drafts/d2", answer({"id": "d2"}))

    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(client.draft, "d1")
        while not faulty.asked("GET", DRAFT):
            time.sleep(0.01)
        time.sleep(0.1)
        client.draft("d2")
        waited = time.monotonic() - began
        first.result()

    assert waited >= 1.0


def test_reading_pause_longer_than_we_wait_is_told_to_the_caller(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", DRAFT, raw(b"", status=429, headers={"Retry-After": "600"}), GOOD)
    client = make_client(faulty.url, limits=Limits(retry_after_seconds=0.1, backoff_seconds=0.01))

    with pytest.raises(TooManyRequestsError) as caught:
        client.draft("d1")

    assert caught.value.retry_after_seconds == 600


def test_reading_cut_in_the_answer_is_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, cut_in_answer(b'{"id":"d1"}' + b" " * 100, 8, "application/json"), cut_after_request, GOOD)

    assert client.draft("d1").id == "d1"


def test_reading_line_stays_cut_says_unreachable(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, cut_after_request)

    with pytest.raises(OperatorUnreachableError) as caught:
        client.draft("d1")

    assert caught.value.reason is UnreachableReason.CUT
    assert len(faulty.asked("GET", DRAFT)) == 4


@pytest.mark.parametrize(
    ("step", "reason"),
    [
        (cut_after_request, LostReason.CUT),
        (cut_in_answer(b'{"id":"t1"}' + b" " * 50, 5, "application/json"), LostReason.CUT),
        (answer({"id": "urn:error"}, 500), LostReason.SERVER_FAILED),
        (raw(b"<html>502</html>", "text/html", 502), LostReason.SERVER_FAILED),
        (raw(b"<html>login</html>", "text/html"), LostReason.FOREIGN_ANSWER),
        (raw(b"", status=302, headers={"Location": "http://portal.example/"}), LostReason.FOREIGN_ANSWER),
        (raw(b'{"id": '), LostReason.ANSWER_UNREADABLE),
        (raw(b"[" * 200_000), LostReason.ANSWER_UNREADABLE),
    ],
    ids=["cut", "cut-answer", "500", "gateway", "portal", "redirect", "not-json", "deep"],
)
def test_send_without_a_sure_answer_is_lost_and_never_repeated(faulty: FaultyOperator, client: Operator, step: object, reason: LostReason) -> None:
    faulty.script("POST", SEND, step, TASK)  # type: ignore[arg-type]  # parametrize knows no types

    with pytest.raises(LineLostError) as caught:
        client.start_send("d1")

    assert (caught.value.reason, caught.value.may_have_filed) == (reason, True)
    assert caught.value.action == f"POST {SEND}"
    assert len(faulty.asked("POST", SEND)) == 1


def test_send_answer_never_comes_is_lost_at_the_deadline_and_never_repeated(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", SEND, silence)
    client = make_client(faulty.url, limits=Limits(exchange_seconds=0.5))

    with pytest.raises(LineLostError) as caught:
        client.start_send("d1")

    assert caught.value.reason is LostReason.TIMED_OUT
    assert len(faulty.asked("POST", SEND)) == 1


def test_send_nobody_listens_says_unreachable_and_not_lost(make_client: MakeOperator) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        client = make_client(f"http://127.0.0.1:{taken.getsockname()[1]}")

        with pytest.raises(OperatorUnreachableError) as caught:
            client.start_send("d1")

    assert caught.value.reason is UnreachableReason.CONNECTION_REFUSED


def test_send_cancelled_after_it_left_still_hears_the_answer(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", SEND, slowly(TASK, 0.5))
    work = Work()
    threading.Timer(0.2, work.cancel).start()

    assert client.start_send("d1", work=work).id == "t1"


def test_send_cancelled_before_it_left_does_not_leave(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", SEND, TASK)
    work = Work()
    work.cancel()

    with pytest.raises(Cancelled):
        client.start_send("d1", work=work)

    assert faulty.asks == []


def test_send_turned_away_by_429_says_so_and_is_not_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", SEND, raw(b"", status=429, headers={"Retry-After": "1"}), TASK)

    with pytest.raises(TooManyRequestsError):
        client.start_send("d1")

    assert len(faulty.asked("POST", SEND)) == 1


def test_reading_silent_server_is_cancelled_at_once(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, silence)
    work = Work()
    threading.Timer(0.3, work.cancel).start()

    began = time.monotonic()
    with pytest.raises(Cancelled):
        client.draft("d1", work=work)

    assert time.monotonic() - began < 1.0


def test_reading_dripping_server_ends_at_the_deadline(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", DRAFT, drip)
    client = make_client(faulty.url, limits=Limits(exchange_seconds=0.5, read_seconds=5, backoff_seconds=0.01))

    began = time.monotonic()
    with pytest.raises(OperatorUnreachableError) as caught:
        client.draft("d1")

    assert caught.value.reason is UnreachableReason.TIMED_OUT
    assert time.monotonic() - began < 3.0


def test_reading_portal_page_with_200_is_foreign_and_not_repeated(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, raw("<html>Доступ запрещён</html>".encode(), "text/html; charset=utf-8"), GOOD)

    with pytest.raises(ForeignAnswerError) as caught:
        client.draft("d1")

    assert caught.value.content_type == "text/html"
    assert len(faulty.asked("GET", DRAFT)) == 1


def test_reading_redirect_is_not_followed_and_token_stays(faulty: FaultyOperator, client: Operator) -> None:
    thief = FaultyOperator()
    try:
        faulty.script("GET", DRAFT, raw(b"", status=302, headers={"Location": f"http://localhost:{thief.port}/stolen"}))

        with pytest.raises(ForeignAnswerError) as caught:
            client.draft("d1")

        assert caught.value.redirected_to == "localhost"
        assert thief.asks == []
    finally:
        thief.close()


@pytest.mark.parametrize(
    "body", ['{"id": "квитанция"}'.encode("cp1251"), b"[" * 200_000, b'{"id": ', b"[]", b"{}"], ids=["charset", "deep", "cut", "list", "no-id"]
)
def test_reading_body_that_is_no_draft_is_unexpected(faulty: FaultyOperator, client: Operator, body: bytes) -> None:
    faulty.script("GET", DRAFT, raw(body, headers={"X-Kontur-Trace-Id": "trace-7"}))

    with pytest.raises(UnexpectedAnswerError) as caught:
        client.draft("d1")

    assert (caught.value.action, caught.value.trace_id) == (f"GET {DRAFT}", "trace-7")


def test_reading_gzip_bomb_stops_at_the_limit(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", DRAFT, bomb)
    client = make_client(faulty.url, limits=Limits(json_bytes=1 << 20))

    with pytest.raises(AnswerTooLargeError) as caught:
        client.draft("d1")

    assert caught.value.limit_bytes == 1 << 20


def test_refusal_carries_code_words_trace_and_the_operation_in_the_way(faulty: FaultyOperator, client: Operator) -> None:
    busy = {
        "id": "urn:error:externapi:concurrentApiTaskActive",
        "status-code": 409,
        "message": "operation in progress",
        "context": {"concurrent-task": {"id": "t9", "task-type": "urn:task-type:send"}},
    }
    faulty.script("POST", SEND, answer(busy, 409))

    with pytest.raises(OperatorRefusedError) as caught:
        client.start_send("d1")

    error = caught.value
    assert (error.status, error.code, error.message, error.trace_id) == (409, busy["id"], "operation in progress", "trace-7")
    assert error.context == {"concurrent-task": "t9", "concurrent-task-type": "urn:task-type:send"}


def test_never_more_than_twenty_requests_at_once(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", DRAFT, slowly(GOOD, 0.05))

    with ThreadPoolExecutor(40) as pool:
        drafts = list(pool.map(lambda _number: client.draft("d1").id, range(120)))

    assert drafts == ["d1"] * 120
    assert 15 <= faulty.worst_parallel <= 20


def test_each_thread_keeps_its_line_open(faulty: FaultyOperator, client: Operator) -> None:
    ports: set[int] = set()

    def remember(line: Line) -> None:
        ports.add(line.client_address[1])
        GOOD(line)

    faulty.script("GET", DRAFT, remember)
    for _ in range(10):
        client.draft("d1")

    assert len(ports) == 1


def test_line_that_lay_idle_too_long_is_not_used_again(faulty: FaultyOperator, client: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    ports: list[int] = []

    def remember(line: Line) -> None:
        ports.append(line.client_address[1])
        TASK(line)

    faulty.script("POST", SEND, remember)
    client.start_send("d1")
    client.start_send("d1")
    monkeypatch.setattr(_connections, "IDLE_SECONDS", 0.05)
    time.sleep(0.1)
    client.start_send("d1")

    assert ports[0] == ports[1] != ports[2]


def test_reading_kept_line_closed_by_the_server_is_made_anew(faulty: FaultyOperator, client: Operator) -> None:
    def answer_and_leave(line: Line) -> None:
        GOOD(line)
        line.hang_up()

    faulty.script("GET", DRAFT, answer_and_leave, GOOD)

    assert [client.draft("d1").id, client.draft("d1").id] == ["d1", "d1"]


def test_environment_proxy_is_not_used(faulty: FaultyOperator, client: Operator, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    faulty.script("GET", DRAFT, GOOD)

    assert client.draft("d1").id == "d1"


def test_server_time_is_the_date_header_even_of_a_refusal(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("GET", "/v1", answer({"id": "urn:error"}, 401))

    assert abs(client.server_time().timestamp() - time.time()) < 2.0
    assert "Authorization" not in faulty.asks[0].headers


def test_tls_root_added_by_name_is_trusted(authority: Authority, make_client: MakeOperator) -> None:
    faulty = FaultyOperator(tls=authority.issue("good"))
    try:
        faulty.script("GET", DRAFT, GOOD)
        assert make_client(faulty.url, roots=(authority.root,)).draft("d1").id == "d1"
    finally:
        faulty.close()


@pytest.mark.parametrize(
    ("known", "certificate", "kind"),
    [
        (False, {}, TlsProblem.UNKNOWN_ROOT),
        (True, {"address": "127.0.0.2"}, TlsProblem.WRONG_HOST),
        (True, {"start": "20200101000000Z", "end": "20200201000000Z"}, TlsProblem.EXPIRED),
        (True, {"start": "20900101000000Z", "end": "20910201000000Z"}, TlsProblem.NOT_YET_VALID),
    ],
    ids=["unknown-root", "wrong-host", "expired", "not-yet-valid"],
)
def test_tls_bad_certificate_is_refused_with_its_kind_and_issuer(
    authority: Authority, make_client: MakeOperator, known: bool, certificate: dict[str, str], kind: TlsProblem
) -> None:
    faulty = FaultyOperator(tls=authority.issue(f"bad-{kind.value}", **certificate))  # type: ignore[arg-type]  # one of its text arguments
    try:
        client = make_client(faulty.url, roots=(authority.root,) if known else ())
        with pytest.raises(TlsFailedError) as caught:
            client.start_send("d1")
    finally:
        faulty.close()

    assert (caught.value.kind, caught.value.issuer) == (kind, "Office proxy root")
    assert faulty.asks == []


def test_tls_root_file_that_is_no_certificate_is_named(make_client: MakeOperator, tmp_path: object, faulty: FaultyOperator) -> None:
    path = tmp_path / "root.pem"  # type: ignore[operator]  # a Path
    path.write_text("nothing")

    with pytest.raises(UnreadableRootError) as caught:
        make_client(faulty.url, roots=(path,)).draft("d1")

    assert caught.value.path == path


@pytest.mark.parametrize("host", ["operator.invalid", ".operator.invalid", f"{'o' * 70}.invalid"])
def test_name_that_nobody_knows_is_told_at_once(make_client: MakeOperator, host: str) -> None:
    client = make_client(f"https://{host}", limits=QUICK)

    with pytest.raises(OperatorUnreachableError) as caught:
        client.draft("d1")

    assert caught.value.reason is UnreachableReason.NAME_NOT_FOUND


def test_proxy_that_lets_nobody_through_is_named_and_gets_its_own_login_only(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("CONNECT", "443", raw(b"", status=407))
    client = make_client("https://operator.invalid", proxy=Proxy(faulty.url, "ivanova", Password("p@ss")))

    with pytest.raises(OperatorUnreachableError) as caught:
        client.start_send("d1")

    assert caught.value.reason is UnreachableReason.PROXY
    assert [ask.method for ask in faulty.asks] == ["CONNECT"]
    assert faulty.asks[0].headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"ivanova:p@ss").decode()
    assert "Authorization" not in faulty.asks[0].headers


@pytest.mark.parametrize("url", ["http://", "127.0.0.1:9", "http://127.0.0.1:9"])
def test_proxy_that_can_not_be_reached_is_named(make_client: MakeOperator, url: str) -> None:
    with pytest.raises(OperatorUnreachableError) as caught:
        make_client("https://operator.invalid", proxy=Proxy(url)).draft("d1")

    assert caught.value.reason is UnreachableReason.PROXY


def test_proxy_is_not_asked_for_this_computer(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("GET", DRAFT, GOOD)

    assert make_client(faulty.url, proxy=Proxy("http://127.0.0.1:9")).draft("d1").id == "d1"
