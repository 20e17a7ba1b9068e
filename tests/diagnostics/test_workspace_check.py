"""The workspace's own wholeness."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics.workplaces import HEALTHY, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.values import Remedy, Verdict


def test_workspace_of_a_healthy_workplace_is_whole() -> None:
    assert judged(HEALTHY, "workspace-whole") == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("change", [{"is_open": False}, {"problem": "a page is damaged"}, {"damaged_contents": ("declaration.xml",)}])
def test_workspace_that_is_damaged_is_the_one_failure(change: dict[str, object]) -> None:
    broken = replace(HEALTHY.workspace, **change)  # type: ignore[arg-type]  # one field of several types

    assert_only_failed(replace(HEALTHY, workspace=broken), "workspace-whole", Remedy.RESTORE_WORKSPACE)


def test_workspace_names_the_contents_that_are_damaged() -> None:
    workplace = replace(HEALTHY, workspace=replace(HEALTHY.workspace, damaged_contents=("a.xml", "b.xml")))

    assert answer_of(workplace, "workspace-whole").evidence["damaged contents"] == "a.xml, b.xml"


def test_workspace_with_unfinished_acts_is_whole() -> None:
    assert judged(replace(HEALTHY, workspace=replace(HEALTHY.workspace, unfinished_acts=3)), "workspace-whole") == (Verdict.PASSED, Remedy.NONE)
