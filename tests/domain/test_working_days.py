"""The production calendar against the published ones and the figures of the fact sheet."""

from datetime import date, timedelta
from pathlib import Path
from xml.etree import ElementTree

import pytest

from extern_desktop.domain.working_days import UnreadableCalendarError, WorkingCalendar, read_calendar
from extern_desktop.settings.places import resource_folder

PUBLISHED = Path(__file__).parents[2].parent / "shared" / "samples" / "calendar"


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return read_calendar((resource_folder() / "calendars" / "russia.toml").read_bytes())


@pytest.mark.parametrize(("year", "days"), [(2024, 248), (2025, 247), (2026, 247), (2027, 247)])
def test_count_whole_year_is_the_published_number(calendar: WorkingCalendar, year: int, days: int) -> None:
    assert calendar.count(date(year, 1, 1), date(year, 12, 31)) == days


@pytest.mark.parametrize("name", ["2024.xml", "2025.xml", "2026.xml", "2027-provisional.xml"])
def test_is_working_every_day_agrees_with_the_published_calendar(calendar: WorkingCalendar, name: str) -> None:
    if not PUBLISHED.is_dir():
        pytest.skip("published calendars are not at hand")
    root = ElementTree.parse(PUBLISHED / name).getroot()
    year = int(root.attrib["year"])
    marks = {date(year, *map(int, day.attrib["d"].split("."))): day.attrib["t"] for day in root.iter("day")}
    day, disagreements = date(year, 1, 1), []
    while day.year == year:
        mark = marks.get(day)
        working = mark in {"2", "3"} or (mark is None and day.weekday() < 5)
        if calendar.is_working(day) != working:
            disagreements.append(day)
        day += timedelta(days=1)
    assert disagreements == []


@pytest.mark.parametrize(
    ("day", "ends_on"),
    [
        (date(2026, 1, 25), date(2026, 1, 26)),
        (date(2026, 4, 25), date(2026, 4, 27)),
        (date(2024, 4, 28), date(2024, 5, 2)),
        (date(2024, 4, 27), date(2024, 4, 27)),
        (date(2024, 3, 31), date(2024, 4, 1)),
        (date(2026, 12, 31), date(2027, 1, 11)),
    ],
)
def test_on_or_after_day_off_moves_to_the_next_working_day(calendar: WorkingCalendar, day: date, ends_on: date) -> None:
    assert calendar.on_or_after(day) == ends_on


@pytest.mark.parametrize(
    ("year", "last"), [(2024, date(2024, 12, 28)), (2025, date(2025, 12, 30)), (2026, date(2026, 12, 30)), (2027, date(2027, 12, 30))]
)
def test_on_or_before_year_end_is_the_last_working_day(calendar: WorkingCalendar, year: int, last: date) -> None:
    assert calendar.on_or_before(date(year, 12, 31)) == last


def test_add_working_days_over_may_holidays_skips_them(calendar: WorkingCalendar) -> None:
    assert calendar.add_working_days(date(2026, 5, 8), 1) == date(2026, 5, 12)
    assert calendar.add_working_days(date(2026, 5, 8), 5) == date(2026, 5, 18)


def test_is_provisional_only_for_years_not_settled(calendar: WorkingCalendar) -> None:
    assert not calendar.is_provisional(date(2026, 6, 1))
    assert calendar.is_provisional(date(2027, 6, 1))
    assert calendar.is_provisional(date(2031, 6, 1))
    assert not calendar.is_working(date(2031, 5, 1))
    assert calendar.is_working(date(2031, 5, 2))


@pytest.mark.parametrize(
    "content", [b"\xff", b"[2026]\ndays_off = ['02-30']\nworking_weekends = []", b"[2026]\n", b"[2026]\ndays_off = 5\nworking_weekends = []"]
)
def test_read_calendar_broken_file_says_so(content: bytes) -> None:
    with pytest.raises(UnreadableCalendarError):
        read_calendar(content)
