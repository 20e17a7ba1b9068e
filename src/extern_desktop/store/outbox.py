"""Acts, written before anything leaves this computer: what was signed, how far it has come, who works on it.

Rows are only added and moved along `domain.outbox.STEPS_OF`; a finished one never changes again, the database itself refuses to. Nothing here sends.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, Final, Unpack

import sqlalchemy as sa

from extern_desktop.domain.outbox import FINISHED, OutboxEvent, OutboxKind, OutboxState, step
from extern_desktop.store._engine import Database, Writing
from extern_desktop.store._rows import OUTBOX_COLUMNS, now, outbox_row, refusal_to_json
from extern_desktop.store.contents import ContentStore
from extern_desktop.store.errors import (
    AlreadyInOutboxError,
    ContentChangedError,
    NotInWorkspaceError,
    OutboxLeaseError,
    RowKind,
)
from extern_desktop.store.lock import Owner
from extern_desktop.store.schema import BYTES_STAND, FILE_STANDS, IS_OPEN, REPLY_STANDS, counter, outbox, report
from extern_desktop.store.values import ChangeKind, OutboxFacts, OutboxRow, SignedBytes, SignedReport

_ID: Final[sa.BindParameter[str]] = sa.bindparam("outbox_id")
_LIST: Final = sa.select(*OUTBOX_COLUMNS)
_GET: Final = _LIST.where(outbox.c.id == _ID)
_UNFINISHED: Final = _LIST.where(IS_OPEN).order_by(outbox.c.number)
_ALL: Final = _LIST.order_by(outbox.c.number)
_SIGNED: Final = sa.select(
    outbox.c.content, outbox.c.content_sha256, outbox.c.signature, outbox.c.certificate_der, outbox.c.file_name
).where(outbox.c.id == _ID)
_INSERT: Final = sa.insert(outbox)
_REPORTS: Final = sa.select(
    report.c.id, report.c.file_name, report.c.file_id, report.c.content, report.c.content_sha256, report.c.content_bytes
).where(report.c.id.in_(sa.bindparam("report_ids", expanding=True)))
SAME_BYTES: Final = _LIST.where(outbox.c.content_sha256.in_(sa.bindparam("digests", expanding=True)), BYTES_STAND)
SAME_FILE: Final = _LIST.where(outbox.c.file_id.in_(sa.bindparam("file_ids", expanding=True)), FILE_STANDS)
SAME_REPLY: Final = _LIST.where(
    outbox.c.document_id == sa.bindparam("document_id"), outbox.c.reply_type == sa.bindparam("reply_type"), REPLY_STANDS
)
_COUNT_ON: Final = sa.text(
    "insert into counter(name, value) values('outbox', :acts) on conflict(name) do update set value = value + :acts returning value"
).columns(counter.c.value)


class Outbox:
    """Rows of the table `outbox`."""

    def __init__(self, database: Database, contents: ContentStore, owner: Owner) -> None:
        self._database = database
        self._contents = contents
        self._owner = owner

    # --- reading ---

    def get(self, outbox_id: str) -> OutboxRow:
        with self._database.read() as connection:
            return _one(connection, outbox_id)

    def all(self) -> tuple[OutboxRow, ...]:
        """In the order in which they were made."""
        with self._database.read() as connection:
            return tuple(outbox_row(row) for row in connection.execute(_ALL))

    def unfinished(self) -> tuple[OutboxRow, ...]:
        """Acts something is still to be done about, the oldest first."""
        with self._database.read() as connection:
            return tuple(outbox_row(row) for row in connection.execute(_UNFINISHED))

    def signed(self, outbox_id: str) -> SignedBytes:
        """What was signed, byte for byte, its digest looked at once more."""
        with self._database.read() as connection:
            row = connection.execute(_SIGNED, {"outbox_id": outbox_id}).one_or_none()
            if row is None:
                raise NotInWorkspaceError(RowKind.OUTBOX, outbox_id)
            content = self._contents.read(connection, row.content, row.file_name)
        if hashlib.sha256(content).hexdigest() != row.content_sha256:
            raise ContentChangedError(row.file_name, row.content)
        return SignedBytes(content, row.signature, row.certificate_der)

    # --- new acts ---

    def add_signed(
        self, report_id: str, content_sha256: str, signature: bytes, certificate_der: bytes, organisation_id: str, authority: str
    ) -> OutboxRow:
        """A report that was just signed. From the return of this call it is never lost.

        `content_sha256` (lower-case hex) is of the bytes that were signed: when the report has changed since, `ContentChangedError`.
        `AlreadyInOutboxError` when the same bytes or the same file identifier are there and were not refused or withdrawn.
        """
        (outbox_id,) = self.add_all_signed((SignedReport(report_id, content_sha256, signature, certificate_der, organisation_id, authority),))
        return self.get(outbox_id)

    def add_all_signed(self, signed: Sequence[SignedReport]) -> tuple[str, ...]:
        """As `add_signed`, all of them in one durable transaction or none; gives the ids of the acts in this order.

        When two of them are the same report, `AlreadyInOutboxError` names the first of the two, which was not kept either.
        """
        with self._database.write() as writing:
            sources = {row.id: row for row in writing.execute(_REPORTS, {"report_ids": [it.report_id for it in signed]})}
            for it in signed:
                if it.report_id not in sources:
                    raise NotInWorkspaceError(RowKind.REPORT, it.report_id)
                source = sources[it.report_id]
                if source.content_sha256 != it.content_sha256:
                    raise ContentChangedError(source.file_name, source.content)
            _refuse_twice(writing, SAME_BYTES, {"digests": [it.content_sha256 for it in signed]})
            _refuse_twice(writing, SAME_FILE, {"file_ids": [row.file_id for row in sources.values() if row.file_id]})
            rows = _new_rows(writing, [_report_columns(it, sources[it.report_id]) for it in signed])
            _refuse_twice_among(rows)
            writing.execute(_INSERT, rows)
            ids = tuple(str(row["id"]) for row in rows)
            writing.touch(ChangeKind.OUTBOX, *ids)
            writing.touch(ChangeKind.REPORTS, *sources)
            return ids

    def add_reply(
        self,
        *,
        docflow_id: str,
        document_id: str,
        reply_type: str,
        reply_id: str,
        file_name: str,
        content: bytes,
        signature: bytes,
        certificate_der: bytes,
        organisation_id: str,
    ) -> OutboxRow:
        """A reply that the operator generated and we have just signed. `AlreadyInOutboxError` when this document is answered so already."""
        with self._contents.kept(content) as kept, self._database.write() as writing:
            _refuse_twice(writing, SAME_REPLY, {"document_id": document_id, "reply_type": reply_type})
            self._contents.add_row(writing, kept)
            writing.touch(ChangeKind.DOCFLOWS, docflow_id)
            reply = {
                "kind": OutboxKind.REPLY,
                "organisation_id": organisation_id,
                "authority": "",
                "file_name": file_name,
                "file_id": "",
                "content": kept.id,
                "content_sha256": kept.sha256,
                "content_bytes": kept.size_bytes,
                "signature": signature,
                "certificate_der": certificate_der,
                "reply_type": reply_type,
                "docflow_id": docflow_id,
                "document_id": document_id,
                "reply_id": reply_id,
            }
            (row,) = _new_rows(writing, [reply])
            writing.execute(_INSERT, row)
            writing.touch(ChangeKind.OUTBOX, row["id"])
            return _one(writing.connection, row["id"])

    # --- going on ---

    def advance(self, outbox_id: str, event: OutboxEvent, *, owner: str | None = None, **facts: Unpack[OutboxFacts]) -> OutboxRow:
        """Take the step `event` and keep what was learned with it, durably, in one transaction.

        `owner` must be who holds the lease, or `None` when nobody does; else `OutboxLeaseError`, and nothing has changed. A send is asked only under
        a lease. A step that the table of this kind does not have is a bug: `ImpossibleStepError`.
        """
        with self._database.write() as writing:
            row = self._owned(writing, outbox_id, owner)
            if event is OutboxEvent.SEND_ASKED and owner is None:
                raise OutboxLeaseError(outbox_id, None)
            state = step(row.state, event, row.kind)
            changed = _columns(facts) | {"state": state, "changed_at": now()}
            if event is OutboxEvent.DRAFT_LOST:
                changed |= dict.fromkeys(_FACTS_OF_A_DRAFT)
            if state in FINISHED:
                changed |= {"owner": None, "lease_until_at": None}
            return self._update(writing, row, changed)

    def note(self, outbox_id: str, *, owner: str | None = None, **facts: Unpack[OutboxFacts]) -> OutboxRow:
        """Keep what was learned without a step: the id of a draft before its document is there, the id of a task that has only begun."""
        with self._database.write() as writing:
            row = self._owned(writing, outbox_id, owner)
            return self._update(writing, row, _columns(facts) | {"changed_at": now()})

    def lease(self, outbox_id: str, owner: str, seconds: float) -> OutboxRow:
        """Take the act in hand for some time, or longer when it is ours already. `OutboxLeaseError` when somebody living has it."""
        with self._database.write() as writing:
            row = _one(writing.connection, outbox_id)
            at = now()
            if row.state in FINISHED or (row.owner not in (None, owner) and not self._is_abandoned(row, at)):
                raise OutboxLeaseError(outbox_id, row.owner)
            attempt = row.attempt if row.owner == owner else row.attempt + 1
            state = OutboxState.UNCERTAIN if row.state is OutboxState.SENDING and row.owner != owner else row.state
            return self._update(writing, row, {"owner": owner, "lease_until_at": at + timedelta(seconds=seconds), "attempt": attempt, "state": state})

    def release(self, outbox_id: str, owner: str) -> None:
        """Give the act back. Harmless when it was finished or taken away meanwhile. An act left `SENDING` becomes `UNCERTAIN`."""
        with self._database.write() as writing:
            row = _one(writing.connection, outbox_id)
            if row.owner == owner:
                self._let_go(writing, row)

    def recover(self) -> tuple[OutboxRow, ...]:
        """Free what dead owners held, and read every `SENDING` that nobody living works on as `UNCERTAIN`. Gives the rows it changed."""
        if not any(self._needs_recovery(row) for row in self.unfinished()):
            return ()
        with self._database.write() as writing:
            rows = [outbox_row(row) for row in writing.execute(_UNFINISHED)]
            return tuple(self._let_go(writing, row) for row in rows if self._needs_recovery(row))

    def _needs_recovery(self, row: OutboxRow) -> bool:
        if row.owner is None:
            return row.state is OutboxState.SENDING
        return self._is_abandoned(row, now())

    def _is_abandoned(self, row: OutboxRow, at: datetime) -> bool:
        return row.owner is not None and (row.lease_until_at is None or row.lease_until_at <= at or self._owner.is_dead(row.owner))

    def _let_go(self, writing: Writing, row: OutboxRow) -> OutboxRow:
        state = OutboxState.UNCERTAIN if row.state is OutboxState.SENDING else row.state
        return self._update(writing, row, {"owner": None, "lease_until_at": None, "state": state, "changed_at": now()})

    def _owned(self, writing: Writing, outbox_id: str, owner: str | None) -> OutboxRow:
        row = _one(writing.connection, outbox_id)
        if row.owner != owner:
            raise OutboxLeaseError(outbox_id, row.owner)
        return row

    def _update(self, writing: Writing, row: OutboxRow, changed: dict[str, Any]) -> OutboxRow:
        writing.execute(sa.update(outbox).where(outbox.c.id == row.id).values(changed))
        writing.touch(ChangeKind.OUTBOX, row.id)
        if row.report_id is not None:
            writing.touch(ChangeKind.REPORTS, row.report_id)
        return _one(writing.connection, row.id)


def _report_columns(signed: SignedReport, source: sa.Row[Any]) -> dict[str, Any]:
    """What an act takes from its report, and what signing added."""
    return {
        "kind": OutboxKind.REPORT,
        "report_id": signed.report_id,
        "organisation_id": signed.organisation_id,
        "authority": signed.authority,
        "file_name": source.file_name,
        "file_id": source.file_id or "",
        "content": source.content,
        "content_sha256": signed.content_sha256,
        "content_bytes": source.content_bytes,
        "signature": signed.signature,
        "certificate_der": signed.certificate_der,
    }


def _new_rows(writing: Writing, acts: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Acts with their ids, numbers and everything that a new one begins with."""
    at, last = now(), writing.execute(_COUNT_ON, {"acts": len(acts)}).scalar_one()
    return [
        {
            "id": str(uuid.uuid4()),
            "number": number,
            "state": OutboxState.SIGNED,
            "certificate_sha1": hashlib.sha1(act["certificate_der"], usedforsecurity=False).hexdigest().upper(),
            "reply_type": "",
            "attempt": 0,
            "created_at": at,
            "changed_at": at,
        }
        | act
        for number, act in enumerate(acts, last - len(acts) + 1)
    ]


_FACTS_OF_A_DRAFT: Final = (
    "content_id",
    "signature_content_id",
    "draft_id",
    "document_id",
    "signature_id",
    "check_task_id",
    "prepare_task_id",
    "send_task_id",
)


def _columns(facts: OutboxFacts) -> dict[str, Any]:
    columns: dict[str, Any] = dict(facts)
    if "refusal" in facts:
        columns["refusal"] = refusal_to_json(facts["refusal"])
    return columns


def _one(connection: sa.Connection, outbox_id: str) -> OutboxRow:
    row = connection.execute(_GET, {"outbox_id": outbox_id}).one_or_none()
    if row is None:
        raise NotInWorkspaceError(RowKind.OUTBOX, outbox_id)
    return outbox_row(row)


def _refuse_twice(writing: Writing, statement: sa.Select[Any], parameters: dict[str, Any]) -> None:
    there: Iterable[sa.Row[Any]] = writing.execute(statement, parameters)
    for row in there:
        known = outbox_row(row)
        raise AlreadyInOutboxError(known.id, known.state, known.file_name)


def _refuse_twice_among(rows: Sequence[dict[str, Any]]) -> None:
    first_of: dict[str, dict[str, Any]] = {}
    for row in rows:
        for mark in filter(None, (row["content_sha256"], row["file_id"])):
            first = first_of.setdefault(mark, row)
            if first is not row:
                raise AlreadyInOutboxError(first["id"], first["state"], first["file_name"])
