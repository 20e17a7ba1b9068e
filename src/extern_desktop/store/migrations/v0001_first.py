"""Version 1: the first released shape of the workspace, statement by statement as it was then. Never edited."""

from __future__ import annotations

from typing import Final

from alembic.operations import Operations

_STATEMENTS: Final = (
    """CREATE TABLE content (
        id TEXT NOT NULL,
        size_bytes INTEGER NOT NULL,
        sha256 TEXT NOT NULL,
        inline BLOB,
        wrapped_key BLOB,
        PRIMARY KEY (id),
        CONSTRAINT content_is_in_one_place CHECK ((inline is null) <> (wrapped_key is null))
    )
     STRICT""",
    """CREATE TABLE organisation (
        id TEXT NOT NULL,
        inn TEXT NOT NULL,
        kpp TEXT NOT NULL,
        name TEXT NOT NULL,
        PRIMARY KEY (id)
    )
     STRICT""",
    """CREATE TABLE counter (
        name TEXT NOT NULL,
        value INTEGER NOT NULL,
        PRIMARY KEY (name)
    )
     STRICT""",
    """CREATE TABLE docflow (
        id TEXT NOT NULL,
        type TEXT NOT NULL,
        status TEXT NOT NULL,
        success_state TEXT NOT NULL,
        organisation_id TEXT NOT NULL,
        form_knd TEXT NOT NULL,
        form_name TEXT NOT NULL,
        form_version TEXT NOT NULL,
        period_begin_on TEXT,
        period_end_on TEXT,
        period_code TEXT NOT NULL,
        correction_number INTEGER,
        recipient TEXT NOT NULL,
        payer_inn TEXT NOT NULL,
        original_draft_id TEXT NOT NULL,
        sent_at TEXT,
        changed_at TEXT NOT NULL,
        read_at_change TEXT,
        raw BLOB NOT NULL,
        PRIMARY KEY (id)
    )
     STRICT""",
    """CREATE TABLE reports_cell (
        organisation_id TEXT NOT NULL,
        form_id INTEGER NOT NULL,
        period_year INTEGER NOT NULL,
        period_number INTEGER NOT NULL,
        deadline_on TEXT NOT NULL,
        form_short_name TEXT NOT NULL,
        form_full_name TEXT NOT NULL,
        knd TEXT NOT NULL,
        okud TEXT NOT NULL,
        periodicity TEXT NOT NULL,
        period_begin_on TEXT,
        period_end_on TEXT,
        status TEXT NOT NULL,
        PRIMARY KEY (organisation_id, form_id, period_year, period_number, deadline_on)
    )
     WITHOUT ROWID,
     STRICT""",
    """CREATE TABLE mark (
        name TEXT NOT NULL,
        at TEXT NOT NULL,
        PRIMARY KEY (name)
    )
     STRICT""",
    """CREATE TABLE kept_secret (
        name TEXT NOT NULL,
        value TEXT NOT NULL,
        PRIMARY KEY (name)
    )
     STRICT""",
    """CREATE TABLE snapshot (
        name TEXT NOT NULL,
        content BLOB NOT NULL,
        PRIMARY KEY (name)
    )
     STRICT""",
    """CREATE TABLE report (
        id TEXT NOT NULL,
        file_name TEXT NOT NULL,
        content TEXT NOT NULL,
        content_bytes INTEGER NOT NULL,
        content_sha256 TEXT NOT NULL,
        form_knd TEXT,
        form_version TEXT,
        form_short_name TEXT,
        period_code TEXT,
        year INTEGER,
        period_number INTEGER,
        correction_number INTEGER,
        payer_inn TEXT,
        payer_kpp TEXT,
        payer_name TEXT,
        authority_code TEXT,
        file_id TEXT,
        errors INTEGER,
        warnings INTEGER,
        checked_at TEXT,
        added_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(content) REFERENCES content (id)
    )
     STRICT""",
    """CREATE TABLE document (
        id TEXT NOT NULL,
        docflow_id TEXT NOT NULL,
        place INTEGER NOT NULL,
        type TEXT NOT NULL,
        file_name TEXT NOT NULL,
        sent_at TEXT,
        content_id TEXT NOT NULL,
        is_encrypted INTEGER NOT NULL,
        is_compressed INTEGER NOT NULL,
        content TEXT,
        signature TEXT,
        raw BLOB NOT NULL,
        PRIMARY KEY (id),
        FOREIGN KEY(docflow_id) REFERENCES docflow (id),
        FOREIGN KEY(content) REFERENCES content (id),
        FOREIGN KEY(signature) REFERENCES content (id)
    )
     STRICT""",
    """CREATE TABLE outbox (
        id TEXT NOT NULL,
        number INTEGER NOT NULL,
        kind TEXT NOT NULL,
        state TEXT NOT NULL,
        report_id TEXT,
        organisation_id TEXT NOT NULL,
        authority TEXT NOT NULL,
        file_name TEXT NOT NULL,
        file_id TEXT NOT NULL,
        content TEXT NOT NULL,
        content_sha256 TEXT NOT NULL,
        content_bytes INTEGER NOT NULL,
        signature BLOB NOT NULL,
        certificate_der BLOB NOT NULL,
        certificate_sha1 TEXT NOT NULL,
        reply_type TEXT NOT NULL,
        content_id TEXT,
        signature_content_id TEXT,
        draft_id TEXT,
        document_id TEXT,
        signature_id TEXT,
        check_task_id TEXT,
        prepare_task_id TEXT,
        send_task_id TEXT,
        docflow_id TEXT,
        reply_id TEXT,
        refusal TEXT,
        owner TEXT,
        lease_until_at TEXT,
        attempt INTEGER NOT NULL,
        created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL,
        PRIMARY KEY (id),
        UNIQUE (number),
        FOREIGN KEY(report_id) REFERENCES report (id),
        FOREIGN KEY(content) REFERENCES content (id)
    )
     STRICT""",
    """CREATE TABLE obligation (
        docflow_id TEXT NOT NULL,
        document_id TEXT NOT NULL,
        reply_type TEXT NOT NULL,
        href TEXT NOT NULL,
        received_at TEXT NOT NULL,
        PRIMARY KEY (document_id, reply_type),
        FOREIGN KEY(docflow_id) REFERENCES docflow (id),
        FOREIGN KEY(document_id) REFERENCES document (id)
    )
     STRICT""",
    "CREATE INDEX organisation_inn ON organisation (inn, kpp)",
    "CREATE INDEX docflow_of_form ON docflow (organisation_id, form_knd, period_end_on, changed_at, success_state)",
    "CREATE INDEX docflow_changed ON docflow (changed_at DESC, id DESC)",
    "CREATE INDEX docflow_unread ON docflow (changed_at) WHERE read_at_change is null or read_at_change < changed_at",
    "CREATE INDEX docflow_of_organisation ON docflow (organisation_id, changed_at DESC, id DESC)",
    "CREATE INDEX docflow_failed ON docflow (changed_at DESC) WHERE success_state in ('failed', 'warning')",
    "CREATE INDEX docflow_of_draft ON docflow (original_draft_id) WHERE original_draft_id <> ''",
    """CREATE INDEX reports_cell_due ON reports_cell (deadline_on, form_short_name, status)
    WHERE status in ('not-sent', 'not-sent-after-deadline', 'declined')""",
    "CREATE INDEX reports_cell_deadline ON reports_cell (deadline_on, form_short_name, status)",
    "CREATE INDEX reports_cell_of_form ON reports_cell (organisation_id, knd, period_year)",
    "CREATE INDEX report_changed ON report (changed_at DESC, id)",
    "CREATE INDEX report_bytes ON report (content_sha256, added_at)",
    "CREATE INDEX report_content ON report (content)",
    "CREATE INDEX report_of_term ON report (form_knd, year, payer_inn, payer_kpp)",
    "CREATE INDEX document_of_docflow ON document (docflow_id, place)",
    "CREATE INDEX document_to_fetch ON document (docflow_id) WHERE content is null and content_id <> ''",
    "CREATE INDEX document_content ON document (content) WHERE content is not null",
    "CREATE INDEX document_signature ON document (signature) WHERE signature is not null",
    """CREATE UNIQUE INDEX outbox_reply_once ON outbox (document_id, reply_type)
    WHERE kind = 'reply' and state not in ('refused', 'withdrawn')""",
    "CREATE INDEX outbox_refused ON outbox (changed_at DESC) WHERE state = 'refused'",
    "CREATE UNIQUE INDEX outbox_bytes_once ON outbox (content_sha256) WHERE kind = 'report' and state not in ('refused', 'withdrawn')",
    """CREATE UNIQUE INDEX outbox_file_once ON outbox (file_id)
    WHERE kind = 'report' and file_id <> '' and state not in ('refused', 'withdrawn')""",
    "CREATE INDEX outbox_open ON outbox (number) WHERE state not in ('sent', 'refused', 'withdrawn')",
    "CREATE INDEX outbox_content ON outbox (content)",
    "CREATE INDEX outbox_of_docflow ON outbox (docflow_id)",
    "CREATE INDEX outbox_of_report ON outbox (report_id, number DESC)",
    "CREATE INDEX obligation_received ON obligation (received_at)",
    "CREATE INDEX obligation_of_docflow ON obligation (docflow_id)",
    """CREATE TRIGGER outbox_finished_is_final before update on outbox when old.state in ('sent', 'refused', 'withdrawn')
        begin select raise(abort, 'a finished act is never changed'); end""",
    "CREATE TRIGGER outbox_is_append_only before delete on outbox begin select raise(abort, 'an act is never removed'); end",
    """CREATE TRIGGER outbox_signed_is_sacred
        before update of number, kind, report_id, organisation_id, authority, file_name, file_id, reply_type, content, content_sha256, content_bytes,
        signature, certificate_der, certificate_sha1, created_at on outbox
        begin select raise(abort, 'what was signed is never changed'); end""",
)


def upgrade(op: Operations) -> None:
    for statement in _STATEMENTS:
        op.get_bind().exec_driver_sql(statement)
