"""What a task of a draft says: pure decisions over wire models, no network.

The trap: a refused send may come as a task that *succeeded* with a failure object inside, or as HTTP 400 with the same object. So the object decides,
not the state.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, TypeVar

from extern_desktop.extern_api.errors import OperatorRefusedError, UnexpectedAnswerError
from extern_desktop.extern_api.values import (
    CheckLevel,
    CheckVerdict,
    DraftStatus,
    OperatorFinding,
    OperatorRefusal,
    PrepareStatus,
    PrepareVerdict,
    SendFate,
    SendInquiry,
    TaskKind,
    TaskState,
)
from extern_desktop.extern_api.wire.base import UnreadableWireError, decode, decode_loosely, encode, read_part
from extern_desktop.extern_api.wire.docflows import Docflow
from extern_desktop.extern_api.wire.drafts import Draft
from extern_desktop.extern_api.wire.links import ErrorObject, links_by_rel
from extern_desktop.extern_api.wire.spellings import folded, kebab_of, known
from extern_desktop.extern_api.wire.tasks import ApiTask, CheckError, CheckResult, CheckTaskResult, PrepareResult, SendFailure

_R = TypeVar("_R")

_FAILURE_KEYS: Final = ("status-code", "message")
"""A docflow has neither."""
_TASK_URN: Final = "urn:task-type:"
_IN_PROGRESS: Final = frozenset({DraftStatus.CHECK_IN_PROGRESS, DraftStatus.PREPARE_IN_PROGRESS, DraftStatus.SEND_IN_PROGRESS})
_SENT: Final = frozenset({DraftStatus.SENT, DraftStatus.SENT_VIA_WEB})


def task_state(task: ApiTask) -> TaskState:
    """`RUNNING` also for a state we don't know: we go on asking. A task with an error has failed, whatever it says."""
    if task.error is not None:
        return TaskState.FAILED
    return known(TaskState, task.task_state) or TaskState.RUNNING


def check_verdict(task: ApiTask) -> CheckVerdict:
    """The remarks of a finished check. Raises `OperatorRefusedError` for a check that could not be made."""
    _require_success(task)
    return CheckVerdict(_findings(_result(task, CheckTaskResult).data))


def prepare_verdict(task: ApiTask) -> PrepareVerdict:
    """How a finished prepare ended. Raises `OperatorRefusedError` for one that could not be made."""
    _require_success(task)
    result = _result(task, PrepareResult)
    return PrepareVerdict(kebab_of(PrepareStatus, result.status), _findings(result.check_result))


def sent_docflow(task: ApiTask) -> Docflow:
    """The docflow that a finished send made. Raises `OperatorRefusedError` for a refusal in any of its three clothes."""
    _require_success(task)
    return _result(task, Docflow)


def refusal_of(error: OperatorRefusedError) -> OperatorRefusal:
    """The refusal as the outbox keeps it, with the findings of the operator's check when the answer held them."""
    try:
        failure = decode(error.content, SendFailure)
    except UnreadableWireError:
        failure = SendFailure()
    return OperatorRefusal(
        status=error.status,
        code=error.code,
        message=error.message,
        trace_id=error.trace_id,
        prepare_status=kebab_of(PrepareStatus, failure.status or ""),
        findings=_findings(failure.check_result) if failure.check_result else (),
    )


def failed_task(task_id: str, answer_content: bytes) -> ApiTask | None:
    """A task made of an HTTP 400 that holds a failure object; `None` when the body is something else."""
    try:
        result = decode_loosely(answer_content)
    except UnreadableWireError:
        return None
    return ApiTask(id=task_id, task_state=TaskState.FAILED, task_type="", task_result=result) if _is_failure(result) else None


def draft_docflow_id(draft: Draft) -> str:
    """Identifier of the docflow that this draft became; "" for a draft that was not sent."""
    links = links_by_rel(draft.docflows, "docflow") or draft.docflows
    return links[0].href.partition("?")[0].rstrip("/").rpartition("/")[2] if links else ""


def was_sent(draft: Draft) -> bool:
    """A draft can be sent once; a link to a docflow or the status says that it was."""
    return bool(draft.docflows) or known(DraftStatus, draft.status) in _SENT


def fate_of_send(draft: Draft, send_tasks: Sequence[ApiTask]) -> SendInquiry:
    """What became of a send: from the draft and its tasks of kind send, newest last. The docflow link outweighs everything."""
    if was_sent(draft):
        return SendInquiry(SendFate.SENT, docflow_id=draft_docflow_id(draft))
    refused: OperatorRefusedError | None = None
    for task in reversed(send_tasks):
        if task_state(task) is TaskState.RUNNING:
            return SendInquiry(SendFate.RUNNING, task_id=task.id)
        try:
            return SendInquiry(SendFate.SENT, docflow_id=sent_docflow(task).id)
        except OperatorRefusedError as error:
            refused = refused or error
    if known(DraftStatus, draft.status) in _IN_PROGRESS:
        return SendInquiry(SendFate.RUNNING)
    if refused is not None:
        return SendInquiry(SendFate.REFUSED, refusal=refusal_of(refused))
    return SendInquiry(SendFate.UNSENT)


def is_send(task_type: str) -> bool:
    return folded(task_type) == TaskKind.SEND.value


def task_urn(kind: TaskKind) -> str:
    return _TASK_URN + kind.value


def _require_success(task: ApiTask) -> None:
    if task_state(task) is TaskState.FAILED or _is_failure(task.task_result):
        raise _refused(task)


def _refused(task: ApiTask) -> OperatorRefusedError:
    source: object = task.task_result if _is_failure(task.task_result) else task.error
    failure = task.error or ErrorObject()
    if _is_failure(task.task_result):
        failure = _part(task, task.task_result, ErrorObject)
    status = failure.status_code if isinstance(failure.status_code, int) else 0
    context = {name: str(value) for name, value in (failure.properties or {}).items() if value is not None}
    return OperatorRefusedError(status, failure.id, failure.message, failure.trace_id or "", context, content=encode(source))


def _is_failure(result: object) -> bool:
    return isinstance(result, Mapping) and any(result.get(key) for key in _FAILURE_KEYS)


def _result(task: ApiTask, kind: type[_R]) -> _R:
    return _part(task, task.task_result if task.task_result is not None else {}, kind)


def _part(task: ApiTask, value: object, kind: type[_R]) -> _R:
    try:
        return read_part(value, kind)
    except UnreadableWireError as error:
        raise UnexpectedAnswerError("", f"task {task.task_type}", 200) from error


def _findings(result: CheckResult) -> tuple[OperatorFinding, ...]:
    by_document = [_finding(error, document_id) for document_id, errors in result.documents_errors.items() for error in errors]
    return (*by_document, *(_finding(error, "") for error in result.common_errors))


def _finding(error: CheckError, document_id: str) -> OperatorFinding:
    level = known(CheckLevel, error.level) or CheckLevel.ERROR
    return OperatorFinding(error.description, error.source or "", level, error.type or "", document_id)
