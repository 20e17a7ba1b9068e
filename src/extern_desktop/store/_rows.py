"""Rows of the database as values of this room, and back. Pure: nothing is read or written here."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any, Final

import sqlalchemy as sa

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import OutboxKind, OutboxState
from extern_desktop.domain.reports import FormId, ReportIdentity
from extern_desktop.store.schema import docflow, document, obligation, organisation, outbox, report, reports_cell
from extern_desktop.store.values import (
    CheckSummary,
    MirrorDocflow,
    MirrorDocument,
    OutboxRow,
    Refusal,
    RefusalReason,
    ReportRow,
    ReportsCell,
)


def now() -> datetime:
    """The time that is written into rows. It is shown; nothing is ordered or decided by it."""
    return datetime.now(UTC)


# --- outbox ---

_OUTBOX_HEAVY: Final = frozenset({"signature", "certificate_der", "content", "file_id"})
OUTBOX_COLUMNS: Final = tuple(column for column in outbox.c if column.name not in _OUTBOX_HEAVY)
"""What a list needs: everything but the signed bytes."""


def outbox_row(row: sa.Row[Any]) -> OutboxRow:
    fields = dict(row._mapping)
    return OutboxRow(
        **{**fields, "kind": OutboxKind(fields["kind"]), "state": OutboxState(fields["state"]), "refusal": refusal_from_json(fields["refusal"])}
    )


def refusal_to_json(refusal: Refusal) -> str:
    reasons = [{"description": it.description, "source": it.source, "level": it.level} for it in refusal.reasons]
    return json.dumps({"code": refusal.code, "message": refusal.message, "trace-id": refusal.trace_id, "reasons": reasons}, ensure_ascii=False)


def refusal_from_json(text: str | None) -> Refusal | None:
    if text is None:
        return None
    data: dict[str, Any] = json.loads(text)
    return Refusal(data["code"], data["message"], data["trace-id"], tuple(RefusalReason(**reason) for reason in data["reasons"]))


# --- desk ---

# Codes of periods (order on the format of declarations, reference "SOUN"): quarters, and periods that run from the start of the year.
_PERIOD_NUMBERS: Final = {"21": 1, "22": 2, "31": 2, "23": 3, "33": 3, "24": 4, "34": 4}


def period_number(code: str) -> int | None:
    """Number of the quarter that a period code ends with, or of the month for codes 01 to 12. `None` for codes we do not know."""
    if code in _PERIOD_NUMBERS:
        return _PERIOD_NUMBERS[code]
    return int(code) if code.isascii() and code.isdigit() and 1 <= int(code) <= 12 else None


def identity_columns(identity: ReportIdentity | None) -> dict[str, Any]:
    return {
        "form_knd": identity and identity.form.knd,
        "form_version": identity and identity.form.version,
        "form_short_name": identity and identity.form_short_name,
        "period_code": identity and identity.period_code,
        "year": identity and identity.year,
        "period_number": identity and period_number(identity.period_code),
        "correction_number": identity and identity.correction_number,
        "payer_inn": identity and identity.payer_inn,
        "payer_kpp": identity and identity.payer_kpp,
        "payer_name": identity and identity.payer_name,
        "authority_code": identity and identity.authority_code,
        "file_id": identity and identity.file_id,
    }


def _identity(row: Any) -> ReportIdentity | None:
    if row.form_knd is None:
        return None
    return ReportIdentity(
        FormId(row.form_knd, row.form_version),
        row.form_short_name,
        row.period_code,
        row.year,
        row.correction_number,
        row.payer_inn,
        row.payer_kpp,
        row.payer_name,
        row.authority_code,
        row.file_id,
    )


REPORT_COLUMNS: Final = (
    *(column for column in report.c if column.name not in {"content", "period_number"}),
    organisation.c.id.label("organisation_id"),
    organisation.c.inn.label("organisation_inn"),
    organisation.c.kpp.label("organisation_kpp"),
    organisation.c.name.label("organisation_name"),
    docflow.c.status.label("docflow_status"),
    docflow.c.success_state.label("success_state"),
    *(column.label(f"outbox_{column.name}") for column in OUTBOX_COLUMNS),
)


def report_row(row: sa.Row[Any]) -> ReportRow:
    act = {column.name: row._mapping[f"outbox_{column.name}"] for column in OUTBOX_COLUMNS}
    if act["id"] is not None:
        act |= {"kind": OutboxKind(act["kind"]), "state": OutboxState(act["state"]), "refusal": refusal_from_json(act["refusal"])}
    return ReportRow(
        id=row.id,
        file_name=row.file_name,
        content_bytes=row.content_bytes,
        content_sha256=row.content_sha256,
        identity=_identity(row),
        check=None if row.checked_at is None else CheckSummary(row.errors, row.warnings, row.checked_at),
        added_at=row.added_at,
        changed_at=row.changed_at,
        organisation=None
        if row.organisation_id is None
        else Organisation(row.organisation_id, row.organisation_inn, row.organisation_kpp, row.organisation_name),
        outbox=None if act["id"] is None else OutboxRow(**act),
        docflow_status=row.docflow_status or "",
        success_state=row.success_state or "",
    )


# --- mirror ---

DOCFLOW_COLUMNS: Final = tuple(column for column in docflow.c if column.name not in {"read_at_change", "raw"})
"""What a list needs: everything but the JSON."""
DOCUMENT_COLUMNS: Final = (
    *(column for column in document.c if column.name not in {"place", "content", "signature"}),
    document.c.content.is_not(None).label("has_content"),
    document.c.signature.is_not(None).label("has_signature"),
)

OBLIGATION_COLUMNS: Final = tuple(column for column in obligation.c if column.name != "received_at")


_DOCFLOW_NAMES: Final = (*(column.name for column in DOCFLOW_COLUMNS), "raw")


def docflow_row(row: Any) -> MirrorDocflow:
    """From `DOCFLOW_COLUMNS`, with or without the JSON after them."""
    return MirrorDocflow(**dict(zip(_DOCFLOW_NAMES, row, strict=False)))


def document_row(row: sa.Row[Any]) -> MirrorDocument:
    fields = dict(row._mapping)
    for name in ("is_encrypted", "is_compressed", "has_content", "has_signature"):
        fields[name] = bool(fields[name])
    return MirrorDocument(**fields)


_CELL_NAMES: Final = tuple(column.name for column in reports_cell.c)


def cell_row(row: Any) -> ReportsCell:
    """From the columns of `reports_cell`, whatever comes after them."""
    return ReportsCell(**dict(zip(_CELL_NAMES, row, strict=False)))
