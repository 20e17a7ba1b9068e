"""Which days of Russia are working days, and where a term ends that falls on another.

A pure table and its arithmetic: the years' differences come as data (`resources/calendars/russia.toml`), nothing is read here and no clock is asked.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Final

from extern_desktop.domain.errors import ExternError

_HOLIDAYS: Final = frozenset({*((1, day) for day in range(1, 9)), (2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)})
"""Month and day of every public holiday: article 112 of the Labour Code."""
_ONE_DAY: Final = timedelta(days=1)


@dataclass(eq=False)
class UnreadableCalendarError(ExternError):
    """The shipped data file is broken: a bug of a release, not something a person can mend."""

    detail: str


@dataclass(frozen=True, slots=True)
class CalendarYear:
    """What one year's transfers change in the plain rule of weekends and holidays."""

    days_off: frozenset[date]
    working_weekends: frozenset[date]
    provisional: bool
    """The government has not set this year's transfers yet."""


@dataclass(frozen=True, slots=True)
class WorkingCalendar:
    """Production calendar of Russia. Years without data follow weekends and holidays alone, and are provisional."""

    years: Mapping[int, CalendarYear] = field(default_factory=dict)

    def is_working(self, day: date) -> bool:
        year = self.years.get(day.year)
        if year is not None and day in year.working_weekends:
            return True
        if day.weekday() >= 5 or (day.month, day.day) in _HOLIDAYS:
            return False
        return year is None or day not in year.days_off

    def is_provisional(self, day: date) -> bool:
        year = self.years.get(day.year)
        return year is None or year.provisional

    def on_or_after(self, day: date) -> date:
        """The day a term ends that falls on `day`: article 6.1, paragraph 7 of the Tax Code."""
        while not self.is_working(day):
            day += _ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        while not self.is_working(day):
            day -= _ONE_DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The `count`-th working day after `day`: a term in days is counted in working days (article 6.1, paragraph 6)."""
        for _ in range(count):
            day = self.on_or_after(day + _ONE_DAY)
        return day

    def count(self, first: date, last: date) -> int:
        """Working days from `first` to `last`, both included."""
        return sum(self.is_working(first + timedelta(days=offset)) for offset in range((last - first).days + 1))


def read_calendar(content: bytes) -> WorkingCalendar:
    """Read the shipped data file (TOML, a table per year). Raises `UnreadableCalendarError`."""
    try:
        tables = tomllib.loads(content.decode())
        return WorkingCalendar({int(year): _read_year(year, table) for year, table in tables.items()})
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise UnreadableCalendarError(str(error)) from error


def _read_year(year: str, table: Mapping[str, object]) -> CalendarYear:
    return CalendarYear(
        days_off=_days(year, table["days_off"]),
        working_weekends=_days(year, table["working_weekends"]),
        provisional=bool(table.get("provisional", False)),
    )


def _days(year: str, values: object) -> frozenset[date]:
    if not isinstance(values, list):
        raise TypeError(f"{year}: a list of days is expected")
    return frozenset(date.fromisoformat(f"{year}-{value}") for value in values)
