"""Every rule and every error of this room has its words in both languages."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

import extern_desktop.wording.errors_forms as errors_wording
import extern_desktop.wording.findings as findings_wording
from extern_desktop.domain.errors import ExternError
from extern_desktop.forms import errors as forms_errors
from extern_desktop.forms.check import check_report
from extern_desktop.forms.errors import BrokenFormPackageError, NotAReportError, UnknownFormError, UnwritableValueError, ValueProblem
from extern_desktop.forms.library import package
from extern_desktop.forms.values import Finding, Origin, Severity
from extern_desktop.intake import errors as intake_errors
from extern_desktop.intake.errors import (
    BadFileNameError,
    EmptyInputError,
    FileNameProblem,
    ForbiddenPart,
    ForbiddenXmlError,
    Limit,
    NotXmlError,
    TooLargeError,
    UnknownEncodingError,
    UnreadableInputError,
    WrongEncodingError,
)
from extern_desktop.settings.places import resource_folder
from extern_desktop.wording import texts
from extern_desktop.wording.findings import finding_sentence, finding_title, omitted_sentence
from extern_desktop.wording.sentences import sentence
from forms.declarations import INCOME, declaration, edited, place

RUSSIAN_TEXTS = resource_folder() / "translations" / "ru" / "LC_MESSAGES" / "extern_desktop.po"
TAX = "Документ/УСН/СумНалПУ_НП"

ERRORS: list[ExternError] = [
    UnreadableInputError(),
    EmptyInputError(),
    NotXmlError(3, 14),
    *(ForbiddenXmlError(kind, 2) for kind in ForbiddenPart),
    *(TooLargeError(limit, 1_048_576) for limit in Limit),
    WrongEncodingError("windows-1251", 46, 1),
    UnknownEncodingError("koi8-r"),
    *(BadFileNameError("con.xml", problem) for problem in FileNameProblem),
    forms_errors.UnreadableReportError(),
    NotAReportError("Счёт"),
    UnknownFormError("1152017", "5.08", ("5.09",)),
    UnknownFormError("1151111", "", ()),
    UnknownFormError("", "", ()),
    *(UnwritableValueError("@НаимОрг", "x", problem, "₸") for problem in ValueProblem),
    BrokenFormPackageError("usn-5.09", "usn-1.1-020", "no such place"),
]


def _russian() -> Catalog:
    with RUSSIAN_TEXTS.open("rb") as file:
        return read_po(file)


@pytest.fixture(params=["ru", "en"])
def language(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The room's own texts, compiled here, spoken in one language."""
    compiled = tmp_path / "ru" / "LC_MESSAGES" / f"{texts.DOMAIN}.mo"
    compiled.parent.mkdir(parents=True)
    with compiled.open("wb") as file:
        write_mo(file, _russian())
    monkeypatch.setattr(texts, "catalogue_folder", lambda: tmp_path)
    before = texts._Speaker.language, texts._Speaker.catalogue
    texts.speak(request.param)
    yield request.param
    texts._Speaker.language, texts._Speaker.catalogue = before


def _message_ids(module: ModuleType) -> set[str]:
    calls = [node for node in ast.walk(ast.parse(inspect.getsource(module))) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)]
    literal = [call.args[0] for call in calls if isinstance(call.func, ast.Name) and call.func.id in ("_t", "_n")]
    return {node.value for node in literal if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def test_russian_texts_are_those_the_program_asks_for() -> None:
    wanted = _message_ids(findings_wording) | _message_ids(errors_wording)
    kept = {str(message.id[0] if isinstance(message.id, tuple) else message.id) for message in _russian() if message.id}

    assert wanted <= kept


def test_russian_texts_have_the_same_blanks_as_the_english_ones() -> None:
    for message in _russian():
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        russian = message.string if isinstance(message.string, tuple) else (message.string,)
        blanks = {blank for text in english for blank in re.findall(r"{\w+}", str(text))}
        assert all(set(re.findall(r"{\w+}", str(text))) == blanks for text in russian), message.id
        assert all(russian)


def _all_findings() -> list[Finding]:
    usn = package("1152017", "5.09")
    facts = {"named": "0087"}
    facts |= {"allowed": "1, 2"}
    facts |= {"limit": "5", "actual": "6", "shape": "10 цифр", "shape_en": "10 digits", "parts": "«А», «Б»", "parts_en": "“A”, “B”"}
    plain = Finding("", Severity.ERROR, "/Файл", "@КПП", "КПП организации", "020", "7{7}", facts, "Company KPP")
    structure = [replace(plain, rule=rule, line="") for rule in findings_wording._STRUCTURE]
    sides = {"expected": "271605", "stated": "-271000.5", "formula": "020 = 130 − 140"}
    ratios = [
        replace(
            plain,
            rule=ratio.id,
            facts=sides | {"relation": ratio.relation},
            origin=Origin.RATIO,
            title=ratio.title,
            title_en=ratio.title_en,
        )
        for ratio in usn.ratios
    ]
    rules = [
        replace(
            plain,
            rule=rule.id,
            facts={"file_name": "x"} if rule.asks_file_name else {},
            origin=Origin.AUTHORITY,
            code=rule.code,
            title=rule.title,
            title_en=rule.title_en,
        )
        for rule in usn.rules
    ]
    return [*structure, *ratios, *rules]


def test_finding_sentence_of_every_rule_is_whole(language: str) -> None:
    for finding in _all_findings():
        text = finding_sentence(finding)

        assert not re.search(r"{[a-z_]+}", text), text
        assert text.endswith(".")
        assert text[0].isupper() or not text[0].isalpha()
        assert "!" not in text
        assert bool(re.search("[А-Яа-я]", text.replace("КПП", "").replace("НК РФ", ""))) is (language == "ru"), text
        assert finding_title(finding)


def test_finding_sentence_of_a_ratio_gives_both_numbers_and_the_field(language: str) -> None:
    content = edited(declaration(INCOME), lambda root: place(root, TAX).set("НалПУУменПер", "36000"))
    text = finding_sentence(check_report(content, file_name="").findings[0])

    wanted = {
        "ru": "Строка 100/110, «Налог за год к доплате, к уменьшению с минусом»: ждали 37\u00a0000, указано 36\u00a0000. ",
        "en": "Line 100/110, “Tax for the year to pay, negative to reduce”: expected 37,000, stated 36,000. ",
    }
    assert text.startswith(wanted[language])


def test_finding_sentence_of_a_ratio_over_a_dash_says_that_it_is_one(language: str) -> None:
    content = edited(declaration(INCOME), lambda root: place(root, TAX).attrib.pop("АвПУКв"))
    text = finding_sentence(check_report(content, file_name="").findings[0])

    assert {"ru": "ждали 40\u00a0000, указано 0 (прочерк).", "en": "expected 40,000, stated 0 (a dash)."}[language] in text


def test_finding_sentence_of_a_missing_field_says_what_to_do(language: str) -> None:
    content = edited(declaration(), lambda root: place(root, "Документ").attrib.pop("КодНО"))
    text = finding_sentence(check_report(content, file_name="").findings[0])

    wanted = {
        "ru": "«Код налогового органа»: заполните, поле обязательно.",
        "en": "“Tax office code”: fill this in, the field is required.",
    }
    assert text == wanted[language]


def test_finding_sentence_of_a_rule_of_the_authority_gives_its_code(language: str) -> None:
    text = finding_sentence(check_report(declaration(), file_name="Отчёт (1).xml").findings[0])

    assert "0400400007" in text
    assert "Отчёт (1)" in text


def test_finding_sentence_of_a_value_from_outside_shows_what_is_invisible_and_cuts_what_is_long(language: str) -> None:
    content = edited(declaration(), lambda root: place(root, "Документ").set("КодНО", "\u202e" + "9" * 500))
    text = finding_sentence(check_report(content, file_name="").findings[0])

    assert "⟨U+202E⟩" in text
    assert len(text) < 200


def test_omitted_sentence_counts(language: str) -> None:
    several = {number: omitted_sentence(number).replace(str(number), "N") for number in (1, 2, 5)}

    assert all(text.count("N") >= 1 for text in several.values())
    assert len(set(several.values())) == (3 if language == "ru" else 2)


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_sentence_of_every_error_has_three_parts(language: str, error: ExternError) -> None:
    said = sentence(error)

    for part in (said.happened, said.means, said.do_next):
        assert part.endswith(".")
        assert not re.search(r"{[a-z_]+}", part), part
        assert bool(re.search("[а-я]{4}", part.replace("Счёт", ""))) is (language == "ru"), part


def test_every_error_of_the_room_is_among_those_tested() -> None:
    defined = {
        value
        for module in (forms_errors, intake_errors)
        for value in vars(module).values()
        if inspect.isclass(value) and issubclass(value, ExternError) and value.__module__ == module.__name__
    }

    assert defined == {type(error) for error in ERRORS}
