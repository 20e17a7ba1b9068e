"""The grammar of control ratios, and a file of them as plain lists. The only module that needs lark; it evaluates nothing.

Operators are told from the slash and hyphen of a path by the space after them, so they are tokens of their own.
"""

from __future__ import annotations

from functools import cache
from typing import Any, Final, TypeAlias

from lark import Lark, Token, Transformer, v_args
from lark.exceptions import UnexpectedInput

from extern_desktop.forms.errors import BrokenFormPackageError

Plain: TypeAlias = list[Any]  # a node of the tree: its name, then its parts; the same as JSON keeps
PlainRatio: TypeAlias = dict[str, Any]

_GRAMMAR: Final = r"""
start: ratio*
ratio: "ratio" NAME SEVERITY MARK "ru" STRING "en" STRING "source" STRING "each" PATH ["when" condition] "hold" PATH RELATION total ["within" total]

?condition: conjunction | conjunction ("or" conjunction)+ -> either
?conjunction: single | single ("and" single)+ -> both
?single: "has" PATH -> has
    | PATH "is" STRING -> is_text
    | "not" single -> negate
    | total RELATION total -> compare
    | "(" condition ")"

?total: product
    | total PLUS product -> add
    | total DASH product -> subtract
?product: value
    | product STAR value -> multiply
    | product SLASH value -> divide
?value: NUMBER -> number
    | PATH -> field
    | "(" total ")"
    | "round" "(" total ")" -> round
    | "max" "(" total ("," total)+ ")" -> max
    | "min" "(" total ("," total)+ ")" -> min
    | "sum" "(" PATH ")" -> sum
    | "count" "(" PATH ")" -> count

SEVERITY: "error" | "warning"
MARK: "derived" | "recalled"
RELATION: "=" | "<=" | ">=" | "<" | ">"
NAME: /[a-z][a-z0-9.\-]*/
PATH.2: /(?:\.\.\/)*(?:[А-ЯЁA-Z][\w.]*(?:-[\w.]+)*(?:\/[А-ЯЁA-Z][\w.]*(?:-[\w.]+)*)*(?:\/@[\w.\-]+)?|@[\w.\-]+)/
STRING: /"[^"\n]*"/
NUMBER: /[0-9]+(\.[0-9]+)?/
PLUS.3: /\+(?=\s)/
DASH.3: /-(?=\s)/
STAR.3: /\*(?=\s)/
SLASH.3: /\/(?=\s)/
COMMENT: /#[^\n]*/
%ignore COMMENT
%ignore /\s+/
"""


def parse_ratios(package: str, text: str) -> list[PlainRatio]:
    """Every ratio of a file as plain lists and strings. A mistake in the file is refused with its line."""
    try:
        tree = _parser().parse(text)
    except UnexpectedInput as problem:
        raise BrokenFormPackageError(package, f"control.ratios:{problem.line}", problem.get_context(text)) from None
    ratios: list[PlainRatio] = _Flatten().transform(tree)
    return ratios


@cache
def _parser() -> Lark:
    return Lark(_GRAMMAR, parser="lalr", maybe_placeholders=True)


class _Flatten(Transformer[Token, Any]):
    """Tree to lists. Tokens become strings; operator tokens, which only told paths from arithmetic, go."""

    def __default__(self, data: Any, children: list[Any], meta: Any) -> Plain:
        dropped = {"PLUS", "DASH", "STAR", "SLASH"}
        return [str(data), *(_plain(child) for child in children if not (isinstance(child, Token) and child.type in dropped))]

    def start(self, ratios: list[PlainRatio]) -> list[PlainRatio]:
        return ratios

    @v_args(inline=True)
    def ratio(self, *parts: Any) -> PlainRatio:
        names = ("id", "severity", "mark", "title", "title_en", "source", "each", "when", "stated", "relation", "expected", "within")
        return {name: _plain(part) for name, part in zip(names, parts, strict=True)}


def _plain(part: Any) -> Any:
    if isinstance(part, Token):
        return str(part)[1:-1] if part.type == "STRING" else str(part)
    return part
