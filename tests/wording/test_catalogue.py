"""One catalogue: every text of the source is in it, nothing else is, and no Russian is written beside it."""

from __future__ import annotations

import ast
import inspect
import io
import re
import tokenize
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.catalog import Catalog
from babel.messages.pofile import read_po

from extern_desktop.wording import texts

SOURCE = Path(inspect.getfile(texts)).parents[1]
CATALOGUE = texts.catalogue_folder() / "ru" / "LC_MESSAGES" / f"{texts.DOMAIN}.po"
FORMS = {"_t": 1, "_n": 2}
"""Functions that translate, and how many forms of the text each is given."""
CYRILLIC = re.compile("[а-яёА-ЯЁ]")
TAG = re.compile(r"</?\w+>")

RUSSIAN_IS_DATA = ("forms/", "sandbox/")
"""Names in the official forms, and the papers and people that the training operator plays."""
RUSSIAN_STRINGS = frozenset({
    "Русский",  # every language is called by its own name
    "Проверка.txt",  # a file name that proves that Cyrillic can be written
})
RUSSIAN_FILES = {
    "services/training_keys.py": "a fictional signer",
    "services/enrol_training_key.py": "the label of a training key",
    "services/demonstrate.py": "a fictional signer and the declaration's XML paths",
    "services/training_report.py": "a fictional signer and the declaration's XML paths",
    "ui/words.py": "where a Russian line may not break",
}


@cache
def read_catalogue() -> Catalog:
    with CATALOGUE.open("rb") as file:
        return read_po(file, locale="ru")


@cache
def texts_of_the_source() -> Mapping[str, tuple[str, ...]]:
    """First form of every text: all its forms. Read from the syntax tree: extractors of Python 3.11 are blind inside an f-string."""
    found: dict[str, tuple[str, ...]] = {}
    for path in python_files():
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
                forms = node.args[: FORMS[node.func.id]]
                given = tuple(it.value for it in forms if isinstance(it, ast.Constant) and isinstance(it.value, str))
                assert len(given) == len(forms), f"{path.name}:{node.lineno} translates something that is no literal"
                found[given[0]] = given
    return found


def forms_of(message: object) -> tuple[str, ...]:
    return tuple(message) if isinstance(message, list | tuple) else (str(message),)


@cache
def translations() -> Mapping[str, tuple[str, ...]]:
    return {forms_of(message.id)[0]: forms_of(message.string) for message in read_catalogue() if message.id}


def placeholders(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in Formatter().parse(text) if name is not None}


def test_source_has_texts() -> None:
    assert len(texts_of_the_source()) > 500


def test_every_text_of_the_source_is_translated() -> None:
    known = translations()

    missing = [text for text in texts_of_the_source() if text not in known or not all(known[text])]

    assert missing == []


def test_catalogue_holds_no_text_that_nobody_shows() -> None:
    assert sorted(set(translations()) - set(texts_of_the_source())) == []


def test_translation_fills_the_same_places_and_keeps_tags() -> None:
    wrong = []
    for text, forms in texts_of_the_source().items():
        for translated in translations().get(text, ()):
            if placeholders(translated) != placeholders(text) | placeholders(forms[-1]) or set(TAG.findall(text)) != set(TAG.findall(translated)):
                wrong.append((text, translated))

    assert wrong == []


def test_numbers_have_three_russian_forms() -> None:
    known = translations()

    for text, forms in texts_of_the_source().items():
        if len(forms) == 2 and text in known:
            assert len(known[text]) == 3, text


def test_russian_tone_holds() -> None:
    """Facts of the interface's language: nothing is «успешно», nothing shouts."""
    for translated in translations().values():
        for form in translated:
            assert "!" not in form, form
            assert "успешно" not in form.casefold(), form


def test_compiled_catalogue_says_what_the_source_of_it_says() -> None:
    texts.speak("ru")

    for text, translated in translations().items():
        if len(translated) == 1:
            assert texts._t(text) == translated[0]


def python_files() -> list[Path]:
    return sorted(SOURCE.rglob("*.py"))


def russian_strings(path: Path) -> Iterator[str]:
    """String literals with Cyrillic in them that are no docstring."""
    tree = ast.parse(path.read_text("utf-8"))
    prose = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body
        and isinstance(node.body[0], ast.Expr)
    } | {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in prose and CYRILLIC.search(node.value):
            yield node.value


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_source_shows_no_russian_of_its_own(path: Path) -> None:
    place = path.relative_to(SOURCE).as_posix()
    if place.startswith(RUSSIAN_IS_DATA) or place in RUSSIAN_FILES:
        return
    unquoted = {text for text in russian_strings(path) if CYRILLIC.search(re.sub("“[^”]*”", "", text))}
    assert unquoted <= RUSSIAN_STRINGS


def test_files_that_may_hold_russian_do() -> None:
    assert [place for place in RUSSIAN_FILES if not list(russian_strings(SOURCE / place))] == []


@pytest.mark.parametrize("path", python_files(), ids=lambda path: str(path.relative_to(SOURCE)))
def test_comments_are_english(path: Path) -> None:
    """A Russian word may be quoted in a comment; a Russian sentence may not stand in one."""
    for token in tokenize.tokenize(io.BytesIO(path.read_bytes()).readline):
        if token.type == tokenize.COMMENT:
            letters = re.sub(r"«[^»]*»|`[^`]*`", "", token.string)
            assert len(CYRILLIC.findall(letters)) <= max(12, len(letters) // 3), token.string


def test_no_text_is_translated_at_import_time() -> None:
    """`_t` is called inside functions only: the language is chosen after the modules are loaded."""
    early = []
    for path in python_files():
        for node in _outside_functions(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in FORMS:
                early.append(f"{path.name}:{node.lineno}")

    assert early == []


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _outside_functions(child)
