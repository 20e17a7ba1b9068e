"""Bring the mirror up to date: organisations, docflows changed since the last time, their documents, the calendar.

What was promised by a mark is stored before the mark moves, so an interruption reads again and loses nothing. Acts whose outcome is unknown are asked
about first: the operator is the truth.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from extern_desktop.domain.docflows import FNS_REPORT, nss
from extern_desktop.extern_api.wire.base import decode
from extern_desktop.extern_api.wire.docflows import Document
from extern_desktop.extern_api.wire.times import MOSCOW
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import connect, read_organisations
from extern_desktop.services.desk import Desk
from extern_desktop.services.mirroring import cells_of, docflow_of, update_of
from extern_desktop.services.values import Synchronised
from extern_desktop.store.values import FetchedDocument, MirrorDocument
from extern_desktop.store.views import DOCFLOWS_MARK
from extern_desktop.store.workspace import Workspace

if TYPE_CHECKING:
    from extern_desktop.extern_api.operator import Operator

LANES: Final = 8
"""Requests side by side. The operator allows 20 to all acts together; every lane also decodes, and keeps the window waiting for the interpreter."""
_TOGETHER: Final = 100
"""Docflows read whole and stored in one transaction."""
_PARCEL_BYTES: Final = 16 << 20
"""Fetched documents are kept when they come to so much, lest a hundred large ones wait in memory."""
_OVERLAP: Final = timedelta(minutes=2)
"""Changes of one moment may be told late: we ask a little further back than the mark."""
_CALENDAR_BACK: Final = timedelta(days=92)
_CALENDAR_AHEAD: Final = timedelta(days=366)
_LARGEST_DOCUMENT_BYTES: Final = 256 << 20


def synchronise(*, desk: Desk, work: Work) -> Synchronised:
    """One whole synchronisation. A cancel stops between two portions; what came is kept."""
    operator = connect(desk, work)
    started_at = operator.server_time(work=work)  # by the clock that stamps the changes
    work.show(Stage.SYNCHRONISING)
    organisations = read_organisations(desk, work)
    docflows = _read_docflows(operator, desk.store, started_at, work)
    documents = _fetch_documents(operator, desk.store, work)
    today = started_at.astimezone(MOSCOW).date()
    _read_calendar(operator, desk.store, today, [it.id for it in organisations], work)
    return Synchronised(docflows, documents, len(organisations), desk.now())


def synchronised_at(*, desk: Desk) -> datetime | None:
    """When the last whole synchronisation began, by the operator's clock; None before the first."""
    return desk.store.mirror.sync_mark(DOCFLOWS_MARK)


def _read_docflows(operator: Operator, store: Workspace, started_at: datetime, work: Work) -> int:
    """Lists first, page by page; then every docflow that changed, whole, on lanes. Gives how many were read whole."""
    since = store.mirror.sync_mark(DOCFLOWS_MARK)
    pages = operator.docflow_pages(since - _OVERLAP if since else None, types=(nss(FNS_REPORT),), work=work)
    for page in pages:
        store.mirror.store_docflow_page([docflow_of(docflow) for docflow in page])
    read = 0
    with _lanes() as pool:
        while unread := store.mirror.unread(most=_TOGETHER):
            work.checkpoint()
            work.show(Stage.SYNCHRONISING, read)
            updates = list(pool.map(lambda docflow_id: update_of(operator.docflow(docflow_id, work=work)), unread))
            store.mirror.store_docflows(updates)
            read += len(updates)
    store.mirror.set_sync_mark(DOCFLOWS_MARK, started_at)
    return read


def _fetch_documents(operator: Operator, store: Workspace, work: Work) -> int:
    """Contents of documents that are not here yet, and their signatures. What is encrypted for a key is left for the one who holds it."""
    fetched = 0
    with _lanes() as pool:
        while portion := [it for it in store.mirror.documents_to_fetch(most=_TOGETHER) if not it.is_encrypted and not it.is_compressed]:
            work.checkpoint()
            work.show(Stage.DOWNLOADING, fetched)
            for together in _in_parcels(pool.map(lambda it: _fetch(it, operator, work), portion)):
                store.mirror.keep_fetched(together)
                fetched += len(together)
    return fetched


def _in_parcels(fetched: Iterator[FetchedDocument]) -> Iterator[list[FetchedDocument]]:
    """What one transaction takes: all of them, or less when they are large. When fetching fails, what came before is given first."""
    parcel: list[FetchedDocument] = []
    size = 0
    try:
        for it in fetched:
            parcel.append(it)
            size += len(it.content)
            if size > _PARCEL_BYTES:
                yield parcel
                parcel, size = [], 0
    except Exception:
        if parcel:
            yield parcel
        raise
    if parcel:
        yield parcel


def _fetch(document: MirrorDocument, operator: Operator, work: Work) -> FetchedDocument:
    sink = io.BytesIO()
    operator.download(document.content_id, sink, limit_bytes=_LARGEST_DOCUMENT_BYTES, work=work)
    signatures = decode(document.raw, Document).signatures  # told with the docflow: no request of its own
    signature = operator.signature_content(document.docflow_id, document.id, signatures[0].id, work=work) if signatures else None
    return FetchedDocument(document.id, sink.getvalue(), signature)


def _read_calendar(operator: Operator, store: Workspace, today: date, organisation_ids: list[str], work: Work) -> None:
    work.checkpoint()
    first, last = today - _CALENDAR_BACK, today + _CALENDAR_AHEAD
    store.mirror.reports_table(organisation_ids, first, last, cells_of(operator.search_reports_tables(first, last, work=work)))


@contextmanager
def _lanes() -> Iterator[ThreadPoolExecutor]:
    pool = ThreadPoolExecutor(LANES, thread_name_prefix="lane-network")
    try:
        yield pool
    finally:
        pool.shutdown(wait=True, cancel_futures=True)
