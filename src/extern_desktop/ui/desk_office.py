"""The office of the real program: every call of the window runs a service of the open desk on the lane it belongs to.

Imported behind the first paint, never before it. What is needed to show what is due is imported here; what only an act needs, in `desk_acts`.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import date
from functools import cached_property, partial
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

from extern_desktop.diagnostics.values import DiagnosticsReport
from extern_desktop.domain.errors import EnvironmentProblemError
from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import AccessToken
from extern_desktop.extern_api.errors import ForeignAnswerError, LineLostError, OperatorUnreachableError, SignInRequiredError
from extern_desktop.jobs.lanes import Lane
from extern_desktop.jobs.work import Work
from extern_desktop.services.connect import (
    disconnect,
    has_api_key,
    is_signed_in,
    keep_api_key,
    sign_in_by_device,
    sign_in_by_password,
    sign_out,
)
from extern_desktop.services.desk import Desk
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.synchronise import synchronise, synchronised_at
from extern_desktop.services.today_snapshot import keep_today
from extern_desktop.services.today_values import Today, WaitingItem
from extern_desktop.services.values import (
    CalendarCell,
    CopiedContainer,
    DocflowCard,
    FoundContainers,
    Keys,
    OpenedReport,
    ReportLine,
    SentBatch,
    Synchronised,
)
from extern_desktop.services.what_is_due import certificates_ending, read_calendar, what_is_due, working_calendar
from extern_desktop.settings import options
from extern_desktop.settings.options import Option
from extern_desktop.settings.places import Stage
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.values import TokenCard, TokenChange, TokenChangeKind
from extern_desktop.ui.office import Places, Preferences, ProgramFacts, ReportKeys, ReportQuery
from extern_desktop.ui.preferences import preferences_of
from extern_desktop.ui.report_query import answer_query
from extern_desktop.ui.snapshot import TodayKeeper

if TYPE_CHECKING:
    from extern_desktop.ui.desk_acts import DeskActs

T = TypeVar("T")

import_module("extern_desktop.ui.pages.today_rows")  # here, on the thread that opens the desk: the window's thread would stand still for it
READERS: Final = 2
"""Threads that read the workspace; each has its own connection."""
ACTORS: Final = 3
"""Acts that may run side by side: a sending, a synchronisation, a check."""


class DeskOffice:
    """`Office` over an open desk. Closes its lanes; the desk is closed by who opened it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._reading, self._tokens, self._acting = Lane("window-reads", READERS), Lane("window-tokens"), Lane("window-acts", ACTORS)
        self._lock = threading.Lock()
        self._listeners: list[Callable[[], None]] = []
        self._serials: set[str] = set()
        self._online: bool | None = None
        self._signed_in: tuple[bool, bool] | None = None
        self._lines: tuple[ReportLine, ...] | None = None
        self._generation = 0
        self._shown: int | None = None
        self._stop_store = desk.store.subscribe(lambda _changes: self._forget())
        self._keeper = TodayKeeper(partial(keep_today, desk=desk))
        self._watch = self._tokens.run(desk.tokens.watch, self._notice)

    @cached_property
    def _acts(self) -> DeskActs:
        """Asked for by the acts themselves, on their lanes: the first one loads it."""
        from extern_desktop.ui.desk_acts import DeskActs

        return DeskActs(self._desk)

    def close(self) -> None:
        """Listen no more, finish what runs, drop what waits."""
        with self._lock:
            self._listeners.clear()
        for lane in (self._acting, self._reading, self._tokens):
            lane.close()
        self._stop_store()
        if self._shown not in (None, self._generation):  # Today was left before the last change: the next start shows what is so now
            with suppress(EnvironmentProblemError):
                self._read_today()
        self._keeper.close()
        if self._watch.done() and not self._watch.cancelled() and self._watch.exception() is None:
            self._watch.result().stop()

    # changes

    def subscribe(self, listener: Callable[[], None]) -> Callable[[], None]:
        with self._lock:
            self._listeners.append(listener)

        def stop() -> None:
            with self._lock:
                if listener in self._listeners:
                    self._listeners.remove(listener)

        return stop

    def _forget(self) -> None:
        """Something was committed: what was read before is old."""
        with self._lock:
            self._lines = None
            self._generation += 1
        self._tell()

    def _tell(self) -> None:
        with self._lock:
            listeners = tuple(self._listeners)
        for listener in listeners:
            listener()

    def _notice(self, change: TokenChange) -> None:
        with self._lock:
            if change.kind is TokenChangeKind.APPEARED:
                self._serials.add(change.card.serial)
            else:
                self._serials.discard(change.card.serial)
        self._tell()

    # settings

    @property
    def stage(self) -> Stage:
        return self._desk.stage

    def preferences(self) -> Preferences:
        return replace(preferences_of(self._desk.settings), first_run=not self._desk.places.settings_file.exists())

    def change_preferences(self, changed: Preferences) -> Future[None]:
        return self._acting.run(self._change, changed)

    def _change(self, changed: Preferences) -> None:
        before = self.preferences()
        rows: tuple[tuple[str, Option[Any], object], ...] = (
            ("language", options.LANGUAGE, options.Language(changed.language)),
            ("theme", options.THEME, options.Theme(changed.theme)),
            ("text_percent", options.TEXT_SIZE_PERCENT, changed.text_percent),
            ("operator_address", options.OPERATOR_API_URL, changed.operator_address or options.OPERATOR_API_URL.default),
            ("identity_address", options.OPERATOR_IDENTITY_URL, changed.identity_address or options.OPERATOR_IDENTITY_URL.default),
            ("operator_client_id", options.OPERATOR_CLIENT_ID, changed.operator_client_id),
            ("synchronise_every_minutes", options.SYNCHRONISE_EVERY_MINUTES, changed.synchronise_every_minutes),
            ("stage", options.STAGE, changed.stage),
        )
        for name, option, value in rows:
            if getattr(before, name) != getattr(changed, name) or (name == "stage" and before.first_run):
                self._acts.change_setting(option, value)
        if any(getattr(before, name) != getattr(changed, name) for name in ("operator_address", "identity_address", "operator_client_id")):
            disconnect(desk=self._desk)
            self._forget_sign_in()

    def about(self) -> Future[ProgramFacts]:
        return self._reading.run(lambda: ProgramFacts(_version(), self._desk.places.workspace(self._desk.stage), self._acts.form_names()))

    # reading

    def facts(self) -> Future[Places]:
        return self._reading.run(self._facts)

    def _facts(self) -> Places:
        signed_in, has_key = self._read_sign_in()
        store = self._desk.store
        return Places(len(self._serials), self._online, len(store.outbox.unfinished()), signed_in, has_key, synchronised_at(desk=self._desk))

    def _read_sign_in(self) -> tuple[bool, bool]:
        """Whether the person is signed in and the program's key is kept. Remembered: the system's keyring may be slow."""
        known = self._signed_in
        if known is None:
            known = self._signed_in = (is_signed_in(desk=self._desk), has_api_key(desk=self._desk))
        return known

    def _forget_sign_in(self) -> None:
        self._signed_in = None
        self._tell()

    def organisations(self) -> Future[tuple[Organisation, ...]]:
        return self._reading.run(lambda: tuple(self._desk.store.organisations.all()))

    def today(self) -> Future[Today]:
        return self._reading.run(self._read_today)

    def _read_today(self) -> Today:
        generation = self._generation
        today = what_is_due(desk=self._desk)
        self._shown = generation
        self._keeper.note(today)
        return today

    def certificates_ending(self) -> Future[tuple[WaitingItem, ...]]:
        return self._tokens.run(lambda: certificates_ending(desk=self._desk))

    def is_working_day(self, on: date) -> bool:
        return working_calendar().is_working(on)

    def calendar(self, first: date, last: date) -> Future[tuple[CalendarCell, ...]]:
        return self._reading.run(lambda: read_calendar(first, last, desk=self._desk))

    def report_keys(self, query: ReportQuery) -> Future[ReportKeys]:
        return self._reading.run(self._keys_of, query)

    def report_lines(self, report_ids: Sequence[str]) -> Future[tuple[ReportLine, ...]]:
        return self._reading.run(self._lines_of, tuple(report_ids))

    def _keys_of(self, query: ReportQuery) -> ReportKeys:
        return answer_query(query, self._all_lines())

    def _all_lines(self) -> tuple[ReportLine, ...]:
        """Every line of the desk; read once between two commits, so that the pages of one list are not read over and over."""
        with self._lock:
            kept, generation = self._lines, self._generation
        if kept is not None:
            return kept
        lines = list_reports(desk=self._desk)
        with self._lock:
            if generation == self._generation:
                self._lines = lines
        return lines

    def _lines_of(self, report_ids: tuple[str, ...]) -> tuple[ReportLine, ...]:
        known = {line.report_id: line for line in self._all_lines()}
        return tuple(known[one] for one in report_ids if one in known)

    def open_report(self, report_id: str) -> Future[OpenedReport]:
        return self._reading.run(lambda: self._acts.open_report(report_id))

    def docflow(self, docflow_id: str) -> Future[DocflowCard]:
        return self._reading.run(lambda: self._acts.docflow(docflow_id))

    def report_of(self, docflow_id: str) -> Future[ReportLine | None]:
        return self._reading.run(lambda: next((line for line in self._all_lines() if line.docflow_id == docflow_id), None))

    # acts on reports

    def import_report(self, path: Path, work: Work) -> Future[ReportLine]:
        return self._acting.run(lambda: self._lines_of((self._acts.import_report(path, work),))[0])

    def take_training_report(self, work: Work) -> Future[str]:
        return self._acting.run(lambda: self._acts.take_training_report(work))

    def check_report(self, report_id: str, work: Work) -> Future[OpenedReport]:
        return self._acting.run(lambda: self._acts.check_report(report_id, work))

    def correct(self, report_id: str, path: str, field_name: str, value: str) -> Future[OpenedReport]:
        return self._acting.run(lambda: self._acts.correct(report_id, path, field_name, value))

    def save_copy(self, report_id: str, target: Path) -> Future[None]:
        return self._acting.run(lambda: self._acts.save_copy(report_id, target))

    # the operator

    def keep_api_key(self, key: AccessToken) -> Future[None]:
        return self._acting.run(lambda: self._changing_sign_in(lambda: keep_api_key(key, desk=self._desk)))

    def sign_in_by_device(self, work: Work) -> Future[None]:
        return self._acting.run(lambda: self._changing_sign_in(lambda: sign_in_by_device(desk=self._desk, work=work)))

    def sign_in_by_password(self, login: str, work: Work) -> Future[None]:
        return self._acting.run(lambda: self._changing_sign_in(lambda: sign_in_by_password(login, desk=self._desk, work=work)))

    def sign_out(self) -> Future[None]:
        return self._acting.run(lambda: self._changing_sign_in(lambda: sign_out(desk=self._desk)))

    def _changing_sign_in(self, act: Callable[[], None]) -> None:
        try:
            act()
        finally:
            self._forget_sign_in()

    def sign_and_send(self, report_ids: Sequence[str], work: Work) -> Future[SentBatch]:
        return self._acting.run(lambda: self._reaching(lambda: self._acts.sign_and_send(tuple(report_ids), work)))

    def resume(self, work: Work) -> Future[SentBatch]:
        return self._acting.run(lambda: self._reaching(lambda: self._acts.resume(work)))

    def synchronise(self, work: Work) -> Future[Synchronised]:
        return self._acting.run(lambda: self._reaching(lambda: synchronise(desk=self._desk, work=work)))

    def send_replies(self, docflow_ids: Sequence[str], work: Work) -> Future[int]:
        return self._acting.run(lambda: self._reaching(lambda: self._acts.send_replies(tuple(docflow_ids), work)))

    def _reaching(self, act: Callable[[], T]) -> T:
        """Run an act that reaches the operator, and remember whether it could."""
        try:
            result = act()
        except (OperatorUnreachableError, LineLostError, ForeignAnswerError):
            self._online = False
            raise
        except SignInRequiredError:
            self._forget_sign_in()  # the operator takes the kept tokens no more
            raise
        self._online = True
        return result

    def save_documents(self, docflow_id: str, folder: Path, work: Work) -> Future[int]:
        return self._acting.run(lambda: self._acts.save_documents(docflow_id, folder, work))

    # keys

    def keys(self) -> Future[Keys]:
        return self._tokens.run(lambda: self._acts.keys())

    def containers(self, place: Path) -> Future[FoundContainers]:
        return self._acting.run(lambda: self._acts.containers(place))

    def copy_container(self, source: Path, target: Path, work: Work) -> Future[CopiedContainer]:
        return self._acting.run(lambda: self._acts.copy_container(source, target, work))

    def change_pin(self, serial: str, work: Work) -> Future[TokenCard]:
        return self._acting.run(lambda: self._acts.change_pin(serial, work))

    def unblock_pin(self, serial: str, work: Work) -> Future[TokenCard]:
        return self._acting.run(lambda: self._acts.unblock_pin(serial, work))

    def enrol_training_key(self, serial: str, organisation: Organisation, work: Work) -> Future[Certificate]:
        return self._acting.run(lambda: self._acts.enrol_training_key(serial, organisation, work))

    # the computer

    def diagnose(self, work: Work) -> Future[DiagnosticsReport]:
        return self._acting.run(lambda: self._acts.diagnose(work))

    def save_diagnostics(self, report: DiagnosticsReport, target: Path) -> Future[None]:
        return self._acting.run(lambda: self._acts.save_diagnostics(report, target))


def _version() -> str:
    try:
        return version("extern-desktop")
    except PackageNotFoundError:  # a checkout that was never installed
        return "0"


@contextmanager
def office_of(desk: Desk) -> Iterator[DeskOffice]:
    """The office over a desk; its lanes are closed at the end."""
    office = DeskOffice(desk)
    try:
        yield office
    finally:
        office.close()
