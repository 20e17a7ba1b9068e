"""The bench's own arithmetic: medians, ratios, bounds, when a gate is skipped and when it is red."""

from __future__ import annotations

import pytest
from bench.figures import Figure, Kind, Limit, Result, Side, Verdict, judge, spread

RATIO = Figure("start.first-paint", "ms", (Limit(Side.AT_MOST, 1.5),), anchor="bare window")
RATE = Figure("network.lanes", "/s", (Limit(Side.AT_LEAST, 0.9),), anchor="bare client")
WEIGHT = Figure("start.pss", "MB", (Limit(Side.AT_MOST, 110, of_ratio=False),))
GAP = Figure("heartbeat.sign", "ms", (Limit(Side.AT_MOST, 50, of_ratio=False), Limit(Side.AT_MOST, 3.0)), anchor="empty loop", calm_at_most=30)
CALM = (100.0, 102.0, 98.0)


def test_judge_compares_medians_not_outliers() -> None:
    result = judge(RATIO, (140.0, 141.0, 900.0), CALM)

    assert (result.product, result.anchor, result.ratio, result.verdict) == (141.0, 100.0, 1.41, Verdict.GOOD)


def test_judge_range_is_of_runs_that_followed_each_other() -> None:
    result = judge(RATIO, (120.0, 150.0), (100.0, 120.0))

    assert (result.ratio_low, result.ratio_high) == (1.2, 1.25)


@pytest.mark.parametrize(
    ("figure", "product", "anchor", "verdict"),
    [
        (RATIO, (150.0,) * 3, CALM, Verdict.GOOD),
        (RATIO, (151.0,) * 3, CALM, Verdict.RED),
        (RATE, (90.0,) * 3, CALM, Verdict.GOOD),
        (RATE, (89.0,) * 3, CALM, Verdict.RED),
        (WEIGHT, (110.0,), (), Verdict.GOOD),
        (WEIGHT, (110.5,), (), Verdict.RED),
        (GAP, (40.0,) * 3, (14.0,) * 3, Verdict.GOOD),
        (GAP, (51.0,) * 3, (20.0,) * 3, Verdict.RED),
        (GAP, (49.0,) * 3, (13.0,) * 3, Verdict.RED),
    ],
)
def test_judge_bound_is_held_or_broken(figure: Figure, product: tuple[float, ...], anchor: tuple[float, ...], verdict: Verdict) -> None:
    assert judge(figure, product, anchor).verdict is verdict


def test_judge_unsteady_anchor_skips_the_gate_and_says_so() -> None:
    result = judge(RATIO, (300.0,) * 3, (80.0, 100.0, 121.5))

    assert (result.verdict, result.reason) == (Verdict.SKIPPED, "the anchor varied by 21%")


def test_judge_anchor_at_the_edge_of_steadiness_still_gates() -> None:
    assert judge(RATIO, (300.0,) * 3, (80.0, 100.0, 120.0)).verdict is Verdict.RED


def test_judge_unsteady_anchor_does_not_excuse_a_weight() -> None:
    assert judge(WEIGHT, (120.0,) * 3, (40.0, 60.0, 80.0)).verdict is Verdict.RED


def test_judge_busy_machine_skips_the_heartbeat() -> None:
    result = judge(GAP, (80.0,) * 3, (31.0,) * 3)

    assert (result.verdict, result.reason) == (Verdict.SKIPPED, "the anchor alone took 31 ms")


def test_judge_reason_names_the_broken_bound() -> None:
    assert judge(RATIO, (200.0,) * 3, CALM).reason == "2 is not ≤ 1.5"


def test_judge_ratio_without_an_anchor_is_skipped() -> None:
    assert judge(RATIO, (200.0,), ()).verdict is Verdict.SKIPPED


def test_spread_is_the_middle_half_as_a_share_of_the_median() -> None:
    assert spread((80.0, 90.0, 100.0, 110.0, 120.0)) == pytest.approx(0.2)
    assert spread((80.0, 90.0, 100.0, 110.0, 900.0)) == pytest.approx(0.2)  # one disturbed run says nothing of the others
    assert spread((5.0,)) == 0.0
    assert spread((0.0, 0.0)) == 0.0


def result_of(verdict: Verdict, kind: Kind = Kind.GATE) -> Result:
    return Result(Figure("x", "ms", (), kind), 1.0, 1.0, 1.0, 1.0, 1.0, 0.0, 7, verdict)


def test_red_watch_fails_nothing() -> None:
    assert result_of(Verdict.RED).is_red_gate
    assert not result_of(Verdict.RED, Kind.WATCH).is_red_gate
    assert not result_of(Verdict.SKIPPED).is_red_gate
