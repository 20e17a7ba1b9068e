"""A form as a tree of places and fields. It knows no document and no file: `library` builds it from a form's package, everything else reads it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum, unique
from typing import Final

from extern_desktop.domain.reports import FormId
from extern_desktop.forms.values import KnownForm, Option

XML_SPACE: Final = " \t\r\n"
"""White space of XML. `str.strip()` without arguments takes away more, a no-break space for one."""


@unique
class Base(StrEnum):
    """What kind of value a field holds."""

    TEXT = "text"
    INTEGER = "integer"
    DECIMAL = "decimal"
    DATE = "date"
    """A text ДД.ММ.ГГГГ from 1900 to 2099."""
    YEAR = "year"
    """`xs:gYear`, as the official validators read it: a time zone may follow, a leading zero or space may not."""


NUMBERS: Final = frozenset({Base.INTEGER, Base.DECIMAL})
_LEXICAL: Final[Mapping[Base, re.Pattern[str]]] = {
    Base.INTEGER: re.compile(r"[+-]?[0-9]+"),
    Base.DECIMAL: re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)"),
    Base.DATE: re.compile(r"([0-9]{2})\.([0-9]{2})\.((?:19|20)[0-9]{2})"),
    Base.YEAR: re.compile(r"-?(?!0000)(?:[0-9]{4}|[1-9][0-9]{4,17})(?:Z|[+-](?:(?:0[0-9]|1[0-3]):[0-5][0-9]|14:00))?"),
}
_POSITION: Final = re.compile(r"\[[0-9]+\]")
_DAYS: Final = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


@dataclass(frozen=True, slots=True)
class Broken:
    """Why a value is not of its type. `rule` names a sentence of `wording`, `facts` fill it."""

    rule: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ValueType:
    """What a field may hold."""

    name: str
    base: Base
    options: tuple[Option, ...] = ()
    """The only values allowed; empty for no such list."""
    pattern: re.Pattern[str] | None = None
    length: int | None = None
    min_length: int = 0
    max_length: int | None = None
    total_digits: int | None = None
    fraction_digits: int | None = None
    max_inclusive: int | None = None
    shape: str = ""
    """The expected shape in Russian words, for a sentence: «10 цифр»."""
    shape_en: str = ""
    fixed: bool = False
    """The form or its file decides the value: nobody edits it."""
    check: str = ""
    """Name of an extra check, for example `inn`."""

    @property
    def is_number(self) -> bool:
        return self.base in NUMBERS

    def broken(self, raw: str) -> Broken | None:
        """The first and plainest reason why `raw` is not allowed, or None. Kind comes before list, list before shape, shape before length."""
        if not raw and (self.base is not Base.TEXT or self.options or self.min_length or self.length):
            return Broken("empty", {})
        return self._broken_kind(raw) or self._broken_text(raw) or self._broken_number(raw)

    def _broken_kind(self, raw: str) -> Broken | None:
        lexical = _LEXICAL.get(self.base)
        if lexical is None:
            return None
        found = lexical.fullmatch(raw.strip(XML_SPACE) if self.is_number else raw)
        if found is None or (self.base is Base.DATE and not _is_day(*map(int, found.groups()))):
            return Broken(f"not-{self.base}", {})
        return None

    def _broken_text(self, raw: str) -> Broken | None:
        if self.options and raw not in {option.value for option in self.options}:
            return Broken("not-in-list", {"allowed": ", ".join(option.value for option in self.options)})
        if self.length is not None and len(raw) != self.length and not self.shape:
            return Broken("length", {"limit": str(self.length), "actual": str(len(raw))})
        if self.pattern is not None and self.pattern.fullmatch(raw) is None:
            return Broken("shape", {"shape": self.shape, "shape_en": self.shape_en})
        if self.max_length is not None and len(raw) > self.max_length:
            return Broken("too-long", {"limit": str(self.max_length), "actual": str(len(raw))})
        if len(raw) < self.min_length:
            return Broken("too-short", {"limit": str(self.min_length), "actual": str(len(raw))})
        return None

    def _broken_number(self, raw: str) -> Broken | None:
        if not self.is_number:
            return None
        whole, _, fraction = raw.strip(XML_SPACE).lstrip("+-").partition(".")
        whole, fraction = whole.lstrip("0"), fraction.rstrip("0")
        if self.fraction_digits is not None and len(fraction) > self.fraction_digits:
            return Broken("fraction-digits", {"limit": str(self.fraction_digits)})
        if self.total_digits is not None and len(whole) + len(fraction) > self.total_digits:
            return Broken("total-digits", {"limit": str(self.total_digits)})
        if self.max_inclusive is not None and not raw.strip(XML_SPACE).startswith("-") and int(whole or "0") > self.max_inclusive:
            return Broken("too-much", {"limit": str(self.max_inclusive)})
        return None


def _is_day(day: int, month: int, year: int) -> bool:
    """The authority's pattern takes 29 February of every fourth year, 1900 with them; so do we."""
    return 1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and (month, day, year % 4 == 0) != (2, 29, False)


@dataclass(frozen=True, slots=True)
class Field:
    """An attribute of an element."""

    name: str
    type: ValueType
    required: bool
    line: str
    label: str
    label_en: str


@dataclass(frozen=True, slots=True)
class Child:
    """A child in its turn."""

    name: str
    low: int
    many: bool

    @property
    def names(self) -> tuple[str, ...]:
        return (self.name,)


@dataclass(frozen=True, slots=True)
class OneOf:
    """Exactly one of these children, once."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Title of a section as on the screen."""

    title: str
    title_en: str


@dataclass(slots=True)
class Place:
    """One place of a form where an element may stand. Complete once `library` has built the tree; nobody changes it afterwards."""

    path: str
    """Absolute, without positions: `/Файл/Документ`."""
    title: str
    title_en: str
    heading: Heading
    line: str
    value: ValueType | None
    """Type of the element's own text; None when it has none."""
    content: tuple[Child | OneOf, ...]
    fields: Mapping[str, Field]
    children: dict[str, Place] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    def repeats(self, name: str) -> bool:
        """Whether the child may stand several times."""
        return any(isinstance(part, Child) and part.many for part in self.content if name in part.names)

    def walk(self) -> Iterator[Place]:
        yield self
        for child in self.children.values():
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Form:
    """A form and its whole structure."""

    known: KnownForm
    root: Place
    _places: Mapping[str, Place] = field(repr=False)

    @property
    def id(self) -> FormId:
        return FormId(self.known.knd, self.known.version)

    def place(self, path: str) -> Place | None:
        """The place of an element whose path is given with or without positions."""
        return self._places.get(_POSITION.sub("", path))

    def places_named(self, name: str) -> tuple[Place, ...]:
        return tuple(place for place in self._places.values() if place.name == name)
