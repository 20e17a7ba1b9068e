"""Which language window and commands speak, from the settings. Readable before a desk is open."""

from __future__ import annotations

import os

from extern_desktop.domain.errors import ExternError
from extern_desktop.settings import options
from extern_desktop.settings.options import Language
from extern_desktop.settings.places import find_places
from extern_desktop.settings.settings import Settings, load_settings


def choose_language() -> str:
    """`ru` or `en`. A broken settings file does not stop the program from speaking; opening the desk tells of it."""
    try:
        settings = load_settings(find_places().settings_file)
    except ExternError:
        settings = Settings()
    return language_of(settings)


def language_of(settings: Settings) -> str:
    """`ru` or `en` as the settings say; for `system`, Russian wherever the system's language is Russian."""
    chosen = settings.get(options.LANGUAGE)
    if chosen is not Language.SYSTEM:
        return chosen.value
    system = os.environ.get("LANG", "")
    if not system:
        import locale

        system = locale.getlocale()[0] or ""
    return "ru" if system.casefold().startswith(("ru", "russian")) else "en"
