"""Check a document against the structure of its form: what must be there, in which order, of which kind.

The official schema is the judge of this module: a test compares their verdicts on damaged documents.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree

from extern_desktop.forms.locator import Locator, local_name
from extern_desktop.forms.model import XML_SPACE, Child, Form, Place, ValueType
from extern_desktop.forms.values import Finding, Severity

_SCHEMA_HINTS: Final = frozenset(f"{{http://www.w3.org/2001/XMLSchema-instance}}{name}" for name in ("schemaLocation", "noNamespaceSchemaLocation"))
"""Attributes that any document may carry: where its schema could be found. They are never followed."""


def check_structure(form: Form, root: etree._Element, locator: Locator) -> Iterator[tuple[etree._Element, Finding]]:
    """Every mistake with the node it belongs to. The root's name is known to be right: `library` chose the form by it."""
    yield from _StructureCheck(locator).element(form.root, root)


class _StructureCheck:
    def __init__(self, locator: Locator) -> None:
        self._locator = locator

    def element(self, place: Place, node: etree._Element) -> Iterator[tuple[etree._Element, Finding]]:
        yield from self._attributes(place, node)
        yield from self._text(place, node)
        yield from self._content(place, node)
        for child in node.iterchildren(etree.Element):
            known = place.children.get(child.tag)
            if known is not None:
                yield from self.element(known, child)

    def _attributes(self, place: Place, node: etree._Element) -> Iterator[tuple[etree._Element, Finding]]:
        for name, field in place.fields.items():
            value = node.get(name)
            if value is not None:
                yield from self._value(place, node, f"@{name}", field.type, value)
            elif field.required:
                yield node, self._finding("missing-field", place, node, f"@{name}")
        for name in map(str, node.attrib):
            if name not in place.fields and name not in _SCHEMA_HINTS:
                yield node, self._finding("strange-field", place, node, f"@{etree.QName(name).localname}", node.get(name, ""))

    def _value(self, place: Place, node: etree._Element, name: str, type_: ValueType, value: str) -> Iterator[tuple[etree._Element, Finding]]:
        broken = type_.broken(value)
        if broken is not None:
            yield node, self._finding(broken.rule, place, node, name, value, **broken.facts)

    def _text(self, place: Place, node: etree._Element) -> Iterator[tuple[etree._Element, Finding]]:
        text = (node.text or "") + "".join(child.tail or "" for child in node)
        if place.value is not None:
            yield from self._value(place, node, "", place.value, text)
        elif text and (not place.content or text.strip(XML_SPACE)):
            yield node, self._finding("strange-text", place, node, "", text.strip(XML_SPACE))

    def _content(self, place: Place, node: etree._Element) -> Iterator[tuple[etree._Element, Finding]]:
        tags = []
        for child in node.iterchildren(etree.Element):
            if child.tag in place.children:
                tags.append(str(child.tag))
            else:
                yield node, self._finding("strange-part", place, node, local_name(child))
        missing, left = _match(place, tags)
        for names in missing:
            if any(name in left for name in names):
                continue  # it is there, only not in its turn: said below
            rule = "missing-part" if len(names) == 1 else "choose-part"
            parts = [place.children[name] for name in names]
            facts = {"parts": ", ".join(f"«{part.title}»" for part in parts), "parts_en": ", ".join(f"“{part.title_en}”" for part in parts)}
            yield node, self._finding(rule, place, node, names[0] if len(names) == 1 else "", **facts)
        for name in dict.fromkeys(left):
            rule = "misplaced-part" if any(name in names for names in missing) else "repeated-part" if tags.count(name) > 1 else "misplaced-part"
            yield node, self._finding(rule, place, node, name)

    def _finding(self, rule: str, place: Place, node: etree._Element, field: str, value: str = "", **facts: str) -> Finding:
        label, label_en, line = names_of(place, field)
        return Finding(
            rule=rule,
            severity=Severity.ERROR,
            path=self._locator.path_of(node),
            field=field,
            label=label,
            line=line,
            value=value,
            facts=facts,
            label_en=label_en,
        )


def _match(place: Place, tags: Sequence[str]) -> tuple[list[tuple[str, ...]], list[str]]:
    """What is missing, and the children left over. Content of forms is never ambiguous, so one tag of look-ahead is enough."""
    missing: list[tuple[str, ...]] = []
    at = 0
    for part in place.content:
        most = len(tags) if isinstance(part, Child) and part.many else 1
        start = at
        while at < len(tags) and tags[at] in part.names and at - start < most:
            at += 1
        if at == start and (not isinstance(part, Child) or part.low):
            missing.append(part.names)
    return missing, list(tags[at:])


def names_of(place: Place, field: str) -> tuple[str, str, str]:
    """Russian and English name and line code of a field, a child or, for "", the element itself."""
    if field.startswith("@"):
        known = place.fields.get(field[1:])
        return (known.label, known.label_en, known.line) if known else (field[1:], field[1:], "")
    target = place.children.get(field) if field else place
    return (target.title, target.title_en, target.line) if target else (field, field, "")


def walk_document(form: Form, root: etree._Element) -> Iterator[tuple[Place, etree._Element]]:
    """Every element that the form knows, with its place, in the order of the document."""
    waiting = [(form.root, root)]
    while waiting:
        place, node = waiting.pop()
        yield place, node
        children = [(place.children[child.tag], child) for child in node.iterchildren(etree.Element) if child.tag in place.children]
        waiting.extend(reversed(children))
