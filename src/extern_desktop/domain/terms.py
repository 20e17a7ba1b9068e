"""When each report is due: one table of rules, and pure functions over it.

Source: the Tax Code (chapters 21, 23, 25, 26.2, 30, 34 and article 58) and the tax service's own table of filing dates; terms that fall on a day off
move by article 6.1. Nothing here knows what was filed.
"""

from __future__ import annotations

import calendar as month_lengths
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum, unique
from typing import Final

from extern_desktop.domain.working_days import WorkingCalendar


@unique
class Periodicity(StrEnum):
    """The operator's words for it (reports tables)."""

    YEARLY = "yearly"
    QUARTERLY = "quarterly"
    MONTHLY = "monthly"
    TWICE_A_MONTH = "twice-a-month"


@unique
class Payer(StrEnum):
    """Some terms differ for companies and entrepreneurs."""

    COMPANY = "company"
    ENTREPRENEUR = "entrepreneur"


@unique
class ReportForm(StrEnum):
    """Forms whose terms are known here. The value is a name of ours; the tax service's number is in `KND`."""

    USN = "usn"
    RSV = "rsv"
    NDFL_6 = "ndfl-6"
    VAT = "vat"
    ENP_NOTICE = "enp-notice"
    PSV = "psv"
    PROFIT = "profit"
    PROPERTY = "property"
    SIMPLIFIED_ACCOUNTS = "simplified-accounts"
    FULL_ACCOUNTS = "full-accounts"
    EFS1_EXPERIENCE = "efs1-experience"
    EFS1_INJURY = "efs1-injury"
    ALCOHOL_7 = "alcohol-7"
    NVOS = "nvos"


KND: Final[Mapping[ReportForm, str]] = {
    ReportForm.USN: "1152017",
    ReportForm.RSV: "1151111",
    ReportForm.NDFL_6: "1151100",
    ReportForm.VAT: "1151001",
    ReportForm.ENP_NOTICE: "1110355",
    ReportForm.PSV: "1151162",
    ReportForm.PROFIT: "1151006",
    ReportForm.PROPERTY: "1152026",
    ReportForm.SIMPLIFIED_ACCOUNTS: "0710096",
    ReportForm.FULL_ACCOUNTS: "0710099",
}
"""Classifier number by form; the forms of other authorities have none."""

_BOTH: Final = frozenset(Payer)
_COMPANIES: Final = frozenset({Payer.COMPANY})
_LAST_OF_QUARTER: Final = frozenset({3, 6, 9, 12})


@dataclass(frozen=True, slots=True)
class FilingRule:
    """Day and month of a term, counted from the last month of the period."""

    periodicity: Periodicity
    day: int
    months_after: int
    payers: frozenset[Payer] = _BOTH
    months_after_the_year: int | None = None
    """Where the report for the whole year has longer than the others of the same form."""
    months_after_for_entrepreneurs: int | None = None
    no_report_for: frozenset[int] = field(default_factory=frozenset)
    """Numbers of periods that another report covers."""


RULES: Final[Mapping[ReportForm, FilingRule]] = {
    ReportForm.USN: FilingRule(Periodicity.YEARLY, day=25, months_after=3, months_after_for_entrepreneurs=4),
    ReportForm.RSV: FilingRule(Periodicity.QUARTERLY, day=25, months_after=1),
    ReportForm.NDFL_6: FilingRule(Periodicity.QUARTERLY, day=25, months_after=1, months_after_the_year=2),
    ReportForm.VAT: FilingRule(Periodicity.QUARTERLY, day=25, months_after=1),
    ReportForm.ENP_NOTICE: FilingRule(Periodicity.TWICE_A_MONTH, day=25, months_after=0),
    # The report on insured persons for the last month of a quarter is given within РСВ: letter БС-4-11/3700@ of 28.03.2023.
    ReportForm.PSV: FilingRule(Periodicity.MONTHLY, day=25, months_after=1, no_report_for=_LAST_OF_QUARTER),
    ReportForm.PROFIT: FilingRule(Periodicity.QUARTERLY, day=25, months_after=1, payers=_COMPANIES, months_after_the_year=3),
    ReportForm.PROPERTY: FilingRule(Periodicity.YEARLY, day=25, months_after=2, payers=_COMPANIES),
    ReportForm.SIMPLIFIED_ACCOUNTS: FilingRule(Periodicity.YEARLY, day=31, months_after=3, payers=_COMPANIES),
    ReportForm.FULL_ACCOUNTS: FilingRule(Periodicity.YEARLY, day=31, months_after=3, payers=_COMPANIES),
    ReportForm.EFS1_EXPERIENCE: FilingRule(Periodicity.YEARLY, day=25, months_after=1),
    ReportForm.EFS1_INJURY: FilingRule(Periodicity.QUARTERLY, day=25, months_after=1),
    ReportForm.ALCOHOL_7: FilingRule(Periodicity.QUARTERLY, day=20, months_after=1),
    ReportForm.NVOS: FilingRule(Periodicity.YEARLY, day=10, months_after=3),
}

_NOTICE_SECOND_HALF_DAY: Final = 3
"""Notices about income tax withheld from the 23rd to the end of a month are due on the 3rd of the next: article 58, paragraph 9."""
_NOTICE_FIRST_HALF_LAST_DAY: Final = 22
_PERIODS_A_YEAR: Final[Mapping[Periodicity, int]] = {
    Periodicity.YEARLY: 1,
    Periodicity.QUARTERLY: 4,
    Periodicity.MONTHLY: 12,
    Periodicity.TWICE_A_MONTH: 24,
}

_PERIOD_NUMBERS: Final[Mapping[Periodicity, Mapping[str, int]]] = {
    Periodicity.YEARLY: {"34": 1, "50": 1, "95": 1, "96": 1},
    # 21, 31, 33, 34 are cumulative (РСВ, 6-НДФЛ, profit); 21 to 24 are single quarters (НДС).
    Periodicity.QUARTERLY: {"21": 1, "31": 2, "22": 2, "33": 3, "23": 3, "34": 4, "24": 4},
    Periodicity.MONTHLY: {f"{month:02}": month for month in range(1, 13)},
    Periodicity.TWICE_A_MONTH: {},
}


@dataclass(frozen=True, slots=True)
class Period:
    """One tax or reporting period."""

    year: int
    number: int
    """1 for a year; the quarter; the month; for notices twice a month 1 to 24."""
    first_on: date
    last_on: date


@dataclass(frozen=True, slots=True)
class FilingTerm:
    """One report that is due."""

    form: ReportForm
    period: Period
    due_on: date
    """Last day on which the report is in time, already moved by article 6.1."""
    provisional: bool
    """The working calendar of that year is not settled."""


def period_of(periodicity: Periodicity, year: int, number: int) -> Period:
    """First and last day of a period by its number. Cumulative reports name the quarter they end with."""
    if periodicity is Periodicity.TWICE_A_MONTH:
        month, second = (number + 1) // 2, number % 2 == 0
        middle = _NOTICE_FIRST_HALF_LAST_DAY
        return Period(year, number, date(year, month, middle + 1 if second else 1), _month_end(year, month) if second else date(year, month, middle))
    months = 12 // _PERIODS_A_YEAR[periodicity]
    last_month = number * months
    return Period(year, number, date(year, last_month - months + 1, 1), _month_end(year, last_month))


def period_number(form: ReportForm, period_code: str) -> int | None:
    """Number of the period a report's `@Период` names; None for a code that this form's terms do not know."""
    return _PERIOD_NUMBERS[RULES[form].periodicity].get(period_code)


def filing_term(form: ReportForm, payer: Payer, year: int, number: int, calendar: WorkingCalendar) -> FilingTerm | None:
    """When the report for this period is due; None where this payer owes none."""
    rule = RULES[form]
    if payer not in rule.payers or number in rule.no_report_for:
        return None
    period = period_of(rule.periodicity, year, number)
    due_on = _notice_due_on(period, calendar) if rule.periodicity is Periodicity.TWICE_A_MONTH else _due_on(rule, payer, period, calendar)
    return FilingTerm(form, period, due_on, calendar.is_provisional(due_on))


def filing_terms(form: ReportForm, payer: Payer, first_on: date, last_on: date, calendar: WorkingCalendar) -> Iterator[FilingTerm]:
    """Every term of the form that ends from `first_on` to `last_on`, in order."""
    for year in range(first_on.year - 1, last_on.year + 1):
        for number in range(1, _PERIODS_A_YEAR[RULES[form].periodicity] + 1):
            term = filing_term(form, payer, year, number, calendar)
            if term is not None and first_on <= term.due_on <= last_on:
                yield term


def _due_on(rule: FilingRule, payer: Payer, period: Period, calendar: WorkingCalendar) -> date:
    months = rule.months_after
    if payer is Payer.ENTREPRENEUR and rule.months_after_for_entrepreneurs is not None:
        months = rule.months_after_for_entrepreneurs
    elif period.last_on.month == 12 and rule.months_after_the_year is not None:
        months = rule.months_after_the_year
    return calendar.on_or_after(_day_of_month(period.last_on, months, rule.day))


def _notice_due_on(period: Period, calendar: WorkingCalendar) -> date:
    if period.number % 2:
        return calendar.on_or_after(_day_of_month(period.last_on, 0, RULES[ReportForm.ENP_NOTICE].day))
    if period.last_on.month == 12:
        return calendar.on_or_before(period.last_on)  # the last working day of the year: this term never moves forward
    return calendar.on_or_after(_day_of_month(period.last_on, 1, _NOTICE_SECOND_HALF_DAY))


def _day_of_month(start: date, months_after: int, day: int) -> date:
    years, month = divmod(start.month - 1 + months_after, 12)
    return date(start.year + years, month + 1, day)


def _month_end(year: int, month: int) -> date:
    return date(year, month, month_lengths.monthrange(year, month)[1])
