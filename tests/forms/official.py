"""The authority's own schema of the УСН declaration as a judge: XSD by libxml2, and the conditions embedded in it, rewritten to plain XPath 1.0."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from lxml import etree

SHARED = Path(__file__).parents[2].parent / "shared"
SCHEMA = SHARED / "schemas" / "NO_USN_1_030_00_05_09_01.xsd"
SAMPLES = SHARED / "samples" / "fns"

_SCH = "{http://purl.oclc.org/dsdl/schematron}"
_USCH = "{http://www.unisoftware.ru/schematron-extensions}"


@dataclass(frozen=True)
class OfficialAssert:
    code: str
    test: str
    broken_at: etree.XPath


class OfficialJudge:
    """What the authority would say of a tree."""

    def __init__(self) -> None:
        tree = etree.parse(str(SCHEMA))
        self._schema = etree.XMLSchema(tree)
        self.asserts = [_read(node) for node in tree.iter(f"{_SCH}assert")]

    def accepts(self, root: etree._Element) -> bool:
        return bool(self._schema.validate(root))

    def why(self) -> str:
        return str(self._schema.error_log)

    def broken(self, root: etree._Element, file_id: str) -> list[bool]:
        """For each condition in turn whether it is broken anywhere in the tree."""
        return [bool(rule.broken_at(root, file_name=file_id)) for rule in self.asserts]


def _read(node: etree._Element) -> OfficialAssert:
    rule, error = node.getparent(), node.find(f"{_USCH}error")
    assert rule is not None
    assert error is not None
    test = _plain(" ".join(node.get("test", "").split()))
    return OfficialAssert(error.get("code", ""), test, etree.XPath(f"//{rule.get('context')}[not({test})]"))


def _plain(test: str) -> str:
    """`usch:iif(a, b, c)` is asked for a truth value everywhere, so it is `a and b or not(a) and c`."""
    test = test.replace("usch:getFileName()", "$file_name")
    while (found := re.search(r"usch:iif\(", test)) is not None:
        condition, yes, no, end = _arguments(test, found.end())
        test = f"{test[: found.start()]}(({condition}) and ({yes}) or not({condition}) and ({no})){test[end:]}"
    assert "usch:" not in test, test
    return test


def _arguments(text: str, at: int) -> tuple[str, str, str, int]:
    """Three arguments of the call whose bracket opened just before `at`, and the place after its end."""
    parts, depth = [""], 0
    while depth >= 0:
        char = text[at]
        depth += {"(": 1, ")": -1}.get(char, 0)
        if char == "," and depth == 0:
            parts.append("")
        elif depth >= 0:
            parts[-1] += char
        at += 1
    condition, yes, no = parts
    return condition, yes, no, at
