"""Ask whether a certificate lies on a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace


@dataclass(frozen=True, slots=True)
class CertificateOnTokenCheck:
    """A token without a certificate can't sign a report, whatever keys it holds."""

    id: ClassVar[CheckId] = CheckId("certificate-on-token")
    group: ClassVar[Group] = Group.KEYS
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("token-seen"),)

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.tokens:
            return Finding(Verdict.NOT_APPLICABLE)
        evidence = {card.serial: len(card.certificates) for card in workplace.tokens}
        found = any(card.certificates for card in workplace.tokens)
        return Finding(Verdict.PASSED, evidence) if found else Finding(Verdict.FAILED, evidence, Remedy.WRITE_CERTIFICATE_TO_TOKEN)
