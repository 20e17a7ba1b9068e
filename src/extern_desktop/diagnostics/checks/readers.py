"""Ask whether the smart-card service lists a reader."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.tokens.values import RungState


@dataclass(frozen=True, slots=True)
class ReadersCheck:
    """A token on the bus that is no reader has no driver, or the service may not touch it."""

    id: ClassVar[CheckId] = CheckId("readers")
    group: ClassVar[Group] = Group.SMART_CARDS
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("smart-card-service"), CheckId("usb-token"))

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.needs_token or workplace.has_virtual_token_only:
            return Finding(Verdict.NOT_APPLICABLE)
        rung = workplace.smart_cards.readers
        if rung.state is RungState.NOT_KNOWN:
            return Finding(Verdict.UNKNOWN, {"detail": rung.detail})
        evidence = {"state": rung.state.value, "readers": ", ".join(sorted(reader.name for reader in rung.readers))}
        if rung.readers:
            return Finding(Verdict.PASSED, evidence)
        return Finding(Verdict.FAILED, evidence, Remedy.REPLUG_TOKEN if rung.state is RungState.HUNG else Remedy.CONNECT_READER)
