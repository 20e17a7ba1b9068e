"""The results for a person and for a program. Nothing is judged here."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Sequence
from datetime import UTC, datetime

from bench.figures import Figure, Kind, Result, Scale

HEAD = ("figure", "product", "anchor", "ratio (range)", "limit", "kind", "verdict")


def as_text(results: Sequence[Result]) -> str:
    """A table with a line for each figure, then what was skipped or red and why."""
    rows = [HEAD, *(_row(result) for result in results)]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"{result.verdict.value}: {result.figure.name}: {result.reason}" for result in results if result.reason]
    return "\n".join([*lines, *([""] if notes else []), *notes])


def as_json(results: Sequence[Result], scale: Scale, measured_at: datetime) -> bytes:
    """One document: the machine, the scale, the figures."""
    rows = [
        {
            "name": result.figure.name,
            "unit": result.figure.unit,
            "kind": result.figure.kind.value,
            "product": result.product,
            "anchor": result.anchor,
            "anchor-is": result.figure.anchor,
            "anchor-spread": result.anchor_spread,
            "ratio": result.ratio,
            "ratio-low": result.ratio_low,
            "ratio-high": result.ratio_high,
            "runs": result.runs,
            "limits": [{"of": "ratio" if it.of_ratio else "product", "side": it.side.value, "value": it.value} for it in result.figure.limits],
            "verdict": result.verdict.value,
            "reason": result.reason,
        }
        for result in results
    ]
    head = {
        "measured-at": measured_at.astimezone(UTC).isoformat(),
        "python": sys.version.split()[0],
        "system": platform.platform(),
        "quick": scale.is_quick,
    }
    return json.dumps(head | {"figures": rows}, ensure_ascii=False, indent=2).encode() + b"\n"


def _row(result: Result) -> tuple[str, ...]:
    figure = result.figure
    ratio = ""
    if result.ratio is not None:
        ratio = f"{result.ratio:.2f}x"
        if result.ratio_low is not None and result.ratio_high is not None:
            ratio += f" ({result.ratio_low:.2f}–{result.ratio_high:.2f})"
    return (
        figure.name,
        _value(result.product, figure.unit) if result.runs else "",
        _anchor(result),
        ratio,
        _limits(figure),
        figure.kind.value if figure.kind is Kind.GATE else "watch",
        result.verdict.value,
    )


def _anchor(result: Result) -> str:
    if result.anchor is None:
        return ""
    wide = f" ±{result.anchor_spread / 2:.0%}" if result.anchor_spread is not None else ""
    return f"{_value(result.anchor, result.figure.unit)}{wide}, {result.figure.anchor}"


def _limits(figure: Figure) -> str:
    return " and ".join(f"{it.side.value} {it.value:g}{'x' if it.of_ratio else ' ' + figure.unit}" for it in figure.limits)


def _value(value: float, unit: str) -> str:
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:.{digits}f} {unit}".rstrip()
