"""Drafts: documents and signatures put together, then check, prepare and send as tasks of the operator.

Nothing here repeats a send. Who lost the answer asks `inquire_send`.
"""

from __future__ import annotations

import base64
import time
from typing import Final

from extern_desktop.extern_api.accounts import PAGE, AccountCalls, all_pages
from extern_desktop.extern_api.calls import Effect
from extern_desktop.extern_api.channel import JSON_HEADERS
from extern_desktop.extern_api.errors import OperatorRefusedError, TaskStillRunningError
from extern_desktop.extern_api.tasks import failed_task, fate_of_send, is_send, task_state, was_sent
from extern_desktop.extern_api.values import SendFate, SendInquiry, TaskState
from extern_desktop.extern_api.wire.drafts import DocumentRequest, Draft, DraftDocument, DraftMeta, Signature, SignatureRequest
from extern_desktop.extern_api.wire.tasks import ApiTask, ApiTaskItem, ApiTaskPage
from extern_desktop.jobs.work import Stage, Work

FIRST_PAUSE_SECONDS: Final = 0.2
LONGEST_PAUSE_SECONDS: Final = 5.0
"""What the operator recommends between two questions about a task."""
PATIENCE_SECONDS: Final = 600.0


class DraftCalls(AccountCalls):
    """Drafts and their tasks."""

    def create_draft(self, meta: DraftMeta, *, work: Work | None = None) -> Draft:
        watched = work or Work()
        return self._channel.act("POST", self._path(watched, "drafts"), Draft, watched, body=meta)

    def draft(self, draft_id: str, *, work: Work | None = None) -> Draft:
        watched = work or Work()
        return self._channel.read(self._path(watched, "drafts", draft_id), Draft, watched)

    def delete_draft(self, draft_id: str, *, work: Work | None = None) -> None:
        watched = work or Work()
        self._channel.ask(self._channel.call("DELETE", self._path(watched, "drafts", draft_id), Effect.ACT, headers=JSON_HEADERS), watched)

    def put_document(self, draft_id: str, document_id: str, content_id: str, *, work: Work | None = None) -> DraftDocument:
        """Make or replace a document under an identifier chosen here. The operator reads its type from the XML."""
        watched = work or Work()
        path = self._path(watched, "drafts", draft_id, "documents", document_id)
        return self._channel.act("PUT", path, DraftDocument, watched, body=DocumentRequest(content_id=content_id))

    def draft_document(self, draft_id: str, document_id: str, *, work: Work | None = None) -> DraftDocument:
        watched = work or Work()
        return self._channel.read(self._path(watched, "drafts", draft_id, "documents", document_id), DraftDocument, watched)

    def put_signature(self, draft_id: str, document_id: str, signature_id: str, der: bytes, *, work: Work | None = None) -> Signature:
        """Put a detached CMS (DER) under a document, under an identifier chosen here."""
        watched = work or Work()
        path = self._path(watched, "drafts", draft_id, "documents", document_id, "signatures", signature_id)
        body = SignatureRequest(base64_content=base64.b64encode(der).decode("ascii"))
        return self._channel.act("PUT", path, Signature, watched, body=body)

    def start_check(self, draft_id: str, *, work: Work | None = None) -> ApiTask:
        return self._start(draft_id, "check", work)

    def start_prepare(self, draft_id: str, *, work: Work | None = None) -> ApiTask:
        return self._start(draft_id, "prepare", work)

    def start_send(self, draft_id: str, *, force: bool = False, work: Work | None = None) -> ApiTask:
        """File the draft. Called once for a draft. `force` goes on over the operator's warnings.

        Raises `LineLostError` when it is unknown whether the operator took it: ask `inquire_send`, never call this again before it says unsent.
        Raises `OperatorRefusedError` for a refusal at once; `tasks.refusal_of` reads its findings.
        """
        watched = work or Work()
        path = self._path(watched, "drafts", draft_id, "send")
        return self._channel.act("POST", path, ApiTask, watched, query={"deferred": True, "force": force}, may_file=True)

    def task(self, draft_id: str, task_id: str, *, work: Work | None = None) -> ApiTask:
        """A task as it stands. An HTTP 400 that holds the refusal of a send is given as a failed task with that refusal as its result."""
        watched = work or Work()
        try:
            return self._channel.read(self._path(watched, "drafts", draft_id, "tasks", task_id), ApiTask, watched)
        except OperatorRefusedError as error:
            failed = failed_task(task_id, error.content) if error.status == 400 else None
            if failed is None:
                raise
            return failed

    def tasks(self, draft_id: str, *, work: Work | None = None) -> tuple[ApiTaskItem, ...]:
        """Every task of the draft, ended ones too."""
        watched = work or Work()
        path = self._path(watched, "drafts", draft_id, "tasks")

        def fetch(skip: int) -> tuple[tuple[ApiTaskItem, ...], int]:
            page = self._channel.read(path, ApiTaskPage, watched, {"skip": skip, "take": PAGE, "includeReleased": True})
            return page.api_task_page_items, page.total_count

        return all_pages(fetch)

    def wait_task(
        self, draft_id: str, task_id: str, *, stage: Stage = Stage.ASKING, patience_seconds: float = PATIENCE_SECONDS, work: Work | None = None
    ) -> ApiTask:
        """Ask until the task has ended; often at first, then every five seconds.

        `TaskStillRunningError` when patience ends: the task goes on at the operator.
        """
        watched = work or Work()
        began, pause = time.monotonic(), FIRST_PAUSE_SECONDS
        while True:
            watched.show(stage)
            task = self.task(draft_id, task_id, work=watched)
            if task_state(task) is not TaskState.RUNNING:
                return task
            waited = time.monotonic() - began
            if waited >= patience_seconds:
                raise TaskStillRunningError(task_id, waited)
            watched.pause(min(pause, patience_seconds - waited))
            pause = min(pause * 1.5, LONGEST_PAUSE_SECONDS)

    def inquire_send(self, draft_id: str, send_task_id: str | None = None, *, work: Work | None = None) -> SendInquiry:
        """What became of a send: asks for the draft and its send tasks, changes nothing."""
        draft = self.draft(draft_id, work=work)
        if was_sent(draft):
            return fate_of_send(draft, ())
        ids = [send_task_id] if send_task_id else [item.id for item in self.tasks(draft_id, work=work) if is_send(item.task_type)]
        found = [self._task_if_any(draft_id, task_id, work) for task_id in ids]
        inquiry = fate_of_send(draft, [task for task in found if task is not None])
        if inquiry.fate is SendFate.UNSENT:  # it may have been taken between the two questions
            draft = self.draft(draft_id, work=work)
            return fate_of_send(draft, ()) if was_sent(draft) else inquiry
        return inquiry

    def _task_if_any(self, draft_id: str, task_id: str, work: Work | None) -> ApiTask | None:
        try:
            return self.task(draft_id, task_id, work=work)
        except OperatorRefusedError as error:
            if error.status != 404:
                raise
            return None

    def _start(self, draft_id: str, step: str, work: Work | None) -> ApiTask:
        watched = work or Work()
        return self._channel.act("POST", self._path(watched, "drafts", draft_id, step), ApiTask, watched, query={"deferred": True})
