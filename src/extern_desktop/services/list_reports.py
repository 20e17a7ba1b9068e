"""How reports stand: desk, outbox and mirror taken together, in one word for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from extern_desktop.domain.docflows import DocflowStatus, SuccessState
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.services.desk import Desk
from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import ReportLine
from extern_desktop.store.values import ReportRow

_OF_OUTBOX: Final[Mapping[OutboxState, ReportStanding]] = {
    OutboxState.SIGNED: ReportStanding.SIGNED,
    OutboxState.UPLOADED: ReportStanding.SIGNED,
    OutboxState.CHECKED: ReportStanding.SIGNED,
    OutboxState.PREPARED: ReportStanding.SIGNED,
    OutboxState.SENDING: ReportStanding.SENDING,
    OutboxState.UNCERTAIN: ReportStanding.UNCERTAIN,
    OutboxState.REFUSED: ReportStanding.REFUSED_BY_OPERATOR,
}
"""Standings that the act itself decides. A sent report stands as its docflow says; one that was taken back stands as on the desk."""

_OF_SUCCESS: Final[Mapping[str, ReportStanding]] = {
    SuccessState.FAILED: ReportStanding.DECLINED,
    SuccessState.WARNING: ReportStanding.CLARIFICATION,
    SuccessState.SUCCESSFUL: ReportStanding.ACCEPTED,
}

_OF_STATUS: Final[Mapping[str, ReportStanding]] = {
    DocflowStatus.DELIVERED: ReportStanding.DELIVERED,
    DocflowStatus.RESPONSE_ARRIVED: ReportStanding.ACCEPTED,  # a refusal would have made the success state `failed`
    DocflowStatus.RESPONSE_PROCESSED: ReportStanding.ACCEPTED,
    DocflowStatus.FINISHED: ReportStanding.ACCEPTED,
}


def standing_of(row: ReportRow) -> ReportStanding:
    """The state of a report in one word. Pure."""
    act = row.outbox
    if act is None or act.state is OutboxState.WITHDRAWN or (act.state is OutboxState.REFUSED and row.changed_at > act.changed_at):
        return _on_desk(row)
    if act.state is not OutboxState.SENT:
        return _OF_OUTBOX[act.state]
    return _OF_SUCCESS.get(row.success_state) or _OF_STATUS.get(row.docflow_status, ReportStanding.SENT)


def ready_report_ids(rows: Sequence[ReportRow]) -> tuple[str, ...]:
    """Reports that can be signed and sent as they are."""
    return tuple(row.id for row in rows if standing_of(row) is ReportStanding.READY and row.organisation is not None)


def _on_desk(row: ReportRow) -> ReportStanding:
    if row.check is None:
        return ReportStanding.DRAFT
    return ReportStanding.HAS_ERRORS if row.check.errors else ReportStanding.READY


def list_reports(*, desk: Desk) -> tuple[ReportLine, ...]:
    """All reports of the desk, the last changed first."""
    due, owed = desk.store.views.due_dates(), desk.store.views.owed_counts()
    return tuple(_line(row, due, owed) for row in desk.store.reports.list())


def line_of(row: ReportRow, desk: Desk) -> ReportLine:
    """One report as a line of the list."""
    return _line(row, desk.store.views.due_dates(row.id), desk.store.views.owed_counts())


def _line(row: ReportRow, due: Mapping[str, date], owed: Mapping[str, int]) -> ReportLine:
    docflow_id = (row.outbox.docflow_id or "") if row.outbox else ""
    return ReportLine(
        report_id=row.id,
        identity=row.identity,
        file_name=row.file_name,
        organisation=row.organisation,
        standing=standing_of(row),
        errors=row.check.errors if row.check else 0,
        warnings=row.check.warnings if row.check else 0,
        changed_at=row.changed_at,
        due_on=due.get(row.id),
        docflow_id=docflow_id,
        owed_replies=owed.get(docflow_id, 0) if docflow_id else 0,
    )
