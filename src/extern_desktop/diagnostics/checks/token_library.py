"""Ask whether a PKCS#11 library for tokens is installed and answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class TokenLibraryCheck:
    """The vendor's library; each is asked in a process of its own."""

    id: ClassVar[CheckId] = CheckId("token-library")
    group: ClassVar[Group] = Group.KEYS
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.needs_token:
            return Finding(Verdict.NOT_APPLICABLE)
        modules = workplace.modules
        evidence = {module.path: module.problem or "answers" for module in modules}
        if not modules:
            return Finding(Verdict.FAILED, evidence, Remedy.INSTALL_TOKEN_LIBRARY)
        broken = [module for module in modules if module.problem]
        if len(broken) == len(modules):
            return Finding(Verdict.FAILED, evidence, Remedy.REPLACE_TOKEN_LIBRARY)
        return Finding(Verdict.WARNING, evidence, Remedy.REPLACE_TOKEN_LIBRARY) if broken else Finding(Verdict.PASSED, evidence)
