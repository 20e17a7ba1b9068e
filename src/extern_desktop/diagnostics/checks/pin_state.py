"""Ask whether every token's PIN can be used. No attempt is spent: the token's own flags are read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.tokens.values import Attempts


@dataclass(frozen=True, slots=True)
class PinStateCheck:
    """Locked stops all signing; a last attempt or a factory PIN wants attention."""

    id: ClassVar[CheckId] = CheckId("pin-state")
    group: ClassVar[Group] = Group.KEYS
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("token-seen"),)

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.tokens:
            return Finding(Verdict.NOT_APPLICABLE)
        evidence = {card.serial: "factory PIN" if card.initial_pin else card.attempts.value for card in workplace.tokens}
        states = {card.attempts for card in workplace.tokens}
        if Attempts.LOCKED in states:
            return Finding(Verdict.FAILED, evidence, Remedy.UNBLOCK_PIN)
        if Attempts.LAST in states or Attempts.FEW in states:
            return Finding(Verdict.WARNING, evidence, Remedy.MIND_LAST_ATTEMPT)
        if any(card.initial_pin for card in workplace.tokens):
            return Finding(Verdict.WARNING, evidence, Remedy.CHANGE_INITIAL_PIN)
        return Finding(Verdict.PASSED, evidence)
