"""The run over the catalogue and the report as bytes."""

from __future__ import annotations

import ast
import inspect
import json
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import ClassVar

import pytest

from diagnostics.workplaces import HEALTHY, NOTHING_PLUGGED_IN
from extern_desktop.diagnostics import catalogue
from extern_desktop.diagnostics.catalogue import CATALOGUE
from extern_desktop.diagnostics.check import Check
from extern_desktop.diagnostics.report import to_json
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Reach, Workplace

ROOM = Path(inspect.getfile(catalogue)).parent


@dataclass(frozen=True)
class CrashingCheck:
    id: ClassVar[CheckId] = CheckId("crashing")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        raise ZeroDivisionError("canary-text")


@dataclass(frozen=True)
class StandingOnIt:
    id: ClassVar[CheckId] = CheckId("standing-on-it")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("crashing"),)

    def judge(self, workplace: Workplace) -> Finding:
        return Finding(Verdict.PASSED)


@dataclass(frozen=True)
class StandingHigher:
    id: ClassVar[CheckId] = CheckId("standing-higher")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("standing-on-it"),)

    def judge(self, workplace: Workplace) -> Finding:
        return Finding(Verdict.PASSED)


def test_catalogue_holds_every_check_file_once_and_names_it_alike() -> None:
    files = {path.stem.replace("_", "-") for path in (ROOM / "checks").glob("*.py")} - {"--init--"}

    assert sorted(check.id for check in CATALOGUE) == sorted(files)


def test_catalogue_asks_the_ground_before_what_stands_on_it() -> None:
    asked: set[CheckId] = set()
    for check in CATALOGUE:
        assert set(check.after) <= asked, check.id
        asked.add(check.id)


def test_every_remedy_is_given_by_some_check() -> None:
    used = set()
    for path in (ROOM / "checks").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Remedy":
                used.add(node.attr)

    assert used == {remedy.name for remedy in Remedy if remedy is not Remedy.NONE}


def test_run_of_a_healthy_workplace_is_ready_and_complete() -> None:
    report = run_checks(HEALTHY)

    assert [answer.id for answer in report.answers] == [check.id for check in CATALOGUE]
    assert {answer.verdict for answer in report.answers} == {Verdict.PASSED}
    assert report.is_ready
    assert report.first_failed is None


def test_run_keeps_going_when_a_check_crashes_and_calls_it_broken() -> None:
    checks: tuple[Check, ...] = (CrashingCheck(), StandingOnIt(), StandingHigher(), *CATALOGUE)

    report = run_checks(HEALTHY, checks)

    assert len(report.answers) == len(checks)
    crashed, standing, higher = report.answers[:3]
    assert (crashed.verdict, crashed.evidence) == (Verdict.BROKEN, {"error": "ZeroDivisionError"})
    assert (standing.verdict, standing.because_of) == (Verdict.NOT_ASKED, "crashing")
    assert (higher.verdict, higher.because_of) == (Verdict.NOT_ASKED, "standing-on-it")
    assert report.count(Verdict.PASSED) == len(CATALOGUE)
    assert report.first_failed == crashed
    assert b"canary-text" not in to_json(report)


@pytest.mark.parametrize("field", [field.name for field in fields(Workplace) if field.name != "now_at"])
def test_run_on_facts_of_the_wrong_shape_still_answers_everything(field: str) -> None:
    """A report of another version, or a bug of `collect`: checks break one by one, the run does not."""
    report = run_checks(replace(HEALTHY, **{field: object()}))  # type: ignore[arg-type]  # wrong on purpose

    assert len(report.answers) == len(CATALOGUE)


def test_json_of_the_same_facts_is_the_same_bytes() -> None:
    assert to_json(run_checks(NOTHING_PLUGGED_IN)) == to_json(run_checks(NOTHING_PLUGGED_IN))


def test_json_is_one_document_that_says_what_failed_first_and_why_others_were_not_asked() -> None:
    workplace = replace(HEALTHY, operator=replace(HEALTHY.operator, reach=Reach.NOT_REACHED, reason="timed-out"))

    document = json.loads(to_json(run_checks(workplace)))

    assert (document["format"], document["ready"], document["first-failed"]) == (1, False, "operator-reachable")
    rows = {row["id"]: row for row in document["checks"]}
    assert list(rows) == [check.id for check in CATALOGUE]
    assert rows["operator-reachable"] == {
        "id": "operator-reachable",
        "group": "network",
        "verdict": "failed",
        "evidence": {"host": "api.example", "reach": "not-reached", "reason": "timed-out"},
        "remedy": "check-network",
        "after": [],
        "because-of": None,
    }
    assert (rows["clock-skew"]["verdict"], rows["clock-skew"]["because-of"]) == ("not-asked", "operator-tls")
    assert json.loads(to_json(run_checks(HEALTHY)))["first-failed"] is None
