"""The forms at hand, each a package of data below `resources/forms/`. A package is read at its first use and kept."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from lxml import etree

from extern_desktop.forms._package import read_form, read_known_form, read_toml
from extern_desktop.forms.errors import NotAReportError, UnknownFormError
from extern_desktop.forms.locator import local_name
from extern_desktop.forms.model import Form
from extern_desktop.forms.ratio_files import read_ratio_file
from extern_desktop.forms.ratios import Ratio, load_ratios
from extern_desktop.forms.rules import AuthorityRule, load_rules
from extern_desktop.forms.values import KnownForm
from extern_desktop.settings.places import resource_folder

ROOT: Final = "Файл"
"""Root element of every report to the tax service."""


@dataclass(frozen=True, slots=True)
class FormPackage:
    """Everything known of one form in one version."""

    form: Form
    rules: tuple[AuthorityRule, ...]
    ratios: tuple[Ratio, ...]


def known_forms() -> tuple[KnownForm, ...]:
    """Short descriptions of all forms at hand."""
    return tuple(_folders())


def package(knd: str, version: str) -> FormPackage:
    """The form with this number and version; raises `UnknownFormError`."""
    for known, folder in _folders().items():
        if (known.knd, known.version) == (knd, version):
            return load_package(folder)
    raise UnknownFormError(knd, version, tuple(known.version for known in _folders() if known.knd == knd))


def package_of(root: etree._Element) -> FormPackage:
    """The form of a document: by the number and version it states or, where it states no number, by the name of its file.

    Raises `NotAReportError` for a document of another kind and `UnknownFormError` for a form that is not at hand.
    """
    if root.tag != ROOT:
        raise NotAReportError(local_name(root))
    document = root.find("Документ")
    knd = document.get("КНД") if document is not None else None
    version = root.get("ВерсФорм", "")
    if knd is None:
        file_id = root.get("ИдФайл", "")
        knd = next((known.knd for known in _folders() if file_id.startswith(f"{known.file_prefix}_")), "")
    return package(knd, version)


@cache
def load_package(folder: Path) -> FormPackage:
    """Read a package. Raises `BrokenFormPackageError` when its parts do not fit each other."""
    form = read_form(folder)
    rules = load_rules(folder.name, read_toml(folder / "rules.toml"), form)
    return FormPackage(form, rules, load_ratios(folder.name, read_ratio_file(folder), form))


@cache
def _folders() -> dict[KnownForm, Path]:
    return {read_known_form(file.parent): file.parent for file in sorted((resource_folder() / "forms").glob("*/form.toml"))}
