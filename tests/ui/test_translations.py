"""Every text of the window has its Russian, with all plural forms and the same fields."""

from __future__ import annotations

import ast
import string
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.pofile import read_po

import extern_desktop.ui
from extern_desktop.wording.texts import catalogue_folder

UI = Path(extern_desktop.ui.__file__).parent
CATALOGUE = catalogue_folder() / "ru" / "LC_MESSAGES" / "extern_desktop.po"


def _messages() -> set[tuple[str, ...]]:
    found = set()
    for path in UI.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in ("_t", "_n"):
                count = 1 if node.func.id == "_t" else 2
                found.add(tuple(ast.literal_eval(argument) for argument in node.args[:count]))
    return found


def _texts(entry: Message | None) -> list[str]:
    """Its Russian, one text or one for each plural form."""
    if entry is None or entry.string is None:
        return []
    return [entry.string] if isinstance(entry.string, str) else list(entry.string)


def _fields(text: str) -> set[str]:
    return {name for _literal, name, _spec, _conversion in string.Formatter().parse(text) if name}


def test_translations_every_message_of_the_window_has_its_russian() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ru")
    missing = []
    for message in sorted(_messages()):
        entry = catalogue.get(message[0])
        texts = _texts(entry)
        if not texts or not all(texts) or (len(message) == 2 and len(texts) != 3):
            missing.append(message[0])
    assert missing == []


def test_translations_russian_fills_the_same_fields() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ru")
    wrong = []
    for message in _messages():
        entry = catalogue.get(message[0])
        texts = _texts(entry)
        wrong += [message[0] for text in texts if not _fields(text) <= _fields(message[0]) | _fields(message[-1])]
    assert wrong == []


def test_translations_tone_has_no_exclamation_marks_and_no_success() -> None:
    with CATALOGUE.open("rb") as file:
        catalogue = read_po(file, locale="ru")
    texts = [text for message in _messages() for text in _texts(catalogue.get(message[0]))]
    assert [text for text in texts if "!" in text or "успешно" in text.casefold() or "токен" in text.casefold()] == []
