"""Small words that only the window needs: periods, sizes, counts, and the shapes of states. States themselves are worded in `wording.statuses`."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from extern_desktop.services.today_values import STANDING_TONES, ReportStanding
from extern_desktop.wording.texts import _n, _t

if TYPE_CHECKING:
    from extern_desktop.domain.reports import ReportIdentity
    from extern_desktop.services.values import ReportLine

_S = ReportStanding

STANDING_ICONS: Final[Mapping[ReportStanding, str]] = {
    _S.READY: "pen-line",
    _S.SIGNED: "pen-line",
    _S.SENDING: "upload",
    _S.UNCERTAIN: "hourglass",
    _S.SENT: "send",
    _S.DELIVERED: "send",
}
"""Shapes where the tone's own one says too little."""

_PERIODS: Final[Mapping[str, Callable[[], str]]] = {
    "21": lambda: _t("Q1 {year}"),
    "22": lambda: _t("Q2 {year}"),
    "23": lambda: _t("Q3 {year}"),
    "24": lambda: _t("Q4 {year}"),
    "31": lambda: _t("half-year {year}"),
    "33": lambda: _t("9 months {year}"),
    "34": lambda: _t("{year}"),
    "50": lambda: _t("{year}, last period"),
    "95": lambda: _t("{year}, last period of the regime"),
    "96": lambda: _t("{year}, end of business"),
}
"""Codes of tax periods that accountants meet in the forms at hand (`@Период`)."""


def standing_tone(standing: ReportStanding) -> str:
    return STANDING_TONES[standing].value


def standing_icon(standing: ReportStanding) -> str:
    """Empty where the tone's own shape serves."""
    return STANDING_ICONS.get(standing, "")


def period_words(identity: ReportIdentity) -> str:
    """The period of a report as accountants say it; an unknown code is shown beside the year."""
    words = _PERIODS.get(identity.period_code)
    return (words() if words else _t("{year}, period {code}")).format(year=identity.year, code=identity.period_code)


def correction_words(number: int) -> str:
    return _t("original") if number == 0 else _t("correction no. {n}").format(n=number)


def report_title(identity: ReportIdentity) -> str:
    """УСН, 2025 год: what the report is called in a title."""
    return _t("{form}, {period}").format(form=identity.form_short_name, period=period_words(identity))


def line_title(line: ReportLine) -> str:
    """What the report of a line is called; its file's name when a mistake hides which report it is."""
    return report_title(line.identity) if line.identity else short_file_name(line.file_name)


def payer_name(line: ReportLine) -> str:
    """Whose report it is, as far as it is known."""
    if line.organisation:
        return line.organisation.name
    return line.identity.payer_name if line.identity else ""


def errors_words(number: int) -> str:
    return _n("{n} error", "{n} errors", number).format(n=number)


def warnings_words(number: int) -> str:
    return _n("{n} note", "{n} notes", number).format(n=number)


def reports_words(number: int) -> str:
    return _n("{n} report", "{n} reports", number).format(n=number)


def attempts_words(left: int, total: int | None) -> str:
    """Осталось 3 попытки из 10."""
    if total is None:
        return _n("{n} attempt left", "{n} attempts left", left).format(n=left)
    return _n("{n} attempt of {m} left", "{n} attempts of {m} left", left).format(n=left, m=total)


def size_words(size_bytes: int) -> str:
    """A size as people read it."""
    if size_bytes < 1024:
        return _n("{n} byte", "{n} bytes", size_bytes).format(n=size_bytes)
    if size_bytes < 1024 * 1024:
        return _t("{n} KB").format(n=round(size_bytes / 1024))
    return _t("{n} MB").format(n=f"{size_bytes / 1024 / 1024:.1f}")


_GLUE: Final = re.compile(r"(?<=\d) (?=\d{3}\b)|(?<=№) | (?=[₽%—])|(?<=\b[ОАИ]{2}О) (?=«)|(?<=\b[А-Я]\.) (?=[А-Я]\.)|(?<=\b[вксуоиВКСУОИ]) ")


def glued(text: str) -> str:
    """The text with spaces that must not break a line: inside numbers, after № and one-letter words, before ₽ % and a dash, between initials."""
    return _GLUE.sub("\u00a0", text)


def short_file_name(name: str, most: int = 44) -> str:
    """A long file name with its middle left out: beginning and end tell names apart."""
    return name if len(name) <= most else f"{name[: most * 2 // 3]}…{name[-(most // 3) :]}"
