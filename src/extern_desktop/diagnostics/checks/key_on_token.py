"""Ask whether a certificate on a token has its private key there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class KeyOnTokenCheck:
    """A certificate without its key can't sign; the key lies on another token or in a container."""

    id: ClassVar[CheckId] = CheckId("key-on-token")
    group: ClassVar[Group] = Group.KEYS
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("certificate-on-token"),)

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.tokens:
            return Finding(Verdict.NOT_APPLICABLE)
        evidence = {card.serial: sum(held.has_private_key for held in card.certificates) for card in workplace.tokens}
        found = any(held.has_private_key for card in workplace.tokens for held in card.certificates)
        return Finding(Verdict.PASSED, evidence) if found else Finding(Verdict.FAILED, evidence, Remedy.WRITE_KEY_TO_TOKEN)
