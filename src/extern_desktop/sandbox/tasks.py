"""Check, prepare and send: started now, done when their time has come, and read as often as anyone asks.

Each step does the steps before it. A send that is refused ends as a *succeeded* task with a failure object inside, as the real operator's may.
"""

from __future__ import annotations

import logging
import uuid
from datetime import timedelta
from typing import Final

import msgspec

from extern_desktop.extern_api.values import DraftStatus, PrepareStatus, TaskState
from extern_desktop.extern_api.wire import base, tasks
from extern_desktop.extern_api.wire.links import ErrorObject, Link
from extern_desktop.sandbox import docflow_views, docflows, drafts
from extern_desktop.sandbox.course import TASK_SECONDS
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.judging import CERTIFICATE_CHECK, Judgement, failure, is_error, judge_certificate, judge_report, judge_signature
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.refusals import not_found

CHECK: Final = "check"
PREPARE: Final = "prepare"
SEND: Final = "send"
_log: Final = logging.getLogger(__name__)


def start(turn: Turn, draft_id: str, kind: str, *, force: bool = False) -> tasks.ApiTask:
    """Start a task on a draft; what it answers is always `running`."""
    draft = drafts.open_draft(turn, draft_id)
    task_id = str(uuid.uuid4())
    due_at = turn.now + timedelta(seconds=TASK_SECONDS[turn.office.pace])
    turn.rows.execute(
        "INSERT INTO tasks (id, draft_id, kind, force, state, due_at) VALUES (?, ?, ?, ?, ?, ?)",
        (task_id, draft.id, kind, force, TaskState.RUNNING, stamp(due_at)),
    )
    if due_at <= turn.now:
        finish(turn, task_id)
    return tasks.ApiTask(id=task_id, task_state=TaskState.RUNNING, task_type=_urn(kind))


def read(turn: Turn, draft_id: str, task_id: str) -> tasks.ApiTask:
    drafts.the_draft(turn, draft_id)
    row = turn.rows.execute("SELECT * FROM tasks WHERE draft_id = ? AND id = ?", (draft_id, task_id)).fetchone()
    if row is None:
        raise not_found("задача")
    answer = None if row["answer"] is None else base.decode_loosely(row["answer"])
    if row["state"] == TaskState.FAILED:
        error = base.read_part(answer, ErrorObject)
        return tasks.ApiTask(id=row["id"], task_state=row["state"], task_type=_urn(row["kind"]), error=error)
    return tasks.ApiTask(id=row["id"], task_state=row["state"], task_type=_urn(row["kind"]), task_result=answer)


def listing(turn: Turn, draft_id: str, skip: int, take: int) -> tasks.ApiTaskPage:
    drafts.the_draft(turn, draft_id)
    rows = turn.rows.execute("SELECT id, state, kind FROM tasks WHERE draft_id = ? ORDER BY number", (draft_id,)).fetchall()
    items = tuple(tasks.ApiTaskItem(id=row["id"], task_state=row["state"], task_type=_urn(row["kind"])) for row in rows[skip : skip + take])
    return tasks.ApiTaskPage(skip=skip, take=take, total_count=len(rows), api_task_page_items=items)


def finish(turn: Turn, task_id: str) -> None:
    """Do what the task was started for and keep its answer. What nobody foresaw ends the task as failed, and leaves no half of a docflow behind."""
    row = turn.rows.execute("SELECT * FROM tasks WHERE id = ?", (task_id,)).fetchone()
    turn.rows.execute("SAVEPOINT task")
    try:
        answer, state = base.encode(_RESULTS[row["kind"]](turn, drafts.the_draft(turn, row["draft_id"]), bool(row["force"]))), TaskState.SUCCEED
    except Exception:
        _log.exception("task %s failed", task_id)
        turn.rows.execute("ROLLBACK TO task")
        answer, state = base.encode(ErrorObject(id="urn:error:externapi:error", status_code=500, message="Операция не выполнена.")), TaskState.FAILED
    turn.rows.execute("RELEASE task")
    turn.rows.execute("UPDATE tasks SET state = ?, answer = ? WHERE id = ?", (state, answer, task_id))


def _check(turn: Turn, draft: drafts.DraftRow, _force: bool) -> tasks.CheckTaskResult:
    result, _judgement = _checked(turn, draft)
    if not _errors(result):
        drafts.set_progress(turn, draft.id, DraftStatus.CHECKED)
    return tasks.CheckTaskResult(data=result)


def _prepare(turn: Turn, draft: drafts.DraftRow, _force: bool) -> tasks.PrepareResult:
    prepared, _judgement = _prepared(turn, draft)
    if prepared.status != PrepareStatus.CHECK_HAS_ERRORS:
        drafts.set_progress(turn, draft.id, DraftStatus.READY_TO_SEND)
    return prepared


def _send(turn: Turn, draft: drafts.DraftRow, force: bool) -> object:
    prepared, judgement = _prepared(turn, draft)
    warned = prepared.status == PrepareStatus.CHECK_HAS_ONLY_WARNINGS
    if prepared.status == PrepareStatus.CHECK_HAS_ERRORS or (warned and not force) or judgement is None or judgement.identity is None:
        return tasks.SendFailure(
            id="urn:error:externapi:checkProtocolHasErrors",
            status_code=400,
            message="Отправка отклонена: проверка нашла ошибки." if not warned else "Есть предупреждения: отправьте с force=true.",
            status=prepared.status,
            check_result=prepared.check_result,
        )
    (document,) = drafts.documents(turn, draft.id)
    docflow_id = docflows.open_docflow(turn, draft, document, judgement.identity)
    drafts.set_progress(turn, draft.id, DraftStatus.SENT, docflow_id)
    return docflow_views.view(turn, docflow_id)


_RESULTS: Final = {CHECK: _check, PREPARE: _prepare, SEND: _send}


def _prepared(turn: Turn, draft: drafts.DraftRow) -> tuple[tasks.PrepareResult, Judgement | None]:
    """Check, and the signatures where the check found no error."""
    result, judgement = _checked(turn, draft)
    if not _errors(result):
        result = _with_signatures(turn, draft, result)
    status = PrepareStatus.OK
    if _errors(result):
        status = PrepareStatus.CHECK_HAS_ERRORS
    elif result.documents_errors or result.common_errors:
        status = PrepareStatus.CHECK_HAS_ONLY_WARNINGS
    links = () if status == PrepareStatus.CHECK_HAS_ERRORS else (Link(rel="next", href=f"drafts/{draft.id}/send?force=false"),)
    return tasks.PrepareResult(check_result=result, links=links, status=status), judgement


def _checked(turn: Turn, draft: drafts.DraftRow) -> tuple[tasks.CheckResult, Judgement | None]:
    documents = drafts.documents(turn, draft.id)
    if len(documents) != 1:
        return tasks.CheckResult(common_errors=(failure("В черновике должен быть один документ — отчёт."),)), None
    document = documents[0]
    judgement = judge_report(turn, document.content_id, document.sha256, document.file_name)
    common = [failure(text) for text in _mismatches(draft, judgement)]
    found = {document.id: judgement.errors} if judgement.errors else {}
    return tasks.CheckResult(documents_errors=found, common_errors=tuple(common)), judgement


def _mismatches(draft: drafts.DraftRow, judgement: Judgement) -> list[str]:
    """Where the draft says another thing than the report."""
    identity = judgement.identity
    if identity is None:
        return []
    recipient, payer = draft.meta.recipient.ifns_code, draft.meta.payer
    texts = []
    if identity.authority_code != recipient:
        texts.append(f"Отчёт составлен для инспекции {identity.authority_code}, а получателем указана {recipient}.")
    if identity.payer_inn != payer.inn:
        texts.append(f"ИНН в отчёте {identity.payer_inn}, а налогоплательщиком указан {payer.inn}.")
    kpp = payer.organization.kpp if payer.organization else ""
    if identity.payer_kpp != kpp:
        texts.append(f"КПП в отчёте {identity.payer_kpp or '—'}, а у налогоплательщика указан {kpp or '—'}.")
    return texts


def _with_signatures(turn: Turn, draft: drafts.DraftRow, result: tasks.CheckResult) -> tasks.CheckResult:
    """Verify that the document is signed by the sender's certificate, and that the certificate is good."""
    (document,) = drafts.documents(turn, draft.id)
    certificate = drafts.sender_certificate(draft)
    if certificate is None:
        return _with_error(result, document.id, "Не указан сертификат отправителя.")
    problem = judge_certificate(turn, certificate, draft.meta.sender.inn)
    signatures = drafts.signatures(turn, draft.id, document.id)
    if not problem and not signatures:
        problem = "Документ не подписан."
    if not problem:
        content = turn.office.contents.read(turn.rows, document.content_id)
        problem = next(filter(None, (judge_signature(turn, content, der, certificate) for _id, der in signatures)), "")
    return _with_error(result, document.id, problem) if problem else result


def _with_error(result: tasks.CheckResult, document_id: str, text: str) -> tasks.CheckResult:
    errors = (*result.documents_errors.get(document_id, ()), failure(text, CERTIFICATE_CHECK))
    return msgspec.structs.replace(result, documents_errors={**result.documents_errors, document_id: errors})


def _errors(result: tasks.CheckResult) -> bool:
    return any(is_error(error) for errors in (*result.documents_errors.values(), result.common_errors) for error in errors)


def _urn(kind: str) -> str:
    return f"urn:task-type:{kind}"
