"""Run the training operator in this process until it is stopped."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from extern_desktop.sandbox.serve import serve
from extern_desktop.sandbox.values import Pace
from extern_desktop.settings.places import find_places


def serve_sandbox(folder: Path | None, port: int, pace: Pace, tell: Callable[[str], None]) -> None:
    """Blocks. `tell` is given its address once it answers. Without a folder it is the training operator of this person's own workplace."""
    place = folder or find_places().training_operator
    place.mkdir(parents=True, exist_ok=True)
    serve(place, port=port, pace=pace, when_ready=lambda address: tell(address.url))
