"""The parts of an open workplace that services work with. Built and closed by `app.py`; holds no behaviour of its own beyond finding the operator."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from extern_desktop.settings.places import Places, Stage
from extern_desktop.settings.settings import Settings

if TYPE_CHECKING:  # the parts bring whole libraries with them; who opens the desk imports them
    from extern_desktop.extern_api.operator import Operator
    from extern_desktop.store.workspace import Workspace
    from extern_desktop.tokens.desk import TokenDesk


@dataclass(slots=True)
class Desk:
    """Everything a service needs, by name. Thread-safe: its parts are."""

    places: Places
    stage: Stage
    settings: Settings
    store: Workspace
    tokens: TokenDesk
    closing: ExitStack
    """What must be closed when the workplace is: the operator's connections, the training operator's process."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    operator: Operator | None = None
    """Signed in, its account chosen; None before `services.connect.connect`."""
    connecting: threading.Lock = field(default_factory=threading.Lock)
    sound: set[tuple[str, str]] = field(default_factory=set)
    """SHA-256 and name of files that passed our check since the desk was opened. The rules don't change while the program runs, bytes may."""
