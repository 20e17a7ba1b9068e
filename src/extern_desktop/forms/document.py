"""A report laid out as its form, and the change of one value in it. For desk copies only: what was signed is never written anew."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from lxml import etree

from extern_desktop.forms.encoding import refuse_unwritable, report_bytes
from extern_desktop.forms.errors import UnwritableValueError, ValueProblem
from extern_desktop.forms.identity import read_identity
from extern_desktop.forms.library import package_of
from extern_desktop.forms.locator import Locator, find_node
from extern_desktop.forms.model import Base, Child, Form, Heading, Place, ValueType
from extern_desktop.forms.structure import walk_document
from extern_desktop.forms.values import Document, Editor, FieldRow, Section
from extern_desktop.intake.xml import parse_untrusted

_EDITORS: Final = {
    Base.TEXT: Editor.TEXT,
    Base.INTEGER: Editor.WHOLE_NUMBER,
    Base.DECIMAL: Editor.NUMBER,
    Base.DATE: Editor.DATE,
    Base.YEAR: Editor.YEAR,
}


def open_document(content: bytes) -> Document:
    """Every field that the report has or may have, in the order of the form. Raises what `check_report` raises."""
    root = parse_untrusted(content)
    form = package_of(root).form
    rows = groupby(_rows(form, root), key=lambda item: item[0])
    sections: dict[Heading, list[FieldRow]] = {}
    for heading, group in rows:
        sections.setdefault(heading, []).extend(row for _, row in group)
    return Document(
        read_identity(form, root),
        form.known.name,
        form.known.name_en,
        tuple(Section(heading.title, heading.title_en, tuple(found)) for heading, found in sections.items()),
    )


def set_value(content: bytes, path: str, field: str, value: str) -> bytes:
    """The report with one value changed, in windows-1251. An empty value takes an attribute away.

    `path` and `field` are those of a `FieldRow` or `Finding`. An element that the form allows at `path` and the document lacks is put in its place.
    Raises `UnwritableValueError`. Whether the new value is right is for `check_report` to say.
    """
    root = parse_untrusted(content)
    form = package_of(root).form
    place = form.place(path)
    type_ = _type_of(place, field) if place else None
    if place is None or type_ is None:
        raise UnwritableValueError(field, value, ValueProblem.NOT_IN_FORM)
    if type_.fixed:
        raise UnwritableValueError(field, value, ValueProblem.FIXED)
    refuse_unwritable(field, value)
    node = find_node(root, path)
    if node is None:
        node = _add_node(root, form, path, field, value)
    if not field:
        node.text = value
    elif value:
        node.set(field[1:], value)
    elif field[1:] in node.attrib:
        del node.attrib[field[1:]]
    return report_bytes(root)


def _type_of(place: Place, field: str) -> ValueType | None:
    if not field:
        return place.value
    known = place.fields.get(field[1:]) if field.startswith("@") else None
    return known.type if known else None


def _add_node(root: etree._Element, form: Form, path: str, field: str, value: str) -> etree._Element:
    """Put a missing element where the form wants it. Its parent has to be there, and it must not be one of several."""
    parent_path, _, name = path.rpartition("/")
    parent, place = find_node(root, parent_path), form.place(parent_path)
    if parent is None or place is None or name not in place.children:
        raise UnwritableValueError(field, value, ValueProblem.NOT_IN_FORM)
    order = list(place.children)
    before = [child for child in parent.iterchildren(etree.Element) if child.tag in order[: order.index(name)]]
    node = etree.Element(name)
    parent.insert(parent.index(before[-1]) + 1 if before else 0, node)
    return node


def _rows(form: Form, root: etree._Element) -> Iterator[tuple[Heading, FieldRow]]:
    locator = Locator(root)
    for place, node in walk_document(form, root):
        path = locator.path_of(node)
        yield from _rows_of(place, path, node)
        for part in place.content:
            missing = place.children[part.name] if isinstance(part, Child) and not part.many and node.find(part.name) is None else None
            if missing is not None and not missing.children:  # a whole section that is left out stays out of sight
                yield from _rows_of(missing, f"{path}/{missing.name}", None)


def _rows_of(place: Place, path: str, node: etree._Element | None) -> Iterator[tuple[Heading, FieldRow]]:
    if place.value is not None:
        text = node.text or "" if node is not None else ""
        names = (place.title, place.title_en, place.line)
        yield place.heading, _row(path, "", names, place.value, text, present=node is not None, required=node is not None)
    for field in place.fields.values():
        value = node.get(field.name) if node is not None else None
        names = (field.label, field.label_en, field.line)
        required = field.required and node is not None
        yield place.heading, _row(path, f"@{field.name}", names, field.type, value or "", present=value is not None, required=required)


def _row(path: str, field: str, names: tuple[str, str, str], type_: ValueType, value: str, *, present: bool, required: bool) -> FieldRow:
    label, label_en, line = names
    return FieldRow(
        path=path,
        field=field,
        label=label,
        label_en=label_en,
        line=line,
        value=value,
        present=present,
        required=required,
        editable=not type_.fixed,
        editor=Editor.CHOICE if type_.options else _EDITORS[type_.base],
        options=type_.options,
    )
