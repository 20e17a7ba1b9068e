"""Where a node stands in a document: its path with positions, and its turn. Knows no form."""

from __future__ import annotations

from lxml import etree


class Locator:
    """Paths of nodes. It remembers each parent's numbering, so that thousands of findings do not cost a scan each."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._positions: dict[etree._Element, dict[etree._Element, int]] = {}
        self._turns: dict[etree._Element, int] = {}

    def path_of(self, node: etree._Element) -> str:
        """`/Файл/Документ/УСН/ОтчетИсп/ОтчетИспКод[2]`: a position only where brothers of the same name stand beside."""
        steps: list[str] = []
        while (parent := node.getparent()) is not None:
            steps.append(local_name(node) + self._position(parent, node))
            node = parent
        return "/" + "/".join([local_name(node), *reversed(steps)])

    def turn_of(self, node: etree._Element) -> int:
        """Number of the element in the order of the document."""
        if not self._turns:
            self._turns = {each: number for number, each in enumerate(self._root.iter(etree.Element))}
        return self._turns[node]

    def _position(self, parent: etree._Element, node: etree._Element) -> str:
        if node.getprevious() is None and node.getnext() is None:
            return ""
        known = self._positions.get(parent)
        if known is None:
            counts: dict[str, int] = {}
            known = {}
            for child in parent.iterchildren(etree.Element):
                counts[child.tag] = known[child] = counts.get(child.tag, 0) + 1
            known = {child: number for child, number in known.items() if counts[child.tag] > 1}
            self._positions[parent] = known
        return f"[{known[node]}]" if node in known else ""


def local_name(node: etree._Element) -> str:
    """The element's name without its namespace."""
    return etree.QName(node).localname


def find_node(root: etree._Element, path: str) -> etree._Element | None:
    """The node that `Locator.path_of` gave this path, or None."""
    first, _, rest = path.removeprefix("/").partition("/")
    if first != local_name(root):
        return None
    node: etree._Element | None = root
    for step in rest.split("/") if rest else ():
        name, _, position = step.removesuffix("]").partition("[")
        same = [child for child in node.iterchildren(etree.Element) if local_name(child) == name] if node is not None else []
        turn = int(position or "1") - 1
        node = same[turn] if turn < len(same) else None
    return node


def look_at(context: etree._Element, path: str) -> tuple[etree._Element, str]:
    """Where to look for `path`, given from `context`: the deepest element of it that the document has, and the field there.

    The field is `@name`, "" for the element itself, or the name of the child that is missing.
    """
    node = context
    for step in path.split("/"):
        if step.startswith("@"):
            return node, step
        child = node.find(step)
        if child is None:
            return node, step
        node = child
    return node, ""
