"""Ask whether the disk of the workspace holds another year of reports."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace

GIBIBYTE = 1 << 30
ENOUGH_TO_SAY = 10
"""Free space above this is not told more exactly: it changes all the time, and the same state shall give the same report."""


@dataclass(frozen=True, slots=True)
class FreeDiskCheck:
    """A full disk stops a report between signing and sending; nothing is lost then, but nothing goes on."""

    id: ClassVar[CheckId] = CheckId("free-disk")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = ()

    needed_bytes: int = 2 * GIBIBYTE
    """A year of reports of 500 organisations, with the answers."""
    least_bytes: int = GIBIBYTE // 4
    """Below this the workspace itself may stop."""

    def judge(self, workplace: Workplace) -> Finding:
        free = workplace.disk.free_bytes
        evidence = {"free GiB at least": min(free // GIBIBYTE, ENOUGH_TO_SAY), "needed GiB": self.needed_bytes // GIBIBYTE}
        if free >= self.needed_bytes:
            return Finding(Verdict.PASSED, evidence)
        return Finding(Verdict.WARNING if free >= self.least_bytes else Verdict.FAILED, evidence, Remedy.FREE_DISK)
