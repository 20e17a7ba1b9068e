"""Signing in and staying signed in; and that neither a token nor a password is ever seen where it should not be."""

from __future__ import annotations

import base64
import hashlib
import logging
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from extern_api.conftest import ACCESS, API_KEY, PASSWORD, REFRESH, A, MakeOperator
from extern_api.faulty_operator import FaultyOperator, Line, answer, cut_after_request, raw, slowly
from extern_desktop.domain.secrets import AccessToken, Password
from extern_desktop.extern_api.errors import (
    LineLostError,
    OperatorUnreachableError,
    SignInProblem,
    SignInRefusedError,
    SignInRequiredError,
    UnexpectedAnswerError,
)
from extern_desktop.extern_api.operator import Operator
from extern_desktop.extern_api.values import DevicePoll, KeptTokens, Proxy, RefreshToken
from extern_desktop.jobs.work import Cancelled, Work

TOKEN = "/connect/token"
DEVICE = "/connect/deviceauthorization"
DRAFT = f"{A}/drafts/d1"
GOOD = answer({"id": "d1"})
STARTED = answer(
    {
        "device_code": "canary-device",
        "user_code": "QWRT-7781",
        "verification_uri": "https://identity.example/device",
        "verification_uri_complete": "https://identity.example/device?user-code=QWRT-7781",
        "interval": 1,
        "expires_in": 300,
    }
)


def tokens(access: str = "at-2", refresh: str | None = "rt-2", expires_in: int = 3600) -> dict[str, object]:
    return {"access_token": access, "refresh_token": refresh, "token_type": "Bearer", "expires_in": expires_in, "scope": "extern.api"}


def refusal(word: str) -> dict[str, str]:
    return {"error": word, "error_description": "no"}


def only_for(access: str) -> object:
    """A draft for this token, 401 for any other."""

    def step(line: Line) -> None:
        good = line.ask.headers.get("Authorization") == f"Bearer {access}"
        (GOOD if good else raw(b"", status=401))(line)

    return step


def test_password_right_signs_in_and_hands_tokens_over(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    kept: list[KeptTokens] = []
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    client = make_client(faulty.url, tokens=KeptTokens(), on_tokens=kept.append, now=lambda: now)
    faulty.script("POST", TOKEN, answer(tokens()))
    faulty.script("GET", DRAFT, only_for("at-2"))  # type: ignore[arg-type]  # a step

    client.sign_in_by_password("training", Password(PASSWORD))

    form = faulty.asks[0].form
    assert (form["grant_type"], form["username"], form["password"], form["scope"]) == ("password", "training", PASSWORD, "extern.api")
    assert (form["client_id"], form["client_secret"]) == ("extern.desk", API_KEY)
    assert faulty.asks[0].headers["Authorization"] == "Basic " + base64.b64encode(f"extern.desk:{API_KEY}".encode()).decode()
    assert kept == [KeptTokens(AccessToken("at-2"), RefreshToken("rt-2"), now + timedelta(hours=1))]
    assert client.draft("d1").id == "d1"


def test_password_wrong_is_refused_once(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", TOKEN, answer(refusal("invalid_grant"), 400), answer(tokens()))
    client = make_client(faulty.url, tokens=KeptTokens())

    with pytest.raises(SignInRefusedError) as caught:
        client.sign_in_by_password("training", Password(PASSWORD))

    assert (caught.value.problem, caught.value.code, caught.value.trace_id) == (SignInProblem.WRONG_CREDENTIALS, "invalid_grant", "trace-7")
    assert len(faulty.asks) == 1
    assert not client.is_signed_in


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ({"error": "invalid_grant", "required_factors": [{"grant_type": "sms", "identity": "+7"}]}, SignInProblem.SECOND_FACTOR),
        ({"error": "invalid_client"}, SignInProblem.PROGRAM),
        ({"error": None, "new": 1}, SignInProblem.WRONG_CREDENTIALS),
    ],
    ids=["second-factor", "program", "wordless"],
)
def test_password_refusals_are_told_apart(faulty: FaultyOperator, make_client: MakeOperator, body: dict[str, object], problem: SignInProblem) -> None:
    faulty.script("POST", TOKEN, answer(body, 400))

    with pytest.raises(SignInRefusedError) as caught:
        make_client(faulty.url, tokens=KeptTokens()).sign_in_by_password("training", Password(PASSWORD))

    assert caught.value.problem is problem


def test_password_line_cut_says_unreachable_and_asks_once(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", TOKEN, cut_after_request, answer(tokens()))

    with pytest.raises(OperatorUnreachableError):
        make_client(faulty.url, tokens=KeptTokens()).sign_in_by_password("training", Password(PASSWORD))

    assert len(faulty.asks) == 1


def test_nobody_signed_in_says_so_without_asking(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    with pytest.raises(SignInRequiredError):
        make_client(faulty.url, tokens=KeptTokens()).draft("d1")

    assert faulty.asks == []


def test_device_confirmed_after_waiting_signs_in(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", DEVICE, STARTED)
    faulty.script("POST", TOKEN, answer(refusal("authorization_pending"), 400), answer({"access_token": "at-2", "expires": 60}))
    client = make_client(faulty.url, tokens=KeptTokens())

    device = client.start_device_sign_in()
    assert (device.user_code, device.complete_url, device.interval_seconds) == (
        "QWRT-7781",
        "https://identity.example/device?user-code=QWRT-7781",
        1,
    )
    assert client.poll_device_sign_in(device) is DevicePoll.PENDING
    assert client.poll_device_sign_in(device) is DevicePoll.SIGNED_IN
    assert faulty.asked("POST", TOKEN)[0].form["device_code"] == "canary-device"
    assert client.is_signed_in


def test_device_wait_waits_out_a_cut_and_slows_down(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    pauses: list[float] = []

    class Hurried(Work):
        def pause(self, seconds: float) -> None:
            pauses.append(seconds)

    faulty.script("POST", DEVICE, STARTED)
    faulty.script(
        "POST",
        TOKEN,
        answer(refusal("authorization_pending"), 400),
        answer(refusal("slow_down"), 400),
        cut_after_request,
        answer(tokens()),
    )
    client = make_client(faulty.url, tokens=KeptTokens())

    client.wait_device_sign_in(client.start_device_sign_in(), work=Hurried())

    assert pauses == [1, 1, 6, 11]
    assert client.is_signed_in


@pytest.mark.parametrize(
    ("word", "problem"), [("expired_token", SignInProblem.EXPIRED), ("access_denied", SignInProblem.DENIED), ("invalid_grant", SignInProblem.EXPIRED)]
)
def test_device_expired_or_denied_is_refused(faulty: FaultyOperator, client: Operator, word: str, problem: SignInProblem) -> None:
    faulty.script("POST", DEVICE, STARTED)
    faulty.script("POST", TOKEN, answer(refusal(word), 400))
    device = client.start_device_sign_in()

    with pytest.raises(SignInRefusedError) as caught:
        client.poll_device_sign_in(device)

    assert caught.value.problem is problem


def test_device_nobody_confirms_ends_with_the_code(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    hours = count()
    start = datetime(2026, 11, 24, tzinfo=UTC)
    client = make_client(faulty.url, tokens=KeptTokens(), now=lambda: start + timedelta(hours=next(hours)))
    faulty.script("POST", DEVICE, STARTED)

    with pytest.raises(SignInRefusedError) as caught:
        client.wait_device_sign_in(client.start_device_sign_in())

    assert caught.value.problem is SignInProblem.EXPIRED
    assert faulty.asked("POST", TOKEN) == []


def test_device_wait_cancelled_stops(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", DEVICE, STARTED)
    device = client.start_device_sign_in()
    work = Work()
    threading.Timer(0.1, work.cancel).start()

    with pytest.raises(Cancelled):
        client.wait_device_sign_in(device, work=work)


def test_certificate_challenge_is_decrypted_and_answered(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", "/authentication/certificate", answer({"encrypted_key": base64.b64encode(b"envelope").decode()}))
    faulty.script("POST", TOKEN, answer(tokens()))
    client = make_client(faulty.url, tokens=KeptTokens())

    client.sign_in_by_certificate(b"certificate", lambda envelope: envelope.upper())

    challenge, proof = (ask.form for ask in faulty.asks)
    assert base64.b64decode(challenge["public_key"]) == b"certificate"
    assert (proof["grant_type"], base64.b64decode(proof["decrypted_key"])) == ("certificate", b"ENVELOPE")
    assert proof["thumbprint"] == hashlib.sha1(b"certificate").hexdigest().upper()
    assert client.is_signed_in


def test_certificate_not_taken_is_refused(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", "/authentication/certificate", answer({"error": "unknown"}, 403))

    with pytest.raises(SignInRefusedError) as caught:
        client.sign_in_by_certificate(b"certificate", bytes)

    assert caught.value.problem is SignInProblem.CERTIFICATE


def test_certificate_challenge_that_is_no_base64_is_unexpected(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", "/authentication/certificate", answer({"encrypted_key": "***"}))

    with pytest.raises(UnexpectedAnswerError):
        client.sign_in_by_certificate(b"certificate", bytes)


def test_token_about_to_end_is_renewed_before_the_request(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    now = datetime(2026, 11, 24, 12, tzinfo=UTC)
    ending = KeptTokens(AccessToken(ACCESS), RefreshToken(REFRESH), now + timedelta(seconds=4))
    faulty.script("POST", TOKEN, answer(tokens()))
    faulty.script("GET", DRAFT, only_for("at-2"))  # type: ignore[arg-type]  # a step

    make_client(faulty.url, tokens=ending, now=lambda: now).draft("d1")

    assert [ask.path for ask in faulty.asks] == [TOKEN, DRAFT]
    assert faulty.asks[0].form["refresh_token"] == REFRESH


def test_token_refused_under_twenty_threads_is_renewed_exactly_once(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    faulty.script("POST", TOKEN, slowly(answer(tokens()), 0.2), answer(refusal("invalid_grant"), 400))
    faulty.script("GET", DRAFT, only_for("at-2"))  # type: ignore[arg-type]  # a step
    client = make_client(faulty.url)

    with ThreadPoolExecutor(20) as pool:
        drafts = [found.id for found in pool.map(lambda _number: client.draft("d1"), range(60))]

    assert drafts == ["d1"] * 60
    assert len(faulty.asked("POST", TOKEN)) == 1


def test_renewal_that_fails_under_twenty_threads_is_not_tried_by_each(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    everyone_refused = threading.Barrier(20, timeout=10)

    def refuse_together(line: Line) -> None:
        everyone_refused.wait()
        raw(b"", status=401)(line)

    faulty.script("POST", TOKEN, slowly(cut_after_request, 0.5))
    faulty.script("GET", DRAFT, refuse_together)
    client = make_client(faulty.url)

    with ThreadPoolExecutor(20) as pool:
        errors = [future.exception() for future in [pool.submit(client.draft, "d1") for _ in range(20)]]

    assert {type(error) for error in errors} == {OperatorUnreachableError}
    assert len(faulty.asked("POST", TOKEN)) == 1


def test_renewal_refused_forgets_the_tokens_and_asks_for_a_person(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    kept: list[KeptTokens] = []
    faulty.script("POST", TOKEN, answer(refusal("invalid_grant"), 400))
    faulty.script("GET", DRAFT, raw(b"", status=401))
    client = make_client(faulty.url, on_tokens=kept.append)

    with pytest.raises(SignInRequiredError):
        client.draft("d1")

    assert kept == [KeptTokens()]
    assert not client.is_signed_in


def test_new_token_refused_too_asks_for_a_person_after_one_renewal(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", TOKEN, answer(tokens()))
    faulty.script("GET", DRAFT, raw(b"", status=401))

    with pytest.raises(SignInRequiredError):
        client.draft("d1")

    assert [ask.path for ask in faulty.asks] == [DRAFT, TOKEN, DRAFT]


def test_send_refused_by_401_goes_again_with_the_new_token_only(faulty: FaultyOperator, client: Operator) -> None:
    faulty.script("POST", TOKEN, answer(tokens()))
    faulty.script("POST", f"{DRAFT}/send", raw(b"", status=401), cut_after_request)

    with pytest.raises(LineLostError):
        client.start_send("d1")

    assert [ask.headers["Authorization"] for ask in faulty.asked("POST", f"{DRAFT}/send")] == [f"Bearer {ACCESS}", "Bearer at-2"]


def test_refresh_token_left_out_of_the_answer_is_kept(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    kept: list[KeptTokens] = []
    faulty.script("POST", TOKEN, answer(tokens(refresh=None)))
    faulty.script("GET", DRAFT, only_for("at-2"))  # type: ignore[arg-type]  # a step

    make_client(faulty.url, on_tokens=kept.append).draft("d1")

    assert kept[0].refresh == RefreshToken(REFRESH)


@pytest.mark.parametrize("token", ["canary\nX-Evil: 1", "canary token", "канарейка", ""])
def test_token_that_no_header_can_carry_is_refused_unseen(faulty: FaultyOperator, make_client: MakeOperator, token: str) -> None:
    faulty.script("POST", TOKEN, answer(tokens(token)))
    client = make_client(faulty.url, tokens=KeptTokens())

    with pytest.raises(UnexpectedAnswerError) as caught:
        client.sign_in_by_password("training", Password(PASSWORD))

    assert "canary" not in "".join(traceback.format_exception(caught.value))
    assert not client.is_signed_in


def test_sign_out_forgets(faulty: FaultyOperator, make_client: MakeOperator) -> None:
    kept: list[KeptTokens] = []
    client = make_client(faulty.url, on_tokens=kept.append)

    client.sign_out()

    assert kept == [KeptTokens()]
    with pytest.raises(SignInRequiredError):
        client.draft("d1")


def test_secrets_are_in_no_log_no_error_and_no_repr(faulty: FaultyOperator, make_client: MakeOperator, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    kept: list[KeptTokens] = []
    seen: list[str] = []
    kept_requests: list[BaseException] = []
    client = make_client(faulty.url, on_tokens=kept.append, proxy=Proxy("http://127.0.0.1:9", "login", Password(PASSWORD)))
    faulty.script("POST", TOKEN, cut_after_request, raw(b'{"access_token": "canary-broken"'), answer(tokens("canary-new", "canary-newer")))
    faulty.script("POST", DEVICE, STARTED)
    faulty.script("GET", DRAFT, cut_after_request)
    faulty.script("POST", f"{DRAFT}/send", raw(b"canary-body", "text/html"))

    for act in (
        lambda: client.sign_in_by_password("training", Password(PASSWORD)),
        lambda: client.sign_in_by_password("training", Password(PASSWORD)),
        lambda: client.sign_in_by_password("training", Password(PASSWORD)),
        lambda: client.start_device_sign_in(),
        lambda: client.draft("d1"),
        lambda: client.start_send("d1"),
    ):
        try:
            seen.append(repr(act()))
        except Exception as error:
            seen += [*traceback.format_exception(error), repr(error), str(error)]
            seen += [repr(vars(inner)) for inner in chain_of(error)]
            kept_requests += [inner for inner in chain_of(error) if getattr(inner, "request", None) is not None]

    everything = "\n".join([*seen, caplog.text, repr(kept), repr(client.address), repr(vars(client))])
    assert "OperatorUnreachableError" in everything
    assert "LineLostError" in everything
    assert len(kept) == 1
    assert kept_requests == []
    for canary in (ACCESS, REFRESH, API_KEY, PASSWORD, "canary"):
        assert canary not in everything


def chain_of(error: BaseException | None) -> list[BaseException]:
    found: list[BaseException] = []
    while error is not None:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found
