from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.check import check_report
from extern_desktop.forms.errors import UnwritableValueError
from extern_desktop.forms.writing import DifferenceTax, IncomeTax, PersonName, Quarters, new_usn_declaration
from extern_desktop.intake.file_names import read_report_name
from forms.declarations import ALL_FIGURES, INCOME, ROMASHKA, SIGNER, TESTOV, declaration
from forms.official import OfficialJudge

AMOUNTS = st.integers(0, 10**10)
QUARTERS: st.SearchStrategy[Quarters] = st.tuples(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
PAYERS = st.sampled_from((ROMASHKA, TESTOV))
TENTHS = st.integers(1, 99).map(lambda tenths: Decimal(tenths) / 10)
INCOME_TAXES = st.builds(IncomeTax, QUARTERS, QUARTERS, TENTHS, st.booleans())
DIFFERENCE_TAXES = st.builds(DifferenceTax, QUARTERS, QUARTERS, AMOUNTS, TENTHS.map(lambda rate: rate + 5))


def _write(figures: IncomeTax | DifferenceTax, payer: Organisation) -> bytes:
    return new_usn_declaration(payer=payer, year=2025, figures=figures, signer=SIGNER)


@settings(max_examples=150, deadline=None)
@given(figures=st.one_of(INCOME_TAXES, DIFFERENCE_TAXES), payer=PAYERS)
def test_new_usn_declaration_of_any_figures_passes_every_check(figures: IncomeTax | DifferenceTax, payer: Organisation) -> None:
    checked = check_report(_write(figures, payer), file_name="")

    assert checked.findings == ()


def test_new_usn_declaration_is_accepted_by_the_official_schema_and_its_conditions(judge: OfficialJudge) -> None:
    for payer in (ROMASHKA, TESTOV):
        for figures in ALL_FIGURES:
            root = etree.fromstring(_write(figures, payer))

            assert judge.accepts(root), judge.why()
            assert not any(judge.broken(root, str(root.get("ИдФайл"))))


def test_new_usn_declaration_bytes_are_windows_1251_and_say_so() -> None:
    content = declaration()

    assert content.startswith(b'<?xml version="1.0" encoding="windows-1251"?>')
    assert "ООО «Ромашка»".encode("cp1251") in content
    assert b"&#" not in content


def test_new_usn_declaration_file_id_is_a_name_by_the_rules_and_new_each_time() -> None:
    ids = [str(etree.fromstring(_write(INCOME, ROMASHKA)).get("ИдФайл")) for _ in range(2)]
    parts = read_report_name(ids[0])

    assert ids[0] != ids[1]
    assert parts is not None
    assert (parts.prefix, parts.first_office, parts.last_office, parts.sender) == ("NO_USN", "0087", "0087", "7701234560770101001")


def test_new_usn_declaration_with_chosen_date_and_number_is_the_same_twice() -> None:
    assert declaration() == declaration()


def test_new_usn_declaration_computes_the_lines_of_section_one_by_hand() -> None:
    """60,000, 114,000, 162,000, 234,000 of tax; 20,000, 45,000, 75,000, 110,000 of contributions."""
    tax = etree.fromstring(declaration()).find("Документ/УСН/СумНалПУ_НП")

    assert tax is not None
    assert [tax.get(name) for name in ("АвПУКв", "АвПУУменПг", "АвПУУмен9м", "НалПУУменПер")] == ["40000", "29000", "18000", "37000"]


def test_new_usn_declaration_leaves_out_contributions_above_half_of_the_tax() -> None:
    content = _write(IncomeTax((100_000, 0, 0, 0), (50_000, 0, 0, 0)), ROMASHKA)
    reduced = etree.fromstring(content).find(".//УменНал")

    assert reduced is not None
    assert reduced.get("СумЗаКв") == "3000"


@pytest.mark.parametrize(
    ("figures", "tag", "text"),
    [
        (DifferenceTax((100_000, 0, 0, 0), (99_000, 0, 0, 0)), "НалПУМин", "850"),
        (DifferenceTax((100_000, 0, 0, 0), (0, 0, 0, 0)), "НалПУУменПер", "0"),
        (DifferenceTax((100_000, 0, 0, 0), (0, 0, 0, 100_000)), "НалПУУменПер", "-14000"),
    ],
)
def test_new_usn_declaration_pays_the_minimum_tax_only_where_it_is_more(figures: DifferenceTax, tag: str, text: str) -> None:
    found = etree.fromstring(_write(figures, ROMASHKA)).find(f"Документ/УСН/СумНалПУ_СмНП/{tag}")

    assert found is not None
    assert found.text == text


def test_new_usn_declaration_of_a_name_outside_the_encoding_is_refused() -> None:
    payer = Organisation("x", ROMASHKA.inn, ROMASHKA.kpp, "ТОО «Ромашка» ₸")

    with pytest.raises(UnwritableValueError) as caught:
        new_usn_declaration(payer=payer, year=2025, figures=INCOME, signer=SIGNER, made_on=date(2026, 3, 25))

    assert (caught.value.field, caught.value.character) == ("@НаимОрг", "₸")


def test_new_usn_declaration_of_a_signer_without_patronymic_leaves_it_out() -> None:
    content = new_usn_declaration(payer=TESTOV, year=2025, figures=INCOME, signer=PersonName("Тестов", "Тест"))
    name = etree.fromstring(content).find("Документ/СвНП/НПФЛ/ФИО")

    assert name is not None
    assert sorted(name.attrib.items()) == [("Имя", "Тест"), ("Фамилия", "Тестов")]
