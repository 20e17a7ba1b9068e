from __future__ import annotations

import pytest
from lxml import etree

from extern_desktop.forms.check import check_report
from extern_desktop.forms.document import open_document, set_value
from extern_desktop.forms.errors import UnwritableValueError, ValueProblem
from extern_desktop.forms.values import Editor, FieldRow
from forms.declarations import DIFFERENCE, INCOME, TESTOV, all_declarations, declaration, edited, place, with_targeted_funds
from forms.mutants import mutant

TAX = "/Файл/Документ/УСН/СумНалПУ_НП"
DIFFERENCE_TAX = "/Файл/Документ/УСН/СумНалПУ_СмНП"


def _row(content: bytes, path: str, field: str) -> FieldRow:
    (row,) = [row for row in open_document(content).fields() if (row.path, row.field) == (path, field)]
    return row


def test_open_document_of_a_declaration_lays_it_out_by_sections() -> None:
    document = open_document(declaration())

    assert [section.title.partition(".")[0] for section in document.sections] == ["Файл отчёта", "Титульный лист", "Раздел 1", "Раздел 2"]
    assert all(section.title_en and section.rows for section in document.sections)
    assert document.identity is not None
    assert document.form_name


def test_open_document_shows_every_value_of_the_document_once() -> None:
    for content in all_declarations():
        rows = [row for row in open_document(content).fields() if row.present]
        root = etree.fromstring(content)
        values = [value for node in root.iter(etree.Element) for value in node.attrib.values()]
        texts = [node.text for node in root.iter(etree.Element) if node.text]

        assert sorted(row.value for row in rows) == sorted(map(str, [*values, *texts]))
        assert len({(row.path, row.field) for row in rows}) == len(rows)
        assert all(row.label and row.label_en for row in rows)


def test_open_document_row_knows_line_editor_and_options() -> None:
    year = _row(declaration(), TAX, "@НалПУУменПер")
    period = _row(declaration(), "/Файл/Документ", "@Период")
    tax = _row(declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/НалПУУменПер", "")

    assert (year.line, year.editor, year.required, year.editable, year.value) == ("100/110", Editor.WHOLE_NUMBER, True, True, "37000")
    assert period.editor is Editor.CHOICE
    assert {option.value for option in period.options} == {"34", "50", "95", "96"}
    assert (tax.line, tax.editor) == ("100/110", Editor.WHOLE_NUMBER)


def test_open_document_row_of_a_field_left_out_is_there_to_be_filled() -> None:
    row = _row(declaration(), "/Файл/Документ/СвНП", "@Тлф")

    assert (row.present, row.value, row.required, row.editable) == (False, "", False, True)


def test_document_row_of_a_finding_is_the_field_the_missing_part_or_the_part() -> None:
    def change(root: etree._Element) -> None:
        place(root, "Документ/Подписант").remove(place(root, "Документ/Подписант/ФИО"))
        place(root, "Документ/УСН/СумНалПУ_НП/РасчНал1").text = "итого"
        place(root, "Документ").set("КодНО", "x")

    content = edited(declaration(), change)
    document = open_document(content)
    rows = [document.row_of(finding) for finding in check_report(content, file_name="").findings]

    assert [(row.path.rpartition("/")[2], row.field) for row in rows if row] == [("Документ", "@КодНО"), ("ФИО", "@Фамилия"), ("РасчНал1", "@ПризНП")]


def test_document_row_is_found_by_path_and_field_of_every_finding() -> None:
    for seed in range(60):
        root, _ = mutant(etree.fromstring(with_targeted_funds(declaration(DIFFERENCE))), seed)
        content = etree.tostring(root, encoding="utf-8")
        assert isinstance(content, bytes)
        if root.tag != "Файл" or root.find("Документ") is None:
            continue
        try:
            rows = {(row.path, row.field) for row in open_document(content).fields()}
            findings = check_report(content, file_name="").findings
        except Exception as problem:
            assert type(problem).__name__ == "UnknownFormError"  # noqa: PT017  a mutant may have lost its form's number
            continue
        document = open_document(content)
        assert all(document.row_of(finding) for finding in findings)
        for finding in findings:
            if finding.rule == "missing-field" or finding.rule.startswith(("usn-1", "usn-2", "not-")):
                assert (finding.path, finding.field) in rows


def test_set_value_changes_one_field_and_nothing_else() -> None:
    before = declaration()
    after = set_value(before, TAX, "@НалПУУменПер", "36000")

    assert after == before.replace('НалПУУменПер="37000"'.encode("cp1251"), 'НалПУУменПер="36000"'.encode("cp1251"))


def test_set_value_of_a_utf8_document_writes_windows_1251() -> None:
    after = set_value(edited(declaration(), lambda root: None), "/Файл/Документ/СвНП", "@Тлф", "+7 000 000-00-00")

    assert after.startswith(b'<?xml version="1.0" encoding="windows-1251"?>')
    assert 'Тлф="+7 000 000-00-00"'.encode("cp1251") in after
    assert check_report(after, file_name="").findings == ()


def test_set_value_to_nothing_takes_the_attribute_away_and_twice_is_the_same() -> None:
    once = set_value(declaration(), TAX, "@АвПУКв", "")

    assert not _row(once, TAX, "@АвПУКв").present
    assert set_value(once, TAX, "@АвПУКв", "") == once


def test_set_value_of_an_element_text_changes_it() -> None:
    after = set_value(declaration(DIFFERENCE), f"{DIFFERENCE_TAX}/НалПУУменПер", "", "5")

    assert _row(after, f"{DIFFERENCE_TAX}/НалПУУменПер", "").value == "5"


def test_set_value_in_a_repeated_part_changes_the_one_that_was_named() -> None:
    path = "/Файл/Документ/УСН/ОтчетИсп/ОтчетИспКод[2]"
    after = set_value(with_targeted_funds(declaration(DIFFERENCE)), path, "@КодВидПост", "170")

    assert [node.get("КодВидПост") for node in etree.fromstring(after).iter("ОтчетИспКод")] == ["140", "170"]


def test_set_value_in_a_part_that_is_missing_puts_it_in_its_place() -> None:
    def without_name(root: etree._Element) -> None:
        place(root, "Документ/Подписант").remove(place(root, "Документ/Подписант/ФИО"))

    content = edited(declaration(representative_document="Доверенность № 1"), without_name)
    path = "/Файл/Документ/Подписант/ФИО"
    content = set_value(content, path, "@Фамилия", "Образцова")
    content = set_value(content, path, "@Имя", "Анна")

    assert [child.tag for child in place(etree.fromstring(content), "Документ/Подписант")] == ["ФИО", "СвПред"]
    assert check_report(content, file_name="").findings == ()


@pytest.mark.parametrize(
    ("path", "field", "value", "problem"),
    [
        ("/Файл/Документ", "@Нет", "1", ValueProblem.NOT_IN_FORM),
        ("/Файл/Документ", "", "1", ValueProblem.NOT_IN_FORM),
        ("/Файл/Нет", "@Период", "1", ValueProblem.NOT_IN_FORM),
        ("/Файл/Документ/УСН/СумНалПУ_СмНП/РасчНал2", "@ИсчислМин", "1", ValueProblem.NOT_IN_FORM),
        ("/Файл/Документ/УСН/ОтчетИсп/ОтчетИспКод[3]", "@КодВидПост", "140", ValueProblem.NOT_IN_FORM),
        ("/Файл/Документ", "@КНД", "1151111", ValueProblem.FIXED),
        ("/Файл", "@ИдФайл", "x", ValueProblem.FIXED),
        ("/Файл/Документ/СвНП/НПЮЛ", "@НаимОрг", "Ромашка ₸", ValueProblem.CHARACTER),
        ("/Файл/Документ/СвНП/НПЮЛ", "@НаимОрг", "Ромашка\x00", ValueProblem.CHARACTER),
    ],
)
def test_set_value_that_can_not_be_written_is_refused(path: str, field: str, value: str, problem: ValueProblem) -> None:
    with pytest.raises(UnwritableValueError) as caught:
        set_value(declaration(), path, field, value)

    assert caught.value.problem is problem


def test_set_value_of_quotes_and_signs_survives_the_way() -> None:
    name = 'ООО «Ромашка» & "Ко" <1> №ё—\''
    after = set_value(declaration(), "/Файл/Документ/СвНП/НПЮЛ", "@НаимОрг", name)

    assert _row(after, "/Файл/Документ/СвНП/НПЮЛ", "@НаимОрг").value == name


def test_open_document_of_an_entrepreneur_shows_own_contributions() -> None:
    row = _row(declaration(INCOME, TESTOV), f"{TAX}/РасчНал1/Стр143Разд2.1.1", "@ФиксРазм")

    assert (row.present, row.required) == (True, True)
