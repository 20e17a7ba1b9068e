"""The first page as it was last read, kept for the next start: `Today` to plain JSON and back, and the day it is then shown on.

Light to import, since it stands before the first picture of the window. What another shape of this program kept, or another stage, is ignored.
"""

from __future__ import annotations

import json
import logging
import zlib
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from extern_desktop.domain.errors import EnvironmentProblemError
from extern_desktop.services.today_values import DayMark, DueGroup, FailedItem, ReportStanding, Today, WaitingItem, WaitingKind
from extern_desktop.settings.places import Stage
from extern_desktop.store.snapshot import read_snapshot

if TYPE_CHECKING:
    from extern_desktop.services.desk import Desk

_log: Final = logging.getLogger(__name__)

NAME: Final = "today"
_MOSCOW: Final = timezone(timedelta(hours=3))
"""Terms are days there. The zone has had no other offset since 2014; its table is not worth reading before the first picture."""


@dataclass(frozen=True, slots=True)
class KeptToday:
    """The first page from before, on the day it is shown."""

    stage: Stage
    today: Today
    read_at: datetime
    """When the workspace said so."""


def shape() -> int:
    """Tells programs apart whose first page has other facts: what one kept is nothing to the other."""
    told = [f"{row.__name__}.{field.name}:{field.type}" for row in (Today, DayMark, DueGroup, WaitingItem, FailedItem) for field in fields(row)]
    return zlib.crc32("|".join(told).encode())


def to_json(today: Today, stage: Stage, read_at: datetime) -> bytes:
    """Everything of `today`, as bytes that `from_json` takes. Pure."""
    plain = {
        "shape": shape(),
        "stage": stage.value,
        "read-at": read_at.isoformat(),
        "on": today.on.isoformat(),
        "days": [(it.on.isoformat(), it.is_working, it.due, it.all_done) for it in today.days],
        "due": [(it.form_short_name, it.due_on.isoformat(), it.left, it.total, it.days_left) for it in today.due],
        "waiting": [
            (it.kind.value, it.subject, it.organisation_name, it.docflow_id, it.count, it.due_on.isoformat() if it.due_on else None)
            for it in today.waiting
        ],
        "owed": today.owed_docflows,
        "failed": [
            (it.report_id, it.docflow_id, it.standing.value, it.subject, it.organisation_name, it.reason, it.at.isoformat()) for it in today.failed
        ],
        "ready": today.ready_report_ids,
        "reports": today.reports,
        "accepted": today.accepted_count,
        "organisations": today.organisations,
        "synchronised-at": today.synchronised_at.isoformat() if today.synchronised_at else None,
    }
    return json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()


def from_json(content: bytes, stage: Stage) -> KeptToday | None:
    """What was kept; `None` when it is of another stage or shape, or cannot be understood. Pure."""
    try:
        plain: dict[str, Any] = json.loads(content)
        if (plain["shape"], plain["stage"]) != (shape(), stage.value):
            return None
        return KeptToday(stage, _today(plain), datetime.fromisoformat(plain["read-at"]))
    except (ValueError, KeyError, TypeError):
        return None


def _today(plain: dict[str, Any]) -> Today:
    return Today(
        on=date.fromisoformat(plain["on"]),
        days=tuple(DayMark(date.fromisoformat(on), *rest) for on, *rest in plain["days"]),
        due=tuple(DueGroup(form, date.fromisoformat(on), *rest) for form, on, *rest in plain["due"]),
        waiting=tuple(
            WaitingItem(WaitingKind(kind), subject, organisation, docflow, count, _day(on))
            for kind, subject, organisation, docflow, count, on in plain["waiting"]
        ),
        owed_docflows=plain["owed"],
        failed=tuple(
            FailedItem(report, docflow, ReportStanding(standing), subject, organisation, reason, datetime.fromisoformat(at))
            for report, docflow, standing, subject, organisation, reason, at in plain["failed"]
        ),
        ready_report_ids=tuple(plain["ready"]),
        reports=plain["reports"],
        accepted_count=plain["accepted"],
        organisations=plain["organisations"],
        synchronised_at=datetime.fromisoformat(plain["synchronised-at"]) if plain["synchronised-at"] else None,
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def as_of(kept: KeptToday, on: date) -> KeptToday:
    """The same facts told on another day: the days left are counted anew, days that are over leave the strip. Pure."""
    today = kept.today
    if today.on == on:
        return kept
    due = tuple(replace(it, days_left=(it.due_on - on).days) for it in today.due)
    days = tuple(it for it in today.days if it.on >= on)
    return replace(kept, today=replace(today, on=on, days=days, due=due))


def read_kept_today(folder: Path, stage: Stage, now: datetime, before_keyring: Callable[[], object] = lambda: None) -> KeptToday | None:
    """What the first page of this stage's workspace showed last, told as of `now`; `None` when nothing can be shown.

    Opens nothing and asks no person. The keyring may take seconds: `before_keyring` is called before it is asked. Not for the event loop's thread.
    """
    content = read_snapshot(folder, NAME, before_keyring)
    kept = from_json(content, stage) if content is not None else None
    return as_of(kept, now.astimezone(_MOSCOW).date()) if kept is not None else None


def keep_today(today: Today, *, desk: Desk) -> None:
    """Keep the first page for the next start. Writes to the workspace; one that cannot be written to goes without, which is only noted."""
    try:
        desk.store.snapshots.keep(NAME, to_json(today, desk.stage, desk.now()))
    except EnvironmentProblemError as problem:
        _log.warning("the first page was not kept: %s", type(problem).__name__)
