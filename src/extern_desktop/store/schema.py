"""The shape of the workspace today. A fresh database is made from it, older ones come to it through `migrations/`; a test proves both are the same.

Three kinds of rows: desk (`report`), outbox (`outbox`) and mirror (`organisation`, `docflow`, `document`, `obligation`, `reports_cell`).
Imports SQLAlchemy, so nobody imports this before the workspace is opened.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Final

import sqlalchemy as sa

SCHEMA_VERSION: Final = 1
"""`pragma user_version`. Raise it with every migration."""

metadata = sa.MetaData()


def utc_text(value: datetime) -> str:
    """An aware time as it is stored: 27 characters, so that order of text is order of time."""
    return value.astimezone(UTC).isoformat(timespec="microseconds")[:26] + "Z"


class UtcTime(sa.TypeDecorator[datetime]):
    """An aware time as text, see `utc_text`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else utc_text(value)

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> datetime | None:
        return None if value is None else datetime.fromisoformat(value)


class Day(sa.TypeDecorator[date]):
    """A date as `YYYY-MM-DD`."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: date | None, dialect: sa.Dialect) -> str | None:
        return None if value is None else value.isoformat()

    def process_result_value(self, value: str | None, dialect: sa.Dialect) -> date | None:
        return None if value is None else date.fromisoformat(value)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False)


def _no_text(name: str) -> sa.Column[str]:
    """Text that may be absent."""
    return sa.Column(name, sa.Text)


def _number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, nullable=False)


def _no_number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer)


# --- bytes: small ones here, large ones as encrypted files ---

content = sa.Table(
    "content",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _number("size_bytes"),
    _text("sha256"),
    sa.Column("inline", sa.LargeBinary),
    sa.Column("wrapped_key", sa.LargeBinary),
    sa.CheckConstraint("(inline is null) <> (wrapped_key is null)", name="content_is_in_one_place"),
    sqlite_strict=True,
)

# --- desk ---

organisation = sa.Table(
    "organisation",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("inn"),
    _text("kpp"),
    _text("name"),
    sa.Index("organisation_inn", "inn", "kpp"),
    sqlite_strict=True,
)

report = sa.Table(
    "report",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("file_name"),
    sa.Column("content", sa.Text, sa.ForeignKey("content.id"), nullable=False),
    _number("content_bytes"),
    _text("content_sha256"),
    _no_text("form_knd"),
    _no_text("form_version"),
    _no_text("form_short_name"),
    _no_text("period_code"),
    _no_number("year"),
    _no_number("period_number"),
    _no_number("correction_number"),
    _no_text("payer_inn"),
    _no_text("payer_kpp"),
    _no_text("payer_name"),
    _no_text("authority_code"),
    _no_text("file_id"),
    _no_number("errors"),
    _no_number("warnings"),
    sa.Column("checked_at", UtcTime),
    sa.Column("added_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sqlite_strict=True,
)
sa.Index("report_changed", report.c.changed_at.desc(), report.c.id)
sa.Index("report_of_term", report.c.form_knd, report.c.year, report.c.payer_inn, report.c.payer_kpp)
sa.Index("report_content", report.c.content)
sa.Index("report_bytes", report.c.content_sha256, report.c.added_at)

# --- outbox ---

outbox = sa.Table(
    "outbox",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, nullable=False, unique=True),
    _text("kind"),
    _text("state"),
    sa.Column("report_id", sa.Text, sa.ForeignKey("report.id")),
    _text("organisation_id"),
    _text("authority"),
    _text("file_name"),
    _text("file_id"),
    sa.Column("content", sa.Text, sa.ForeignKey("content.id"), nullable=False),
    _text("content_sha256"),
    _number("content_bytes"),
    sa.Column("signature", sa.LargeBinary, nullable=False),
    sa.Column("certificate_der", sa.LargeBinary, nullable=False),
    _text("certificate_sha1"),
    _text("reply_type"),
    _no_text("content_id"),
    _no_text("signature_content_id"),
    _no_text("draft_id"),
    _no_text("document_id"),
    _no_text("signature_id"),
    _no_text("check_task_id"),
    _no_text("prepare_task_id"),
    _no_text("send_task_id"),
    _no_text("docflow_id"),
    _no_text("reply_id"),
    _no_text("refusal"),
    _no_text("owner"),
    sa.Column("lease_until_at", UtcTime),
    _number("attempt"),
    sa.Column("created_at", UtcTime, nullable=False),
    sa.Column("changed_at", UtcTime, nullable=False),
    sqlite_strict=True,
)
IS_OPEN: Final = sa.text("state not in ('sent', 'refused', 'withdrawn')")
_STANDS: Final = "state not in ('refused', 'withdrawn')"
BYTES_STAND: Final = sa.text(f"kind = 'report' and {_STANDS}")
FILE_STANDS: Final = sa.text(f"kind = 'report' and file_id <> '' and {_STANDS}")
REPLY_STANDS: Final = sa.text(f"kind = 'reply' and {_STANDS}")
"""Acts that may not be made twice. Literal text: of bound values SQLite can't know that a partial index holds the row, and reads the whole table."""
sa.Index("outbox_open", outbox.c.number, sqlite_where=IS_OPEN)
IS_REFUSED: Final = sa.text("state = 'refused'")
sa.Index("outbox_refused", outbox.c.changed_at.desc(), sqlite_where=IS_REFUSED)
sa.Index("outbox_of_report", outbox.c.report_id, outbox.c.number.desc())
sa.Index("outbox_of_docflow", outbox.c.docflow_id)
sa.Index("outbox_content", outbox.c.content)
sa.Index("outbox_bytes_once", outbox.c.content_sha256, unique=True, sqlite_where=BYTES_STAND)
sa.Index("outbox_file_once", outbox.c.file_id, unique=True, sqlite_where=FILE_STANDS)
sa.Index("outbox_reply_once", outbox.c.document_id, outbox.c.reply_type, unique=True, sqlite_where=REPLY_STANDS)

counter = sa.Table("counter", metadata, sa.Column("name", sa.Text, primary_key=True), _number("value"), sqlite_strict=True)

# --- mirror ---

docflow = sa.Table(
    "docflow",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    _text("type"),
    _text("status"),
    _text("success_state"),
    _text("organisation_id"),
    _text("form_knd"),
    _text("form_name"),
    _text("form_version"),
    sa.Column("period_begin_on", Day),
    sa.Column("period_end_on", Day),
    _text("period_code"),
    _no_number("correction_number"),
    _text("recipient"),
    _text("payer_inn"),
    _text("original_draft_id"),
    sa.Column("sent_at", UtcTime),
    sa.Column("changed_at", UtcTime, nullable=False),
    sa.Column("read_at_change", UtcTime),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
sa.Index("docflow_changed", docflow.c.changed_at.desc(), docflow.c.id.desc())
sa.Index("docflow_of_organisation", docflow.c.organisation_id, docflow.c.changed_at.desc(), docflow.c.id.desc())
sa.Index("docflow_of_form", docflow.c.organisation_id, docflow.c.form_knd, docflow.c.period_end_on, docflow.c.changed_at, docflow.c.success_state)
sa.Index("docflow_failed", docflow.c.changed_at.desc(), sqlite_where=sa.text("success_state in ('failed', 'warning')"))
sa.Index("docflow_unread", docflow.c.changed_at, sqlite_where=sa.text("read_at_change is null or read_at_change < changed_at"))
sa.Index("docflow_of_draft", docflow.c.original_draft_id, sqlite_where=sa.text("original_draft_id <> ''"))

document = sa.Table(
    "document",
    metadata,
    sa.Column("id", sa.Text, primary_key=True),
    sa.Column("docflow_id", sa.Text, sa.ForeignKey("docflow.id"), nullable=False),
    _number("place"),
    _text("type"),
    _text("file_name"),
    sa.Column("sent_at", UtcTime),
    _text("content_id"),
    _number("is_encrypted"),
    _number("is_compressed"),
    sa.Column("content", sa.Text, sa.ForeignKey("content.id")),
    sa.Column("signature", sa.Text, sa.ForeignKey("content.id")),
    sa.Column("raw", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)
sa.Index("document_of_docflow", document.c.docflow_id, document.c.place)
sa.Index("document_content", document.c.content, sqlite_where=sa.text("content is not null"))
sa.Index("document_signature", document.c.signature, sqlite_where=sa.text("signature is not null"))
sa.Index("document_to_fetch", document.c.docflow_id, sqlite_where=sa.text("content is null and content_id <> ''"))

obligation = sa.Table(
    "obligation",
    metadata,
    sa.Column("docflow_id", sa.Text, sa.ForeignKey("docflow.id"), nullable=False),
    sa.Column("document_id", sa.Text, sa.ForeignKey("document.id"), primary_key=True),
    sa.Column("reply_type", sa.Text, primary_key=True),
    _text("href"),
    sa.Column("received_at", UtcTime, nullable=False),
    sa.Index("obligation_of_docflow", "docflow_id"),
    sa.Index("obligation_received", "received_at"),
    sqlite_strict=True,
)

reports_cell = sa.Table(
    "reports_cell",
    metadata,
    sa.Column("organisation_id", sa.Text, primary_key=True),
    sa.Column("form_id", sa.Integer, primary_key=True),
    sa.Column("period_year", sa.Integer, primary_key=True),
    sa.Column("period_number", sa.Integer, primary_key=True),
    sa.Column("deadline_on", Day, primary_key=True),
    _text("form_short_name"),
    _text("form_full_name"),
    _text("knd"),
    _text("okud"),
    _text("periodicity"),
    sa.Column("period_begin_on", Day),
    sa.Column("period_end_on", Day),
    _text("status"),
    sqlite_strict=True,
    sqlite_with_rowid=False,
)
IS_DUE: Final = "status in ('not-sent', 'not-sent-after-deadline', 'declined')"
"""Statuses of a cell that ask for a report."""
sa.Index("reports_cell_deadline", reports_cell.c.deadline_on, reports_cell.c.form_short_name, reports_cell.c.status)
sa.Index("reports_cell_due", reports_cell.c.deadline_on, reports_cell.c.form_short_name, reports_cell.c.status, sqlite_where=sa.text(IS_DUE))
sa.Index("reports_cell_of_form", reports_cell.c.organisation_id, reports_cell.c.knd, reports_cell.c.period_year)

mark = sa.Table("mark", metadata, sa.Column("name", sa.Text, primary_key=True), sa.Column("at", UtcTime, nullable=False), sqlite_strict=True)

kept_secret = sa.Table("kept_secret", metadata, sa.Column("name", sa.Text, primary_key=True), _text("value"), sqlite_strict=True)

snapshot = sa.Table(
    "snapshot",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("content", sa.LargeBinary, nullable=False),
    sqlite_strict=True,
)

TRIGGERS: Final = (
    """create trigger outbox_finished_is_final before update on outbox when old.state in ('sent', 'refused', 'withdrawn')
    begin select raise(abort, 'a finished act is never changed'); end""",
    """create trigger outbox_is_append_only before delete on outbox begin select raise(abort, 'an act is never removed'); end""",
    """create trigger outbox_signed_is_sacred
    before update of number, kind, report_id, organisation_id, authority, file_name, file_id, reply_type, content, content_sha256, content_bytes,
    signature, certificate_der, certificate_sha1, created_at on outbox
    begin select raise(abort, 'what was signed is never changed'); end""",
)
"""The promises of the outbox, kept by the database itself whatever the program above it does."""


def create_all(connection: sa.Connection) -> None:
    """Make a fresh database of today's shape."""
    metadata.create_all(connection, checkfirst=False)
    for statement in TRIGGERS:
        connection.exec_driver_sql(statement)
    connection.exec_driver_sql(f"pragma user_version = {SCHEMA_VERSION}")
