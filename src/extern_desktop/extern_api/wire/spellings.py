"""Recognise an enumeration value however it is spelled.

The operator's sources disagree: `not-sent-after-deadline`, `notSentAfterDeadline` and `NotSentAfterDeadline` are one value, and a status may come as
a number or as the tail of a URN. Unknown values are new ones, not errors: they give `None`, and the raw text stays with the caller.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from functools import cache
from typing import Final, TypeVar

E = TypeVar("E", bound=StrEnum)

REPORT_STATUSES_BY_NUMBER: Final[Sequence[str]] = ("error", "declined", "sent", "accepted", "editing", "accepted-with-rebuke")
"""`report-status` of the reports tables when it comes as a number."""


def known(kind: type[E], text: str | None) -> E | None:
    """The member of `kind` that the text means; `None` for a value we don't know."""
    return _members(kind).get(folded(text)) if text else None


def kebab_of(kind: type[E], text: str) -> str:
    """Our spelling of a known value, the raw text of an unknown one. What the mirror keeps."""
    return known(kind, text) or text


def folded(text: str) -> str:
    """The last part of a URN without dashes, underscores and capitals."""
    return text.strip().rpartition(":")[2].replace("-", "").replace("_", "").lower()


def report_status_text(status: str | int | None) -> str:
    """`report-status` as text: a number is looked up, a number out of the table stays a number."""
    if isinstance(status, int):
        return REPORT_STATUSES_BY_NUMBER[status] if 0 <= status < len(REPORT_STATUSES_BY_NUMBER) else str(status)
    return status or ""


@cache
def _members(kind: type[E]) -> dict[str, E]:
    return {folded(member.value): member for member in kind}
