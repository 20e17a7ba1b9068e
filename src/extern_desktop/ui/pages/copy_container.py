"""Copy a key container: what, where to, copying, reading back. Each step is on screen before it is done; the source is never changed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtWidgets import QHBoxLayout, QWidget

from extern_desktop.jobs.work import Progress, Stage
from extern_desktop.services.values import CopiedContainer, FoundContainers
from extern_desktop.tokens.container_values import ContainerFlaw, FoundContainer
from extern_desktop.ui import words
from extern_desktop.ui.bridge import Act
from extern_desktop.ui.pages.page import PageHeader, Shell, page_box
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.basics import button, card, clear, column, framed, holder, label, row
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.progress_card import ProgressCard
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.steps import Step, StepLine
from extern_desktop.wording.sentences import sentence_of
from extern_desktop.wording.statuses import stage_word
from extern_desktop.wording.texts import _t

WHAT, WHERE, COPYING, VERIFIED = range(4)


def flaw_words(found: FoundContainer) -> str:
    """Why a folder is no whole container."""
    if found.missing:
        return _t("files are missing: {names}").format(names=", ".join(found.missing))
    if found.unreadable_code:
        return _t("the system did not let us read it")
    reasons = {
        ContainerFlaw.NOT_A_FILE: _t("{name} is no file"),
        ContainerFlaw.TOO_LARGE: _t("{name} is too large"),
        ContainerFlaw.EMPTY: _t("{name} is empty"),
        ContainerFlaw.BROKEN: _t("{name} is damaged"),
        ContainerFlaw.FOREIGN: _t("{name} is of another program"),
        ContainerFlaw.WRONG_MAC: _t("{name} was changed: its seal does not fit"),
    }
    return reasons[found.flaw].format(name=found.file_name) if found.flaw else _t("can't be read")


class CopyView(QWidget):
    """The four steps of a copy."""

    def __init__(self, shell: Shell, close: Callable[[], object]) -> None:
        super().__init__()
        self._shell, self._close = shell, close
        self._step = WHAT
        self._source: FoundContainer | None = None
        self._target: Path | None = None
        self._found: dict[str, FoundContainer] = {}
        self._act: Act | None = None
        self.steps = StepLine([], _t("Steps of copying"))
        self._body = column(gap=12)
        self._bar = QHBoxLayout()
        header = PageHeader(_t("A copy of a container"), _t("A spare one, for the day the carrier breaks or is lost"))
        self.setLayout(page_box(header, card(self.steps, pad=12), holder(self._body), self._bar, stretch_at=2))

    def begin(self) -> None:
        """Start anew: ask what is copied."""
        self._step, self._source, self._target, self._found = WHAT, None, None, {}
        pick = button(_t("Choose a folder or drive"), "primary", "folder-open", self.choose_source)
        text = _t("Choose the folder or the drive that holds the container: we look into it and into its folders.")
        self._show(
            [card(EmptyState("hard-drive", _t("Where is the container?"), text, width=460))], [button(_t("Cancel"), on_click=self._close)], [pick]
        )

    def escape(self) -> bool:
        """Stop what runs, or go one step back; False at the first step."""
        if self._act is not None and self._act.running:
            self._act.cancel()
            return True
        if self._step == WHERE:
            self._step = WHAT
            self._show_found()
            return True
        return False

    def choose_source(self) -> None:
        place = self._shell.ask_folder(_t("Folder or drive with the container"))
        if place is not None:
            self.look_into(place)

    def look_into(self, place: Path) -> None:
        """Show the containers of a folder or drive."""
        self._shell.bridge.take(self._shell.office.containers(place), self._take_found, self._failed, self)

    def choose_target(self) -> None:
        place = self._shell.ask_folder(_t("Folder or drive for the copy"))
        if place is not None:
            self.set_target(place)

    def set_target(self, place: Path) -> None:
        """Show the plan before anything is done."""
        self._target = place
        self._show_plan()

    def _take_found(self, found: FoundContainers) -> None:
        self._found = {str(one.folder): one for one in found.containers}
        self._show_found()

    def _show_found(self) -> None:
        pick = button(_t("Another folder"), icon="folder-open", on_click=self.choose_source)
        cancel = button(_t("Cancel"), on_click=self._close)
        if not self._found:
            empty = EmptyState(
                "search", _t("No containers here"), _t("A CryptoPro container is a folder of six files, for example “name.000”."), width=440
            )
            self._show([card(empty)], [cancel], [pick])
            return
        rows = [_found_row(one) for one in self._found.values()]
        listing = RowList(rows, _t("Containers"), height=56)
        take = button(_t("Copy this one"), "primary", "arrow-right", lambda: self._take(listing.current_key()))
        listing.chosen.connect(lambda key: take.setEnabled(self._may_copy(key)))
        listing.opened.connect(self._take)
        listing.choose(next((one.key for one in rows if self._may_copy(one.key)), rows[0].key))
        take.setEnabled(self._may_copy(listing.current_key()))
        parts: list[QWidget] = [framed(listing)]
        if any(one.container and not one.container.exportable for one in self._found.values()):
            parts.append(
                Banner(
                    "info",
                    _t("A key that is not exportable is not copied"),
                    _t("Its owner forbade it when the key was made. Have a second key issued, or give an employee a power of attorney (MChD)."),
                )
            )
        self._show(parts, [cancel], [pick, take], stretch_at=0)
        listing.setFocus()

    def _may_copy(self, key: str) -> bool:
        found = self._found.get(key)
        return found is not None and found.container is not None and found.container.exportable

    def _take(self, key: str) -> None:
        if self._may_copy(key):
            self._source, self._step = self._found[key], WHERE
            self.choose_target()
            if self._target is None:
                self._show_plan()

    def _show_plan(self) -> None:
        if self._source is None or self._source.container is None:
            return
        self._step = WHERE
        container = self._source.container
        where = str(self._target) if self._target else _t("not chosen yet")
        plan = card(
            label(_t("What will happen"), "heading"),
            label(
                _t("1. We copy the six files of “{name}” byte for byte, {size}.").format(
                    name=container.name, size=words.size_words(container.size_bytes)
                ),
                wrap=True,
            ),
            label(_t("2. We read the copy back from its carrier and compare it with the source."), wrap=True),
            label(_t("3. A container that is there already is never overwritten."), wrap=True),
            label(_t("The source is not changed. Its password stays the same. You can stop at any step."), "body", "muted", wrap=True),
            gap=10,
        )
        facts = card(
            label(_t("From"), "small", "muted"),
            label(str(container.folder), "strong", wrap=True),
            6,
            label(_t("To"), "small", "muted"),
            label(where, "strong", wrap=True),
            gap=2,
        )
        back = button(_t("Back"), on_click=self.escape)
        other = button(_t("Choose another place"), icon="folder-open", on_click=self.choose_target)
        go = button(_t("Copy"), "primary", "copy", self.copy)
        go.setEnabled(self._target is not None)
        both = row(facts, plan, gap=16)
        both.setStretch(0, 1)
        both.setStretch(1, 1)
        self._show([holder(column(both, None))], [button(_t("Cancel"), on_click=self._close), back], [other, go], stretch_at=0)
        go.setFocus()

    def copy(self) -> None:
        """Copy, then read back and compare."""
        if self._source is None or self._target is None:
            return
        source, target = self._source.folder, self._target
        self._step = COPYING
        progress = ProgressCard(stage_word(Stage.COPYING), _t("The source is only read."))
        self._show([progress], [], [], stretch_at=-1)
        act = Act(self._shell.bridge, self)
        self._act = act
        progress.stopped.connect(act.cancel)
        act.progressed.connect(lambda now: self._show_progress(progress, now))
        act.done.connect(self._done)
        act.failed.connect(self._failed)
        act.cancelled.connect(self._show_plan)
        act.start(lambda work: self._shell.office.copy_container(source, target, work))

    def _show_progress(self, shown: ProgressCard, now: Progress) -> None:
        shown.show_progress(stage_word(now.stage), now.subject, now.done, now.total)
        self._show_steps("info", at=VERIFIED if now.stage is Stage.VERIFYING else COPYING)

    def _done(self, copied: CopiedContainer) -> None:
        self._step = VERIFIED + 1
        banner = Banner(
            "ok",
            _t("The copy is ready and verified"),
            _t("“{name}” lies in {folder}. Every byte is the same as in the source.").format(name=Path(copied.source).name, folder=copied.target),
        )
        again = button(_t("Another copy"), on_click=self.begin)
        self._show([banner], [again], [button(_t("Done"), "primary", "check", self._close)], stretch_at=-1)

    def _failed(self, error: BaseException) -> None:
        said = sentence_of(error)
        banner = Banner("bad", said.happened, f"{said.means} {said.do_next}")
        self._show(
            [banner],
            [button(_t("Cancel"), on_click=self._close)],
            [button(_t("Start anew"), "primary", on_click=self.begin)],
            stretch_at=-1,
            tone="bad",
        )

    def _show(self, parts: list[QWidget], left: list[QWidget], right: list[QWidget], stretch_at: int = 0, tone: str = "info") -> None:
        clear(self._body)
        for part in parts:
            self._body.addWidget(part)
        if stretch_at >= 0:
            self._body.setStretch(stretch_at, 1)
        else:
            self._body.addStretch(1)
        clear(self._bar)
        for part in left:
            self._bar.addWidget(part)
        self._bar.addStretch(1)
        for part in right:
            self._bar.addWidget(part)
        self._show_steps(tone, at=self._step)

    def _show_steps(self, tone: str, at: int) -> None:
        names = (_t("What"), _t("Where to"), _t("Making the copy"), _t("Verifying the copy"))
        chosen = self._source.container.name if self._source and self._source.container and at > WHAT else ""
        target = words.short_file_name(str(self._target), 30) if self._target and at > WHERE else ""
        notes = (chosen, target, "", _t("the same, byte for byte") if at > VERIFIED else "")
        self.steps.show_steps(
            [Step(name, "ok" if number < at else tone if number == at else "idle", notes[number]) for number, name in enumerate(names)]
        )


def _found_row(found: FoundContainer) -> Row:
    key, container = str(found.folder), found.container
    if container is None:
        return Row(found.folder.name, flaw_words(found), "hard-drive", "bad", pill=("bad", _t("damaged")), key=key)
    if not container.exportable:
        return Row(container.name, str(found.folder), "lock", "bad", pill=("bad", _t("is not copied")), key=key)
    note = _t("with a password") if container.password_protected else _t("without a password")
    return Row(container.name, f"{found.folder} · {note}", "key-round", "ok", pill=("ok", _t("whole, can be copied")), key=key)
