"""The operator's spellings of moments and days.

Seven fractional digits, sometimes no zone. A stamp without a zone is Moscow time; one with `Z` or an offset says so itself. Text that is no stamp
gives `None`: a date we can't read must not stop a docflow from being shown.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

MOSCOW: Final = ZoneInfo("Europe/Moscow")

_FRACTION: Final = re.compile(r"(?<=:\d\d)\.(\d+)")


def read_moment(text: str | None) -> datetime | None:
    """An aware UTC moment; a stamp without a zone is read as Moscow time."""
    if not text:
        return None
    try:
        moment = datetime.fromisoformat(_FRACTION.sub(_microseconds, text.strip()))
        return (moment if moment.tzinfo else moment.replace(tzinfo=MOSCOW)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_day(text: str | None) -> date | None:
    """The calendar day of `2026-03-25` or `2026-03-25T00:00:00.0000000`, as written: a term is a day, not a moment, so no zone is applied."""
    try:
        return date.fromisoformat(text.strip()[:10]) if text else None
    except ValueError:
        return None


def write_utc(moment: datetime) -> str:
    """`2026-11-24T11:20:00.0000000Z`: `last-change-date`, document `send-date` and every filter of a query."""
    return f"{moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}0Z"


def write_moscow(moment: datetime) -> str:
    """`2026-11-24T14:20:00.0000000`: the docflow's own `send-date`, Moscow time without a zone."""
    return f"{moment.astimezone(MOSCOW).replace(tzinfo=None).isoformat(timespec='microseconds')}0"


def write_day(day: date) -> str:
    """`2026-03-25`: a day in a request."""
    return day.isoformat()


def write_day_stamp(day: date) -> str:
    """`2026-03-25T00:00:00`: a day in an answer."""
    return f"{day.isoformat()}T00:00:00"


def _microseconds(fraction: re.Match[str]) -> str:
    return f".{fraction.group(1)[:6]:0<6}"
