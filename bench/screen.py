"""A screen whose picture can be read without asking any program: Xvfb keeps its frame buffer in a file.

So C++, Python and any other program is timed alike, from its start to the first painted pixels, and nothing of the measurement runs inside it.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from bench.figures import CannotMeasureError
from bench.surroundings import cpu_seconds, pss_bytes

WIDTH, HEIGHT = 1366, 768
PIXEL_BYTES: Final = 4
FIRST_SHARE: Final = 0.02
"""Of the looked-at pixels that must differ before a window counts as painted."""
FINAL_SHARE: Final = 0.01
"""Of them that may still differ from the last picture when the page counts as there."""
PAGE_SHARE: Final = 0.08
"""Of them that may still differ when the rows of the page are there: its buttons wake when the desk is open. Rows in place of a skeleton are 13 %."""
_EVERY_ROW, _EVERY_PIXEL = 16, 8
_LOOK_SECONDS: Final = 0.002
STAGE_SHARE: Final = 0.04
"""Of them that change when a page takes the place of its skeleton."""
WAKING_SHARE: Final = 0.02
"""Of them that change, at least, when the buttons of a page wake that was shown as it was kept."""
_QUIET_SECONDS: Final = 1.5
"""Without a change for so long, the picture is the last one."""
_ONE_PAINTING_SECONDS: Final = 0.1
_LIMIT_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Painting:
    """What one start looked like from outside. Seconds from the start of the process."""

    first_seconds: float
    """The first pixels of a window."""
    page_seconds: float
    """The rows of the page are there; its buttons may still sleep."""
    final_seconds: float
    """The picture that then stays, but for a hundredth of it (a cursor, a clock)."""
    cpu_seconds: float
    """Of the process itself until the picture had settled: on a busy machine the steadier measure."""
    pss_bytes: int
    """Of the process itself when the picture had settled."""


class Screen:
    """One X server of our own."""

    def __init__(self, folder: Path) -> None:
        if shutil.which("Xvfb") is None:
            raise CannotMeasureError("Xvfb is not installed")
        read_end, write_end = os.pipe()
        picture = ["-screen", "0", f"{WIDTH}x{HEIGHT}x24", "-fbdir", str(folder)]
        command = ["Xvfb", "-displayfd", str(write_end), *picture, "-nolisten", "tcp", "-noreset"]
        self._server = subprocess.Popen(command, pass_fds=[write_end], stderr=subprocess.DEVNULL)
        os.close(write_end)
        with os.fdopen(read_end) as said:  # to its end: closed after the number alone, the server is told so by a broken pipe
            self.display = ":" + said.read().strip()
        with (folder / "Xvfb_screen0").open("rb") as frame:
            self._memory = mmap.mmap(frame.fileno(), 0, prot=mmap.PROT_READ)
        self._start = len(self._memory) - WIDTH * HEIGHT * PIXEL_BYTES

    def look(self) -> bytes:
        """Every so many rows of the picture, as they are now."""
        row = WIDTH * PIXEL_BYTES
        return b"".join(self._memory[self._start + y * row : self._start + (y + 1) * row] for y in range(4, HEIGHT, _EVERY_ROW))

    def close(self) -> None:
        self._memory.close()
        self._server.terminate()
        self._server.wait()


def difference(one: bytes, other: bytes) -> float:
    """Share of the looked-at pixels that are not the same."""
    step = PIXEL_BYTES * _EVERY_PIXEL
    places = range(0, len(one), step)
    return sum(one[at : at + 3] != other[at : at + 3] for at in places) / len(places)


def watch_start(command: Sequence[str], surroundings: Mapping[str, str], *, stages: int = 1, stage_share: float = STAGE_SHARE) -> Painting:
    """Start the program on a screen of its own, watch it until its picture stays, and end it. With two stages a skeleton is no end.

    `stage_share` is how much of the picture a stage changes at least.
    """
    with _fresh_screen() as (screen, folder):
        desktop = {
            "DISPLAY": screen.display,
            "XDG_RUNTIME_DIR": str(folder),
            "HOME": str(folder),
            "QT_QPA_PLATFORM": "xcb",
            "LIBGL_ALWAYS_SOFTWARE": "1",
            "NO_AT_BRIDGE": "1",
        }
        empty = screen.look()
        started_at = time.monotonic()
        child = subprocess.Popen(
            command, env={**os.environ, **desktop, **surroundings}, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
        )
        try:
            pictures = _follow(screen, child, started_at, stages, stage_share)
            memory, spent = (pss_bytes(child.pid), cpu_seconds(child.pid)) if child.poll() is None else (0, 0.0)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(child.pid, signal.SIGKILL)  # its own session: nothing else is in it
            said = child.communicate()[1].decode(errors="replace")
    first = next((at for at, picture in pictures if difference(empty, picture) > FIRST_SHARE), None)
    if first is None:
        raise CannotMeasureError(f"the program painted nothing: {said.strip()[-300:]}")
    if stages_of(pictures, stage_share) < stages:
        raise CannotMeasureError(f"the page never came: {said.strip()[-300:]}")
    return Painting(first, settled_at(pictures, PAGE_SHARE), settled_at(pictures), spent, memory)


def stages_of(pictures: Sequence[tuple[float, bytes]], share: float = STAGE_SHARE) -> int:
    """How often the picture changed as much as a page does that takes its skeleton's place. Pieces of one painting are one stage."""
    moments = [at for (_, before), (at, after) in pairwise(pictures) if difference(before, after) > share]
    return sum(number == 0 or at - moments[number - 1] > _ONE_PAINTING_SECONDS for number, at in enumerate(moments))


def settled_at(pictures: Sequence[tuple[float, bytes]], share: float = FINAL_SHARE) -> float:
    """From when on every picture was, but for this share, the last one."""
    last = pictures[-1][1]
    settled = pictures[-1][0]
    for at, picture in reversed(pictures):
        if difference(picture, last) > share:
            break
        settled = at
    return settled


def _follow(screen: Screen, child: subprocess.Popen[bytes], started_at: float, stages: int, share: float) -> list[tuple[float, bytes]]:
    """The pictures one after another, each with the moment it was first seen."""
    pictures, seen = [(0.0, screen.look())], 0
    while True:
        now = time.monotonic() - started_at
        picture = screen.look()
        if picture != pictures[-1][1]:
            pictures.append((now, picture))
            seen = stages_of(pictures, share)
        is_quiet = seen >= stages and now - pictures[-1][0] > _QUIET_SECONDS
        if is_quiet or now > _LIMIT_SECONDS or child.poll() is not None:
            return pictures
        time.sleep(_LOOK_SECONDS)


@contextmanager
def _fresh_screen() -> Iterator[tuple[Screen, Path]]:
    # In memory, not beside the cache: the X server writes the picture there all the time.
    with tempfile.TemporaryDirectory(prefix="bench-screen-") as name:
        screen = Screen(Path(name))
        try:
            yield screen, Path(name)
        finally:
            screen.close()
