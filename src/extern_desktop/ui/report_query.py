"""Which reports a list shows: a pure choice over the lines of the desk. Nothing is read here."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Final

from extern_desktop.services.today_values import ReportStanding
from extern_desktop.services.values import ReportLine
from extern_desktop.ui.office import Chip, ReportKeys, ReportQuery
from extern_desktop.ui.words import line_title, payer_name

_S = ReportStanding

OF_CHIP: Final[Mapping[Chip, frozenset[ReportStanding]]] = {
    Chip.ALL: frozenset(ReportStanding),
    Chip.WAITING: frozenset({_S.DRAFT, _S.HAS_ERRORS, _S.SIGNED, _S.UNCERTAIN, _S.REFUSED_BY_OPERATOR}),
    Chip.READY: frozenset({_S.READY}),
    Chip.FAILED: frozenset({_S.DECLINED, _S.CLARIFICATION, _S.REFUSED_BY_OPERATOR}),
    Chip.SENT: frozenset({_S.SENT, _S.DELIVERED, _S.ACCEPTED, _S.CLARIFICATION, _S.DECLINED}),
}
"""Standings that each chip lets through."""


def answer_query(query: ReportQuery, lines: Sequence[ReportLine]) -> ReportKeys:
    """Ids of the lines that fit, in the order given, and how many each chip would show."""
    of_organisation = [line for line in lines if query.organisation_id in ("", line.organisation.id if line.organisation else "-")]
    standings = Counter(line.standing for line in of_organisation)
    counts = {chip: sum(standings[one] for one in let_through) for chip, let_through in OF_CHIP.items()}
    wanted, shown = query.words.casefold().split(), OF_CHIP[query.chip]
    ids = tuple(line.report_id for line in of_organisation if line.standing in shown and _fits(line, wanted))
    return ReportKeys(ids, counts)


def _fits(line: ReportLine, wanted: Sequence[str]) -> bool:
    """Every word typed begins some word of the report."""
    if not wanted:
        return True
    identity = line.identity
    numbers = f"{identity.payer_inn} {identity.payer_kpp} {identity.authority_code}" if identity else ""
    words = re.findall(r"[^\W_]+", f"{line_title(line)} {payer_name(line)} {numbers} {line.file_name}".casefold())
    return all(any(word.startswith(part) for word in words) for part in wanted)
