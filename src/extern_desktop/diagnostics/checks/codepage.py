"""Ask whether this system can write Russian texts and file names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Evidence, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class CodepageCheck:
    """Reports are windows-1251 and their files may have Cyrillic names; a system that can't write them loses letters."""

    id: ClassVar[CheckId] = CheckId("codepage")
    group: ClassVar[Group] = Group.SYSTEM
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("home-writable"),)

    def judge(self, workplace: Workplace) -> Finding:
        texts = workplace.texts
        evidence: Evidence = {
            "file names": texts.file_name_encoding,
            "locale": texts.locale_encoding,
            "windows-1251": texts.knows_windows_1251,
            "Cyrillic file name": texts.cyrillic_file_names,
        }
        if texts.knows_windows_1251 and texts.cyrillic_file_names:
            return Finding(Verdict.PASSED, evidence)
        return Finding(Verdict.FAILED, evidence, Remedy.SET_UTF8_LOCALE)
