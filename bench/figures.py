"""What is measured and how it is judged. Pure: numbers in, verdicts out; nothing here runs, prints or reads a clock.

A figure of the product stands beside its anchor's, taken in the same run; the machine is slow or fast for both. Bare milliseconds are never judged
alone.
"""

from __future__ import annotations

import statistics
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

Sample = Mapping[str, float]
"""Values by the name of their figure; one run of the product or of the anchor."""

UNSTEADY_SPREAD: Final = 0.2
"""An anchor whose middle half is wider, as a share of its median, says nothing: the gate is skipped aloud.

For evenly scattered runs that is 40 % from the lowest to the highest of seven; one run that the machine disturbed does not count, as it does not for
the median.
"""


class CannotMeasureError(Exception):
    """Something that the measurement needs is missing on this computer; the message says what."""


@unique
class Kind(StrEnum):
    GATE = "gate"
    """Red twice fails the run."""
    WATCH = "watch"
    """Printed and kept as a trend."""


@unique
class Verdict(StrEnum):
    GOOD = "ok"
    RED = "RED"
    SKIPPED = "skipped"


@unique
class Side(StrEnum):
    AT_MOST = "≤"
    AT_LEAST = "≥"


@dataclass(frozen=True, slots=True)
class Limit:
    """One bound."""

    side: Side
    value: float
    of_ratio: bool = True
    """Of product to anchor; otherwise of the product's own figure: bytes, counts, and gaps beside an anchor that proves the machine calm."""

    def holds(self, figure: float) -> bool:
        return figure <= self.value if self.side is Side.AT_MOST else figure >= self.value


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table."""

    name: str
    unit: str
    limits: tuple[Limit, ...]
    kind: Kind = Kind.GATE
    anchor: str = ""
    """What the anchor is; empty when the figure has none."""
    calm_at_most: float | None = None
    """Above this the anchor itself is too slow for the figure to mean anything."""


@dataclass(frozen=True, slots=True)
class Pair:
    """The product and its anchor, ready to be run in turn. Both give values by figure names; the anchor may leave some out."""

    product: Callable[[], Sample]
    anchor: Callable[[], Sample]


@dataclass(frozen=True, slots=True)
class Scale:
    """How much work one measurement is given."""

    is_quick: bool = False

    @property
    def runs(self) -> int:
        return 2 if self.is_quick else 7

    def of(self, whole: int, quick: int) -> int:
        return quick if self.is_quick else whole


@dataclass(frozen=True, slots=True)
class Bench:
    """A measurement: its figures, and how it is set up. Raises `CannotMeasureError` while it is set up when it can't be taken here."""

    name: str
    figures: tuple[Figure, ...]
    open: Callable[[Scale], AbstractContextManager[Pair]]
    most_runs: int = 7
    """Fewer for a measurement whose single run is long and holds thousands of observations."""
    warms_up: bool = True
    """False where each run starts anew and nothing stays warm for the next."""

    def runs(self, scale: Scale) -> int:
        if scale.is_quick and not self.warms_up:
            return 1
        return min(scale.runs, self.most_runs)


@dataclass(frozen=True, slots=True)
class Result:
    """One figure, measured and judged."""

    figure: Figure
    product: float
    anchor: float | None
    ratio: float | None
    """Of the medians."""
    ratio_low: float | None
    ratio_high: float | None
    """The lowest and the highest ratio of two runs that followed each other."""
    anchor_spread: float | None
    """See `spread`."""
    runs: int
    verdict: Verdict
    reason: str = ""
    """Why it was skipped, or which bound it broke."""

    @property
    def is_red_gate(self) -> bool:
        return self.figure.kind is Kind.GATE and self.verdict is Verdict.RED

    @property
    def is_open_gate(self) -> bool:
        """Red, or not judged because the machine was not calm: worth a second look."""
        return self.figure.kind is Kind.GATE and self.verdict is not Verdict.GOOD


def spread(values: Sequence[float]) -> float:
    """How wide the middle half of the values is, as a share of the median; 0 for a single value."""
    middle = statistics.median(values)
    if len(values) < 2 or not middle:
        return 0.0
    low, _, high = statistics.quantiles(values, n=4, method="inclusive")
    return (high - low) / middle


def judge(figure: Figure, product: Sequence[float], anchor: Sequence[float]) -> Result:
    """Compare medians. `anchor` is empty for a figure that has none."""
    median = statistics.median(product)
    if not anchor:
        verdict, reason = _judge_limits(figure, median, None)
        return Result(figure, median, None, None, None, None, None, len(product), verdict, reason)
    beside = statistics.median(anchor)
    pairs = [one / other for one, other in zip(product, anchor, strict=False) if other]
    ratio = median / beside if beside else None
    wide = spread(anchor)
    verdict, reason = _judge_limits(figure, median, ratio)
    if wide > UNSTEADY_SPREAD and _has_ratio(figure):
        verdict, reason = Verdict.SKIPPED, f"the anchor varied by {wide:.0%}"
    elif figure.calm_at_most is not None and beside > figure.calm_at_most:
        verdict, reason = Verdict.SKIPPED, f"the anchor alone took {beside:.3g} {figure.unit}"
    return Result(figure, median, beside, ratio, min(pairs, default=None), max(pairs, default=None), wide, len(product), verdict, reason)


def _has_ratio(figure: Figure) -> bool:
    return any(limit.of_ratio for limit in figure.limits)


def _judge_limits(figure: Figure, median: float, ratio: float | None) -> tuple[Verdict, str]:
    for limit in figure.limits:
        value = ratio if limit.of_ratio else median
        if value is None:
            return Verdict.SKIPPED, "no anchor"
        if not limit.holds(value):
            return Verdict.RED, f"{value:.3g} is not {limit.side} {limit.value:g}"
    return Verdict.GOOD, ""
