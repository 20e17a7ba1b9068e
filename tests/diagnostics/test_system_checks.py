"""System, folder, texts, disk."""

from __future__ import annotations

from dataclasses import replace

import pytest

from diagnostics.workplaces import HEALTHY, answer_of, assert_only_failed, judged
from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Remedy, Verdict
from extern_desktop.diagnostics.workplace import Disk, Texts

MEBIBYTE = 1 << 20


@pytest.mark.parametrize("check_id", ["system-supported", "home-writable", "codepage", "free-disk"])
def test_system_checks_of_a_healthy_workplace_pass(check_id: str) -> None:
    assert judged(HEALTHY, check_id) == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("change", [{"kind": "darwin"}, {"pointer_bits": 32}, {"kind": "freebsd14"}])
def test_system_supported_fails_on_a_system_nobody_tested(change: dict[str, object]) -> None:
    workplace = replace(HEALTHY, system=replace(HEALTHY.system, **change))  # type: ignore[arg-type]  # one field of several types

    assert_only_failed(workplace, "system-supported", Remedy.USE_64_BIT_SYSTEM)


def test_system_supported_passes_on_windows() -> None:
    assert judged(replace(HEALTHY, system=replace(HEALTHY.system, kind="win32")), "system-supported") == (Verdict.PASSED, Remedy.NONE)


@pytest.mark.parametrize("texts", [replace(HEALTHY.texts, knows_windows_1251=False), replace(HEALTHY.texts, cyrillic_file_names=False)])
def test_codepage_fails_when_letters_would_be_lost(texts: Texts) -> None:
    assert_only_failed(replace(HEALTHY, texts=texts), "codepage", Remedy.SET_UTF8_LOCALE)


def test_home_writable_of_a_read_only_folder_is_the_one_failure_named() -> None:
    """Whether Cyrillic names can be written is not known then, and the locale is not blamed for it."""
    workplace = replace(
        HEALTHY, disk=Disk(HEALTHY.disk.free_bytes, is_writable=False, problem="EROFS"), texts=replace(HEALTHY.texts, cyrillic_file_names=False)
    )

    assert_only_failed(workplace, "home-writable", Remedy.MAKE_HOME_WRITABLE)
    assert answer_of(workplace, "home-writable").evidence["system says"] == "EROFS"
    assert {answer.id: answer.because_of for answer in run_checks(workplace).answers if answer.because_of} == {
        "codepage": "home-writable",
        "workspace-whole": "home-writable",
    }


@pytest.mark.parametrize(
    ("free_mebibytes", "verdict", "remedy"),
    [
        (2048, Verdict.PASSED, Remedy.NONE),
        (2047, Verdict.WARNING, Remedy.FREE_DISK),
        (256, Verdict.WARNING, Remedy.FREE_DISK),
        (255, Verdict.FAILED, Remedy.FREE_DISK),
        (0, Verdict.FAILED, Remedy.FREE_DISK),
    ],
)
def test_free_disk_turns_at_its_two_limits(free_mebibytes: int, verdict: Verdict, remedy: Remedy) -> None:
    workplace = replace(HEALTHY, disk=replace(HEALTHY.disk, free_bytes=free_mebibytes * MEBIBYTE))

    assert judged(workplace, "free-disk") == (verdict, remedy)
    assert run_checks(workplace).is_ready is (verdict is not Verdict.FAILED)


def test_free_disk_evidence_stays_the_same_while_little_changes() -> None:
    """The same state shall give the same bytes, and free space changes by itself."""
    other = replace(HEALTHY, disk=replace(HEALTHY.disk, free_bytes=HEALTHY.disk.free_bytes - 5 * MEBIBYTE))

    assert answer_of(other, "free-disk").evidence == answer_of(HEALTHY, "free-disk").evidence
