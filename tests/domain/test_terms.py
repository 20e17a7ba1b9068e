"""Filing terms against the dates of the fact sheet's tables."""

import itertools
from datetime import date

import pytest

from extern_desktop.domain.terms import KND, RULES, Payer, Periodicity, ReportForm, filing_term, filing_terms, period_number, period_of
from extern_desktop.domain.working_days import WorkingCalendar, read_calendar
from extern_desktop.settings.places import resource_folder

COMPANY, ENTREPRENEUR = Payer.COMPANY, Payer.ENTREPRENEUR


@pytest.fixture(scope="module")
def calendar() -> WorkingCalendar:
    return read_calendar((resource_folder() / "calendars" / "russia.toml").read_bytes())


@pytest.mark.parametrize(
    ("form", "payer", "year", "number", "due_on"),
    [
        (ReportForm.USN, COMPANY, 2025, 1, date(2026, 3, 25)),
        (ReportForm.USN, ENTREPRENEUR, 2025, 1, date(2026, 4, 27)),
        (ReportForm.RSV, COMPANY, 2026, 3, date(2026, 10, 26)),
        (ReportForm.RSV, COMPANY, 2026, 4, date(2027, 1, 25)),
        (ReportForm.NDFL_6, COMPANY, 2025, 4, date(2026, 2, 25)),
        (ReportForm.NDFL_6, COMPANY, 2026, 2, date(2026, 7, 27)),
        (ReportForm.VAT, ENTREPRENEUR, 2026, 1, date(2026, 4, 27)),
        (ReportForm.PSV, COMPANY, 2026, 11, date(2026, 12, 25)),
        (ReportForm.PROFIT, COMPANY, 2025, 4, date(2026, 3, 25)),
        (ReportForm.PROPERTY, COMPANY, 2025, 1, date(2026, 2, 25)),
        (ReportForm.SIMPLIFIED_ACCOUNTS, COMPANY, 2023, 1, date(2024, 4, 1)),
        (ReportForm.FULL_ACCOUNTS, COMPANY, 2025, 1, date(2026, 3, 31)),
        (ReportForm.EFS1_EXPERIENCE, COMPANY, 2025, 1, date(2026, 1, 26)),
        (ReportForm.EFS1_INJURY, COMPANY, 2026, 3, date(2026, 10, 26)),
        (ReportForm.ALCOHOL_7, COMPANY, 2026, 1, date(2026, 4, 20)),
        (ReportForm.NVOS, COMPANY, 2025, 1, date(2026, 3, 10)),
        (ReportForm.ENP_NOTICE, COMPANY, 2026, 7, date(2026, 4, 27)),
        (ReportForm.ENP_NOTICE, COMPANY, 2026, 8, date(2026, 5, 4)),
        (ReportForm.ENP_NOTICE, COMPANY, 2026, 24, date(2026, 12, 30)),
        (ReportForm.ENP_NOTICE, COMPANY, 2024, 24, date(2024, 12, 28)),
    ],
)
def test_filing_term_known_case_is_the_published_date(
    calendar: WorkingCalendar, form: ReportForm, payer: Payer, year: int, number: int, due_on: date
) -> None:
    term = filing_term(form, payer, year, number, calendar)
    assert term is not None
    assert term.due_on == due_on
    assert term.provisional == (due_on.year == 2027)


@pytest.mark.parametrize(
    ("form", "payer", "number"),
    [(ReportForm.PROFIT, ENTREPRENEUR, 1), (ReportForm.PSV, COMPANY, 6), (ReportForm.SIMPLIFIED_ACCOUNTS, ENTREPRENEUR, 1)],
)
def test_filing_term_not_owed_is_none(calendar: WorkingCalendar, form: ReportForm, payer: Payer, number: int) -> None:
    assert filing_term(form, payer, 2026, number, calendar) is None


def test_filing_terms_window_holds_each_term_once_and_in_order(calendar: WorkingCalendar) -> None:
    notices = list(filing_terms(ReportForm.ENP_NOTICE, COMPANY, date(2026, 1, 1), date(2026, 12, 31), calendar))
    assert [term.due_on for term in notices] == sorted(term.due_on for term in notices)
    assert len({(term.period.year, term.period.number) for term in notices}) == len(notices) == 24
    thirds = [f"{term.due_on:%d.%m}" for term in notices if term.period.number % 2 == 0]
    assert thirds == ["03.02", "03.03", "03.04", "04.05", "03.06", "03.07", "03.08", "03.09", "05.10", "03.11", "03.12", "30.12"]


def test_filing_terms_every_rule_is_a_working_day_after_its_period(calendar: WorkingCalendar) -> None:
    for form in RULES:
        for payer in Payer:
            for term in filing_terms(form, payer, date(2025, 1, 1), date(2027, 12, 31), calendar):
                assert calendar.is_working(term.due_on), term
                assert term.due_on > term.period.last_on or form is ReportForm.ENP_NOTICE, term


def test_period_of_each_periodicity_tiles_the_year() -> None:
    for periodicity, count in {Periodicity.YEARLY: 1, Periodicity.QUARTERLY: 4, Periodicity.MONTHLY: 12, Periodicity.TWICE_A_MONTH: 24}.items():
        periods = [period_of(periodicity, 2024, number) for number in range(1, count + 1)]
        assert periods[0].first_on == date(2024, 1, 1)
        assert periods[-1].last_on == date(2024, 12, 31)
        assert all((later.first_on - earlier.last_on).days == 1 for earlier, later in itertools.pairwise(periods))


@pytest.mark.parametrize(
    ("form", "code", "number"),
    [(ReportForm.USN, "34", 1), (ReportForm.RSV, "33", 3), (ReportForm.VAT, "22", 2), (ReportForm.PSV, "11", 11), (ReportForm.USN, "21", None)],
)
def test_period_number_code_of_the_form_names_the_period(form: ReportForm, code: str, number: int | None) -> None:
    assert period_number(form, code) == number


def test_knd_numbers_are_seven_digits_and_differ() -> None:
    assert all(len(knd) == 7 and knd.isdigit() for knd in KND.values())
    assert len(set(KND.values())) == len(KND)
