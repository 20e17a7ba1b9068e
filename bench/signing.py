"""Sign a batch of reports on the virtual token through the service, and see what all but the token costs.

The module writes down the time spent inside its calls; everything else of the batch (the hash, the CMS and its verification, the pipe to the child
process, the commits to disk) is overhead. Our check was made when the reports came onto the desk. The product's figure is that overhead, the anchor
is the token's own time of the same batch.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Final

from bench.figures import Bench, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import fresh_folder
from bench.workplaces import fill_desk, quiet_work, token_workplace, virtual_token
from extern_desktop.services.sign_reports import sign_reports

OVERHEAD: Final = "sign.overhead"
WHOLE: Final = "sign.whole-batch"


@dataclass(slots=True)
class _Spent:
    """What one batch took."""

    whole_seconds: float = 0.0
    token_seconds: float = 0.0


@contextmanager
def _open(scale: Scale) -> Iterator[Pair]:
    count = scale.of(500, 40)
    work = quiet_work()
    with ExitStack() as stack:
        folder = stack.enter_context(fresh_folder())
        token = stack.enter_context(virtual_token(folder / "token"))
        desk, payer = stack.enter_context(token_workplace(folder / "home", work))
        spent = _Spent()

        def sign() -> Sample:
            ids = fill_desk(desk, payer, count, work)
            before = token.spent_seconds()
            started_at = time.perf_counter()
            sign_reports(ids, desk=desk, work=work)
            spent.whole_seconds = time.perf_counter() - started_at
            spent.token_seconds = token.spent_seconds() - before
            return {OVERHEAD: (spent.whole_seconds - spent.token_seconds) * 1000, WHOLE: spent.whole_seconds * 1000}

        yield Pair(sign, lambda: {OVERHEAD: spent.token_seconds * 1000, WHOLE: spent.token_seconds * 1000})


BENCH: Final = Bench(
    "sign",
    (
        Figure(OVERHEAD, "ms", (Limit(Side.AT_MOST, 1.5),), anchor="the token's own time"),
        Figure(WHOLE, "ms", (Limit(Side.AT_MOST, 2.5),), Kind.WATCH, anchor="the token's own time"),
    ),
    _open,
)
