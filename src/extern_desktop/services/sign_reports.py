"""Sign reports of the desk, each once, and put them into the outbox as they are signed.

The outbox row is durable before anything leaves this computer. A signature is verified against the certificate before it is given to us. When the
token is pulled, the batch waits for the same token; what was signed stays signed.
"""

from __future__ import annotations

import hashlib
import time
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Final, NamedTuple

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.outbox import FINISHED
from extern_desktop.forms.check import check_report
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import read_organisations
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import ReportHasErrorsError, UnknownPayerError
from extern_desktop.services.import_report import note_sound, summary_of
from extern_desktop.services.signers import SigningKey, choose_signing_key, opened, wait_for_same_token
from extern_desktop.signing.cms import enclose_signature, octets_to_sign
from extern_desktop.signing.signer import Signer
from extern_desktop.store.errors import AlreadyInOutboxError, ContentChangedError
from extern_desktop.store.values import ReportRow, SignedReport
from extern_desktop.store.workspace import Workspace
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
    rows = desk.store.reports.get_all(report_ids)
    if any(row.organisation is None for row in rows):
        read_organisations(desk, work)  # a new workplace, or an organisation that was added since
        rows = desk.store.reports.get_all(report_ids)
    known = {row.id: row.outbox.id for row in rows if row.outbox is not None and row.outbox.state not in FINISHED}
    unsigned = [row for row in rows if row.id not in known]
    for row in work.each(unsigned, Stage.CHECKING, lambda row: row.file_name):
        _require_sound(row, desk)
    for batch in _batches(unsigned, desk, work):
        known |= _sign_batch(batch, desk, work)
    return SignedBatch(tuple(known[row.id] for row in rows))


def _require_sound(row: ReportRow, desk: Desk) -> None:
    """The payer is ours and the bytes, as they are now, pass the check."""
    if row.organisation is not None and (row.content_sha256, row.file_name) in desk.sound:
        return
    content = desk.store.reports.content(row.id)
    checked = check_report(content, file_name=row.file_name)
    desk.store.reports.set_checked(row.id, summary_of(checked, desk), checked.identity)
    if not checked.may_be_sent or checked.identity is None:
        raise ReportHasErrorsError(row.file_name, checked.error_count)
    if row.organisation is None:
        raise UnknownPayerError(row.file_name, checked.identity.payer_inn, checked.identity.payer_kpp)
    note_sound(checked, content, row.file_name, desk)


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


_READ_TOGETHER: Final = 16
"""Reports whose bytes are read at once."""
_KEPT_EVERY_SECONDS: Final = 0.25
"""A token signs once or twice in that, a program a hundred times. What a kill could take of it has gone nowhere, and is signed again."""


class _Keeper:
    """Puts signed reports into the outbox: what was signed within a quarter of a second in one transaction."""

    def __init__(self, store: Workspace) -> None:
        self._store = store
        self._waiting: list[SignedReport] = []
        self._kept_at = time.monotonic()
        self.acts: dict[str, str] = {}
        """Report → its act in the outbox."""

    def put(self, signed: SignedReport) -> None:
        self._waiting.append(signed)
        if time.monotonic() - self._kept_at > _KEPT_EVERY_SECONDS:
            self.keep()

    def keep(self) -> None:
        """Everything given so far is durable when this returns."""
        waiting, self._waiting, self._kept_at = self._waiting, [], time.monotonic()
        if not waiting:
            return
        try:
            self._add(waiting)
        except AlreadyInOutboxError:  # one of them is there: those before it are kept, as if each had been kept alone
            for signed in waiting:
                self._add([signed])

    def _add(self, signed: Sequence[SignedReport]) -> None:
        self.acts |= zip((it.report_id for it in signed), self._store.outbox.add_all_signed(signed), strict=True)


def _sign_batch(batch: _Batch, desk: Desk, work: Work) -> dict[str, str]:
    """Report → its act. Whatever ends the batch, what was signed is in the outbox."""
    total, keeper = len(batch.reports), _Keeper(desk.store)
    try:
        while batch.reports:
            try:
                with opened(batch.key, [row.file_name for row in batch.reports], desk, work) as signer:
                    _sign_all(batch, signer, keeper, total, desk, work)
            except (TokenRemovedError, TokenMissingError, LoginLostError):
                keeper.keep()  # it may be long before the person is back
                wait_for_same_token(batch.key, total - len(batch.reports), total, desk, work)
    finally:
        keeper.keep()
    work.show(Stage.SIGNING, total, total)
    return keeper.acts


class _UnderWay(NamedTuple):
    """A report whose octets are with the token, or wait for it."""

    row: ReportRow
    octets: bytes
    signature: Future[bytes]


def _sign_all(batch: _Batch, signer: Signer, keeper: _Keeper, total: int, desk: Desk, work: Work) -> None:
    """Sign what is left of the batch; each signed report is taken out of it.

    A token and this computer work side by side: while the one signs a report, the other verifies and keeps the one before and prepares the next.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="signing") as token:
        under_way: deque[_UnderWay] = deque()

        def finish() -> None:
            row, octets, signature = under_way.popleft()
            keeper.put(_signed(row, enclose_signature(octets, signature.result(), signer.certificate), signer))
            batch.reports.remove(row)

        try:
            for row, content in _contents_of(tuple(batch.reports), desk.store):
                work.checkpoint()
                work.show(Stage.SIGNING, total - len(batch.reports), total, row.file_name)
                octets = octets_to_sign(_unchanged(row, content), signer, signed_at=desk.now())
                under_way.append(_UnderWay(row, octets, token.submit(signer.sign, octets)))
                if len(under_way) > 1:
                    finish()
        finally:  # whatever ended the batch: what the token has begun is finished
            while under_way:
                finish()


def _contents_of(rows: Sequence[ReportRow], store: Workspace) -> Iterator[tuple[ReportRow, bytes]]:
    for start in range(0, len(rows), _READ_TOGETHER):
        together = rows[start : start + _READ_TOGETHER]
        contents = store.reports.small_contents([row.id for row in together])
        for row in together:
            yield row, contents[row.id] if row.id in contents else store.reports.content(row.id)


def _unchanged(row: ReportRow, content: bytes) -> bytes:
    """The content, proven to be what was checked."""
    if hashlib.sha256(content).hexdigest() != row.content_sha256:  # corrected by another hand since it was checked
        raise ContentChangedError(row.file_name, row.id)
    return content


def _signed(row: ReportRow, signature: bytes, signer: Signer) -> SignedReport:
    if row.organisation is None or row.identity is None:
        raise UnknownPayerError(row.file_name, "", "")
    return SignedReport(row.id, row.content_sha256, signature, signer.certificate.der, row.organisation.id, row.identity.authority_code)
