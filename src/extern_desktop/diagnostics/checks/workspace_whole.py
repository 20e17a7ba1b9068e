"""Ask whether the workspace is whole."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Evidence, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class WorkspaceWholeCheck:
    """Every page of the database is read and its seal checked, every content file is where its row says."""

    id: ClassVar[CheckId] = CheckId("workspace-whole")
    group: ClassVar[Group] = Group.PROGRAM
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("home-writable"),)

    def judge(self, workplace: Workplace) -> Finding:
        workspace = workplace.workspace
        evidence: Evidence = {"open": workspace.is_open, "problem": workspace.problem, "damaged contents": ", ".join(workspace.damaged_contents)}
        whole = workspace.is_open and not workspace.problem and not workspace.damaged_contents
        return Finding(Verdict.PASSED, evidence) if whole else Finding(Verdict.FAILED, evidence, Remedy.RESTORE_WORKSPACE)
