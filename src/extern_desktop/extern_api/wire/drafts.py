"""A draft, its documents and their signatures: what the sender puts together before it becomes a docflow."""

from __future__ import annotations

from collections.abc import Mapping

from extern_desktop.extern_api.wire.base import Wire
from extern_desktop.extern_api.wire.links import Link


class CertificateContent(Wire, frozen=True, kw_only=True):
    content: str = ""
    """Base64 of DER."""


class Sender(Wire, frozen=True, kw_only=True):
    inn: str = ""
    kpp: str | None = None
    name: str | None = None
    """In answers only."""
    certificate: CertificateContent | None = None
    is_representative: bool = False
    ipaddress: str = ""


class Recipient(Wire, frozen=True, kw_only=True):
    """One authority, by the code of its kind."""

    ifns_code: str | None = None
    mri_code: str | None = None
    togs_code: str | None = None
    upfr_code: str | None = None
    fss_code: str | None = None
    registration_ifns_code: str | None = None
    mvd_code: str | None = None


class PayerOrganization(Wire, frozen=True, kw_only=True):
    kpp: str = ""


class Payer(Wire, frozen=True, kw_only=True):
    inn: str = ""
    name: str | None = None
    """In answers only."""
    organization: PayerOrganization | None = None
    """Left out for an entrepreneur."""
    registration_number_pfr: str | None = None
    registration_number_sfr: str | None = None
    registration_number_fss: str | None = None
    okpo: str | None = None
    ogrn: str | None = None
    snils: str | None = None


class RelatedDocument(Wire, frozen=True, kw_only=True):
    related_docflow_id: str | None = None
    related_document_id: str | None = None


class AdditionalInfo(Wire, frozen=True, kw_only=True):
    subject: str | None = None
    additional_certificates: tuple[str, ...] | None = None
    machine_readable_warrant_id: str | None = None
    original_drafts_builder_id: str | None = None


class DraftOptions(Wire, frozen=True, kw_only=True):
    generate_warrant: bool = False


class DraftMeta(Wire, frozen=True, kw_only=True):
    sender: Sender = Sender()
    recipient: Recipient = Recipient()
    payer: Payer = Payer()
    related_document: RelatedDocument | None = None
    additional_info: AdditionalInfo | None = None
    draft_options: DraftOptions | None = None


class Draft(Wire, frozen=True, kw_only=True):
    id: str
    docflows: tuple[Link, ...] = ()
    """Not empty: this draft was sent. A draft can be sent once."""
    documents: tuple[Link, ...] = ()
    meta: DraftMeta | None = None
    status: str = ""
    """See `values.DraftStatus`."""
    links: tuple[Link, ...] = ()


class DocumentRequestDescription(Wire, frozen=True, kw_only=True):
    type: str | None = None
    filename: str | None = None
    content_type: str | None = None
    original_filename: str | None = None


class DocumentRequest(Wire, frozen=True, kw_only=True):
    """Body of POST and PUT of a draft's document."""

    content_id: str
    signature: str | None = None
    """Base64 of a detached CMS."""
    description: DocumentRequestDescription | None = None


class DraftDocumentDescription(Wire, frozen=True, kw_only=True):
    type: str | None = None
    filename: str = ""
    content_type: str | None = None
    properties: Mapping[str, object] | None = None
    """`Encoding`, `FormName`, `КНД`, `CorrectionNumber`, `Period` and others, as texts."""


class DraftContent(Wire, frozen=True, kw_only=True):
    content_id: str = ""
    encrypted: bool = False


class SignatureRequest(Wire, frozen=True, kw_only=True):
    base64_content: str
    is_third_party_signature: bool = False


class Signature(Wire, frozen=True, kw_only=True):
    """A signature under a document of a draft or of a docflow."""

    id: str
    title: str | None = None
    signature_certificate_thumbprint: str | None = None
    content_link: Link | None = None
    links: tuple[Link, ...] = ()
    signer_type: str | None = None
    """unknown, organization-representative, third-party-representative, provider-representative, cu-representative, cu-local-representative."""


class DraftDocument(Wire, frozen=True, kw_only=True):
    id: str
    description: DraftDocumentDescription | None = None
    contents: tuple[DraftContent, ...] = ()
    """Its identifiers differ from that of the uploaded content."""
    signatures: tuple[Signature, ...] = ()
    data_to_sign_content_id: str | None = None
