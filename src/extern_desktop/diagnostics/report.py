"""The report as bytes: one JSON document for machines. The same state of the workplace gives the same bytes."""

from __future__ import annotations

import json

from extern_desktop.diagnostics.values import DiagnosticsReport

FORMAT = 1
"""Number of the report's shape; a newer program reads older ones."""


def to_json(report: DiagnosticsReport) -> bytes:
    """UTF-8 JSON with sorted keys, two spaces of indent and a line end. No time of the run is in it."""
    first = report.first_failed
    body = {
        "format": FORMAT,
        "ready": report.is_ready,
        "first-failed": first.id if first else None,
        "checks": [
            {
                "id": answer.id,
                "group": answer.group.value,
                "verdict": answer.verdict.value,
                "evidence": dict(answer.evidence),
                "remedy": answer.remedy.value,
                "after": list(answer.after),
                "because-of": answer.because_of,
            }
            for answer in report.answers
        ],
    }
    return (json.dumps(body, ensure_ascii=False, sort_keys=True, indent=2) + "\n").encode()
