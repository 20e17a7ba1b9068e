"""Docflows and their documents: what became of a draft, and what the authority answered."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from extern_desktop.extern_api.wire.base import Wire
from extern_desktop.extern_api.wire.drafts import Signature
from extern_desktop.extern_api.wire.links import Link


class FormVersion(Wire, frozen=True, kw_only=True):
    """`form-version`: its names have no dash inside `fullname` and `shortname`, unlike those of the reports tables."""

    knd: str | None = None
    okud: str | None = None
    version: str | None = None
    form_fullname: str | None = None
    form_shortname: str | None = None


class DocflowDescription(Wire, frozen=True, kw_only=True):
    """Description of an FNS report's docflow; other types fill a part of it. Which fields a type has is told by the type, not by us."""

    form_version: FormVersion | None = None
    recipient: str | None = None
    """Authority that takes it in."""
    final_recipient: str | None = None
    correction_number: int | None = None
    period_begin: str | None = None
    period_end: str | None = None
    period_code: str | None = None
    payer_inn: str | None = None
    """`INN-KPP` of a company, INN of an entrepreneur."""
    oktmo: str | None = None
    original_draft_id: str | None = None
    """The draft it was made of: how an act of ours finds its docflow."""
    cu: str | None = None
    subject: str | None = None
    related_docflow_id: str | None = None
    related_document_id: str | None = None


class EncryptedCertificate(Wire, frozen=True, kw_only=True):
    serial_number: str = ""


class DocumentDescription(Wire, frozen=True, kw_only=True):
    type: str = ""
    """A URN such as `urn:document:fns534-report-receipt`."""
    filename: str = ""
    content_type: str | None = None
    decrypted_content_size: int | None = None
    encrypted_content_size: int | None = None
    compressed: bool | None = None
    requisites: Mapping[str, object] | None = None
    related_docflows_count: int | None = None
    support_recognition: bool | None = None
    encrypted_certificates: tuple[EncryptedCertificate, ...] = ()
    support_print: str | None = None
    """`yes`, `no` or `unknown`."""


class DocumentContentItem(Wire, frozen=True, kw_only=True):
    content_id: str = ""
    encrypted: bool = False
    compressed: bool = False
    compression_type: str | None = None
    """`zip` or `none`."""


class DocumentContent(Wire, frozen=True, kw_only=True):
    docflow_document_contents: tuple[DocumentContentItem, ...] = ()
    decrypted: Link | None = None
    encrypted: Link | None = None


class Document(Wire, frozen=True, kw_only=True):
    id: str
    description: DocumentDescription = DocumentDescription()
    content: DocumentContent = DocumentContent()
    send_date: str | None = None
    """With `Z`: UTC."""
    signatures: tuple[Signature, ...] = ()
    links: tuple[Link, ...] = ()
    """`rel = reply`: a reply we owe to this document."""


class Docflow(Wire, frozen=True, kw_only=True):
    id: str
    organization_id: str | None = None
    type: str = ""
    status: str = ""
    success_state: str | None = None
    description: DocflowDescription = DocflowDescription()
    documents: tuple[Document, ...] = ()
    """Left out of a page of docflows."""
    links: tuple[Link, ...] = ()
    send_date: str | None = None
    """Moscow time without a zone."""
    last_change_date: str | None = None
    """With `Z`: UTC."""


class DocflowPage(Wire, frozen=True, kw_only=True):
    skip: int = 0
    take: int = 0
    total_count: int = 0
    docflows: tuple[Docflow, ...] = msgspec.field(default=(), name="docflows-page-item")
    """The key is singular on the wire."""
