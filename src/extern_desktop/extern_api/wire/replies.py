"""Replies to documents of a docflow: made by the operator, signed by us, sent back."""

from __future__ import annotations

from extern_desktop.extern_api.wire.base import Wire
from extern_desktop.extern_api.wire.links import Link


class ReplyRequest(Wire, frozen=True, kw_only=True):
    """Body of `generate-reply`."""

    certificate_base64: str


class ReplyDocument(Wire, frozen=True, kw_only=True):
    id: str
    content: str = ""
    """Base64 of the reply."""
    data_to_sign: str | None = None
    """Base64; where present this is signed, raw, and not `content`."""
    print_content: str | None = None
    """Base64 of a PDF."""
    filename: str = ""
    signature: str | None = None
    links: tuple[Link, ...] = ()
    docflow_id: str | None = None
    document_id: str | None = None


class SendReplyRequest(Wire, frozen=True, kw_only=True):
    sender_ip: str = ""
