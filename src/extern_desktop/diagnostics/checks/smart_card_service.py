"""Ask whether the smart-card service runs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.tokens.values import RungState


@dataclass(frozen=True, slots=True)
class SmartCardServiceCheck:
    """Every token is reached through it: pcscd on Linux, SCardSvr on Windows."""

    id: ClassVar[CheckId] = CheckId("smart-card-service")
    group: ClassVar[Group] = Group.SMART_CARDS
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.needs_token or workplace.has_virtual_token_only:
            return Finding(Verdict.NOT_APPLICABLE)
        service = workplace.smart_cards.service
        evidence = {"service": service.state.value, "detail": service.detail}
        if service.state is RungState.PRESENT:
            return Finding(Verdict.PASSED, evidence)
        if service.state is RungState.NOT_KNOWN:
            return Finding(Verdict.UNKNOWN, evidence)
        missing = service.detail == "not-installed"
        return Finding(Verdict.FAILED, evidence, Remedy.INSTALL_SMART_CARD_SERVICE if missing else Remedy.START_SMART_CARD_SERVICE)
