"""One gettext catalogue for window and terminal. Texts are looked up when they are shown, never at import time.

Message ids are English; Russian comes from `resources/translations/ru/LC_MESSAGES/extern_desktop.mo`, which `make` compiles from the `.po` beside it.
"""

from __future__ import annotations

import gettext
from pathlib import Path
from typing import Final

from extern_desktop.settings.places import resource_folder

DOMAIN: Final = "extern_desktop"
LANGUAGES: Final = ("ru", "en")
DEFAULT_LANGUAGE: Final = "ru"


class _Speaker:
    """The language spoken now."""

    language: str = ""
    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def speak(language: str) -> None:
    """Choose the language of everything shown from now on. `ru` or `en`."""
    if language not in LANGUAGES:
        raise ValueError(language)
    _Speaker.language = language
    _Speaker.catalogue = gettext.NullTranslations() if language == "en" else _read_catalogue(language)


def language() -> str:
    """The language spoken now: `ru` or `en`."""
    return _Speaker.language or DEFAULT_LANGUAGE


def catalogue_folder() -> Path:
    return resource_folder() / "translations"


def _read_catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, catalogue_folder(), [language])


def _catalogue() -> gettext.NullTranslations:
    if not _Speaker.language:
        speak(DEFAULT_LANGUAGE)
    return _Speaker.catalogue


def _t(message: str) -> str:
    """The text in the language spoken now."""
    return _catalogue().gettext(message)


def _n(singular: str, plural: str, number: int) -> str:
    """The text for a number, with the plural forms of the language; `{n}` is left for the caller to fill."""
    return _catalogue().ngettext(singular, plural, number)
