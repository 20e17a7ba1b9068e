from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from lxml import etree

from extern_desktop.forms._ratio_language import parse_ratios
from extern_desktop.forms.check import check_report
from extern_desktop.forms.errors import BrokenFormPackageError
from extern_desktop.forms.library import FormPackage, package
from extern_desktop.forms.locator import look_at
from extern_desktop.forms.ratios import Ratio, load_ratios
from extern_desktop.forms.values import Finding, Origin, Severity
from forms.declarations import DIFFERENCE, INCOME, LATE_LOSS, MINIMUM, NOTHING, TESTOV, all_declarations, declaration, edited, place, written

USN = package("1152017", "5.09")
_STEP = {"=": Decimal(3), "<=": Decimal(3), ">=": Decimal(-3)}
"""How far from the expected value breaks a relation, whatever its tolerance."""


def _corpus() -> Iterator[bytes]:
    yield from all_declarations()

    def no_minimum(root: etree._Element) -> None:
        place(root, "Документ/УСН/СумНалПУ_СмНП/НалПУУменПер").tag = "НалПУМин"

    yield edited(declaration(NOTHING), no_minimum)


def _asked(ratio: Ratio, root: etree._Element) -> etree._Element | None:
    """A place of the document where the ratio is asked and its stated value can be put."""
    for context in root.iterfind(ratio.each):
        _, field = look_at(context, ratio.look_at)
        if (ratio.when is None or ratio.when(context)) and (field.startswith("@") or not field):
            return context
    return None


def _ratio_findings(content: bytes) -> list[Finding]:
    return [finding for finding in check_report(content, file_name="").findings if finding.origin is Origin.RATIO]


@pytest.mark.parametrize("ratio", USN.ratios, ids=lambda ratio: ratio.id)
def test_ratio_holds_in_sound_declarations_and_breaks_when_its_line_is_changed(ratio: Ratio) -> None:
    tried = 0
    for content in _corpus():
        root = etree.fromstring(content)
        context = _asked(ratio, root)
        if context is None:
            continue
        assert ratio.broken(context) is None
        node, field = look_at(context, ratio.look_at)
        expected = ratio.expected(context).quantize(Decimal(1))
        wrong = str(expected + _STEP[ratio.relation])
        if field:
            node.set(field[1:], wrong)
        else:
            node.text = wrong
        broken = [finding for finding in _ratio_findings(written(root)) if finding.rule == ratio.id]

        assert [finding.facts["stated"] for finding in broken] == [wrong]
        assert broken[0].field == field
        assert broken[0].severity is ratio.severity
        assert broken[0].label
        tried += 1
    assert tried, "no declaration of the corpus asks this ratio"


def _set(path: str, name: str, value: str) -> Any:
    return lambda root: place(root, path).set(name, value)


INCOME_TAX = "Документ/УСН/СумНалПУ_НП"
DIFFERENCE_TAX = "Документ/УСН/СумНалПУ_СмНП"


def test_ratio_of_the_year_names_line_field_and_both_numbers() -> None:
    """By hand: income 3,900,001 at 6 % is 234,000; contributions 110,000; advances 40,000 + 29,000 + 18,000 = 87,000; left 37,000."""
    content = edited(declaration(INCOME), _set(INCOME_TAX, "НалПУУменПер", "36000"))

    assert _ratio_findings(declaration(INCOME)) == []
    (finding,) = _ratio_findings(content)
    assert finding.rule == "usn-1.1-100"
    assert finding.path == "/Файл/Документ/УСН/СумНалПУ_НП"
    assert (finding.field, finding.line, finding.value) == ("@НалПУУменПер", "100/110", "36000")
    assert (finding.facts["expected"], finding.facts["stated"], finding.facts["relation"]) == ("37000", "36000", "=")


@pytest.mark.parametrize(
    ("content", "path", "name", "value", "rules"),
    [
        (declaration(INCOME), f"{INCOME_TAX}/РасчНал1/Доход", "СумЗаКв", "2000000", {"usn-2.1.1-130", "usn-2.1.1-111"}),
        (declaration(INCOME), f"{INCOME_TAX}/РасчНал1/Ставка", "СтавкаНалПер", "5.0", {"usn-2.1.1-133"}),
        (declaration(INCOME), f"{INCOME_TAX}/РасчНал1/УменНал", "СумЗаКв", "31000", {"usn-2.1.1-140-half", "usn-1.1-020"}),
        (declaration(INCOME), f"{INCOME_TAX}/РасчНал1/УменНал", "СумЗаНалПер", "117001", {"usn-2.1.1-143-half", "usn-1.1-100"}),
        (declaration(INCOME), INCOME_TAX, "АвПУКв", "41000", {"usn-1.1-020", "usn-1.1-040", "usn-1.1-070", "usn-1.1-100"}),
        (declaration(INCOME), INCOME_TAX, "СумНалПат", "1", {"usn-1.1-100"}),
        (declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/РасчНал2/Расход", "СумЗаПг", "1000000", {"usn-2.2-241"}),
        (declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/РасчНал2", "УбытПред", "7778", {"usn-2.2-243"}),
        (declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/РасчНал2", "ИсчислМин", "33999", set()),
        (declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/РасчНал2", "ИсчислМин", "33998", {"usn-2.2-280"}),
        (declaration(MINIMUM), f"{DIFFERENCE_TAX}/РасчНал2", "ИсчислМин", "23000", {"usn-2.2-280", "usn-1.2-120"}),
        (declaration(LATE_LOSS), f"{DIFFERENCE_TAX}/РасчНал2", "ИсчислМин", "23000", {"usn-2.2-280", "usn-1.2-110-minimum"}),
        (declaration(LATE_LOSS), f"{DIFFERENCE_TAX}/РасчНал2", "УбытПред", "1", {"usn-2.2-230"}),
        (declaration(INCOME, TESTOV), f"{INCOME_TAX}/РасчНал1/Стр143Разд2.1.1", "РасПерТекГод", "1", {"usn-2.1.1-own"}),
    ],
)
def test_ratios_of_a_changed_input_break_together(content: bytes, path: str, name: str, value: str, rules: set[str]) -> None:
    assert {finding.rule for finding in _ratio_findings(edited(content, _set(path, name, value)))} == rules


def test_ratio_of_a_missing_advance_points_at_the_field_that_is_missing() -> None:
    def remove(root: etree._Element) -> None:
        del place(root, INCOME_TAX).attrib["АвПУКв"]

    first = _ratio_findings(edited(declaration(INCOME), remove))[0]

    assert (first.rule, first.field, first.value, first.facts["stated"], first.facts["expected"]) == ("usn-1.1-020", "@АвПУКв", "", "0", "40000")


def test_ratio_of_a_value_that_is_no_number_says_nothing() -> None:
    content = edited(declaration(INCOME), _set(f"{INCOME_TAX}/РасчНал1/Исчисл", "СумЗаКв", "шестьдесят"))

    assert [finding.rule for finding in check_report(content, file_name="").findings] == ["not-integer"]


def test_ratios_that_no_text_confirms_never_stop_a_report() -> None:
    assert all(ratio.severity is Severity.WARNING for ratio in USN.ratios if ratio.mark == "recalled")


def _one(hold: str, each: str = "Файл/Документ/УСН/СумНалПУ_НП", when: str = "") -> str:
    return f'ratio x error derived ru "а" en "a" source "s" each {each} {when} hold {hold}'


@pytest.mark.parametrize(
    "text",
    [
        _one("@АвПУКва = 1"),
        _one("РасчНал7/@ПризНП = 1"),
        _one("@АвПУКв = 1", each="Файл/Документ/УСНО"),
        _one("@ОКТМО = 1"),
        _one("@АвПУКв = РасчНал1/@ПризНП"),
        _one("@СумДенСредИт = ОтчетИспКод/@СумДенСред", each="Файл/Документ/УСН/ОтчетИсп"),
        _one("@АвПУКв = 1", when="when has ../../../../../@КНД"),
    ],
    ids=["field", "part", "each", "text-stated", "text-expected", "several-values", "above-the-root"],
)
def test_load_ratios_of_a_path_the_form_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(BrokenFormPackageError) as caught:
        load_ratios("test", parse_ratios("test", text), USN.form)

    assert caught.value.place == "x"


@pytest.mark.parametrize("text", ["import os", _one("@АвПУКв = __import__('os')"), _one("@АвПУКв"), _one("@АвПУКв = 1 +")])
def test_parse_ratios_of_another_language_is_refused_with_its_line(text: str) -> None:
    with pytest.raises(BrokenFormPackageError) as caught:
        parse_ratios("test", text)

    assert caught.value.place.startswith("control.ratios:")


def _value_of(expression: str, usn: FormPackage = USN) -> Decimal:
    (ratio,) = load_ratios("test", parse_ratios("test", _one(f"@АвПУКв = {expression}")), usn.form)
    return ratio.expected(place(etree.fromstring(declaration(INCOME)), INCOME_TAX))


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ("1 + 2 * 3", 7),
        ("(1 + 2) * 3", 9),
        ("10 - 4 - 3", 3),
        ("round(5 / 2)", 3),
        ("round(7 / 3)", 2),
        ("max(1, 5, 3)", 5),
        ("min(4, 2, 3)", 2),
        ("РасчНал1/Доход/@СумЗаКв / 4", 250_000),
        ("@СумНалПат + 1", 1),
        ("count(РасчНал1)", 1),
        ("sum(РасчНал1/Доход/@СумЗаПг)", 1_900_000),
    ],
)
def test_expression_of_the_language_has_its_value(expression: str, value: int) -> None:
    assert _value_of(expression) == value


@pytest.mark.parametrize(
    ("condition", "asked"),
    [
        ("has @АвПУКв", True),
        ("has @СумНалПат", False),
        ("not has @СумНалПат", True),
        ('РасчНал1/@ПризНП is "1"', True),
        ('РасчНал1/@ПризНП is "2"', False),
        ("has @СумНалПат or has @АвПУКв", True),
        ("has @СумНалПат and has @АвПУКв", False),
        ("@АвПУКв > 1 and (@СумНалПат = 0 or has @СумНалПат)", True),
        ("has РасчНал1/РасчТоргСбор", False),
    ],
)
def test_condition_of_the_language_decides_whether_a_ratio_is_asked(condition: str, asked: bool) -> None:
    (ratio,) = load_ratios("test", parse_ratios("test", _one("@АвПУКв = 1", when=f"when {condition}")), USN.form)

    assert (ratio.broken(place(etree.fromstring(declaration(INCOME)), INCOME_TAX)) is not None) is asked
