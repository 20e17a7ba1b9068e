"""Reports in work: files a person opened or filled, what our check said of them, and the last act made of each."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa

from extern_desktop.domain.outbox import OutboxState
from extern_desktop.domain.reports import ReportIdentity
from extern_desktop.store._engine import Database, Writing
from extern_desktop.store._rows import REPORT_COLUMNS, identity_columns, now, report_row
from extern_desktop.store.contents import ContentStore
from extern_desktop.store.errors import ContentChangedError, NotInWorkspaceError, ReportInOutboxError, RowKind
from extern_desktop.store.schema import content as content_table
from extern_desktop.store.schema import docflow, organisation, outbox, report
from extern_desktop.store.values import ChangeKind, CheckSummary, ReportRow

_LAST_ACT: Final = (
    sa.select(sa.func.max(outbox.c.number)).where(outbox.c.report_id == report.c.id).correlate(report).scalar_subquery()
)
_WHOSE: Final = (
    # An INN and KPP may be there twice while the operator moves an organisation to a new id; one of them is enough.
    sa.select(sa.func.min(organisation.c.id))
    .where(organisation.c.inn == report.c.payer_inn, organisation.c.kpp == report.c.payer_kpp)
    .correlate(report)
    .scalar_subquery()
)
_LIST: Final = sa.select(*REPORT_COLUMNS).select_from(
    report.outerjoin(organisation, organisation.c.id == _WHOSE)
    .outerjoin(outbox, sa.and_(outbox.c.report_id == report.c.id, outbox.c.number == _LAST_ACT))
    .outerjoin(docflow, docflow.c.id == outbox.c.docflow_id)
)
_GET: Final = _LIST.where(report.c.id == sa.bindparam("report_id"))
LIST_NEWEST: Final = _LIST.order_by(report.c.changed_at.desc(), report.c.id)
SAME_BYTES: Final = _LIST.where(report.c.content_sha256 == sa.bindparam("sha256")).order_by(report.c.added_at).limit(1)
_SOME: Final = _LIST.where(report.c.id.in_(sa.bindparam("report_ids", expanding=True)))
_SMALL_CONTENTS: Final = (
    sa.select(report.c.id, report.c.file_name, report.c.content, content_table.c.inline, content_table.c.sha256)
    .select_from(report.join(content_table, content_table.c.id == report.c.content))
    .where(report.c.id.in_(sa.bindparam("report_ids", expanding=True)), content_table.c.inline.is_not(None))
)
_CONTENT: Final = sa.select(report.c.content, report.c.file_name).where(report.c.id == sa.bindparam("report_id"))
_IN_THE_WAY: Final = (
    sa.select(outbox.c.state).where(outbox.c.report_id == sa.bindparam("report_id")).order_by(outbox.c.number.desc()).limit(1)
)
_INSERT: Final = sa.insert(report)
_DELETE: Final = sa.delete(report).where(report.c.id == sa.bindparam("report_id"))
_DROPPED: Final = (OutboxState.REFUSED, OutboxState.WITHDRAWN)


class Reports:
    """Rows of the table `report`."""

    def __init__(self, database: Database, contents: ContentStore) -> None:
        self._database = database
        self._contents = contents

    def add(self, content: bytes, file_name: str, identity: ReportIdentity | None, check: CheckSummary | None = None) -> ReportRow:
        """Keep a file byte for byte. The same bytes twice are two rows; see `find`."""
        report_id, at = str(uuid.uuid4()), now()
        with self._contents.kept(content) as kept, self._database.write() as writing:
            self._contents.add_row(writing, kept)
            writing.execute(
                _INSERT,
                {
                    "id": report_id,
                    "file_name": file_name,
                    "content": kept.id,
                    "content_bytes": kept.size_bytes,
                    "content_sha256": kept.sha256,
                    "added_at": at,
                    "changed_at": at,
                }
                | identity_columns(identity)
                | _check_columns(check),
            )
            writing.touch(ChangeKind.REPORTS, report_id)
            return _one(writing.connection, report_id)

    def get(self, report_id: str) -> ReportRow:
        with self._database.read() as connection:
            return _one(connection, report_id)

    def get_all(self, report_ids: Sequence[str]) -> tuple[ReportRow, ...]:
        """As `get`, in the order asked for."""
        with self._database.read() as connection:
            found = {row.id: report_row(row) for row in connection.execute(_SOME, {"report_ids": tuple(report_ids)})}
        for report_id in report_ids:
            if report_id not in found:
                raise NotInWorkspaceError(RowKind.REPORT, report_id)
        return tuple(found[report_id] for report_id in report_ids)

    def list(self) -> tuple[ReportRow, ...]:
        """The last changed first."""
        with self._database.read() as connection:
            return tuple(report_row(row) for row in connection.execute(LIST_NEWEST))

    def find(self, content: bytes) -> ReportRow | None:
        """The report with exactly these bytes, if there is one."""
        with self._database.read() as connection:
            row = connection.execute(SAME_BYTES, {"sha256": hashlib.sha256(content).hexdigest()}).one_or_none()
        return None if row is None else report_row(row)

    def content(self, report_id: str) -> bytes:
        with self._database.read() as connection:
            row = connection.execute(_CONTENT, {"report_id": report_id}).one_or_none()
            if row is None:
                raise NotInWorkspaceError(RowKind.REPORT, report_id)
            return self._contents.read(connection, row.content, row.file_name)

    def small_contents(self, report_ids: Sequence[str]) -> dict[str, bytes]:
        """The bytes of those reports whose bytes lie in the database itself, proven unaltered; the others are left to `content`, one by one."""
        with self._database.read() as connection:
            rows = connection.execute(_SMALL_CONTENTS, {"report_ids": tuple(report_ids)}).all()
        for row in rows:
            if hashlib.sha256(row.inline).hexdigest() != row.sha256:
                raise ContentChangedError(row.file_name, row.content)
        return {row.id: row.inline for row in rows}

    def set_checked(self, report_id: str, check: CheckSummary, identity: ReportIdentity | None) -> ReportRow:
        """What our check read and found. The bytes stay as they are."""
        with self._database.write() as writing:
            return self._update(writing, report_id, identity_columns(identity) | _check_columns(check))

    def replace_content(
        self, report_id: str, content: bytes, file_name: str, identity: ReportIdentity | None, check: CheckSummary | None = None
    ) -> ReportRow:
        """New bytes for a report that was edited. `ReportInOutboxError` once it is signed, unless that act was refused or withdrawn."""
        with self._contents.kept(content) as kept, self._database.write() as writing:
            _refuse_in_outbox(writing, report_id)
            before = writing.execute(_CONTENT, {"report_id": report_id}).one_or_none()
            if before is None:
                raise NotInWorkspaceError(RowKind.REPORT, report_id)
            self._contents.add_row(writing, kept)
            changed = {"content": kept.id, "content_bytes": kept.size_bytes, "content_sha256": kept.sha256, "file_name": file_name}
            row = self._update(writing, report_id, changed | {"changed_at": now()} | identity_columns(identity) | _check_columns(check))
            self._contents.drop_if_unused(writing, before.content)
            return row

    def remove(self, report_id: str) -> None:
        """Take a report off the desk. `ReportInOutboxError` when anything was ever signed of it: acts keep their report."""
        with self._database.write() as writing:
            state = writing.execute(_IN_THE_WAY, {"report_id": report_id}).scalar_one_or_none()
            if state is not None:
                raise ReportInOutboxError(report_id, OutboxState(state))
            before = writing.execute(_CONTENT, {"report_id": report_id}).one_or_none()
            if before is None:
                raise NotInWorkspaceError(RowKind.REPORT, report_id)
            writing.execute(_DELETE, {"report_id": report_id})
            self._contents.drop_if_unused(writing, before.content)
            writing.touch(ChangeKind.REPORTS, report_id)

    def _update(self, writing: Writing, report_id: str, changed: dict[str, Any]) -> ReportRow:
        writing.execute(sa.update(report).where(report.c.id == report_id).values(changed))
        writing.touch(ChangeKind.REPORTS, report_id)
        return _one(writing.connection, report_id)


def _one(connection: sa.Connection, report_id: str) -> ReportRow:
    row = connection.execute(_GET, {"report_id": report_id}).one_or_none()
    if row is None:
        raise NotInWorkspaceError(RowKind.REPORT, report_id)
    return report_row(row)


def _refuse_in_outbox(writing: Writing, report_id: str) -> None:
    state = writing.execute(_IN_THE_WAY, {"report_id": report_id}).scalar_one_or_none()
    if state is not None and OutboxState(state) not in _DROPPED:
        raise ReportInOutboxError(report_id, OutboxState(state))


def _check_columns(check: CheckSummary | None) -> dict[str, Any]:
    if check is None:
        return {"errors": None, "warnings": None, "checked_at": None}
    return {"errors": check.errors, "warnings": check.warnings, "checked_at": check.checked_at}
