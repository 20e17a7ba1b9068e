"""From the start of the process to the window on the screen, and what it then weighs, beside a bare PySide6 window in the same run."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import shiboken6

from bench.data import full_workspace
from bench.figures import Bench, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.screen import WAKING_SHARE, Painting, watch_start
from bench.surroundings import fresh_folder
from extern_desktop.settings import options
from extern_desktop.settings.places import HOME_VARIABLE
from extern_desktop.settings.settings import Settings, save_settings

FIRST: Final = "start.first-paint"
ROWS: Final = "start.today-rows"
READY: Final = "start.ready"
CPU: Final = "start.processor-time"
MEMORY: Final = "start.pss"

_MEGABYTE: Final = 1024 * 1024
_BARE: Final = [sys.executable, str(Path(__file__).parent / "bare_window.py")]
_PROGRAM: Final = [sys.executable, "-m", "extern_desktop"]


def _stock_pyside(folder: Path) -> dict[str, str]:
    """Surroundings in which PySide starts as its wheel does it: our setup unpacks a part of it, which is ours to gain and not the anchor's."""
    shutil.copytree(Path(shiboken6.__file__).parent, folder / "shiboken6", ignore=shutil.ignore_patterns("files.dir"))
    return {"PYTHONPATH": str(folder)}


def _common(seen: Painting) -> Sample:
    return {FIRST: seen.first_seconds * 1000, CPU: seen.cpu_seconds * 1000, MEMORY: seen.pss_bytes / _MEGABYTE}


@contextmanager
def _open(scale: Scale) -> Iterator[Pair]:
    made = full_workspace(scale.of(200_000, 5_000))
    with fresh_folder() as folder, fresh_folder() as stock:
        as_pip_installs_it = _stock_pyside(stock)
        places = made.copied_to(folder)
        # Not the first run: no welcome page. No synchronisation: the training operator knows nothing of these rows, and says so in a banner.
        save_settings(places.settings_file, Settings().with_value(options.SYNCHRONISE_EVERY_MINUTES, 0))
        watch_start(_PROGRAM, {HOME_VARIABLE: str(folder)}, stages=2)  # from then on the page is kept for the next start, as on any working day

        def product() -> Sample:
            seen = watch_start(_PROGRAM, {HOME_VARIABLE: str(folder)}, stages=2, stage_share=WAKING_SHARE)
            return {ROWS: seen.page_seconds * 1000, READY: seen.final_seconds * 1000, **_common(seen)}

        def anchor() -> Sample:
            seen = watch_start(_BARE, as_pip_installs_it)
            return {ROWS: seen.first_seconds * 1000, READY: seen.first_seconds * 1000, **_common(seen)}

        yield Pair(product, anchor)


BENCH: Final = Bench(
    "start",
    (
        Figure(FIRST, "ms", (Limit(Side.AT_MOST, 1.8),), anchor="bare PySide6 window"),
        Figure(ROWS, "ms", (Limit(Side.AT_MOST, 1.8),), anchor="bare PySide6 window"),
        Figure(READY, "ms", (Limit(Side.AT_MOST, 6.0),), Kind.WATCH, anchor="bare PySide6 window"),
        Figure(CPU, "ms", (Limit(Side.AT_MOST, 5.0),), Kind.WATCH, anchor="bare PySide6 window"),
        Figure(MEMORY, "MB", (Limit(Side.AT_MOST, 110, of_ratio=False),), anchor="bare PySide6 window"),
    ),
    _open,
)
