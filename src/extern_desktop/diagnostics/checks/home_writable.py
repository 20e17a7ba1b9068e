"""Ask whether the program may write into its own folder."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Evidence, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class HomeWritableCheck:
    """A file is written, read back and removed."""

    id: ClassVar[CheckId] = CheckId("home-writable")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        evidence: Evidence = {"written and read back": workplace.disk.is_writable, "system says": workplace.disk.problem}
        return Finding(Verdict.PASSED, evidence) if workplace.disk.is_writable else Finding(Verdict.FAILED, evidence, Remedy.MAKE_HOME_WRITABLE)
