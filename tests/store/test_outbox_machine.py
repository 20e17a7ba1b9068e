"""Any order of sending, lost answers, crashes and takeovers, over a real encrypted outbox and an operator that remembers every send.

The operator is the judge: whatever happens here, it never sees one report sent twice, and no signed act is ever lost.
"""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from extern_desktop.domain.outbox import FINISHED, STEPS_OF, OutboxEvent, OutboxState
from extern_desktop.settings.places import Stage
from extern_desktop.store.errors import AlreadyInOutboxError, OutboxLeaseError
from extern_desktop.store.keys import obtain_key
from extern_desktop.store.values import OutboxRow
from extern_desktop.store.workspace import Workspace, make_folder
from store.conftest import add_signed

E, S = OutboxEvent, OutboxState
NEXT = {S.SIGNED: E.UPLOAD_DONE, S.UPLOADED: E.CHECK_PASSED, S.CHECKED: E.PREPARE_PASSED}


class OutboxMachine(RuleBasedStateMachine):
    """`sends` is the operator's own memory: the SHA-256 of every report it has accepted."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        make_folder(self.folder)
        self.key = obtain_key(self.folder, Stage.TRAINING)
        self.store = Workspace(self.folder, self.key)
        self.sends: Counter[str] = Counter()
        self.promised: set[str] = set()
        self.finished: dict[str, OutboxRow] = {}
        self.was: dict[str, OutboxState] = {}
        self.asked: set[str] = set()

    @rule(content=st.sampled_from([b"one", b"two", b"three"]))
    def sign(self, content: bytes) -> None:
        try:
            self.promised.add(add_signed(self.store, content))
        except AlreadyInOutboxError as refused:
            assert refused.state not in (S.REFUSED, S.WITHDRAWN)  # noqa: PT017  the refusal is one of two right ends

    @rule(data=st.data(), answer=st.sampled_from(["accepted", "lost after", "lost before", "refused", "crash after", "crash before"]))
    def go_on(self, data: st.DataObject, answer: str) -> None:
        rows = self.store.outbox.unfinished()
        if not rows:
            return
        row = data.draw(st.sampled_from(rows))
        if row.state is S.UNCERTAIN:
            self.ask(row)
        elif row.state in NEXT:
            self.store.outbox.lease(row.id, self.store.owner, 60)
            self.store.outbox.advance(row.id, NEXT[row.state], owner=self.store.owner)
        elif row.state is S.PREPARED:
            self.send(row, answer)

    def send(self, row: OutboxRow, answer: str) -> None:
        self.store.outbox.lease(row.id, self.store.owner, 60)
        self.store.outbox.advance(row.id, E.SEND_ASKED, owner=self.store.owner)
        if answer in ("accepted", "lost after", "crash after"):
            self.sends[row.content_sha256] += 1
        if answer.startswith("crash"):
            self.crash()
            return
        event = {"accepted": E.ACCEPTED, "refused": E.REFUSED}.get(answer, E.LINE_LOST)
        self.store.outbox.advance(row.id, event, owner=self.store.owner)

    def ask(self, row: OutboxRow) -> None:
        self.asked.add(row.id)
        self.store.outbox.lease(row.id, self.store.owner, 60)
        found = E.FOUND_SENT if self.sends[row.content_sha256] else E.FOUND_UNSENT
        self.store.outbox.advance(row.id, found, owner=self.store.owner)

    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        rows = [row for row in self.store.outbox.unfinished() if (row.state, E.WITHDRAWN) in STEPS_OF[row.kind]]
        if rows:
            row = data.draw(st.sampled_from(rows))
            self.store.outbox.advance(row.id, E.WITHDRAWN, owner=row.owner)

    @rule(data=st.data())
    def a_second_program_cannot_take_what_is_held(self, data: st.DataObject) -> None:
        held = [row for row in self.store.outbox.unfinished() if row.owner == self.store.owner]
        if not held:
            return
        with Workspace(self.folder, self.key) as second:
            try:
                second.outbox.lease(data.draw(st.sampled_from(held)).id, second.owner, 60)
            except OutboxLeaseError:
                return
            raise AssertionError("a held act was taken")

    @rule()
    def crash(self) -> None:
        self.store.close()
        self.store = Workspace(self.folder, self.key)
        assert not [row for row in self.store.outbox.unfinished() if row.state is S.SENDING or row.owner]

    @invariant()
    def nothing_is_lost_doubled_or_changed_once_finished(self) -> None:
        rows = {row.id: row for row in self.store.outbox.all()}
        assert self.promised == set(rows)
        assert all(count == 1 for count in self.sends.values()), "sent twice"
        for outbox_id, before in self.finished.items():
            assert rows[outbox_id] == before
        self.finished = {row.id: row for row in rows.values() if row.state in FINISHED}
        sent = Counter(row.content_sha256 for row in rows.values() if row.state is S.SENT)
        assert all(count == 1 for count in sent.values())
        assert set(sent) <= set(self.sends)

    @invariant()
    def uncertain_goes_on_only_after_asking(self) -> None:
        for row in self.store.outbox.all():
            if self.was.get(row.id) is S.UNCERTAIN and row.state is not S.UNCERTAIN:
                assert row.id in self.asked
                self.asked.discard(row.id)
            self.was[row.id] = row.state

    def teardown(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)


TestOutboxMachine = OutboxMachine.TestCase
TestOutboxMachine.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, database=None, suppress_health_check=list(HealthCheck)
)
