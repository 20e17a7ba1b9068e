"""Numbers of organisations."""

from __future__ import annotations

import pytest

from extern_desktop.domain.organisations import Organisation, is_valid_inn, is_valid_kpp

COMPANY = Organisation("id-1", "7701234560", "770101001", "ООО «Ромашка»")
ENTREPRENEUR = Organisation("id-2", "770123456703", "", "ИП Тестов Тест Тестович")


def test_company_is_written_with_its_kpp_and_an_entrepreneur_without() -> None:
    assert (COMPANY.is_company, COMPANY.inn_kpp) == (True, "7701234560-770101001")
    assert (ENTREPRENEUR.is_company, ENTREPRENEUR.inn_kpp) == (False, "770123456703")


@pytest.mark.parametrize("inn", ["7701234560", "5908123454", "770123456703"])
def test_inn_with_right_check_digits_is_valid(inn: str) -> None:
    assert is_valid_inn(inn)


@pytest.mark.parametrize("inn", ["7701234560", "5908123454", "770123456703"])
def test_inn_with_any_other_last_digit_is_not_valid(inn: str) -> None:
    others = [f"{inn[:-1]}{digit}" for digit in range(10) if str(digit) != inn[-1]]

    assert not any(is_valid_inn(other) for other in others)


@pytest.mark.parametrize("inn", ["", "770123456", "77012345600", "7701234560 ", " 7701234560", "77-0123456", "７７０１２３４５６０", "770123456O"])
def test_inn_of_another_shape_is_not_valid(inn: str) -> None:
    """Neither is one in full-width digits, which look like digits to `str.isdigit`."""
    assert not is_valid_inn(inn)


@pytest.mark.parametrize("kpp", ["770101001", "7701AB001"])
def test_kpp_of_the_right_shape_is_valid(kpp: str) -> None:
    assert is_valid_kpp(kpp)


@pytest.mark.parametrize("kpp", ["", "77010100", "7701010011", "7701ab001", "7701АВ001", "770101001\n", "A70101001", "77010100X"])
def test_kpp_of_another_shape_is_not_valid(kpp: str) -> None:
    """The two letters are Latin capitals; Cyrillic ones look the same and are not."""
    assert not is_valid_kpp(kpp)
