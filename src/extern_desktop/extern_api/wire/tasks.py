"""Long operations on a draft, and what check, prepare and send answer with."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from extern_desktop.extern_api.wire.base import Wire
from extern_desktop.extern_api.wire.links import ErrorObject, Link


class ApiTask(Wire, frozen=True, kw_only=True):
    id: str
    task_state: str = ""
    """See `values.TaskState`."""
    task_type: str = ""
    """A URN such as `urn:task-type:check`; see `values.TaskKind`."""
    task_result: object = None
    """Its shape depends on the type: `CheckTaskResult`, `PrepareResult`, a `Docflow`, or a `SendFailure` inside a task that *succeeded*."""
    error: ErrorObject | None = None


class ApiTaskItem(Wire, frozen=True, kw_only=True):
    id: str
    task_state: str = ""
    task_type: str = ""
    task_result_link: Link | None = None


class ApiTaskPage(Wire, frozen=True, kw_only=True):
    skip: int = 0
    take: int = 0
    total_count: int = 0
    api_task_page_items: tuple[ApiTaskItem, ...] = ()


class CheckError(Wire, frozen=True, kw_only=True):
    description: str = ""
    source: str | None = None
    """Where in the document, as a path."""
    level: str | None = None
    """`Error` or `Warning`; see `values.CheckLevel`."""
    type: str | None = None
    """`Schema`, `CrossCheckReport`, `CrossCheckReportCert`."""
    tags: object = None
    id: str | None = None


class CheckResult(Wire, frozen=True, kw_only=True):
    documents_errors: Mapping[str, tuple[CheckError, ...]] = msgspec.field(default_factory=dict)
    """By the identifier of the draft's document."""
    common_errors: tuple[CheckError, ...] = ()


class CheckTaskResult(Wire, frozen=True, kw_only=True):
    """`task-result` of check: the only one with a `data` wrapper."""

    data: CheckResult = CheckResult()


class PrepareResult(Wire, frozen=True, kw_only=True):
    """`task-result` of prepare."""

    check_result: CheckResult = CheckResult()
    links: tuple[Link, ...] = ()
    status: str = ""
    """See `values.PrepareStatus`."""


class SendFailure(Wire, frozen=True, kw_only=True):
    """A refused send: `task-result` of a task whose state may be `succeed`, or the body of an HTTP 400."""

    id: str = ""
    status_code: int | str = 0
    message: str = ""
    status: str | None = None
    check_result: CheckResult | None = None
    trace_id: str | None = None
