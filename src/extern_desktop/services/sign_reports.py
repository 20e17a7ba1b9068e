"""Sign reports of the desk, each once, and put each into the outbox the moment it is signed.

The outbox row is written before anything leaves this computer. A signature is verified against the certificate before it is given to us. When the
token is pulled, the batch waits for the same token; what was signed stays signed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import FINISHED
from extern_desktop.forms.check import check_report
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import read_organisations
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import ReportHasErrorsError, UnknownPayerError
from extern_desktop.services.import_report import summary_of
from extern_desktop.services.signers import SigningKey, choose_signing_key, opened, wait_for_same_token
from extern_desktop.signing.cms import sign_detached
from extern_desktop.signing.signer import Signer
from extern_desktop.store.values import OutboxRow, ReportRow
from extern_desktop.tokens.errors import LoginLostError, TokenMissingError, TokenRemovedError


@dataclass(frozen=True, slots=True)
class SignedBatch:
    """Outbox rows of the reports, in the order asked for."""

    outbox_ids: tuple[str, ...]


@dataclass(slots=True)
class _Batch:
    """What one key still has to sign."""

    key: SigningKey
    reports: list[ReportRow]


def sign_reports(report_ids: Sequence[str], *, desk: Desk, work: Work) -> SignedBatch:
    """Sign each report once. A cancel stops between two reports; what was signed stays signed.

    A report that is in the outbox already, and not finished there, is not signed again: its row is given. Raises before anything is signed:
    `UnknownPayerError`, `ReportHasErrorsError`, `NoSigningKeyError`, `TrainingKeyRefusedError`, and what the token says to the PIN.
    """
    rows = [desk.store.reports.get(report_id) for report_id in report_ids]
    if any(row.organisation is None for row in rows):
        read_organisations(desk, work)  # a new workplace, or an organisation that was added since
        rows = [desk.store.reports.get(report_id) for report_id in report_ids]
    known = {row.id: row.outbox.id for row in rows if row.outbox is not None and row.outbox.state not in FINISHED}
    unsigned = [row for row in rows if row.id not in known]
    for row in work.each(unsigned, Stage.CHECKING, lambda row: row.file_name):
        _require_sound(row, desk)
    for batch in _batches(unsigned, desk, work):
        for outbox_row in _sign_batch(batch, desk, work):
            if outbox_row.report_id is not None:
                known[outbox_row.report_id] = outbox_row.id
    return SignedBatch(tuple(known[row.id] for row in rows))


def _require_sound(row: ReportRow, desk: Desk) -> None:
    """The payer is ours and the bytes, as they are now, pass the check."""
    checked = check_report(desk.store.reports.content(row.id), file_name=row.file_name)
    desk.store.reports.set_checked(row.id, summary_of(checked, desk), checked.identity)
    if not checked.may_be_sent or checked.identity is None:
        raise ReportHasErrorsError(row.file_name, checked.error_count)
    if row.organisation is None:
        raise UnknownPayerError(row.file_name, checked.identity.payer_inn, checked.identity.payer_kpp)


def _batches(rows: Sequence[ReportRow], desk: Desk, work: Work) -> list[_Batch]:
    """One batch a key, so that each PIN is asked once."""
    batches: dict[str, _Batch] = {}
    chosen: dict[Organisation, SigningKey] = {}
    for row in rows:
        if row.organisation is None:
            continue
        if row.organisation not in chosen:
            chosen[row.organisation] = choose_signing_key(row.organisation, desk, work)
        key = chosen[row.organisation]
        batches.setdefault(key.certificate.thumbprint, _Batch(key, [])).reports.append(row)
    return list(batches.values())


def _sign_batch(batch: _Batch, desk: Desk, work: Work) -> list[OutboxRow]:
    signed: list[OutboxRow] = []
    total = len(batch.reports)
    while batch.reports:
        try:
            with opened(batch.key, [row.file_name for row in batch.reports], desk, work) as signer:
                while batch.reports:
                    work.checkpoint()
                    work.show(Stage.SIGNING, len(signed), total, batch.reports[0].file_name)
                    signed.append(_sign_one(batch.reports[0], signer, desk))
                    del batch.reports[0]
        except (TokenRemovedError, TokenMissingError, LoginLostError):
            wait_for_same_token(batch.key, len(signed), total, desk, work)
    work.show(Stage.SIGNING, total, total)
    return signed


def _sign_one(row: ReportRow, signer: Signer, desk: Desk) -> OutboxRow:
    if row.organisation is None or row.identity is None:
        raise UnknownPayerError(row.file_name, "", "")
    content = desk.store.reports.content(row.id)
    signature = sign_detached(content, signer, signed_at=desk.now())
    return desk.store.outbox.add_signed(
        row.id, hashlib.sha256(content).hexdigest(), signature, signer.certificate.der, row.organisation.id, row.identity.authority_code
    )
