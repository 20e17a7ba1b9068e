"""Ask whether this computer's clock agrees with the operator's."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class ClockSkewCheck:
    """A skewed clock makes valid signatures look expired. The clock is compared with the operator's `Date` header and never set."""

    id: ClassVar[CheckId] = CheckId("clock-skew")
    group: ClassVar[Group] = Group.NETWORK
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("operator-tls"),)

    tolerance: timedelta = timedelta(minutes=2)
    """Skew that time-stamping services still accept."""

    def judge(self, workplace: Workplace) -> Finding:
        skew = workplace.operator.skew
        if skew is None:
            return Finding(Verdict.UNKNOWN, {"reason": "the operator did not say the time"})
        evidence = {"minutes ahead": round(skew.total_seconds() / 60), "tolerated minutes": round(self.tolerance.total_seconds() / 60)}
        return Finding(Verdict.PASSED, evidence) if abs(skew) <= self.tolerance else Finding(Verdict.FAILED, evidence, Remedy.SYNCHRONISE_CLOCK)
