"""Check the workplace: look at everything once, then judge. Looks side by side where one may be slow; changes nothing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from extern_desktop.diagnostics.collect import (
    no_operator,
    see_certificates,
    see_disk,
    see_modules,
    see_operator,
    see_smart_cards,
    see_system,
    see_texts,
)
from extern_desktop.diagnostics.report import to_json
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import DiagnosticsReport
from extern_desktop.diagnostics.workplace import OperatorSeen, Workplace, WorkspaceSeen
from extern_desktop.domain.errors import ExternError
from extern_desktop.jobs.work import Stage as WorkStage
from extern_desktop.jobs.work import Work
from extern_desktop.sandbox.authority import TrainingAuthority
from extern_desktop.services.connect import operator_address
from extern_desktop.services.desk import Desk
from extern_desktop.services.training_keys import read_training_keys
from extern_desktop.settings.places import Stage
from extern_desktop.signing.values import Certificate


def diagnose(*, desk: Desk, work: Work) -> DiagnosticsReport:
    """All answers. Takes as long as the slowest look: each has its own deadline."""
    return run_checks(look_at(desk, work))


def look_at(desk: Desk, work: Work) -> Workplace:
    """The facts of this workplace, now."""
    work.show(WorkStage.DIAGNOSING)
    with ThreadPoolExecutor(4, thread_name_prefix="lane-diagnostics") as pool:
        smart_cards = pool.submit(see_smart_cards)
        cards = pool.submit(desk.tokens.list_tokens)
        operator = pool.submit(_see_operator, desk, work)
        workspace = pool.submit(_see_workspace, desk)
        work.checkpoint()
        tokens = cards.result()
        training = _training_certificates(desk)
        now_at = desk.now()
        return Workplace(
            now_at=now_at,
            system=see_system(),
            texts=see_texts(desk.places.home),
            disk=see_disk(desk.places.home),
            smart_cards=smart_cards.result(),
            modules=see_modules(desk.tokens),
            tokens=tokens,
            certificates=see_certificates(tokens, training, _trusted_issuers(desk), now_at),
            operator=operator.result(),
            workspace=workspace.result(),
            needs_token=desk.stage is Stage.REAL or bool(tokens),
        )


def _see_operator(desk: Desk, work: Work) -> OperatorSeen:
    try:
        address = operator_address(desk)
    except ExternError as error:
        return no_operator(type(error).__name__)
    if desk.operator is not None:
        return see_operator(desk.operator, desk.now, work)
    from extern_desktop.extern_api.operator import Operator  # brings the HTTP library: only when somebody asks

    with Operator(address, now=desk.now) as operator:
        return see_operator(operator, desk.now, work)


def _see_workspace(desk: Desk) -> WorkspaceSeen:
    is_whole = desk.store.is_whole()
    return WorkspaceSeen(
        is_open=True,
        problem="" if is_whole else "a page of the database is damaged",
        damaged_contents=desk.store.contents.damaged() if is_whole else (),
        unfinished_acts=len(desk.store.outbox.unfinished()),
    )


def _training_certificates(desk: Desk) -> tuple[Certificate, ...]:
    """Those of this computer. A key file that can't be read hides them and stops no other question."""
    try:
        return tuple(key.certificate for key in read_training_keys(desk))
    except ExternError:
        return ()


def _trusted_issuers(desk: Desk) -> tuple[Certificate, ...]:
    """In training its own authority is the root. Real roots are installed by a person, by name."""
    if desk.stage is not Stage.TRAINING:
        return ()
    try:
        return (TrainingAuthority(desk.places.training_operator).certificate,)
    except ExternError:
        return ()


def report_to_json(report: DiagnosticsReport) -> bytes:
    """The report for machines: the same state gives the same bytes."""
    return to_json(report)
