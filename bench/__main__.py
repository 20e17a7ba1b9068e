"""Measure the figures of `docs/bench.md` and fail when a gate is red twice.

    python -m bench [--only NAME …] [--quick] [--json FILE]
"""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from bench.catalogue import BENCHES
from bench.figures import Scale
from bench.running import run_benches
from bench.surroundings import sheltered
from bench.table import as_json, as_text


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit code 0: no gate is red; 1: one is; 2: wrong use."""
    chosen = _read(arguments)
    scale = Scale(chosen.quick)
    benches = [bench for bench in BENCHES if not chosen.only or any(bench.name.startswith(name) for name in chosen.only)]
    sys.setswitchinterval(0.001)  # as `__main__` of the program does
    logging.disable(logging.WARNING)  # a child that is killed on purpose is no news
    with sheltered():
        results = run_benches(benches, scale, lambda text: print(text, file=sys.stderr, flush=True))
    print(as_text(results))
    if chosen.json:
        chosen.json.write_bytes(as_json(results, scale, datetime.now(UTC)))
    if scale.is_quick:
        print("\nQuick: few runs on little data. The figures show that the bench works; no gate is held to them.")
        return 0
    return int(any(result.is_red_gate for result in results))


def _read(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("--only", nargs="+", metavar="NAME", default=[], help="only measurements whose names begin so")
    parser.add_argument("--quick", action="store_true", help="a smoke test of the bench itself; exit code 0 whatever is red")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results there too")
    parser.add_argument("--list", action="store_true", help="print the names and end")
    chosen = parser.parse_args(arguments)
    names = [bench.name for bench in BENCHES]
    if chosen.list:
        print("\n".join(names))
        parser.exit()
    for name in chosen.only:
        if not any(known.startswith(name) for known in names):
            parser.error(f"no measurement is called {name}; there are {', '.join(names)}")
    return chosen


if __name__ == "__main__":
    sys.exit(main())
