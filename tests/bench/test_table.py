"""What a person and a program are told of the results."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from bench.figures import Figure, Limit, Scale, Side, judge
from bench.table import as_json, as_text

FIGURE = Figure("start.first-paint", "ms", (Limit(Side.AT_MOST, 1.5),), anchor="bare window")
NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def test_text_shows_figure_anchor_ratio_limit_and_verdict() -> None:
    text = as_text([judge(FIGURE, (120.0, 121.0, 122.0), (100.0, 100.0, 100.0))])

    row = text.splitlines()[2]
    for piece in ("start.first-paint", "121 ms", "100 ms ±0%, bare window", "1.21x (1.20–1.22)", "≤ 1.5x", "gate", "ok"):
        assert piece in row


def test_text_says_aloud_what_was_skipped_or_red() -> None:
    text = as_text([judge(FIGURE, (200.0,) * 3, (100.0,) * 3), judge(FIGURE, (200.0,) * 3, (50.0, 100.0, 150.0))])

    assert text.splitlines()[-2:] == [
        "RED: start.first-paint: 2 is not ≤ 1.5",
        "skipped: start.first-paint: the anchor varied by 50%",
    ]


def test_json_holds_every_number_of_the_table() -> None:
    document = json.loads(as_json([judge(FIGURE, (120.0, 121.0, 122.0), (100.0, 100.0, 100.0))], Scale(), NOON))

    assert (document["measured-at"], document["quick"]) == ("2026-03-20T12:00:00+00:00", False)
    (figure,) = document["figures"]
    assert (figure["name"], figure["product"], figure["anchor"], figure["ratio"]) == ("start.first-paint", 121.0, 100.0, 1.21)
    assert figure["limits"] == [{"of": "ratio", "side": "≤", "value": 1.5}]
    assert figure["verdict"] == "ok"
