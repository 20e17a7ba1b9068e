"""Ask whether the program is made for this system."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Evidence, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class SystemSupportedCheck:
    """A 64-bit Linux or Windows with a Python that the program is tested on."""

    id: ClassVar[CheckId] = CheckId("system-supported")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        system = workplace.system
        evidence: Evidence = {"system": system.name, "machine": system.machine, "bits": system.pointer_bits, "python": system.python}
        supported = system.kind in ("linux", "win32") and system.pointer_bits == 64
        return Finding(Verdict.PASSED, evidence) if supported else Finding(Verdict.FAILED, evidence, Remedy.USE_64_BIT_SYSTEM)
