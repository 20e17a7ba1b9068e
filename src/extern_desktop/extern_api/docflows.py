"""Docflows: what changed since a moment, and one docflow with its documents."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

from extern_desktop.extern_api.accounts import AccountCalls
from extern_desktop.extern_api.errors import UnexpectedAnswerError
from extern_desktop.extern_api.wire.docflows import Docflow, DocflowPage, Document
from extern_desktop.extern_api.wire.drafts import Signature
from extern_desktop.extern_api.wire.times import write_utc
from extern_desktop.jobs.work import Work

PAGE_DOCFLOWS: Final = 100
OVERLAP_DOCFLOWS: Final = 10
"""Pages are counted by offset, and rows move while we read. Each page begins a little before the end of the one before it."""


class DocflowCalls(AccountCalls):
    """Docflows and their documents, for reading."""

    def docflow_pages(
        self,
        updated_from: datetime | None = None,
        *,
        updated_to: datetime | None = None,
        organisation_id: str | None = None,
        types: Sequence[str] = (),
        take: int = PAGE_DOCFLOWS,
        work: Work | None = None,
    ) -> Iterator[tuple[Docflow, ...]]:
        """Docflows changed since `updated_from`, a page at a time, without their documents.

        Each state of a docflow is given once, but a docflow may come again with a newer `last-change-date`: keep them by identifier.
        `types` are last parts of URNs, such as `fns534-report`; without them the operator leaves some kinds out.
        """
        watched = work or Work()
        query = {
            "updatedFrom": write_utc(updated_from) if updated_from else None,
            "updatedTo": write_utc(updated_to) if updated_to else None,
            "orgId": organisation_id,
            "type": tuple(types),
            "take": take,
        }
        seen: set[tuple[str, str | None]] = set()
        skip = 0
        while True:
            watched.checkpoint()
            page = self._channel.read(self._path(watched, "docflows"), DocflowPage, watched, {**query, "skip": skip})
            fresh = tuple(docflow for docflow in page.docflows if (docflow.id, docflow.last_change_date) not in seen)
            seen.update((docflow.id, docflow.last_change_date) for docflow in fresh)
            if fresh:
                yield fresh
            end = skip + len(page.docflows)
            if not page.docflows or end >= page.total_count:
                return
            skip = max(skip + 1, end - min(OVERLAP_DOCFLOWS, take // 2))

    def docflows(
        self,
        updated_from: datetime | None = None,
        *,
        updated_to: datetime | None = None,
        organisation_id: str | None = None,
        types: Sequence[str] = (),
        work: Work | None = None,
    ) -> Iterator[Docflow]:
        """As `docflow_pages`, one by one."""
        pages = self.docflow_pages(updated_from, updated_to=updated_to, organisation_id=organisation_id, types=types, work=work)
        return (docflow for page in pages for docflow in page)

    def docflow(self, docflow_id: str, *, work: Work | None = None) -> Docflow:
        """One docflow with its documents."""
        watched = work or Work()
        return self._channel.read(self._path(watched, "docflows", docflow_id), Docflow, watched)

    def documents(self, docflow_id: str, *, work: Work | None = None) -> tuple[Document, ...]:
        watched = work or Work()
        return self._channel.read(self._path(watched, "docflows", docflow_id, "documents"), tuple[Document, ...], watched)

    def document(self, docflow_id: str, document_id: str, *, work: Work | None = None) -> Document:
        watched = work or Work()
        return self._channel.read(self._path(watched, "docflows", docflow_id, "documents", document_id), Document, watched)

    def signatures(self, docflow_id: str, document_id: str, *, work: Work | None = None) -> tuple[Signature, ...]:
        watched = work or Work()
        path = self._path(watched, "docflows", docflow_id, "documents", document_id, "signatures")
        return self._channel.read(path, tuple[Signature, ...], watched)

    def signature_content(self, docflow_id: str, document_id: str, signature_id: str, *, work: Work | None = None) -> bytes:
        """DER of a signature. The operator gives it as a JSON text of base64."""
        watched = work or Work()
        path = self._path(watched, "docflows", docflow_id, "documents", document_id, "signatures", signature_id, "content")
        text = self._channel.read(path, str, watched)
        try:
            return base64.b64decode(text, validate=True)
        except binascii.Error as error:
            raise UnexpectedAnswerError(self._channel.host, f"GET {path}", 200) from error
