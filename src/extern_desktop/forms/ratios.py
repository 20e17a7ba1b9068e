"""Control ratios: arithmetic between lines of one report. A ratio is data; it can add up and compare, and nothing else.

Every path of a ratio is looked up in the form when it is loaded, so a misspelt field is refused and never passes silently. An absent value counts
as zero, as a dash on paper does. A ratio that needs a value which is no number says nothing: the structure check has named that value already.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from functools import reduce
from typing import Any, Final, TypeAlias

from lxml import etree

from extern_desktop.forms.errors import BrokenFormPackageError
from extern_desktop.forms.locator import Locator, look_at
from extern_desktop.forms.model import XML_SPACE, Form, Place, ValueType
from extern_desktop.forms.structure import names_of
from extern_desktop.forms.values import Finding, Origin, Severity

Amount: TypeAlias = Callable[[etree._Element], Decimal]
Condition: TypeAlias = Callable[[etree._Element], bool]

_ZERO: Final = Decimal(0)
_RELATIONS: Final[Mapping[str, Callable[[Decimal, Decimal, Decimal], bool]]] = {
    "=": lambda stated, expected, within: abs(stated - expected) <= within,
    "<=": lambda stated, expected, within: stated <= expected + within,
    ">=": lambda stated, expected, within: stated >= expected - within,
    "<": lambda stated, expected, within: stated < expected + within,
    ">": lambda stated, expected, within: stated > expected - within,
}
_ARITHMETIC: Final[Mapping[str, Callable[[Decimal, Decimal], Decimal]]] = {
    "add": lambda left, right: left + right,
    "subtract": lambda left, right: left - right,
    "multiply": lambda left, right: left * right,
    "divide": lambda left, right: left / right,
    "max": max,
    "min": min,
}


class _NoNumberError(Exception):
    """A value of the document that no arithmetic can be done with."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """One ratio, ready to be asked of a document."""

    id: str
    severity: Severity
    mark: str
    """`derived` or `recalled`: where it comes from."""
    title: str
    title_en: str
    source: str
    """The arithmetic in line codes: `100/110 = 133 − 143 − …`."""
    each: str
    """Where it is asked: path from the root element."""
    when: Condition | None
    look_at: str
    """Path of the stated value, from `each`."""
    stated: Amount
    relation: str
    expected: Amount
    within: Amount | None

    def broken(self, context: etree._Element) -> tuple[Decimal, Decimal] | None:
        """Stated and expected value where the ratio does not hold; None where it holds or can't be asked."""
        try:
            if self.when is not None and not self.when(context):
                return None
            stated, expected = self.stated(context), self.expected(context)
            within = self.within(context) if self.within else _ZERO
        except _NoNumberError:
            return None
        return None if _RELATIONS[self.relation](stated, expected, within) else (stated, expected)


def load_ratios(package: str, ratios: Sequence[Mapping[str, Any]], form: Form) -> tuple[Ratio, ...]:
    """Ratios from the plain lists that `_ratio_language.parse_ratios` makes. A path the form does not have is refused with the ratio's name."""
    return tuple(_Builder(package, ratio, form).ratio() for ratio in ratios)


def check_ratios(ratios: Sequence[Ratio], root: etree._Element, form: Form, locator: Locator) -> Iterator[tuple[etree._Element, Finding]]:
    """Every broken ratio with the element that states the value."""
    for ratio in ratios:
        for context in root.iterfind(ratio.each):
            sides = ratio.broken(context)
            if sides is not None:
                yield _finding(ratio, context, *sides, form, locator)


def _finding(
    ratio: Ratio, context: etree._Element, stated: Decimal, expected: Decimal, form: Form, locator: Locator
) -> tuple[etree._Element, Finding]:
    node, field = look_at(context, ratio.look_at)
    path = locator.path_of(node)
    place = form.place(path)
    label, label_en, line = names_of(place, field) if place else (field, field, "")
    finding = Finding(
        rule=ratio.id,
        severity=ratio.severity,
        path=path,
        field=field,
        label=label,
        line=line,
        value=node.get(field[1:], "") if field.startswith("@") else (node.text or "") if not field else "",
        facts={"stated": _plain(stated), "expected": _plain(expected), "relation": ratio.relation, "formula": ratio.source},
        label_en=label_en,
        origin=Origin.RATIO,
        title=ratio.title,
        title_en=ratio.title_en,
    )
    return node, finding


def _plain(value: Decimal) -> str:
    """Digits without exponent and without useless zeros: `271605`, `-0.5`."""
    text = format(value, "f")
    return (text.rstrip("0").rstrip(".") if "." in text else text) or "0"


@dataclass(frozen=True, slots=True)
class _Route:
    """A written path after every step of it was found in the form."""

    ups: int
    steps: tuple[str, ...]
    attribute: str
    type: ValueType | None
    many: bool
    """Whether it may find several elements."""

    def nodes(self, context: etree._Element) -> list[etree._Element]:
        found: list[etree._Element] = [context]
        for _ in range(self.ups):
            found = [parent for node in found if (parent := node.getparent()) is not None]
        for step in self.steps:
            found = [child for node in found for child in node.iterchildren(step)]
        return found

    def texts(self, context: etree._Element) -> list[str]:
        """Values of the attribute, or of the elements themselves, that are there."""
        nodes = self.nodes(context)
        if self.attribute:
            return [value for node in nodes if (value := node.get(self.attribute)) is not None]
        return [node.text or "" for node in nodes]

    def amount(self, text: str) -> Decimal:
        if self.type is None or self.type.broken(text) is not None:
            raise _NoNumberError
        return Decimal(text.strip(XML_SPACE))


class _Builder:
    """Plain lists to functions. Each kind of node has a method or a row in a table; an unknown one is refused."""

    def __init__(self, package: str, ratio: Mapping[str, Any], form: Form) -> None:
        self._package, self._ratio, self._form = package, ratio, form
        place = form.place("/" + ratio["each"])
        if place is None:
            raise self._refused(f"{ratio['each']}: no such place in the form")
        self._place = place

    def ratio(self) -> Ratio:
        ratio = self._ratio
        return Ratio(
            id=ratio["id"],
            severity=Severity(ratio["severity"]),
            mark=ratio["mark"],
            title=ratio["title"],
            title_en=ratio["title_en"],
            source=ratio["source"],
            each=ratio["each"].partition("/")[2],
            when=self._condition(ratio["when"]) if ratio["when"] else None,
            look_at=ratio["stated"],
            stated=self._amount(["field", ratio["stated"]]),
            relation=ratio["relation"],
            expected=self._amount(ratio["expected"]),
            within=self._amount(ratio["within"]) if ratio["within"] else None,
        )

    def _refused(self, detail: str) -> BrokenFormPackageError:
        return BrokenFormPackageError(self._package, str(self._ratio["id"]), detail)

    def _amount(self, node: Sequence[Any]) -> Amount:
        kind, *parts = node
        if kind == "number":
            constant = Decimal(parts[0])
            return lambda _: constant
        if kind in ("field", "sum", "count"):
            return self._read(kind, parts[0])
        if kind == "round":
            inner = self._amount(parts[0])
            return lambda context: inner(context).quantize(Decimal(1), ROUND_HALF_UP)
        operation = _ARITHMETIC[kind]
        amounts = [self._amount(part) for part in parts]
        return lambda context: reduce(operation, (amount(context) for amount in amounts))

    def _read(self, kind: str, path: str) -> Amount:
        route = self._route(path)
        if kind == "count":
            return lambda context: Decimal(len(route.texts(context)))
        if route.type is None or not route.type.is_number:
            raise self._refused(f"{path} is no number")
        if kind == "field" and route.many:
            raise self._refused(f"{path} may find several values: put it into sum() or count()")
        if kind == "field":
            return lambda context: next(map(route.amount, route.texts(context)), _ZERO)
        return lambda context: sum(map(route.amount, route.texts(context)), _ZERO)

    def _condition(self, node: Sequence[Any]) -> Condition:
        kind, *parts = node
        if kind == "has":
            there = self._route(parts[0])
            return lambda context: bool(there.texts(context))
        if kind == "is_text":
            route, text = self._route(parts[0]), parts[1]
            return lambda context: text in route.texts(context)
        if kind == "compare":
            left, relation, right = self._amount(parts[0]), _RELATIONS[parts[1]], self._amount(parts[2])
            return lambda context: relation(left(context), right(context), _ZERO)
        conditions = [self._condition(part) for part in parts]
        if kind == "negate":
            return lambda context: not conditions[0](context)
        together = {"both": all, "either": any}[kind]
        return lambda context: together(condition(context) for condition in conditions)

    def _route(self, path: str) -> _Route:
        place: Place | None = self._place
        ups, many, attribute = 0, False, ""
        steps: list[str] = []
        for step in path.split("/"):
            if place is None:
                break
            if step == "..":
                ups += 1
                place = self._form.place(place.path.rpartition("/")[0])
            elif step.startswith("@"):
                attribute = step[1:]
            else:
                many = many or place.repeats(step)
                steps.append(step)
                place = place.children.get(step)
        if place is None or (attribute and attribute not in place.fields):
            raise self._refused(f"{path}: no such place in the form")
        return _Route(ups, tuple(steps), attribute, place.fields[attribute].type if attribute else place.value, many)
