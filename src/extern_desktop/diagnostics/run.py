"""Judge the collected facts check by check. Pure: no disk, no network, no token is touched here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from extern_desktop.diagnostics.catalogue import CATALOGUE
from extern_desktop.diagnostics.check import Check
from extern_desktop.diagnostics.values import Answer, CheckId, DiagnosticsReport, Finding, Verdict
from extern_desktop.diagnostics.workplace import Workplace

_BLOCKING = frozenset({Verdict.FAILED, Verdict.BROKEN, Verdict.NOT_ASKED})
"""A check that ended like this leaves no ground for the ones that stand on it."""


def run_checks(workplace: Workplace, checks: Sequence[Check] = CATALOGUE) -> DiagnosticsReport:
    """All answers in the order of the catalogue. The report is always complete: a check that crashes becomes `BROKEN`."""
    return DiagnosticsReport(tuple(_answers(workplace, checks)))


def _answers(workplace: Workplace, checks: Sequence[Check]) -> Iterator[Answer]:
    ended: dict[CheckId, Verdict] = {}
    for check in checks:
        because_of = next((ground for ground in check.after if ended.get(ground) in _BLOCKING), None)
        finding = Finding(Verdict.NOT_ASKED) if because_of else _judge(check, workplace)
        ended[check.id] = finding.verdict
        yield Answer(check.id, check.group, check.after, finding.verdict, finding.evidence, finding.remedy, because_of)


def _judge(check: Check, workplace: Workplace) -> Finding:
    try:
        return check.judge(workplace)
    except Exception as error:
        return Finding(Verdict.BROKEN, {"error": type(error).__name__})
