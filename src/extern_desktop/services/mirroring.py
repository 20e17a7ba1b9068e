"""The operator's objects as rows of the mirror. Pure: what the operator said, in our shapes; unknown words stay as they came."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from extern_desktop.domain.docflows import nss
from extern_desktop.domain.organisations import Organisation
from extern_desktop.extern_api.wire.accounts import Organization
from extern_desktop.extern_api.wire.base import encode
from extern_desktop.extern_api.wire.docflows import Docflow, Document, DocumentContentItem
from extern_desktop.extern_api.wire.links import links_by_rel
from extern_desktop.extern_api.wire.tables import ReportsTable
from extern_desktop.extern_api.wire.times import read_day, read_moment
from extern_desktop.store.values import DocflowUpdate, MirrorDocflow, MirrorDocument, Obligation, ReportsCell

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
"""For a docflow without any date: every later word of it is newer."""


def organisation_of(wire: Organization) -> Organisation:
    return Organisation(wire.id, wire.general.inn, wire.general.kpp or "", wire.general.name)


def update_of(wire: Docflow) -> DocflowUpdate:
    """A docflow read whole, with its documents and the replies it owes."""
    documents = tuple(_document_of(document, wire.id) for document in wire.documents)
    obligations = tuple(
        Obligation(wire.id, document.id, link.name or "", link.href) for document in wire.documents for link in links_by_rel(document.links, "reply")
    )
    return DocflowUpdate(docflow_of(wire), documents, obligations)


def docflow_of(wire: Docflow) -> MirrorDocflow:
    said, form = wire.description, wire.description.form_version
    sent_at = read_moment(wire.send_date)
    return MirrorDocflow(
        id=wire.id,
        type=nss(wire.type),
        status=nss(wire.status),
        success_state=nss(wire.success_state or ""),
        organisation_id=wire.organization_id or "",
        changed_at=read_moment(wire.last_change_date) or sent_at or _LONG_AGO,
        sent_at=sent_at,
        form_knd=(form.knd if form else None) or "",
        form_name=(form.form_shortname or form.form_fullname if form else None) or "",
        form_version=(form.version if form else None) or "",
        period_begin_on=read_day(said.period_begin),
        period_end_on=read_day(said.period_end),
        period_code=said.period_code or "",
        correction_number=said.correction_number,
        recipient=said.recipient or said.cu or "",
        payer_inn=said.payer_inn or "",
        original_draft_id=said.original_draft_id or "",
        raw=encode(wire),
    )


def cells_of(tables: Sequence[ReportsTable]) -> tuple[ReportsCell, ...]:
    """Every term of every form; a term whose date can't be read is left out."""
    return tuple(
        ReportsCell(
            organisation_id=table.organization_id,
            form_id=row.form_info.form_id,
            form_short_name=row.form_info.form_short_name,
            form_full_name=row.form_info.form_full_name,
            knd=row.form_info.knd or "",
            periodicity=row.form_info.periodicity or "",
            deadline_on=due_on,
            period_year=term.period_year,
            period_number=term.period_number,
            status=term.status,
            okud=row.form_info.okud or "",
            period_begin_on=read_day(term.period_start),
            period_end_on=read_day(term.period_end),
        )
        for table in tables
        for row in table.forms
        for term in row.deadlines
        if (due_on := read_day(term.deadline)) is not None
    )


def _document_of(wire: Document, docflow_id: str) -> MirrorDocument:
    content = _best_content(wire.content.docflow_document_contents)
    return MirrorDocument(
        id=wire.id,
        docflow_id=docflow_id,
        type=nss(wire.description.type),
        file_name=wire.description.filename,
        sent_at=read_moment(wire.send_date),
        content_id=content.content_id if content else "",
        is_encrypted=content.encrypted if content else False,
        is_compressed=content.compressed if content else False,
        raw=encode(wire),
    )


def _best_content(contents: Sequence[DocumentContentItem]) -> DocumentContentItem | None:
    """The plain bytes where the operator has them, else what must be decrypted or unpacked first."""
    return min(contents, key=lambda content: (content.encrypted, content.compressed), default=None)
