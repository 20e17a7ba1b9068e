"""Answers of the contents service; the bodies themselves are raw bytes."""

from __future__ import annotations

from extern_desktop.extern_api.wire.base import Wire


class ContentId(Wire, frozen=True, kw_only=True):
    """Answer of POST, and the body of requests that name a content."""

    id: str


class ContentPart(Wire, frozen=True, kw_only=True):
    """Answer of PUT. The two sources disagree on its shape; both are read."""

    content: ContentId | None = None
    is_completed: bool | None = None
    id: str | None = None


class ContentReference(Wire, frozen=True, kw_only=True):
    """`{"content-id": …}`: body of print and decrypted-content requests, result of a print task."""

    content_id: str
