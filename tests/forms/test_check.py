from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from extern_desktop.domain.reports import FormId
from extern_desktop.forms.check import MAX_FINDINGS, check_report
from extern_desktop.forms.errors import NotAReportError, UnknownFormError
from extern_desktop.forms.values import Finding, Origin, Severity
from extern_desktop.intake.errors import ForbiddenXmlError, NotXmlError, UnreadableInputError, WrongEncodingError
from forms.declarations import DIFFERENCE, INCOME, TESTOV, all_declarations, declaration, edited, place, with_reorganisation, with_targeted_funds

FILE_ID = "NO_USN_0087_0087_7701234560770101001_20260325_00000000-0000-4000-8000-000000000001"
TITLE = "/Файл/Документ"
TAX = "/Файл/Документ/УСН/СумНалПУ_НП"


def _findings(change: Callable[[etree._Element], object], content: bytes | None = None) -> tuple[Finding, ...]:
    return check_report(edited(content or declaration(), change), file_name="").findings


def _set(path: str, name: str, value: str) -> Callable[[etree._Element], object]:
    return lambda root: place(root, path).set(name, value)


def _drop(path: str, name: str) -> Callable[[etree._Element], object]:
    return lambda root: place(root, path).attrib.pop(name)


def _remove(path: str) -> Callable[[etree._Element], object]:
    parent = path.rpartition("/")[0]
    return lambda root: place(root, parent).remove(place(root, path))


def test_check_report_of_sound_declarations_finds_nothing() -> None:
    for content in all_declarations():
        assert check_report(content, file_name="").findings == ()


def test_check_report_of_a_company_reads_its_identity() -> None:
    identity = check_report(declaration(correction_number=3), file_name=f"{FILE_ID}.xml").identity

    assert identity is not None
    assert identity.form == FormId("1152017", "5.09")
    assert (identity.form_short_name, identity.period_code, identity.year, identity.correction_number) == ("УСН", "34", 2025, 3)
    assert (identity.payer_inn, identity.payer_kpp, identity.payer_name) == ("7701234560", "770101001", "ООО «Ромашка»")
    assert (identity.authority_code, identity.file_id) == ("0087", FILE_ID)


def test_check_report_of_an_entrepreneur_reads_the_name_and_no_kpp() -> None:
    identity = check_report(declaration(INCOME, TESTOV), file_name="").identity

    assert identity is not None
    assert (identity.payer_inn, identity.payer_kpp, identity.payer_name) == ("770123456703", "", "Тестов Тест Тестович")


@pytest.mark.parametrize(
    ("change", "rule", "path", "field", "line"),
    [
        (_drop("Документ", "КодНО"), "missing-field", TITLE, "@КодНО", ""),
        (_drop("Документ/УСН/СумНалПУ_НП/РасчНал1/Доход", "СумЗаНалПер"), "missing-field", f"{TAX}/РасчНал1/Доход", "@СумЗаНалПер", "113"),
        (_set("Документ", "Лишний", "1"), "strange-field", TITLE, "@Лишний", ""),
        (_set("Документ/СвНП/НПЮЛ", "НаимОрг", ""), "empty", f"{TITLE}/СвНП/НПЮЛ", "@НаимОрг", ""),
        (_set("Документ/СвНП/НПЮЛ", "НаимОрг", "я" * 1001), "too-long", f"{TITLE}/СвНП/НПЮЛ", "@НаимОрг", ""),
        (_set("Документ/СвНП/НПЮЛ", "ИННЮЛ", "770123456"), "shape", f"{TITLE}/СвНП/НПЮЛ", "@ИННЮЛ", ""),
        (_set("Документ/СвНП/НПЮЛ", "КПП", "77010100"), "shape", f"{TITLE}/СвНП/НПЮЛ", "@КПП", ""),
        (_set("Документ", "Период", "21"), "not-in-list", TITLE, "@Период", ""),
        (_set("Документ", "ДатаДок", "31.02.2026"), "not-date", TITLE, "@ДатаДок", ""),
        (_set("Документ", "ОтчетГод", "25"), "not-year", TITLE, "@ОтчетГод", ""),
        (_set("Документ", "НомКорр", "1000"), "total-digits", TITLE, "@НомКорр", ""),
        (_set("Документ/УСН/СумНалПУ_НП/РасчНал1/Ставка", "СтавкаКв", "6%"), "not-decimal", f"{TAX}/РасчНал1/Ставка", "@СтавкаКв", "120"),
        (_set("Документ/УСН/СумНалПУ_НП/РасчНал1/Ставка", "СтавкаКв", "6.05"), "fraction-digits", f"{TAX}/РасчНал1/Ставка", "@СтавкаКв", "120"),
        (_set("Документ/УСН/СумНалПУ_НП", "СумНалПат", "1,5"), "not-integer", TAX, "@СумНалПат", "101"),
        (_remove("Документ/УСН/СумНалПУ_НП/РасчНал1/Доход"), "missing-part", f"{TAX}/РасчНал1", "Доход", ""),
        (_remove("Документ/СвНП/НПЮЛ"), "choose-part", f"{TITLE}/СвНП", "", ""),
        (lambda root: etree.SubElement(place(root, "Документ/УСН"), "Сверка"), "strange-part", f"{TITLE}/УСН", "Сверка", ""),
        (lambda root: etree.SubElement(place(root, "Документ"), "СвНП"), "repeated-part", TITLE, "СвНП", ""),
        (lambda root: place(root, "Документ").append(place(root, "Документ/СвНП")), "misplaced-part", TITLE, "СвНП", ""),
        (lambda root: setattr(place(root, "Документ/УСН"), "text", "итого"), "strange-text", f"{TITLE}/УСН", "", ""),
    ],
)
def test_check_report_of_one_damage_names_rule_place_field_and_line(
    change: Callable[[etree._Element], object], rule: str, path: str, field: str, line: str
) -> None:
    findings = [finding for finding in _findings(change) if finding.origin is Origin.STRUCTURE]

    assert (rule, path, field, line) in [(finding.rule, finding.path, finding.field, finding.line) for finding in findings]
    assert all(finding.severity is Severity.ERROR and finding.label and finding.label_en for finding in findings)


def test_check_report_of_a_value_with_several_faults_gives_one_finding() -> None:
    assert [finding.rule for finding in _findings(_set("Документ/СвНП/НПЮЛ", "ИННЮЛ", "x"))] == ["shape"]


def test_check_report_of_a_repeated_part_numbers_its_path() -> None:
    def change(root: etree._Element) -> None:
        root.findall("Документ/УСН/ОтчетИсп/ОтчетИспКод")[1].set("КодВидПост", "1")

    (finding,) = _findings(change, with_targeted_funds(declaration(DIFFERENCE)))

    assert (finding.rule, finding.path) == ("length", "/Файл/Документ/УСН/ОтчетИсп/ОтчетИспКод[2]")


@pytest.mark.parametrize(
    ("change", "content", "rule", "code", "path", "field"),
    [
        (_remove("Документ/Подписант/ФИО"), declaration(), "usn-signer-name", "0400300003", f"{TITLE}/Подписант", "ФИО"),
        (_set("Документ/Подписант", "ПрПодп", "2"), declaration(), "usn-representative", "0400300003", f"{TITLE}/Подписант", "СвПред"),
        (_drop("Документ/СвНП/НПЮЛ/СвРеоргЮЛ", "ИННЮЛ"), with_reorganisation(declaration()), "usn-reorganised-inn", "0400300003", None, "@ИННЮЛ"),
        (_drop("Документ/СвНП/НПЮЛ/СвРеоргЮЛ", "КПП"), with_reorganisation(declaration()), "usn-reorganised-kpp", "0400300003", None, "@КПП"),
        (_set("Документ/УСН", "ОбНал", "2"), declaration(), "usn-object", "0400300003", f"{TITLE}/УСН", "@ОбНал"),
        (
            _remove("Документ/УСН/СумНалПУ_НП/РасчНал1/Стр143Разд2.1.1"),
            declaration(INCOME, TESTOV),
            "usn-own-contributions-income",
            "0400300003",
            f"{TAX}/РасчНал1",
            "Стр143Разд2.1.1",
        ),
        (
            _remove("Документ/УСН/СумНалПУ_СмНП/РасчНал2/Стр223Разд2.2"),
            declaration(DIFFERENCE, TESTOV),
            "usn-own-contributions-difference",
            "0400300001",
            "/Файл/Документ/УСН/СумНалПУ_СмНП/РасчНал2",
            "Стр223Разд2.2",
        ),
    ],
)
def test_check_report_of_a_broken_rule_gives_the_code_of_the_authority(
    change: Callable[[etree._Element], object], content: bytes, rule: str, code: str, path: str | None, field: str
) -> None:
    (finding,) = _findings(change, content)

    assert (finding.rule, finding.code, finding.field, finding.origin) == (rule, code, field, Origin.AUTHORITY)
    assert path in (None, finding.path)
    assert finding.title
    assert finding.title_en


@pytest.mark.parametrize("file_name", [f"{FILE_ID}.xml", f"{FILE_ID}.XML", FILE_ID, ""])
def test_check_report_under_its_own_name_finds_nothing(file_name: str) -> None:
    assert check_report(declaration(), file_name=file_name).findings == ()


def test_check_report_under_another_name_gives_the_authority_code_for_it() -> None:
    checked = check_report(declaration(), file_name="Декларация (1).xml")

    (finding,) = checked.findings
    assert (finding.rule, finding.code, finding.path, finding.field) == ("usn-file-name", "0400400007", "/Файл", "@ИдФайл")
    assert (finding.value, finding.facts["file_name"]) == (FILE_ID, "Декларация (1)")
    assert not checked.may_be_sent


def test_check_report_of_wrong_check_digits_warns_and_may_be_sent() -> None:
    checked = check_report(edited(declaration(), lambda root: place(root, "Документ/СвНП/НПЮЛ").set("ИННЮЛ", "7701234567")), file_name="")

    (finding,) = checked.findings
    assert (finding.rule, finding.severity, finding.field, finding.value) == ("check-digits-inn", Severity.WARNING, "@ИННЮЛ", "7701234567")
    assert checked.may_be_sent
    assert (checked.error_count, checked.warning_count) == (0, 1)


def test_check_report_findings_come_in_the_order_of_the_document() -> None:
    def change(root: etree._Element) -> None:
        place(root, "Документ/УСН/СумНалПУ_НП").set("НалПУУменПер", "1")
        place(root, "Документ/УСН/СумНалПУ_НП").set("ОКТМО", "1")
        place(root, "Документ").set("КодНО", "x")
        place(root, "Документ").set("Период", "x")
        place(root, "Документ/УСН/СумНалПУ_НП/РасчНал1/Доход").set("СумЗаНалПер", "")

    assert [finding.field for finding in _findings(change)] == ["@Период", "@КодНО", "@ОКТМО", "@НалПУУменПер", "@СумЗаНалПер"]


def test_check_report_of_very_many_mistakes_lists_the_first_and_counts_the_rest() -> None:
    def change(root: etree._Element) -> None:
        box = etree.SubElement(place(root, "Документ/УСН"), "ОтчетИсп", {"СумДенСредИт": "0"})
        for _ in range(MAX_FINDINGS):
            etree.SubElement(box, "ОтчетИспКод", {"КодВидПост": "x"})

    checked = check_report(edited(declaration(), change), file_name="")

    assert len(checked.findings) == MAX_FINDINGS
    assert checked.omitted_count == MAX_FINDINGS
    assert not checked.may_be_sent


def test_check_report_of_another_version_names_form_version_and_what_is_at_hand() -> None:
    content = edited(declaration(), lambda root: root.set("ВерсФорм", "5.08"))

    with pytest.raises(UnknownFormError) as caught:
        check_report(content, file_name="")

    assert (caught.value.knd, caught.value.version, caught.value.known_versions) == ("1152017", "5.08", ("5.09",))


def test_check_report_of_another_form_names_its_number() -> None:
    content = edited(declaration(), lambda root: place(root, "Документ").set("КНД", "1151111"))

    with pytest.raises(UnknownFormError) as caught:
        check_report(content, file_name="")

    assert (caught.value.knd, caught.value.known_versions) == ("1151111", ())


def test_check_report_without_a_number_knows_the_form_by_its_file_and_asks_for_the_number() -> None:
    assert [(finding.rule, finding.field) for finding in _findings(_drop("Документ", "КНД"))] == [("missing-field", "@КНД")]


@pytest.mark.parametrize(
    ("content", "error"),
    [
        ("<Счёт/>".encode(), NotAReportError),
        (b"<a:b xmlns:a='urn:a'/>", NotAReportError),
        ("<Файл/>".encode(), UnknownFormError),
        (b"no xml", NotXmlError),
        (b"<!DOCTYPE a><a/>", ForbiddenXmlError),
        ("<Файл/>".encode("cp1251"), WrongEncodingError),
    ],
)
def test_check_report_of_what_is_no_report_raises_its_error(content: bytes, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_report(content, file_name="x.xml")


@settings(max_examples=300, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3_000), st.binary(max_size=4), st.integers(0, 4)), min_size=1, max_size=4))
def test_check_report_of_bytes_changed_anywhere_is_checked_or_refused(changes: list[tuple[int, bytes, int]]) -> None:
    content = declaration()
    for at, put, taken in changes:
        content = content[:at] + put + content[at + taken :]
    try:
        checked = check_report(content, file_name="x.xml")
    except UnreadableInputError:
        return
    assert all(finding.path.startswith("/") for finding in checked.findings)


def test_check_report_without_what_names_the_report_has_findings_and_no_identity() -> None:
    checked = check_report(edited(declaration(), lambda root: place(root, "Документ").attrib.pop("ОтчетГод")), file_name="")

    assert checked.identity is None
    assert [finding.field for finding in checked.findings] == ["@ОтчетГод"]


def test_check_report_once_warm_takes_less_than_five_milliseconds() -> None:
    content = declaration()
    check_report(content, file_name=FILE_ID)
    took_seconds = []
    for _ in range(30):
        start = process_time()
        check_report(content, file_name=FILE_ID)
        took_seconds.append(process_time() - start)

    assert min(took_seconds) < 0.005


def test_check_report_the_first_time_takes_less_than_sixty_milliseconds_and_needs_no_grammar(tmp_path: Path) -> None:
    report = tmp_path / "report.xml"
    report.write_bytes(declaration())
    program = (
        "import sys, time\nfrom pathlib import Path\nfrom extern_desktop.forms.check import check_report\n"
        "content = Path(sys.argv[1]).read_bytes()\nstart = time.process_time()\nchecked = check_report(content, file_name='')\n"
        "print(time.process_time() - start, 'lark' in sys.modules, len(checked.findings))"
    )
    runs = [subprocess.run([sys.executable, "-c", program, report], env=_path(), capture_output=True, text=True, check=True) for _ in range(3)]
    took_seconds, lark_imported, findings = zip(*(run.stdout.split() for run in runs), strict=True)

    assert min(map(float, took_seconds)) < 0.060
    assert set(lark_imported) == {"False"}
    assert set(findings) == {"0"}


def _path() -> dict[str, str]:
    return {"PYTHONPATH": str(Path(__file__).parents[2] / "src")}


def test_check_report_inspectorate_other_than_the_identifier_names_is_a_warning() -> None:
    def change(root: etree._Element) -> None:
        place(root, "Документ").set("КодНО", "0088")

    checked = check_report(edited(declaration(), change), file_name="")

    assert [(finding.rule, finding.field, finding.value, finding.facts["named"]) for finding in checked.findings] == [
        ("authority-differs", "@КодНО", "0088", "0087")
    ]
    assert checked.may_be_sent
