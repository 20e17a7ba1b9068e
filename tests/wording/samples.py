"""Samples of any frozen row, error or question, made from its type hints: one with everything filled in, then each field with its other values."""

from __future__ import annotations

import importlib
import pkgutil
import sys
import types
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Any, TypeVar, Union, get_args, get_origin, get_type_hints

import extern_desktop

T = TypeVar("T")

_PLAIN: dict[type, tuple[Any, ...]] = {
    str: ("Образец", ""),
    int: (2, 1, 5, 0),
    float: (2.5, 0.0),
    bool: (True, False),
    bytes: (b"\x01\x02",),
    Decimal: (Decimal("10.50"),),
    Path: (Path("folder/образец.xml"),),
    datetime: (datetime(2026, 3, 16, 9, 30, tzinfo=UTC),),
    date: (date(2026, 3, 16),),
    type(None): (None,),
    object: ("образец",),
}


def import_everything() -> None:
    """Every module of the program, so that every class is known."""
    for module in pkgutil.walk_packages(extern_desktop.__path__, "extern_desktop."):
        if not module.name.endswith((".__main__", "._native", ".tokens.child")):
            importlib.import_module(module.name)


def subclasses_of(kind: type[T]) -> Iterator[type[T]]:
    """All of them, at any depth, that belong to the program. A dataclass with slots leaves the class it was made from behind: that one is none."""
    for child in kind.__subclasses__():
        if child.__module__.startswith("extern_desktop.") and getattr(sys.modules[child.__module__], child.__name__, None) is child:
            yield child
        yield from subclasses_of(child)


def samples_of(kind: type[T]) -> list[T]:
    """Instances of a dataclass: the first is filled in everywhere; in each other one field has another of its values."""
    hints = get_type_hints(kind)
    values = {it.name: _values(hints[it.name]) for it in fields(kind) if it.init}  # type: ignore[arg-type]  # checked by every caller's class
    filled = {name: of[0] for name, of in values.items()}
    made = [kind(**filled)]
    for name, of in values.items():
        made += [kind(**{**filled, name: value}) for value in of[1:]]
    return made


def _values(hint: Any) -> Sequence[Any]:
    if hint in _PLAIN:
        return _PLAIN[hint]
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        return [value for argument in arguments for value in _values(argument)]
    if origin is tuple:
        if arguments[-1] is Ellipsis:
            return [tuple(_values(arguments[0])[:2]), ()]
        return [tuple(_values(argument)[0] for argument in arguments)]
    if origin in (frozenset, set):
        return [frozenset(_values(arguments[0])[:1]), frozenset()]
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return [{"образец": _values(arguments[1])[0]}, {}]
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return [list(_values(arguments[0])[:2]), []]
    if isinstance(hint, type) and issubclass(hint, Enum):
        return list(hint)
    if isinstance(hint, type) and is_dataclass(hint):
        return samples_of(hint)
    raise NotImplementedError(f"no sample for {hint}")


