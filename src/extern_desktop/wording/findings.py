"""What is said of a finding: what is wrong, with both numbers where there are two, and which field to look at."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Final

from extern_desktop.forms.values import Finding, Origin
from extern_desktop.intake.file_names import shown_name
from extern_desktop.wording.texts import _n, _t, language

_LONGEST_VALUE: Final = 60
_NO_BREAK_SPACE: Final = "\u00a0"

# A callable each, so that a text is looked up when it is shown.
_STRUCTURE: Final[Mapping[str, Callable[[], str]]] = {
    "missing-field": lambda: _t("{where}: fill this in, the field is required."),
    "empty": lambda: _t("{where}: the value is empty. Fill it in or remove the field."),
    "strange-field": lambda: _t("{where}: this form has no such field here. Remove it."),
    "strange-text": lambda: _t("{where}: no text may stand here, not even spaces. Remove “{value}”."),
    "missing-part": lambda: _t("The part {where} is missing. Add it."),
    "choose-part": lambda: _t("{where}: one of the parts is needed, {parts}. Fill in one of them."),
    "strange-part": lambda: _t("{where}: this form has no such part here. Remove it."),
    "repeated-part": lambda: _t("{where}: this part may stand here once only. Remove the others."),
    "misplaced-part": lambda: _t("{where}: this part is not in its place. Move it to where the form wants it, or remove it."),
    "not-integer": lambda: _t("{where}: a whole number is expected, “{value}” is stated."),
    "not-decimal": lambda: _t("{where}: a number with a point is expected, “{value}” is stated."),
    "not-date": lambda: _t("{where}: a real day written as DD.MM.YYYY is expected, “{value}” is stated."),
    "not-year": lambda: _t("{where}: a year of four digits is expected, “{value}” is stated."),
    "not-in-list": lambda: _t("{where}: “{value}” is not among the allowed values. Allowed: {allowed}."),
    "shape": lambda: _t("{where}: “{value}” has the wrong shape. Expected: {shape}."),
    "length": lambda: _t("{where}: {limit} characters are expected, {actual} are stated."),
    "too-long": lambda: _t("{where}: at most {limit} characters are allowed, {actual} are stated."),
    "too-short": lambda: _t("{where}: at least {limit} characters are expected, {actual} are stated."),
    "total-digits": lambda: _t("{where}: the number {value} is too long, at most {limit} digits are allowed."),
    "fraction-digits": lambda: _t("{where}: “{value}” has too many digits after the point, at most {limit} are allowed."),
    "too-much": lambda: _t("{where}: at most {limit} is allowed, {value} is stated."),
    "authority-differs": lambda: _t("{where}: “{value}” is stated, the file's identifier names {named}. Make them the same."),
    "check-digits-inn": lambda: _t("{where}: the check digits of INN {value} do not agree. Compare it with the registration papers."),
}
_RELATIONS: Final[Mapping[str, Callable[[], str]]] = {
    "=": lambda: _t("{where}: expected {expected}, stated {stated}."),
    "<=": lambda: _t("{where}: expected no more than {expected}, stated {stated}."),
    ">=": lambda: _t("{where}: expected no less than {expected}, stated {stated}."),
    "<": lambda: _t("{where}: expected less than {expected}, stated {stated}."),
    ">": lambda: _t("{where}: expected more than {expected}, stated {stated}."),
}


def finding_sentence(finding: Finding) -> str:
    """One to four full sentences in the language spoken now."""
    if finding.origin is Origin.RATIO:
        return _ratio_sentence(finding)
    if finding.origin is Origin.AUTHORITY:
        return _authority_sentence(finding)
    template = _STRUCTURE[finding.rule]()
    return _capitalised(template.format(where=_where(finding), value=_shown(finding.value), **_facts(finding)))


def finding_title(finding: Finding) -> str:
    """A heading for lists: the rule's own title, or the field."""
    return _title(finding) or _capitalised(_where(finding))


def omitted_sentence(count: int) -> str:
    """What is said below a list that was cut short."""
    return _n(
        "{n} more finding is not shown. Correct the first ones and check again.",
        "{n} more findings are not shown. Correct the first ones and check again.",
        count,
    ).format(n=count)


def _ratio_sentence(finding: Finding) -> str:
    facts = finding.facts
    stated = _amount(facts["stated"]) if finding.value else _t("{amount} (a dash)").format(amount=_amount(facts["stated"]))
    happened = _RELATIONS[facts["relation"]]().format(where=_where(finding), expected=_amount(facts["expected"]), stated=stated)
    return " ".join((_capitalised(happened), f"{_title(finding)}.", _t("By line codes: {formula}.").format(formula=facts["formula"])))


def _authority_sentence(finding: Finding) -> str:
    parts = [f"{_title(finding)}.", _t("Look at: {where}.").format(where=_where(finding))]
    if "file_name" in finding.facts:
        names = {"file_name": _shown(finding.facts["file_name"], longest=0), "value": _shown(finding.value, longest=0)}
        parts.insert(1, _t("The file is called “{file_name}”, inside stands “{value}”.").format(**names))
    parts.append(_t("Code of the tax service: {code}.").format(code=finding.code))
    return " ".join(parts)


def _where(finding: Finding) -> str:
    """`line 020, “Advance for the first quarter”`."""
    label = finding.label if language() == "ru" else finding.label_en or finding.label
    template = _t("line {line}, “{label}”") if finding.line else _t("“{label}”")
    return template.format(line=finding.line, label=_shown(label))


def _title(finding: Finding) -> str:
    return finding.title if language() == "ru" else finding.title_en


def _facts(finding: Finding) -> dict[str, str]:
    """The facts in the language spoken now: `shape_en` stands for `shape` in English, and so on."""
    own = {name: text for name, text in finding.facts.items() if not name.endswith("_en")}
    if language() == "ru":
        return own
    return own | {name.removesuffix("_en"): text for name, text in finding.facts.items() if name.endswith("_en")}


def _amount(digits: str) -> str:
    """`271605` as `271 605` in Russian and `271,605` in English."""
    text = format(Decimal(digits), ",f")
    return text.replace(",", _NO_BREAK_SPACE).replace(".", ",").replace("-", "\u2212") if language() == "ru" else text


def _shown(text: str, *, longest: int = _LONGEST_VALUE) -> str:
    """A value from outside: nothing invisible in it, and no longer than a line. `longest` 0 leaves its length alone."""
    seen = shown_name(text)
    return f"{seen[:longest]}…" if longest and len(seen) > longest else seen


def _capitalised(text: str) -> str:
    return text[:1].upper() + text[1:]
