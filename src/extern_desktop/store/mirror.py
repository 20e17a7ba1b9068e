"""What the operator said: docflows, their documents, the replies it waits for, the calendar of terms. Replaceable by a sync from zero.

Everything here may be stored twice and in any order: what is older never overwrites what is newer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.sqlite import insert

from extern_desktop.domain.docflows import nss
from extern_desktop.store._engine import Database, Writing
from extern_desktop.store._rows import DOCFLOW_COLUMNS, DOCUMENT_COLUMNS, OBLIGATION_COLUMNS, cell_row, docflow_row, document_row
from extern_desktop.store.contents import ContentStore, KeptContent
from extern_desktop.store.errors import NotInWorkspaceError, RowKind
from extern_desktop.store.schema import docflow, document, mark, obligation, reports_cell, utc_text
from extern_desktop.store.values import ChangeKind, Changes, DocflowUpdate, FetchedDocument, MirrorDocflow, MirrorDocument, Obligation, ReportsCell

_ID: Final[sa.BindParameter[str]] = sa.bindparam("row_id")


def _in_words_of_the_driver(statement: sa.Executable) -> str:
    """For what a synchronisation writes by the thousand: the driver takes the text and plain values in a tenth of SQLAlchemy's time."""
    compiled: Any = statement.compile(dialect=sqlite.dialect())  # type: ignore[attr-defined]  # every statement here has it
    return str(compiled)


_DOCFLOW_FIELDS: Final = (
    "type",
    "status",
    "success_state",
    "organisation_id",
    "form_knd",
    "form_name",
    "form_version",
    "period_begin_on",
    "period_end_on",
    "period_code",
    "correction_number",
    "recipient",
    "payer_inn",
    "original_draft_id",
    "sent_at",
    "changed_at",
    "raw",
)
_NEW_DOCFLOW: Final = insert(docflow).values({name: sa.bindparam(name) for name in ("id", *_DOCFLOW_FIELDS)})
_UPSERT_DOCFLOW: Final = _in_words_of_the_driver(
    _NEW_DOCFLOW.on_conflict_do_update(
        index_elements=[docflow.c.id],
        set_={name: _NEW_DOCFLOW.excluded[name] for name in _DOCFLOW_FIELDS}
        | {"read_at_change": sa.case((_NEW_DOCFLOW.excluded.changed_at > docflow.c.changed_at, docflow.c.read_at_change), else_=sa.null())},
        where=sa.or_(
            _NEW_DOCFLOW.excluded.changed_at > docflow.c.changed_at,
            # Two changes in one tick of the operator's clock: what is told later is believed, and its documents are read again.
            sa.and_(_NEW_DOCFLOW.excluded.changed_at == docflow.c.changed_at, _NEW_DOCFLOW.excluded.status != docflow.c.status),
            sa.and_(_NEW_DOCFLOW.excluded.changed_at == docflow.c.changed_at, _NEW_DOCFLOW.excluded.success_state != docflow.c.success_state),
        ),
    ).returning(docflow.c.id)
)
_READ_UP_TO: Final = "update docflow set read_at_change = ? where id = ?"
_READ_ALREADY: Final = "select read_at_change from docflow where id = ?"
_DOCUMENT_FIELDS: Final = ("docflow_id", "place", "type", "file_name", "sent_at", "content_id", "is_encrypted", "is_compressed", "raw")
_NEW_DOCUMENT: Final = insert(document).values({name: sa.bindparam(name) for name in ("id", *_DOCUMENT_FIELDS)})
_UPSERT_DOCUMENT: Final = _in_words_of_the_driver(
    _NEW_DOCUMENT.on_conflict_do_update(
        index_elements=[document.c.id],
        set_={name: _NEW_DOCUMENT.excluded[name] for name in _DOCUMENT_FIELDS},
    )
)
_CLEAR_OBLIGATIONS: Final = "delete from obligation where docflow_id = ?"
_NEW_OBLIGATION: Final = insert(obligation).on_conflict_do_nothing()

_GET: Final = sa.select(*DOCFLOW_COLUMNS, docflow.c.raw).where(docflow.c.id == _ID)
_OF_DRAFT: Final = (
    sa.select(*DOCFLOW_COLUMNS).where(docflow.c.original_draft_id == sa.bindparam("draft_id"), sa.text("original_draft_id <> ''")).limit(1)
)
_PAGE: Final = sa.select(*DOCFLOW_COLUMNS).order_by(docflow.c.changed_at.desc(), docflow.c.id.desc()).limit(sa.bindparam("most"))
_KEY: Final = sa.tuple_(docflow.c.changed_at, docflow.c.id) < sa.tuple_(
    sa.bindparam("after_at", type_=docflow.c.changed_at.type), sa.bindparam("after_id")
)
_OF_ORGANISATION: Final = docflow.c.organisation_id == sa.bindparam("organisation_id")
PAGES: Final = {
    (False, False): _PAGE,
    (False, True): _PAGE.where(_KEY),
    (True, False): _PAGE.where(_OF_ORGANISATION),
    (True, True): _PAGE.where(_OF_ORGANISATION, _KEY),
}
"""By: of one organisation, after a key."""
UNREAD: Final = sa.text(
    "select id from docflow where read_at_change is null or read_at_change < changed_at order by changed_at limit :most"
).columns(docflow.c.id)
TO_FETCH: Final = (
    sa.select(*DOCUMENT_COLUMNS)
    .where(sa.text("document.content is null and document.content_id <> ''"))
    .order_by(document.c.docflow_id, document.c.place)
    .limit(sa.bindparam("most"))
)
_DOCUMENTS: Final = sa.select(*DOCUMENT_COLUMNS).where(document.c.docflow_id == _ID).order_by(document.c.place, document.c.id)
_DOCUMENT: Final = sa.select(*DOCUMENT_COLUMNS).where(document.c.id == _ID)
_KEPT: Final = sa.select(document.c.file_name, document.c.docflow_id, document.c.content, document.c.signature).where(document.c.id == _ID)
_KEEP: Final = {name: sa.update(document).where(document.c.id == _ID).values({name: sa.bindparam("kept")}) for name in ("content", "signature")}
_OBLIGATIONS: Final = sa.select(*OBLIGATION_COLUMNS).where(obligation.c.docflow_id == _ID).order_by(obligation.c.document_id)

_CELLS_OF: Final = sa.select(reports_cell).where(reports_cell.c.organisation_id == _ID)
_CLEAR_CELLS: Final = sa.delete(reports_cell).where(
    reports_cell.c.organisation_id == _ID, reports_cell.c.deadline_on >= sa.bindparam("first"), reports_cell.c.deadline_on <= sa.bindparam("last")
)
_NEW_CELL: Final = insert(reports_cell)
_UPSERT_CELL: Final = _NEW_CELL.on_conflict_do_update(
    index_elements=list(reports_cell.primary_key),
    set_={column.name: _NEW_CELL.excluded[column.name] for column in reports_cell.c if not column.primary_key},
)

_MARK: Final = sa.select(mark.c.at).where(mark.c.name == sa.bindparam("mark_name"))
_NEW_MARK: Final = insert(mark)
_SET_MARK: Final = _NEW_MARK.on_conflict_do_update(index_elements=[mark.c.name], set_={"at": _NEW_MARK.excluded.at})


class Mirror:
    """Rows of the tables `docflow`, `document`, `obligation`, `reports_cell` and `mark`."""

    def __init__(self, database: Database, contents: ContentStore) -> None:
        self._database = database
        self._contents = contents

    # --- writing ---

    def store_docflow_page(self, docflows: Sequence[MirrorDocflow]) -> Changes:
        """A page of the operator's list, in one transaction. Documents are not on it: see `unread`."""
        with self._database.write() as writing:
            for it in docflows:
                _upsert(writing, it)
        return writing.changes

    def store_docflows(self, updates: Sequence[DocflowUpdate]) -> Changes:
        """Docflows that were read whole, in one transaction. Documents already fetched keep their content."""
        with self._database.write() as writing:
            for it in updates:
                _store_whole(writing, it)
        return writing.changes

    def keep_fetched(self, fetched: Sequence[FetchedDocument]) -> Changes:
        """The bytes of documents and their signatures, in one transaction. What was kept of them before is replaced."""
        with ExitStack() as files:
            kept = [
                (it.document_id, column, files.enter_context(self._contents.kept(data)))
                for it in fetched
                for column, data in (("content", it.content), ("signature", it.signature))
                if data is not None
            ]
            with self._database.write() as writing:
                for document_id, column, content in kept:
                    self._keep(writing, document_id, column, content)
        return writing.changes

    def _keep(self, writing: Writing, document_id: str, column: str, kept: KeptContent) -> None:
        row = writing.execute(_KEPT, {"row_id": document_id}).one_or_none()
        if row is None:
            raise NotInWorkspaceError(RowKind.DOCUMENT, document_id)
        self._contents.add_row(writing, kept)
        writing.execute(_KEEP[column], {"row_id": document_id, "kept": kept.id})
        self._contents.drop_if_unused(writing, row._mapping[column])
        writing.touch(ChangeKind.DOCUMENTS, document_id)
        writing.touch(ChangeKind.DOCFLOWS, row.docflow_id)

    def reports_table(self, organisation_ids: Iterable[str], first_on: date, last_on: date, cells: Sequence[ReportsCell]) -> Changes:
        """The calendar of these organisations between two dates, as the operator tells it now: terms it no longer names are gone."""
        with self._database.write() as writing:
            for organisation_id in organisation_ids:
                before = {cell_row(row) for row in writing.execute(_CELLS_OF, {"row_id": organisation_id}) if first_on <= row.deadline_on <= last_on}
                after = {it for it in cells if it.organisation_id == organisation_id}
                if before == after:
                    continue
                writing.execute(_CLEAR_CELLS, {"row_id": organisation_id, "first": first_on, "last": last_on})
                if after:
                    writing.execute(_UPSERT_CELL, [_fields(it) for it in after])
                writing.touch(ChangeKind.CELLS, organisation_id)
        return writing.changes

    def set_sync_mark(self, name: str, at: datetime) -> Changes:
        """Up to when `name` is known. Set it after what it promises is stored, never before."""
        with self._database.write() as writing:
            writing.execute(_SET_MARK, {"name": name, "at": at})
            writing.touch(ChangeKind.SYNC, name)
        return writing.changes

    # --- reading ---

    def sync_mark(self, name: str) -> datetime | None:
        with self._database.read() as connection:
            return connection.execute(_MARK, {"mark_name": name}).scalar_one_or_none()

    def docflow(self, docflow_id: str) -> MirrorDocflow:
        """With the JSON it came from, which lists leave out."""
        with self._database.read() as connection:
            row = connection.execute(_GET, {"row_id": docflow_id}).one_or_none()
        if row is None:
            raise NotInWorkspaceError(RowKind.DOCFLOW, docflow_id)
        return docflow_row(row)

    def docflow_of_draft(self, draft_id: str) -> MirrorDocflow | None:
        """The docflow that a draft became, once the operator has told of it."""
        with self._database.read() as connection:
            row = connection.execute(_OF_DRAFT, {"draft_id": draft_id}).one_or_none()
        return None if row is None else docflow_row(row)

    def docflows(self, *, organisation_id: str | None = None, after: MirrorDocflow | None = None, most: int = 200) -> tuple[MirrorDocflow, ...]:
        """A page, the last changed first. `after` is the last row of the page before: any depth costs the same."""
        parameters: dict[str, Any] = {"most": most}
        if organisation_id is not None:
            parameters["organisation_id"] = organisation_id
        if after is not None:
            parameters |= {"after_at": after.changed_at, "after_id": after.id}
        with self._database.read() as connection:
            rows = connection.execute(PAGES[organisation_id is not None, after is not None], parameters)
            return tuple(docflow_row(row) for row in rows)

    def unread(self, most: int = 1000) -> tuple[str, ...]:
        """Docflows whose documents have not been read since their last change, the oldest change first."""
        with self._database.read() as connection:
            return tuple(connection.execute(UNREAD, {"most": most}).scalars())

    def documents(self, docflow_id: str) -> tuple[MirrorDocument, ...]:
        """In the operator's order."""
        with self._database.read() as connection:
            return tuple(document_row(row) for row in connection.execute(_DOCUMENTS, {"row_id": docflow_id}))

    def document(self, document_id: str) -> MirrorDocument:
        with self._database.read() as connection:
            row = connection.execute(_DOCUMENT, {"row_id": document_id}).one_or_none()
        if row is None:
            raise NotInWorkspaceError(RowKind.DOCUMENT, document_id)
        return document_row(row)

    def documents_to_fetch(self, most: int = 1000) -> tuple[MirrorDocument, ...]:
        """Documents whose content is at the operator and not here."""
        with self._database.read() as connection:
            return tuple(document_row(row) for row in connection.execute(TO_FETCH, {"most": most}))

    def obligations(self, docflow_id: str) -> tuple[Obligation, ...]:
        """Replies the operator waits for; some of them may be in the outbox already (see `views.waiting`)."""
        with self._database.read() as connection:
            return tuple(Obligation(**row._mapping) for row in connection.execute(_OBLIGATIONS, {"row_id": docflow_id}))

    def content(self, document_id: str) -> bytes | None:
        """The document's bytes; `None` when they have not been fetched."""
        return self._read(document_id, "content")

    def signature(self, document_id: str) -> bytes | None:
        return self._read(document_id, "signature")

    def _read(self, document_id: str, column: str) -> bytes | None:
        with self._database.read() as connection:
            row = connection.execute(_KEPT, {"row_id": document_id}).one_or_none()
            if row is None:
                raise NotInWorkspaceError(RowKind.DOCUMENT, document_id)
            content_id = row._mapping[column]
            return None if content_id is None else self._contents.read(connection, content_id, row.file_name)


def _upsert(writing: Writing, it: MirrorDocflow) -> None:
    if writing.run(_UPSERT_DOCFLOW, _docflow_values(it)) is not None:
        writing.touch(ChangeKind.DOCFLOWS, it.id)


def _store_whole(writing: Writing, update: DocflowUpdate) -> None:
    it = update.docflow
    _upsert(writing, it)
    (read_at,) = writing.run(_READ_ALREADY, (it.id,))
    changed_at = utc_text(it.changed_at)
    if read_at is not None and read_at > changed_at:
        return
    writing.run_each(_UPSERT_DOCUMENT, [_document_values(one, place) for place, one in enumerate(update.documents)])
    writing.run(_CLEAR_OBLIGATIONS, (it.id,))
    if update.obligations:
        received = {one.id: one.sent_at or it.changed_at for one in update.documents}
        writing.execute(
            _NEW_OBLIGATION,
            [_fields(one) | {"reply_type": nss(one.reply_type), "received_at": received[one.document_id]} for one in update.obligations],
        )
    writing.run(_READ_UP_TO, (changed_at, it.id))
    writing.touch(ChangeKind.DOCFLOWS, it.id)


def _docflow_values(it: MirrorDocflow) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    return (
        *(it.id, nss(it.type), nss(it.status), nss(it.success_state), it.organisation_id, it.form_knd, it.form_name, it.form_version),
        it.period_begin_on.isoformat() if it.period_begin_on is not None else None,
        it.period_end_on.isoformat() if it.period_end_on is not None else None,
        *(it.period_code, it.correction_number, it.recipient, it.payer_inn, it.original_draft_id),
        utc_text(it.sent_at) if it.sent_at is not None else None,
        utc_text(it.changed_at),
        it.raw,
    )


def _document_values(it: MirrorDocument, place: int) -> tuple[Any, ...]:
    """In the order of the table's columns."""
    sent_at = utc_text(it.sent_at) if it.sent_at is not None else None
    return (
        *(it.id, it.docflow_id, place, nss(it.type), it.file_name, sent_at, it.content_id),
        *(int(it.is_encrypted), int(it.is_compressed), it.raw),
    )


def _fields(it: Any) -> dict[str, Any]:
    return {name: getattr(it, name) for name in type(it).__dataclass_fields__}
