"""Read a form's package (`form.toml`, `structure.toml`) into the model. A package that contradicts itself is refused with the place named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from extern_desktop.forms.errors import BrokenFormPackageError
from extern_desktop.forms.model import Base, Child, Field, Form, Heading, OneOf, Place, ValueType
from extern_desktop.forms.values import KnownForm, Option

_CONTENT: Final = re.compile(r"\s*(?:\(([^)]+)\)|([^\s()?+*]+)([?+*]?))")
_PLAIN_FACETS: Final = (
    *("length", "min_length", "max_length", "total_digits", "fraction_digits", "max_inclusive"),
    *("shape", "shape_en", "fixed", "check"),
)

Table = Mapping[str, Any]  # what a TOML file holds is known only after it was looked at


def read_toml(path: Path) -> Table:
    with path.open("rb") as file:
        return tomllib.load(file)


def read_known_form(folder: Path) -> KnownForm:
    """The package's own short description."""
    return KnownForm(**read_toml(folder / "form.toml"))


def read_form(folder: Path) -> Form:
    """The whole structure of the package's form."""
    return _PackageReader(folder).form()


class _PackageReader:
    def __init__(self, folder: Path) -> None:
        self._name = folder.name
        self._known = read_known_form(folder)
        table = read_toml(folder / "structure.toml")
        self._types = {name: self._value_type(name, facets) for name, facets in table["types"].items()}
        self._groups: Table = table.get("groups", {})
        self._tables: Sequence[Table] = table["places"]
        self._places: dict[str, Place] = {}

    def form(self) -> Form:
        for table in self._tables:
            self._add(table)
        for place in self._places.values():
            declared = [name for part in place.content for name in part.names]
            if declared != list(place.children):
                raise BrokenFormPackageError(self._name, place.path, f"content names {declared}, places describe {list(place.children)}")
        root = next(iter(self._places.values()))
        return Form(self._known, root, self._places)

    def _value_type(self, name: str, facets: Table) -> ValueType:
        options = tuple(Option(*row) for row in facets.get("options", ()))
        pattern = re.compile(facets["pattern"]) if "pattern" in facets else None
        plain = {facet: facets[facet] for facet in _PLAIN_FACETS if facet in facets}
        return ValueType(name, Base(facets["base"]), options, pattern, **plain)

    def _add(self, table: Table) -> None:
        path = "/" + table["path"]
        parent = self._places.get(path.rpartition("/")[0])
        if parent is None and self._places:
            raise BrokenFormPackageError(self._name, path, "its parent is described below it or nowhere")
        if "section" in table:
            heading = Heading(table["section"], table["section_en"])
        elif parent is not None:
            heading = parent.heading
        else:
            raise BrokenFormPackageError(self._name, path, "the root needs a section")
        place = Place(
            path=path,
            title=table["title"],
            title_en=table["title_en"],
            heading=heading,
            line=table.get("line", ""),
            value=self._type(path, table["value"]) if "value" in table else None,
            content=self._content(path, table.get("content", "")),
            fields=self._fields(path, table),
        )
        self._places[path] = place
        if parent is not None:
            parent.children[place.name] = place

    def _content(self, path: str, text: str) -> tuple[Child | OneOf, ...]:
        parts: list[Child | OneOf] = []
        at = 0
        while at < len(text):
            found = _CONTENT.match(text, at)
            if found is None:
                raise BrokenFormPackageError(self._name, path, f"content: {text[at:]}")
            choice, name, mark = found.groups()
            parts.append(OneOf(tuple(choice.replace("|", " ").split())) if choice else Child(name, int(mark in ("", "+")), mark in ("+", "*")))
            at = found.end()
        return tuple(parts)

    def _type(self, path: str, name: str) -> ValueType:
        if name not in self._types:
            raise BrokenFormPackageError(self._name, path, f"type {name} is described nowhere")
        return self._types[name]

    def _fields(self, path: str, table: Table) -> Mapping[str, Field]:
        rows: Sequence[Sequence[str]] = table.get("fields", ())
        lines: Sequence[str] = ()
        title = title_en = ""
        if "like" in table:
            rows = self._groups.get(table["like"], ())
            lines = table.get("lines", [""] * len(rows))
            title, title_en = f"{table['title']}, ", f"{table['title_en']}, "
            if not rows or len(lines) != len(rows):
                raise BrokenFormPackageError(self._name, path, f"group {table['like']} has {len(rows)} fields, {len(lines)} lines are given")
        fields: dict[str, Field] = {}
        for number, (name, type_name, line, label, label_en) in enumerate(rows):
            plain = name.removesuffix("!")
            fields[plain] = Field(
                plain,
                self._type(path, type_name),
                name.endswith("!"),
                lines[number] if lines else line,
                _sentence_case(title + label),
                _sentence_case(title_en + label_en),
            )
        return fields


def _sentence_case(text: str) -> str:
    return text[:1].upper() + text[1:]
