"""The operator's refusals as the outbox keeps them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from extern_desktop.extern_api.values import OperatorFinding, OperatorRefusal
from extern_desktop.store.values import Refusal, RefusalReason


def kept_refusal(refusal: OperatorRefusal) -> Refusal:
    return Refusal(refusal.code, refusal.message, refusal.trace_id, reasons_of(refusal.findings))


def reasons_of(findings: Sequence[OperatorFinding]) -> tuple[RefusalReason, ...]:
    return tuple(RefusalReason(it.description, it.source, it.level.value) for it in findings)
