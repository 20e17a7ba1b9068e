"""Send what is signed: the reports of a batch one after the other, and whatever an interruption left unfinished."""

from __future__ import annotations

from collections.abc import Sequence

from extern_desktop.domain.errors import EnvironmentProblemError
from extern_desktop.domain.outbox import OutboxKind
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.send_replies import finish_reply
from extern_desktop.services.send_report import send_report
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.services.values import SentBatch, SentReport
from extern_desktop.store.values import OutboxRow


def sign_and_send(report_ids: Sequence[str], *, desk: Desk, work: Work) -> SentBatch:
    """Sign the reports, then send them. Signing needs no network: what is signed waits in the outbox when the operator can't be reached."""
    signed = sign_reports(report_ids, desk=desk, work=work)
    return send_signed(signed.outbox_ids, desk=desk, work=work)


def send_signed(outbox_ids: Sequence[str], *, desk: Desk, work: Work) -> SentBatch:
    """Send acts of the outbox in order. One that fails for a reason of its own does not hold up the others; it is raised when all were tried.

    A cancel stops between two acts, and inside one before its point of no return.
    """
    operator = connect(desk, work)
    sent: list[SentReport] = []
    failed: EnvironmentProblemError | None = None
    for outbox_id in work.each(outbox_ids, Stage.SENDING):
        try:
            row = send_report(outbox_id, store=desk.store, operator=operator, work=work)
        except EnvironmentProblemError as error:
            failed = failed or error
            row = desk.store.outbox.get(outbox_id)
        sent.append(_sent(row))
    if failed is not None:
        raise failed
    return SentBatch(tuple(sent))


def resume_outbox(*, desk: Desk, work: Work) -> SentBatch:
    """Go on with every act that is not finished, reports and replies, the oldest first. Nothing to do costs no request."""
    rows = desk.store.outbox.unfinished()
    if not rows:
        return SentBatch(())
    operator = connect(desk, work)
    reports = send_signed([row.id for row in rows if row.kind is OutboxKind.REPORT], desk=desk, work=work)
    for row in work.each([row for row in rows if row.kind is OutboxKind.REPLY], Stage.REPLYING, lambda row: row.file_name):
        finish_reply(row.id, store=desk.store, operator=operator, work=work)
    return reports


def _sent(row: OutboxRow) -> SentReport:
    return SentReport(row.report_id or "", row.id, row.state, row.docflow_id or "")
