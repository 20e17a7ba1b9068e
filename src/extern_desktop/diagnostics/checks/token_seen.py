"""Ask whether a token is seen through its PKCS#11 library."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class TokenSeenCheck:
    """Seen by the reader and not by the library: the wrong library, or a token that wants to be plugged in again."""

    id: ClassVar[CheckId] = CheckId("token-seen")
    group: ClassVar[Group] = Group.KEYS
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("readers"), CheckId("token-library"))

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.needs_token:
            return Finding(Verdict.NOT_APPLICABLE)
        evidence = {card.serial: card.model for card in workplace.tokens}
        return Finding(Verdict.PASSED, evidence) if workplace.tokens else Finding(Verdict.FAILED, evidence, Remedy.REPLUG_TOKEN)
