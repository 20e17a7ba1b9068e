"""Damaged documents. A seed makes every run the same; a damage may happen to leave a document valid, and the judge says so."""

from __future__ import annotations

import copy
import random
from collections.abc import Callable, Mapping

from lxml import etree

_VALUES = (
    *("x", "1,5", "-7", "1e3", " 5 ", "5.", ".5", "5.0", "+5", "007", "-0", "٣", "", " ", "0", "1", "2", "3", "99", "0.5", "100.5", "12.345"),
    *("9" * 12, "9" * 13, str(10**18), "28000", "28001", "28000.0", "Я" * 120, "Я" * 1001, "Я\u00a0", "5\u00a0", "\t5", "a\nb"),
    *("31.02.2025", "29.02.2024", "29.02.2025", "29.02.1900", "30.02.2000", "31.04.2025", "01.13.2025", "00.01.2025", "1.1.2025", "01.01.2100"),
    *("2025", "02025", "0000", "-2025", "20250", "2025Z", "2025+03:00", "2025+15:00", " 2025", "9" * 18, "9" * 19),
    *("7701234560", "0012345678", "770123456703", "7701234560 ", "770101001", "77010A001", "7701а1001", "45000000", "450000001", "45000000111"),
    *("3462010/000100020003", "3462030/000100020003", "3462010/00010002000", "5.09", "5.08", "1152017", "34", "50", "96", "120", "210", "214"),
)
Damage = Callable[[etree._Element, random.Random], bool]


def _drop_attribute(node: etree._Element, pick: random.Random) -> bool:
    names = sorted(map(str, node.attrib))
    if names:
        del node.attrib[pick.choice(names)]
    return bool(names)


def _add_attribute(node: etree._Element, pick: random.Random) -> bool:
    node.set(pick.choice(("Лишний", "КПП", "СумЗаКв", "xml-lang", "ОКТМО_Пг", "УбытПред", "{http://www.w3.org/XML/1998/namespace}lang")), "1")
    return True


def _change_value(node: etree._Element, pick: random.Random) -> bool:
    names = sorted(map(str, node.attrib))
    if names:
        node.set(pick.choice(names), pick.choice(_VALUES))
    elif node.text and not len(node):
        node.text = pick.choice(_VALUES)
    else:
        return False
    return True


def _scramble_value(node: etree._Element, pick: random.Random) -> bool:
    """One character of a value put in, taken out or changed."""
    names = sorted(map(str, node.attrib))
    if not names:
        return False
    name = pick.choice(names)
    value = list(node.get(name, ""))
    at = pick.randint(0, len(value))
    value[at : at + pick.choice((0, 1, 1))] = pick.choice(("", "0", "9", ".", "-", "+", " ", "\t", "\u00a0", "٣", "²", "я", "Z", ":"))
    node.set(name, "".join(value))
    return True


def _exchange_values(node: etree._Element, pick: random.Random) -> bool:
    """A value that another field of the document really has."""
    names = sorted(map(str, node.attrib))
    values = [value for each in node.getroottree().getroot().iter(etree.Element) for _, value in sorted(each.attrib.items())]
    if names:
        node.set(pick.choice(names), str(pick.choice(values)))
    return bool(names)


def _drop_child(node: etree._Element, pick: random.Random) -> bool:
    if len(node):
        node.remove(pick.choice(list(node)))
    return len(node) > 0


def _repeat_child(node: etree._Element, pick: random.Random) -> bool:
    if not len(node):
        return False
    node.insert(pick.randint(0, len(node)), copy.deepcopy(pick.choice(list(node))))
    return True


def _swap_children(node: etree._Element, pick: random.Random) -> bool:
    if len(node) < 2:
        return False
    at = pick.randrange(len(node) - 1)
    node[at].addprevious(node[at + 1])
    return True


def _strange_child(node: etree._Element, pick: random.Random) -> bool:
    node.insert(pick.randint(0, len(node)), etree.Element(pick.choice(("Неизвестный", "Доход", "{urn:other}Доход", "ФИО", "НПФЛ"))))
    return True


def _move_child(node: etree._Element, pick: random.Random) -> bool:
    """A part of the form that stands in another place of it."""
    others = [each for each in node.getroottree().getroot().iter(etree.Element) if each is not node]
    if others:
        node.append(copy.deepcopy(pick.choice(others)))
    return bool(others)


def _add_text(node: etree._Element, pick: random.Random) -> bool:
    node.text = (node.text or "") + pick.choice(("текст", " ", "\n", "\u00a0", "7"))
    return True


def _add_tail(node: etree._Element, pick: random.Random) -> bool:
    if node.getparent() is not None:
        node.tail = pick.choice(("хвост", " ", "\n  "))
    return node.getparent() is not None


def _add_comment(node: etree._Element, pick: random.Random) -> bool:
    comment = etree.Comment("примечание")
    comment.tail = pick.choice((None, " ", "текст"))
    node.insert(0, comment)
    return True


def _rename(node: etree._Element, pick: random.Random) -> bool:
    node.tag = pick.choice((f"{node.tag}Х", "СумНалПУ_СмНП", "НПФЛ", "НПЮЛ", "Исчисл"))
    return True


def _turn_switch(node: etree._Element, pick: random.Random) -> bool:
    """The fields that the authority's rules hang on."""
    names = [name for name in ("ПрПодп", "ОбНал", "ФормРеорг", "ПризНП") if name in node.attrib]
    for name in names:
        node.set(name, pick.choice(("0", "1", "2", "01", "3", "")))
    return bool(names)


def _drop_optional(node: etree._Element, _pick: random.Random) -> bool:
    found = [child for child in node if child.tag in ("ФИО", "СвПред", "Стр143Разд2.1.1", "Стр223Разд2.2", "СвРеоргЮЛ", "РасчТоргСбор")]
    for child in found:
        node.remove(child)
    return bool(found)


def _add_optional(node: etree._Element, _pick: random.Random) -> bool:
    """Parts whose presence depends on other fields, in their right place."""
    zeros = dict.fromkeys(("ФиксРазм", "ДохПрев300", "РасПерТекГод", "РасПерПредГод"), "0")
    added: Mapping[str, tuple[str, dict[str, str]]] = {
        "УменНал": ("Стр143Разд2.1.1", zeros),
        "Исчисл": ("Стр223Разд2.2", zeros),
        "ФИО": ("СвПред", {"НаимДок": "Доверенность № 2"}),
    }
    name, values = added.get(str(node.tag), ("", {}))
    if not name or node.getparent() is None:
        return False
    node.addnext(etree.Element(name, values))
    return True


DAMAGES: Mapping[str, tuple[int, Damage]] = {
    "drop-attribute": (2, _drop_attribute),
    "add-attribute": (2, _add_attribute),
    "change-value": (6, _change_value),
    "scramble-value": (6, _scramble_value),
    "exchange-values": (3, _exchange_values),
    "drop-child": (2, _drop_child),
    "repeat-child": (2, _repeat_child),
    "swap-children": (2, _swap_children),
    "strange-child": (2, _strange_child),
    "move-child": (1, _move_child),
    "add-text": (1, _add_text),
    "add-tail": (1, _add_tail),
    "add-comment": (1, _add_comment),
    "rename": (1, _rename),
    "turn-switch": (4, _turn_switch),
    "drop-optional": (2, _drop_optional),
    "add-optional": (2, _add_optional),
}
"""How often each kind is taken, and what it does. False: the node gave no chance for it."""


def mutant(original: etree._Element, seed: int) -> tuple[etree._Element, list[str]]:
    """A copy with one to three damages, and their names."""
    pick = random.Random(seed)
    root = copy.deepcopy(original)
    names = list(DAMAGES)
    weights = [weight for weight, _ in DAMAGES.values()]
    wanted, done = pick.choice((1, 1, 1, 2, 3)), list[str]()
    while len(done) < wanted:
        node = pick.choice(list(root.iter(etree.Element)))
        name = pick.choices(names, weights)[0]
        if DAMAGES[name][1](node, pick):
            done.append(f"{name} at {node.tag}")
    return root, done
