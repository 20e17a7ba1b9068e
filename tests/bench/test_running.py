"""How measurements are run: in turn, once more when red, skipped aloud when they can't be taken."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from bench.figures import Bench, CannotMeasureError, Figure, Kind, Limit, Pair, Sample, Scale, Side, Verdict
from bench.running import run_benches

FULL, QUICK = Scale(), Scale(is_quick=True)


@dataclass
class Stage:
    """A measurement that writes down what is asked of it."""

    values: list[float]
    """Of the product, one for each time it is set up."""
    kind: Kind = Kind.GATE
    order: list[str] = field(default_factory=list)
    set_ups: int = 0

    def bench(self, **more: bool | int) -> Bench:
        figure = Figure("thing", "ms", (Limit(Side.AT_MOST, 1.5),), self.kind, "anchor")
        return Bench("thing", (figure,), self.open, **more)  # type: ignore[arg-type]  # fields of one dataclass, by name

    @contextmanager
    def open(self, scale: Scale) -> Iterator[Pair]:
        value = self.values[min(self.set_ups, len(self.values) - 1)]
        self.set_ups += 1

        def run(letter: str, taken: float) -> Sample:
            self.order.append(letter)
            return {"thing": taken}

        yield Pair(lambda: run("A", value), lambda: run("B", 100.0))


def silent(_text: str) -> None:
    """Nobody listens."""


def test_run_interleaves_product_and_anchor_after_a_warm_up() -> None:
    stage = Stage([120.0])

    (result,) = run_benches([stage.bench()], FULL, silent)

    assert "".join(stage.order) == "AB" * 8
    assert (result.runs, result.verdict) == (7, Verdict.GOOD)


def test_run_red_gate_is_measured_once_more_and_may_recover() -> None:
    stage = Stage([200.0, 120.0])

    (result,) = run_benches([stage.bench()], FULL, silent)

    assert (stage.set_ups, result.verdict, result.product) == (2, Verdict.GOOD, 120.0)


def test_run_red_twice_stays_red_and_is_not_tried_a_third_time() -> None:
    stage = Stage([200.0, 190.0, 100.0])

    (result,) = run_benches([stage.bench()], FULL, silent)

    assert (stage.set_ups, result.is_red_gate, result.product) == (2, True, 190.0)


def test_run_red_watch_is_not_repeated() -> None:
    stage = Stage([200.0], Kind.WATCH)

    run_benches([stage.bench()], FULL, silent)

    assert stage.set_ups == 1


def test_run_quick_takes_few_runs_and_repeats_nothing() -> None:
    stage = Stage([200.0])

    (result,) = run_benches([stage.bench()], QUICK, silent)

    assert (stage.set_ups, result.runs) == (1, 2)


def test_run_long_measurement_takes_its_own_number_of_runs_without_a_warm_up() -> None:
    stage = Stage([120.0])

    (result,) = run_benches([stage.bench(most_runs=3, warms_up=False)], FULL, silent)

    assert "".join(stage.order) == "AB" * 3
    assert result.runs == 3


def test_run_what_cannot_be_measured_is_skipped_with_its_reason() -> None:
    @contextmanager
    def missing(_scale: Scale) -> Iterator[Pair]:
        raise CannotMeasureError("Xvfb is not installed")
        yield

    figure = Figure("start", "ms", (Limit(Side.AT_MOST, 1.5),))
    (result,) = run_benches([Bench("start", (figure,), missing)], FULL, silent)

    assert (result.verdict, result.reason, result.is_red_gate) == (Verdict.SKIPPED, "Xvfb is not installed", False)
