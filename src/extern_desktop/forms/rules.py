"""The authority's own rules of a form: XPath 1.0 conditions kept as data.

They are compiled when a package is loaded; one that names a place the form does not have is refused, never skipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lxml import etree

from extern_desktop.forms.errors import BrokenFormPackageError
from extern_desktop.forms.locator import Locator, look_at
from extern_desktop.forms.model import Form, Place
from extern_desktop.forms.structure import names_of
from extern_desktop.forms.values import Finding, Origin, Severity

_FILE_NAME = "$file_name"


@dataclass(frozen=True, slots=True)
class AuthorityRule:
    """One condition that the authority asks of every element of one name."""

    id: str
    code: str
    """The authority's error code, ten digits."""
    broken_at: etree.XPath
    """Finds all elements of the context that break the rule."""
    look_at: str
    """Path of the field to show, from the element: `@ИННЮЛ`, `Подписант/ФИО`."""
    title: str
    title_en: str
    asks_file_name: bool


def load_rules(package: str, table: Mapping[str, Any], form: Form) -> tuple[AuthorityRule, ...]:
    """Rules of a package's `rules.toml`. One that does not compile or names a place the form does not have is refused by name."""
    return tuple(_load(package, row, form) for row in table["rules"])


def _load(package: str, row: Mapping[str, str], form: Form) -> AuthorityRule:
    places = form.places_named(row["context"])
    if not places or any(not _resolves(place, row["look_at"]) for place in places):
        raise BrokenFormPackageError(package, row["id"], f"{row['context']}/{row['look_at']}: no such place in the form")
    try:
        broken_at = etree.XPath(f"//{row['context']}[not({row['test']})]")
    except etree.XPathSyntaxError as problem:
        raise BrokenFormPackageError(package, row["id"], str(problem)) from problem
    return AuthorityRule(row["id"], row["code"], broken_at, row["look_at"], row["title"], row["title_en"], _FILE_NAME in row["test"])


def _resolves(place: Place, path: str) -> bool:
    at: Place | None = place
    for step in path.split("/"):
        if at is None:
            return False
        if step.startswith("@"):
            return step[1:] in at.fields
        at = at.children.get(step)
    return at is not None


def check_rules(
    rules: tuple[AuthorityRule, ...], root: etree._Element, form: Form, locator: Locator, *, file_id: str
) -> Iterator[tuple[etree._Element, Finding]]:
    """Every broken rule with its element. `file_id` is the file's name without its ending; "" when the document has no file yet."""
    for rule in rules:
        if rule.asks_file_name and not file_id:
            continue
        nodes = rule.broken_at(root, file_name=file_id)
        for node in nodes if isinstance(nodes, list) else ():
            if isinstance(node, etree._Element):
                yield _finding(rule, node, form, locator, file_id)


def _finding(rule: AuthorityRule, context: etree._Element, form: Form, locator: Locator, file_id: str) -> tuple[etree._Element, Finding]:
    node, field = look_at(context, rule.look_at)
    path = locator.path_of(node)
    place = form.place(path)
    label, label_en, line = names_of(place, field) if place else (field, field, "")
    finding = Finding(
        rule=rule.id,
        severity=Severity.ERROR,
        path=path,
        field=field,
        label=label,
        line=line,
        value=node.get(field[1:], "") if field.startswith("@") else "",
        facts={"file_name": file_id} if rule.asks_file_name else {},
        label_en=label_en,
        origin=Origin.AUTHORITY,
        code=rule.code,
        title=rule.title,
        title_en=rule.title_en,
    )
    return node, finding
