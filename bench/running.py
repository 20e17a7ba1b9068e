"""Run measurements: product and anchor in turn, so that both meet the same machine; what is red or was disturbed is measured once more."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from time import monotonic

from bench.figures import Bench, CannotMeasureError, Result, Scale, Verdict, judge

Say = Callable[[str], None]
"""Tells a person what is going on; not part of the result."""


def run_benches(benches: Sequence[Bench], scale: Scale, say: Say) -> tuple[Result, ...]:
    """Every figure of every bench, in their order."""
    results: list[Result] = []
    for bench in benches:
        results.extend(_measure(bench, scale, say))
    return tuple(results)


def _measure(bench: Bench, scale: Scale, say: Say) -> Iterable[Result]:
    started_at = monotonic()
    say(f"{bench.name} …")
    try:
        results = _take(bench, scale)
        still_open = [f"{result.figure.name} {result.verdict.value}" for result in results if result.is_open_gate]
        if still_open and not scale.is_quick:
            say(f"{bench.name}: {', '.join(still_open)}, measured once more")
            again = {result.figure.name: result for result in _take(bench, scale)}
            results = [again[result.figure.name] if result.verdict is not Verdict.GOOD else result for result in results]
    except CannotMeasureError as problem:
        results = [Result(figure, 0.0, None, None, None, None, None, 0, Verdict.SKIPPED, str(problem)) for figure in bench.figures]
    say(f"{bench.name}: {monotonic() - started_at:.0f} s")
    return results


def _take(bench: Bench, scale: Scale) -> list[Result]:
    """One whole measurement: a run of each to warm up where that matters, then A B A B …"""
    product: defaultdict[str, list[float]] = defaultdict(list)
    anchor: defaultdict[str, list[float]] = defaultdict(list)
    with bench.open(scale) as pair:
        if bench.warms_up:
            pair.product()
            pair.anchor()
        for _ in range(bench.runs(scale)):
            for values, run in ((product, pair.product), (anchor, pair.anchor)):
                for name, value in run().items():
                    values[name].append(value)
    return [judge(figure, product[figure.name], anchor[figure.name]) for figure in bench.figures]
