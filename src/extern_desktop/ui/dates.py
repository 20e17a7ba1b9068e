"""Days, months and counts of days in words, in the language spoken now."""

from __future__ import annotations

from datetime import date, datetime

from extern_desktop.wording.texts import _n, _t


def today() -> date:
    """The day on this computer's calendar."""
    return datetime.now().astimezone().date()


def day(on: date) -> str:
    """20 января / 20 January."""
    words = (
        _t("{day} January"),
        _t("{day} February"),
        _t("{day} March"),
        _t("{day} April"),
        _t("{day} May"),
        _t("{day} June"),
        _t("{day} July"),
        _t("{day} August"),
        _t("{day} September"),
        _t("{day} October"),
        _t("{day} November"),
        _t("{day} December"),
    )
    return words[on.month - 1].format(day=on.day)


def short_day(on: date) -> str:
    """20 янв / 20 Jan."""
    words = (
        _t("{day} Jan"),
        _t("{day} Feb"),
        _t("{day} Mar"),
        _t("{day} Apr"),
        _t("{day} May."),
        _t("{day} Jun"),
        _t("{day} Jul"),
        _t("{day} Aug"),
        _t("{day} Sep"),
        _t("{day} Oct"),
        _t("{day} Nov"),
        _t("{day} Dec"),
    )
    return words[on.month - 1].format(day=on.day).rstrip(".")


def month(first: date) -> str:
    """Январь 2027 / January 2027."""
    return f"{month_name(first.month)} {first.year}"


def month_name(number: int) -> str:
    """Name of a month, 1 to 12, standing alone."""
    names = (
        _t("January"),
        _t("February"),
        _t("March"),
        _t("April"),
        _t("May"),
        _t("June"),
        _t("July"),
        _t("August"),
        _t("September"),
        _t("October"),
        _t("November"),
        _t("December"),
    )
    return names[(number - 1) % 12]


def weekday(on: date) -> str:
    """среда / Wednesday."""
    names = (_t("Monday"), _t("Tuesday"), _t("Wednesday"), _t("Thursday"), _t("Friday"), _t("Saturday"), _t("Sunday"))
    return names[on.weekday()]


def short_weekday(number: int) -> str:
    """ср / Wed; 0 is Monday."""
    names = (_t("Mon"), _t("Tue"), _t("Wed"), _t("Thu"), _t("Fri"), _t("Sat"), _t("Sun"))
    return names[number % 7]


def days(number: int) -> str:
    """5 дней / 5 days."""
    return _n("{n} day", "{n} days", number).format(n=number)


def days_left(number: int) -> str:
    """How far a due date is: today, tomorrow, 5 days, 3 days ago."""
    if number == 0:
        return _t("today")
    if number == 1:
        return _t("tomorrow")
    if number < 0:
        return _n("{n} day ago", "{n} days ago", -number).format(n=-number)
    return days(number)


def numbers(on: date) -> str:
    """20.01.2027, as dates stand in tables."""
    return f"{on:%d.%m.%Y}"


def moment(at: datetime | None) -> str:
    """20.01.2027 14:32 in the time of this computer; empty for None."""
    return f"{at.astimezone():%d.%m.%Y %H:%M}" if at else ""


def moment_words(at: datetime, today: date) -> str:
    """14:32 for a moment of today; 20 января, 14:32 for another day."""
    local = at.astimezone()
    return f"{local:%H:%M}" if local.date() == today else f"{day(local.date())}, {local:%H:%M}"


def clock(at: datetime | None, today: date) -> str:
    """14:32 for a moment of today, 20 янв for another day; empty for None."""
    if at is None:
        return ""
    local = at.astimezone()
    return f"{local:%H:%M}" if local.date() == today else short_day(local.date())
