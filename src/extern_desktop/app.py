"""Build the parts of the program in order and close them in reverse. The window, the commands and the tests all open a desk here."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from extern_desktop.settings.places import Places, Stage, find_places

if TYPE_CHECKING:
    from extern_desktop.services.demonstrate import Scene
    from extern_desktop.services.desk import Desk
    from extern_desktop.store.keys import AskPassphrase


def utc_now() -> datetime:
    return datetime.now(UTC)


@contextmanager
def open_desk(
    places: Places | None = None,
    *,
    stage: Stage | None = None,
    ask_passphrase: AskPassphrase | None = None,
    now: Callable[[], datetime] = utc_now,
) -> Iterator[Desk]:
    """The open workplace. Reads settings, opens the workspace and finds the token libraries; reaches no network and starts no child process yet.

    Raises what settings and store may raise. Not for the event loop's thread: the keyring may ask a person.
    """
    from extern_desktop.services.desk import Desk
    from extern_desktop.settings import options
    from extern_desktop.settings.settings import load_settings
    from extern_desktop.store.workspace import open_workspace
    from extern_desktop.tokens.desk import TokenDesk
    from extern_desktop.tokens.modules import known_modules

    places = places or find_places()
    settings = load_settings(places.settings_file)
    chosen = stage or settings.get(options.STAGE)
    with ExitStack() as closing:
        closing.enter_context(_log_to(places.logs))
        store = closing.enter_context(open_workspace(places.workspace(chosen), chosen, ask_passphrase))
        modules = (*known_modules(), *settings.get(options.PKCS11_MODULES))
        # The test module is let in only where its flag is set, and never in real work.
        virtual_allowed = chosen is Stage.TRAINING and settings.get(options.VIRTUAL_TOKEN_ALLOWED)
        tokens = closing.enter_context(TokenDesk(modules, virtual_allowed=virtual_allowed))
        yield Desk(places=places, stage=chosen, settings=settings, store=store, tokens=tokens, closing=closing, now=now)


@contextmanager
def _log_to(folder: Path) -> Iterator[None]:
    """Keep what the program says of itself in a small set of files. No secret gets there: secrets print as masks."""
    from logging.handlers import RotatingFileHandler

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:  # the workspace says the same in words a moment later
        yield
        return
    handler = RotatingFileHandler(folder / "extern-desktop.log", maxBytes=1 << 20, backupCount=3, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(process)d %(name)s: %(message)s"))
    ours = logging.getLogger("extern_desktop")
    level = ours.level
    ours.addHandler(handler)
    ours.setLevel(logging.INFO)
    try:
        yield
    finally:
        ours.setLevel(level)
        ours.removeHandler(handler)
        handler.close()


def run_window() -> int:
    """Open the window; the desk is opened behind it, on a worker."""
    from extern_desktop.ui.preferences import read_preferences
    from extern_desktop.ui.snapshot import EarlyToday

    places = find_places()
    preferences = read_preferences(places)
    early = EarlyToday(places.workspace(preferences.stage), preferences.stage)
    early.start()  # reads beside the import of Qt
    from extern_desktop.store.lock import InstanceLock
    from extern_desktop.ui.run import run

    return run(open_desk, InstanceLock(places.workspace(preferences.stage)), places.logs, preferences, early)


def run_command(arguments: list[str]) -> int:
    """Run one command and give its exit code."""
    from extern_desktop.cli.main import run

    return run(arguments, open_desk, _take_pictures)


def _take_pictures(scene: Scene, folder: Path) -> Sequence[Path]:
    from extern_desktop.ui.pictures import take_pictures

    return take_pictures(scene, folder)
