"""Every measurement, in the order in which they are run: short ones first."""

from __future__ import annotations

from typing import Final

from bench import event_loop, network, signing, start_up, store_reads, store_writes, token_child
from bench.figures import Bench

BENCHES: Final[tuple[Bench, ...]] = (
    start_up.BENCH,
    store_reads.OPEN,
    store_reads.TODAY_PAGE,
    store_reads.PAGES,
    store_writes.WRITES,
    store_writes.CONTENTS,
    token_child.BENCH,
    network.LANES,
    network.UPLOADS,
    signing.BENCH,
    *event_loop.BENCHES,
)
