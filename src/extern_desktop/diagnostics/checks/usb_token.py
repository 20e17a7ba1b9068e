"""Ask whether the USB port sees a token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Evidence, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.tokens.values import RungState


@dataclass(frozen=True, slots=True)
class UsbTokenCheck:
    """The first rung of the way to the key: vendor and product numbers of known tokens on the bus."""

    id: ClassVar[CheckId] = CheckId("usb-token")
    group: ClassVar[Group] = Group.SMART_CARDS
    after: ClassVar[tuple[CheckId, ...]] = ()

    def judge(self, workplace: Workplace) -> Finding:
        if not workplace.needs_token or workplace.has_virtual_token_only:
            return Finding(Verdict.NOT_APPLICABLE)
        usb = workplace.smart_cards.usb
        cards = [reader for reader in workplace.smart_cards.readers.readers if reader.card_present]
        # A card in a reader, and a device too new for our table, are not known on the bus: whoever sees them higher up has them plugged in.
        seen_above = len(cards) + len(workplace.tokens)
        if usb.state is RungState.NOT_KNOWN and not seen_above:
            return Finding(Verdict.UNKNOWN, {"detail": usb.detail})
        evidence: Evidence = {"on the bus": ", ".join(sorted(token.name for token in usb.tokens)), "seen higher up": seen_above > 0}
        return Finding(Verdict.PASSED, evidence) if usb.tokens or seen_above else Finding(Verdict.FAILED, evidence, Remedy.PLUG_TOKEN)
