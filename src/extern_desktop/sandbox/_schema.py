"""Tables of the training operator's state file. A change of any of them changes `VERSION`; there are no migrations, a training starts anew."""

from typing import Final

VERSION: Final = 1

_TABLES: Final = """
CREATE TABLE facts (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE tokens (digest TEXT PRIMARY KEY, kind TEXT NOT NULL, expires_at TEXT NOT NULL);
CREATE TABLE device_codes (
    digest TEXT PRIMARY KEY,
    user_code TEXT NOT NULL UNIQUE,
    expires_at TEXT NOT NULL,
    answer TEXT NOT NULL);
CREATE TABLE challenges (
    thumbprint TEXT PRIMARY KEY,
    digest TEXT NOT NULL,
    expires_at TEXT NOT NULL);
CREATE TABLE certificates (
    thumbprint TEXT PRIMARY KEY,
    der BLOB NOT NULL,
    owner TEXT NOT NULL,
    inn TEXT NOT NULL,
    serial TEXT NOT NULL,
    valid_to_at TEXT NOT NULL,
    issued_at TEXT NOT NULL);
CREATE TABLE contents (
    id TEXT PRIMARY KEY,
    file TEXT,
    bytes BLOB,
    size_bytes INTEGER,
    sha256 TEXT,
    complete INTEGER NOT NULL,
    created_at TEXT NOT NULL);
CREATE TABLE content_parts (
    content_id TEXT NOT NULL REFERENCES contents(id),
    first INTEGER NOT NULL,
    last INTEGER NOT NULL);
CREATE INDEX content_parts_by_content ON content_parts (content_id);
CREATE TABLE drafts (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    meta BLOB NOT NULL,
    progress TEXT NOT NULL,
    docflow_id TEXT,
    created_at TEXT NOT NULL);
CREATE TABLE draft_documents (
    draft_id TEXT NOT NULL REFERENCES drafts(id) ON DELETE CASCADE,
    id TEXT NOT NULL,
    content_id TEXT NOT NULL REFERENCES contents(id),
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    type TEXT NOT NULL,
    PRIMARY KEY (draft_id, id));
CREATE TABLE draft_signatures (
    draft_id TEXT NOT NULL,
    document_id TEXT NOT NULL,
    id TEXT NOT NULL,
    der BLOB NOT NULL,
    third_party INTEGER NOT NULL,
    PRIMARY KEY (draft_id, document_id, id),
    FOREIGN KEY (draft_id, document_id) REFERENCES draft_documents(draft_id, id) ON DELETE CASCADE);
CREATE TABLE tasks (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    draft_id TEXT NOT NULL REFERENCES drafts(id) ON DELETE CASCADE,
    kind TEXT NOT NULL,
    force INTEGER NOT NULL,
    state TEXT NOT NULL,
    due_at TEXT NOT NULL,
    answer BLOB);
CREATE INDEX tasks_by_draft ON tasks (draft_id);
CREATE INDEX tasks_running ON tasks (due_at) WHERE state = 'running';
CREATE TABLE docflows (
    id TEXT PRIMARY KEY,
    organisation_id TEXT NOT NULL,
    draft_id TEXT NOT NULL UNIQUE,
    authority TEXT NOT NULL,
    verdict TEXT NOT NULL,
    reason TEXT NOT NULL,
    knd TEXT NOT NULL,
    form_version TEXT NOT NULL,
    form_name TEXT NOT NULL,
    period_code TEXT NOT NULL,
    year INTEGER NOT NULL,
    correction INTEGER NOT NULL,
    payer TEXT NOT NULL,
    file_id TEXT NOT NULL,
    certificate BLOB NOT NULL,
    status TEXT NOT NULL,
    success TEXT NOT NULL,
    sent_at TEXT NOT NULL,
    last_change_at TEXT NOT NULL,
    next_due_at TEXT);
CREATE INDEX docflows_by_change ON docflows (last_change_at);
CREATE INDEX docflows_by_file ON docflows (file_id);
CREATE INDEX docflows_by_cell ON docflows (organisation_id, knd, year);
CREATE INDEX docflows_waiting ON docflows (next_due_at) WHERE next_due_at IS NOT NULL;
CREATE TABLE docflow_documents (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    docflow_id TEXT NOT NULL REFERENCES docflows(id),
    kind TEXT NOT NULL,
    answers_id TEXT,
    file_name TEXT NOT NULL,
    content_id TEXT NOT NULL REFERENCES contents(id),
    size_bytes INTEGER NOT NULL,
    sent_at TEXT NOT NULL);
CREATE INDEX docflow_documents_by_docflow ON docflow_documents (docflow_id);
CREATE TABLE docflow_signatures (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    document_id TEXT NOT NULL REFERENCES docflow_documents(id),
    signer TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    der BLOB);
CREATE INDEX docflow_signatures_by_document ON docflow_signatures (document_id);
CREATE TABLE replies (
    id TEXT PRIMARY KEY,
    docflow_id TEXT NOT NULL REFERENCES docflows(id),
    document_id TEXT NOT NULL UNIQUE,
    file_name TEXT NOT NULL,
    content BLOB NOT NULL,
    certificate BLOB NOT NULL,
    signature BLOB,
    sent_at TEXT);
CREATE TABLE judged_reports (
    sha256 TEXT NOT NULL,
    file_name TEXT NOT NULL,
    judgement BLOB NOT NULL,
    PRIMARY KEY (sha256, file_name));
CREATE TABLE judged_signatures (
    content_sha256 TEXT NOT NULL,
    signature_sha256 TEXT NOT NULL,
    thumbprint TEXT NOT NULL,
    problem TEXT NOT NULL,
    PRIMARY KEY (content_sha256, signature_sha256));
"""
STATEMENTS: Final = tuple(_TABLES.split(";\n"))
