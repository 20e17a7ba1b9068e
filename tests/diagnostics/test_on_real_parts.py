"""Collected on this machine, on real parts: whatever is broken for real, the first failed check names it and nothing unrelated fails."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from conftest import allow_virtual_token
from diagnostics.workplaces import HEALTHY, failed_ids
from extern_api.conftest import Authority, MakeOperator, authority, make_client  # noqa: F401  their fixtures
from extern_api.faulty_operator import FaultyOperator, answer, cut_after_request, raw
from extern_desktop.app import open_desk
from extern_desktop.diagnostics.catalogue import CATALOGUE
from extern_desktop.diagnostics.collect import see_certificates, see_disk, see_modules, see_operator, see_system, see_texts
from extern_desktop.diagnostics.report import to_json
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Answer, DiagnosticsReport, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import OperatorSeen, Reach
from extern_desktop.jobs.work import SilentWatcher, Work
from extern_desktop.sandbox.office import Office
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.diagnose import diagnose, look_at
from extern_desktop.services.training_keys import read_training_keys, training_key_folder
from extern_desktop.settings.places import Places, Stage
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.tokens.desk import TokenDesk
from journeys.breaking_operator import Saboteur, serving
from journeys.stories import enrolled
from virtual_rutoken.plug import VirtualRutoken

PROBED = "/v1"


@pytest.fixture(scope="session")
def diagnosed_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("operator")


@pytest.fixture(scope="session")
def office(diagnosed_folder: Path) -> Iterator[Office]:
    with serving(diagnosed_folder, Saboteur()) as opened:
        yield opened


@pytest.fixture
def with_operator(places: Places, diagnosed_folder: Path, office: Office) -> Places:
    places.training_operator.symlink_to(diagnosed_folder, target_is_directory=True)
    return places


@pytest.fixture
def token_desk(with_operator: Places, rutoken: VirtualRutoken, work: Work) -> Iterator[Desk]:
    """A desk with a certified virtual token, as a training workplace has it."""
    allow_virtual_token(with_operator)
    with open_desk(with_operator, stage=Stage.TRAINING) as desk:
        yield desk


def answers(report: DiagnosticsReport) -> dict[str, Answer]:
    return {answer.id: answer for answer in report.answers}


def assert_first(report: DiagnosticsReport, check_id: str, remedy: Remedy) -> Answer:
    first = report.first_failed
    assert first is not None, to_json(report).decode()
    assert (first.id, first.remedy, failed_ids(report)) == (check_id, remedy, [check_id]), to_json(report).decode()
    return first


def test_training_without_a_token_is_ready_and_asks_for_none(with_operator: Places, work: Work) -> None:
    with open_desk(with_operator, stage=Stage.TRAINING) as desk:
        connect(desk, work)
        first, second = diagnose(desk=desk, work=work), diagnose(desk=desk, work=work)

    assert first.is_ready, to_json(first).decode()
    assert to_json(first) == to_json(second)
    by_id = answers(first)
    way_to_a_token = [check.id for check in CATALOGUE if check.group in (Group.SMART_CARDS, Group.KEYS)]
    assert {by_id[check_id].verdict for check_id in way_to_a_token} == {Verdict.NOT_APPLICABLE}
    for check_id in ("system-supported", "codepage", "home-writable", "operator-reachable", "clock-skew", "certificate-chain", "workspace-whole"):
        assert by_id[check_id].verdict is Verdict.PASSED, by_id[check_id]


def test_training_key_that_can_not_be_read_stops_no_question(with_operator: Places, work: Work) -> None:
    with open_desk(with_operator, stage=Stage.TRAINING) as desk:
        training_key_folder(desk).mkdir(parents=True)
        (training_key_folder(desk) / "broken.pem").write_text("no key")

        report = diagnose(desk=desk, work=work)

    assert report.is_ready
    assert answers(report)["certificate-validity"].verdict is Verdict.NOT_APPLICABLE


def test_virtual_token_needs_no_port_no_service_and_no_reader(token_desk: Desk, work: Work, person: object, rutoken: VirtualRutoken) -> None:
    person.knows_pin("12345678")  # type: ignore[attr-defined]  # the fixture's class
    enrolled(token_desk, work)

    report = diagnose(desk=token_desk, work=work)

    by_id = answers(report)
    assert [by_id[check_id].verdict for check_id in ("usb-token", "smart-card-service", "readers")] == [Verdict.NOT_APPLICABLE] * 3
    for check_id in ("token-library", "token-seen", "certificate-on-token", "key-on-token", "certificate-validity", "certificate-chain"):
        assert by_id[check_id].verdict is Verdict.PASSED, by_id[check_id]
    assert report.is_ready, to_json(report).decode()

    rutoken.set_conf(user_tries="0")
    assert_first(diagnose(desk=token_desk, work=work), "pin-state", Remedy.UNBLOCK_PIN)


def test_empty_token_wants_a_certificate(token_desk: Desk, work: Work) -> None:
    assert_first(diagnose(desk=token_desk, work=work), "certificate-on-token", Remedy.WRITE_CERTIFICATE_TO_TOKEN)


def test_real_work_on_a_computer_without_anything_begins_with_the_port(with_operator: Places) -> None:
    """No token, no library, no service: they are told from the bottom up, and the operator's network is not mixed up with them."""
    from extern_desktop.domain.secrets import Password
    from extern_desktop.settings import options

    faulty = FaultyOperator()
    with ExitStack() as closing:
        closing.callback(faulty.close)
        faulty.script("GET", PROBED, answer({}, 401, {"Date": f"{datetime.now(UTC):%a, %d %b %Y %H:%M:%S GMT}"}))
        desk = closing.enter_context(open_desk(with_operator, stage=Stage.REAL, ask_passphrase=lambda _new: Password("canary-passphrase")))
        desk.settings = desk.settings.with_value(options.OPERATOR_API_URL, faulty.url).with_value(options.OPERATOR_IDENTITY_URL, faulty.url)
        workplace = look_at(desk, Work())

    if workplace.tokens or workplace.smart_cards.usb.tokens:
        pytest.skip("a token is plugged into this computer")
    report = run_checks(workplace)
    by_id = answers(report)
    assert by_id["operator-reachable"].verdict is Verdict.PASSED, by_id["operator-reachable"]
    assert by_id["certificate-validity"].verdict is Verdict.NOT_APPLICABLE
    assert report.first_failed is not None
    assert report.first_failed.group.value in ("smart-cards", "keys")
    assert by_id["key-on-token"].verdict is Verdict.NOT_ASKED


def test_library_that_is_none_is_named(tmp_path: Path) -> None:
    text = tmp_path / "library.so"
    text.write_text("not a library")
    with TokenDesk((text,), call_deadline_seconds=10.0) as tokens:
        tokens.list_tokens()
        modules = see_modules(tokens)

    assert_first(run_checks(replace(HEALTHY, modules=modules, tokens=(), certificates=())), "token-library", Remedy.REPLACE_TOKEN_LIBRARY)


# --- folder ---


def looked_at(home: Path) -> DiagnosticsReport:
    return run_checks(replace(HEALTHY, system=see_system(), texts=see_texts(home), disk=see_disk(home)))


def test_folder_that_can_be_written_passes_and_nothing_is_left_in_it(tmp_path: Path) -> None:
    report = looked_at(tmp_path / "home")

    assert report.is_ready, to_json(report).decode()
    assert list((tmp_path / "home").iterdir()) == []


def test_folder_that_is_no_folder_is_the_one_failure(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    first = assert_first(looked_at(tmp_path / "file" / "home"), "home-writable", Remedy.MAKE_HOME_WRITABLE)

    assert first.evidence["system says"] == "ENOTDIR"


@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root writes everywhere")
def test_folder_that_is_read_only_is_the_one_failure(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        first = assert_first(looked_at(tmp_path), "home-writable", Remedy.MAKE_HOME_WRITABLE)
    finally:
        tmp_path.chmod(0o700)

    assert first.evidence["system says"] == "EACCES"


# --- certificates ---


def test_certificate_is_judged_at_an_injected_now_and_by_the_issuers_at_hand(with_operator: Places, work: Work, office: Office) -> None:
    with open_desk(with_operator, stage=Stage.TRAINING) as desk:
        connect(desk, work)
        certificates = [key.certificate for key in read_training_keys(desk)]
    root, now = office.authority.certificate, datetime.now(UTC)

    def report_of(at: datetime, *issuers: object) -> DiagnosticsReport:
        seen = see_certificates((), certificates, issuers, at)  # type: ignore[arg-type]  # certificates all of them
        return run_checks(replace(HEALTHY, now_at=at, certificates=seen))

    assert report_of(now, root).is_ready
    assert_first(report_of(now + timedelta(days=3000), root), "certificate-validity", Remedy.RENEW_CERTIFICATE)
    assert_first(report_of(now - timedelta(days=3000), root), "certificate-validity", Remedy.RENEW_CERTIFICATE)
    unknown = report_of(now)
    assert unknown.is_ready
    assert answers(unknown)["certificate-chain"].remedy is Remedy.INSTALL_ISSUER_CERTIFICATE


def test_certificate_whose_signature_is_damaged_is_the_one_failure(with_operator: Places, work: Work, office: Office) -> None:
    with open_desk(with_operator, stage=Stage.TRAINING) as desk:
        connect(desk, work)
        der = read_training_keys(desk)[0].certificate.der
    damaged = read_certificate(der[:-1] + bytes([der[-1] ^ 1]))
    now = datetime.now(UTC)

    seen = see_certificates((), [damaged], [office.authority.certificate], now)

    assert_first(run_checks(replace(HEALTHY, now_at=now, certificates=seen)), "certificate-chain", Remedy.REPLACE_CERTIFICATE)


# --- operator ---


def seen_by(make: MakeOperator, url: str, *, ahead: timedelta = timedelta(0), **more: object) -> DiagnosticsReport:
    operator = make(url, **more)
    seen: OperatorSeen = see_operator(operator, lambda: datetime.now(UTC) + ahead, Work(SilentWatcher()))
    return run_checks(replace(HEALTHY, operator=replace(seen, is_loopback=False)))


@pytest.fixture
def faulty() -> Iterator[FaultyOperator]:
    operator = FaultyOperator()
    yield operator
    operator.close()


def test_operator_that_answers_anything_with_its_clock_passes(faulty: FaultyOperator, make_client: MakeOperator) -> None:  # noqa: F811
    assert seen_by(make_client, faulty.url).is_ready


def test_operator_with_another_clock_names_the_clock(faulty: FaultyOperator, make_client: MakeOperator) -> None:  # noqa: F811
    first = assert_first(seen_by(make_client, faulty.url, ahead=timedelta(hours=3)), "clock-skew", Remedy.SYNCHRONISE_CLOCK)

    assert first.evidence["minutes ahead"] == 180


def test_operator_that_does_not_answer_is_the_one_failure(make_client: MakeOperator) -> None:  # noqa: F811
    first = assert_first(seen_by(make_client, "http://127.0.0.1:1"), "operator-reachable", Remedy.CHECK_NETWORK)

    assert first.evidence["reason"] == "connection-refused"


def test_operator_whose_line_is_cut_is_the_one_failure(faulty: FaultyOperator, make_client: MakeOperator) -> None:  # noqa: F811
    faulty.script("GET", PROBED, cut_after_request)

    assert_first(seen_by(make_client, faulty.url), "operator-reachable", Remedy.CHECK_NETWORK)


@pytest.mark.parametrize(
    "page", [raw(b"<html>Sign in to the guest network</html>", "text/html"), raw(b"", "text/html", 302, {"Location": "http://portal.example/"})]
)
def test_page_of_a_proxy_is_no_operator(faulty: FaultyOperator, make_client: MakeOperator, page: object) -> None:  # noqa: F811
    faulty.script("GET", PROBED, page)  # type: ignore[arg-type]  # steps all of them

    assert_first(seen_by(make_client, faulty.url), "operator-reachable", Remedy.SIGN_IN_TO_NETWORK)


def test_operator_that_fails_is_reached_and_told_no_time(faulty: FaultyOperator, make_client: MakeOperator) -> None:  # noqa: F811
    faulty.script("GET", PROBED, answer({"id": "urn:error:externapi", "status-code": 500, "message": "x"}, 500))

    report = seen_by(make_client, faulty.url)

    assert report.is_ready
    assert answers(report)["clock-skew"].verdict in (Verdict.UNKNOWN, Verdict.PASSED)


@pytest.mark.parametrize(
    ("issued", "remedy", "reason"),
    [
        ({}, Remedy.ADD_CORPORATE_ROOT, "unknown-root"),
        ({"start": "20200101000000Z", "end": "20200201000000Z"}, Remedy.SYNCHRONISE_CLOCK, "expired"),
        ({"address": "127.0.0.9"}, Remedy.SIGN_IN_TO_NETWORK, "wrong-host"),
    ],
    ids=["unknown-root", "expired", "wrong-host"],
)
def test_operator_that_does_not_prove_itself_is_the_one_failure_with_its_remedy(
    make_client: MakeOperator,  # noqa: F811
    authority: Authority,  # noqa: F811
    issued: dict[str, str],
    remedy: Remedy,
    reason: str,
) -> None:
    tls = FaultyOperator(tls=authority.issue(reason, **issued))  # type: ignore[arg-type]  # texts only
    try:
        roots = () if reason == "unknown-root" else (authority.root,)
        first = assert_first(seen_by(make_client, tls.url, roots=roots), "operator-tls", remedy)
    finally:
        tls.close()

    assert first.evidence["reason"] == reason
    if reason == "unknown-root":
        assert first.evidence["issuer"] == "Office proxy root"


def test_desk_whose_operator_has_no_address_says_so() -> None:
    from extern_desktop.diagnostics.collect import no_operator

    seen = no_operator("OperatorNotStartedError")

    assert seen.reach is Reach.NO_ADDRESS
    assert_first(run_checks(replace(HEALTHY, operator=seen)), "operator-reachable", Remedy.CHECK_OPERATOR_ADDRESS)
