"""How docflows and their documents look on the wire. Reads what `docflows` wrote, changes nothing."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Final

from extern_desktop.domain.docflows import FNS_REPORT
from extern_desktop.domain.terms import KND, RULES, Period, ReportForm, period_number, period_of
from extern_desktop.extern_api.wire import docflows as wire
from extern_desktop.extern_api.wire.drafts import Signature
from extern_desktop.extern_api.wire.links import Link
from extern_desktop.extern_api.wire.times import write_day_stamp, write_moscow, write_utc
from extern_desktop.sandbox import course
from extern_desktop.sandbox.database import read_stamp
from extern_desktop.sandbox.docflows import DocumentRow, documents, owed_ids, the_row
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.scene import ACCOUNT_ID

_STATUS: Final = "urn:docflow-common-status:"
_STATE: Final = "urn:docflow-state:"
_DOCUMENT: Final = "urn:document:"
_FORM_BY_KND: Final = {knd: form for form, knd in KND.items()}


def view(turn: Turn, docflow_id: str) -> wire.Docflow:
    """The docflow with its documents, as `GET docflows/{id}` answers."""
    row = the_row(turn, docflow_id)
    rows = documents(turn, docflow_id)
    return summary(row, documents_of(turn, rows), _reply_links(rows))


def summary(row: sqlite3.Row, with_documents: tuple[wire.Document, ...] = (), reply_links: tuple[Link, ...] = ()) -> wire.Docflow:
    """One docflow; without documents, as a page of docflows holds it."""
    period = _period(row)
    return wire.Docflow(
        id=row["id"],
        organization_id=row["organisation_id"],
        type=FNS_REPORT,
        status=_STATUS + row["status"],
        success_state=_STATE + row["success"],
        description=wire.DocflowDescription(
            form_version=wire.FormVersion(
                knd=row["knd"], version=row["form_version"], form_fullname=row["form_name"], form_shortname=row["form_name"]
            ),
            recipient=row["authority"],
            final_recipient=row["authority"],
            correction_number=row["correction"],
            period_begin=write_day_stamp(period.first_on) + ".0000000" if period else None,
            period_end=write_day_stamp(period.last_on) + ".0000000" if period else None,
            period_code=row["period_code"],
            payer_inn=row["payer"],
            original_draft_id=row["draft_id"],
        ),
        documents=with_documents,
        links=(Link(rel="self", href=_href(row["id"])), *reply_links),
        send_date=write_moscow(read_stamp(row["sent_at"])),
        last_change_date=write_utc(read_stamp(row["last_change_at"])),
    )


def documents_of(turn: Turn, rows: Sequence[DocumentRow]) -> tuple[wire.Document, ...]:
    owed = owed_ids(rows)
    return tuple(_document(turn, row, row.id in owed) for row in rows)


def signatures(turn: Turn, document_id: str) -> tuple[Signature, ...]:
    found = turn.rows.execute("SELECT id, signer, thumbprint FROM docflow_signatures WHERE document_id = ? ORDER BY number", (document_id,))
    return tuple(Signature(id=row["id"], signer_type=row["signer"], signature_certificate_thumbprint=row["thumbprint"]) for row in found)


def _document(turn: Turn, row: DocumentRow, owed: bool) -> wire.Document:
    href = _href(row.docflow_id, f"/documents/{row.id}")
    links = [Link(rel="self", href=href)]
    if owed:
        links.append(_reply_link(row))
    return wire.Document(
        id=row.id,
        description=wire.DocumentDescription(
            type=_DOCUMENT + row.kind,
            filename=row.file_name,
            content_type="application/xml",
            decrypted_content_size=row.size_bytes,
            compressed=False,
            support_recognition=False,
            support_print="no",
        ),
        content=wire.DocumentContent(
            docflow_document_contents=(
                wire.DocumentContentItem(content_id=row.content_id, encrypted=False, compressed=False, compression_type="none"),
            )
        ),
        send_date=write_utc(row.sent_at),
        signatures=signatures(turn, row.id),
        links=tuple(links),
    )


def _reply_links(rows: Sequence[DocumentRow]) -> tuple[Link, ...]:
    owed = owed_ids(rows)
    return tuple(_reply_link(row) for row in rows if row.id in owed)


def _reply_link(row: DocumentRow) -> Link:
    return Link(
        rel="reply",
        name=course.REPLY_KIND,
        href=_href(row.docflow_id, f"/documents/{row.id}/generate-reply?documentType={course.REPLY_KIND}"),
    )


def _href(docflow_id: str, tail: str = "") -> str:
    return f"/v1/{ACCOUNT_ID}/docflows/{docflow_id}{tail}"


def _period(row: sqlite3.Row) -> Period | None:
    form: ReportForm | None = _FORM_BY_KND.get(row["knd"])
    number = period_number(form, row["period_code"]) if form is not None else None
    return period_of(RULES[form].periodicity, row["year"], number) if form is not None and number is not None else None
