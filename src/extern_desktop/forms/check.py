"""Check a report: structure, the authority's rules, control ratios, check digits. It reads bytes and gives findings; it changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from lxml import etree

from extern_desktop.forms.identity import check_authority, check_numbers, read_identity
from extern_desktop.forms.library import package_of
from extern_desktop.forms.locator import Locator
from extern_desktop.forms.model import Form
from extern_desktop.forms.ratios import check_ratios
from extern_desktop.forms.rules import check_rules
from extern_desktop.forms.structure import check_structure
from extern_desktop.forms.values import CheckedReport, Finding
from extern_desktop.intake.file_names import without_ending
from extern_desktop.intake.xml import parse_untrusted

MAX_FINDINGS: Final = 1_000
"""More than this nobody reads; the rest is counted."""

_Located = tuple[etree._Element, Finding]


def check_report(content: bytes, *, file_name: str) -> CheckedReport:
    """Everything that is wrong in a report, in the order of the document.

    `file_name` with or without `.xml`; "" leaves out the rule that it must equal the identifier inside.
    Raises one of the `UnreadableInputError` family for what is no report at all: broken XML, another document, a form that is not at hand.
    """
    root = parse_untrusted(content)
    package = package_of(root)
    form = package.form
    locator = Locator(root)
    located = chain(
        check_structure(form, root, locator),
        check_rules(package.rules, root, form, locator, file_id=without_ending(file_name)),
        check_ratios(package.ratios, root, form, locator),
        check_numbers(form, root, locator),
        check_authority(form, root, locator),
    )
    findings = _in_order(located, form, locator)
    return CheckedReport(read_identity(form, root), findings[:MAX_FINDINGS], max(len(findings) - MAX_FINDINGS, 0))


def _in_order(located: Iterator[_Located], form: Form, locator: Locator) -> tuple[Finding, ...]:
    """By the element's turn in the document, then by the field's turn in the form, then as they were found."""

    def turn(item: _Located) -> tuple[int, int]:
        node, finding = item
        place = form.place(finding.path)
        names = list(place.fields) if place else []
        name = finding.field.removeprefix("@")
        return locator.turn_of(node), names.index(name) if finding.field.startswith("@") and name in names else len(names)

    return tuple(finding for _, finding in sorted(located, key=turn))
