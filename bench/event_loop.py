"""The heartbeat of the real window while reports are signed, checked and a thousand docflows are synchronised on the real lanes."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from bench.figures import Bench, CannotMeasureError, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import ROOT, environment, fresh_folder
from bench.workplaces import allow_virtual_token, virtual_token
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.values import Pace
from extern_desktop.settings.places import HOME_VARIABLE, Places
from sandbox.seeding import seed_docflows

HOUSE_RULE_MS: Final = 50.0
CALM_MS: Final = 30.0
"""An empty loop that stands still for longer is a busy machine."""


def _run(act: str, count: int, home: Path) -> dict[str, float]:
    command = [sys.executable, "-m", "bench.window_child", act, str(count)]
    with environment({HOME_VARIABLE: str(home), "QT_QPA_PLATFORM": "offscreen"}):
        ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=600)
    if ended.returncode != 0:
        raise CannotMeasureError(f"the window ended with {ended.returncode}: {ended.stderr.strip()[-400:]}")
    said: dict[str, float] = json.loads(ended.stdout.splitlines()[-1])
    return said


def _bench(act: str, whole: int, quick: int, *, most_runs: int = 7) -> Bench:
    gap, seconds = f"heartbeat.{act}", f"heartbeat.{act}-seconds"

    @contextmanager
    def opened(scale: Scale) -> Iterator[Pair]:
        count = scale.of(whole, quick)
        last: dict[str, float] = {}
        with ExitStack() as stack:
            folder = stack.enter_context(fresh_folder())
            made = _furnish(folder / "made", count if act == "sync" else 0)

            def beside() -> Sample:
                """A home and a token that nobody has used: the operator makes its authority anew, and old certificates would be in the way."""
                with fresh_folder() as place, virtual_token(place / "token"):
                    shutil.copytree(made, place / "home")
                    last.update(_run(act, count, place / "home"))
                return {gap: last["worst"], seconds: last["seconds"]}

            yield Pair(beside, lambda: {gap: last["empty"]})

    figures = (
        Figure(gap, "ms", (Limit(Side.AT_MOST, HOUSE_RULE_MS, of_ratio=False), Limit(Side.AT_MOST, 3.0)), anchor="empty loop", calm_at_most=CALM_MS),
        Figure(seconds, "s", (), Kind.WATCH),
    )
    return Bench(f"heartbeat.{act}", figures, opened, most_runs=most_runs, warms_up=False)


def _furnish(home: Path, docflows: int) -> Path:
    """A home with the virtual token allowed, and with so many docflows at the training operator."""
    places = Places(home)
    allow_virtual_token(places)
    if docflows:
        office = Office(places.training_operator, Pace.INSTANT)
        try:
            seed_docflows(office, docflows)
        finally:
            office.close()
    return home


BENCHES: Final = (_bench("sign", 200, 20), _bench("check", 300, 30), _bench("sync", 1_000, 20, most_runs=1))
