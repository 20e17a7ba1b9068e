"""Ask whether the operator answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Reach, Workplace


@dataclass(frozen=True, slots=True)
class OperatorReachableCheck:
    """A cheap request to the operator's own host; a proxy's or portal's page in its place is told apart."""

    id: ClassVar[CheckId] = CheckId("operator-reachable")
    group: ClassVar[Group] = Group.NETWORK
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        operator = workplace.operator
        evidence = {"host": operator.host, "reach": operator.reach.value, "reason": operator.reason}
        if operator.reach in (Reach.REACHED, Reach.TLS_FAILED):
            return Finding(Verdict.PASSED, evidence)  # TLS is the next question: somebody did answer
        if operator.reach is Reach.NO_ADDRESS:
            return Finding(Verdict.FAILED, evidence, Remedy.CHECK_OPERATOR_ADDRESS)
        return Finding(Verdict.FAILED, evidence, Remedy.SIGN_IN_TO_NETWORK if operator.reach is Reach.FOREIGN else Remedy.CHECK_NETWORK)
