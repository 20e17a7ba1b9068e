"""Which report a document is, and whether the numbers that say so have the right check digits."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Final

from lxml import etree

from extern_desktop.domain.organisations import is_valid_inn
from extern_desktop.domain.reports import ReportIdentity
from extern_desktop.forms.locator import Locator
from extern_desktop.forms.model import XML_SPACE, Form
from extern_desktop.forms.structure import walk_document
from extern_desktop.forms.values import Finding, Origin, Severity
from extern_desktop.intake.file_names import read_report_name

_YEAR: Final = re.compile(r"[0-9]{4}")
_WHOLE: Final = re.compile(r"[+-]?[0-9]{1,6}")
_CHECKS: Final[Mapping[str, Callable[[str], bool]]] = {"inn": is_valid_inn}
"""Extra checks that a form's types ask for by name."""


def read_identity(form: Form, root: etree._Element) -> ReportIdentity | None:
    """What the title page says; None when a value that people tell reports apart by is missing or unreadable."""
    document = root.find("Документ")
    payer = _read_payer(document) if document is not None else None
    if document is None or payer is None:
        return None
    period, year, authority = document.get("Период"), _YEAR.match(document.get("ОтчетГод", "")), document.get("КодНО")
    correction = _WHOLE.fullmatch(document.get("НомКорр", "").strip(XML_SPACE))
    file_id = root.get("ИдФайл")
    if not period or year is None or not authority or not file_id or correction is None:
        return None
    inn, kpp, name = payer
    return ReportIdentity(form.id, form.known.short_name, period, int(year[0]), int(correction[0]), inn, kpp, name, authority, file_id)


def _read_payer(document: etree._Element) -> tuple[str, str, str] | None:
    """INN, KPP and name of a company or of a person."""
    company, person = document.find("СвНП/НПЮЛ"), document.find("СвНП/НПФЛ")
    if company is not None:
        inn, kpp, name = company.get("ИННЮЛ", ""), company.get("КПП", ""), company.get("НаимОрг", "")
    elif person is not None:
        parts = person.find("ФИО")
        names = [parts.get(part) for part in ("Фамилия", "Имя", "Отчество")] if parts is not None else []
        inn, kpp, name = person.get("ИННФЛ", ""), "", " ".join(part for part in names if part)
    else:
        return None
    return (inn, kpp, name) if inn and name else None


def check_numbers(form: Form, root: etree._Element, locator: Locator) -> Iterator[tuple[etree._Element, Finding]]:
    """Numbers of the right shape whose check digits are wrong. A warning: the authority's own rules do not ask it."""
    for place, node in walk_document(form, root):
        for field in place.fields.values():
            value = node.get(field.name)
            if value is None or not field.type.check or field.type.broken(value) is not None or _CHECKS[field.type.check](value):
                continue
            finding = Finding(
                rule=f"check-digits-{field.type.check}",
                severity=Severity.WARNING,
                path=locator.path_of(node),
                field=f"@{field.name}",
                label=field.label,
                line=field.line,
                value=value,
                label_en=field.label_en,
                origin=Origin.IDENTITY,
            )
            yield node, finding


def check_authority(form: Form, root: etree._Element, locator: Locator) -> Iterator[tuple[etree._Element, Finding]]:
    """The inspectorate on the title page is another one than the file's identifier names: one of them is wrong, and the report would go astray.

    A warning: the authority's published rules do not compare the two.
    """
    document = root.find("Документ")
    name = read_report_name(root.get("ИдФайл", ""))
    stated = document.get("КодНО") if document is not None else None
    if document is None or name is None or stated is None or stated == name.last_office:
        return
    path = locator.path_of(document)
    place = form.place(path)
    field = place.fields.get("КодНО") if place else None
    if field is None or field.type.broken(stated) is not None:
        return
    yield (
        document,
        Finding(
            rule="authority-differs",
            severity=Severity.WARNING,
            path=path,
            field="@КодНО",
            label=field.label,
            line=field.line,
            value=stated,
            facts={"named": name.last_office},
            label_en=field.label_en,
            origin=Origin.IDENTITY,
        ),
    )
