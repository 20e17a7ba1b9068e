"""What is said of an error: what happened, what it means, what to do next.

Each room's errors are worded in `wording/errors_<room>.py`; `sentence` finds the right one by the error's class. `load_sentences` imports them all.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass
from functools import cache, singledispatch
from typing import Final

from extern_desktop.domain.errors import ExternError
from extern_desktop.wording.texts import _t

ROOMS: Final = ("tokens", "containers", "signing", "forms", "extern_api", "sandbox", "store", "settings", "services")


@dataclass(frozen=True, slots=True)
class Sentence:
    """Three parts, each a full sentence or two; none may be empty."""

    happened: str
    means: str
    do_next: str


@cache
def load_sentences() -> None:
    """Import the wording of every room, so that `sentence` knows every error."""
    for room in ROOMS:
        importlib.import_module(f"extern_desktop.wording.errors_{room}")


@singledispatch
def sentence(error: BaseException) -> Sentence:
    """An error nobody foresaw: a bug of ours. Its text goes to the report, not to the person."""
    return Sentence(
        happened=_t("The program failed."),
        means=_t("Your data are safe: what was saved stays saved."),
        do_next=_t("Start the program again. If it happens again, send us the report: it holds no keys and no sums."),
    )


def sentence_of(error: BaseException) -> Sentence:
    """`sentence` with every room's wording loaded: what window and commands call."""
    if isinstance(error, ExternError):
        load_sentences()
    return sentence(error)
