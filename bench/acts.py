"""What is done beside the window while its heartbeat is watched. Each act is prepared first and measured afterwards."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from bench.workplaces import ROMASHKA_INN, fill_desk
from extern_desktop.jobs.work import Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.import_report import check_on_desk
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.services.synchronise import synchronise

Act = Callable[[], Any]


def signing(desk: Desk, count: int, work: Work) -> Act:
    payer = find_organisation(ROMASHKA_INN, desk=desk)
    enrol_training_key(desk.tokens.list_tokens()[0].serial, payer, desk=desk, work=work)
    ids = fill_desk(desk, payer, count, work)
    return lambda: sign_reports(ids, desk=desk, work=work)


def checking(desk: Desk, count: int, work: Work) -> Act:
    ids = fill_desk(desk, find_organisation(ROMASHKA_INN, desk=desk), count, work)
    return lambda: [check_on_desk(report_id, desk=desk, work=work) for report_id in ids]


def synchronising(desk: Desk, _count: int, work: Work) -> Act:
    """The operator's docflows were seeded before this process began."""
    return lambda: synchronise(desk=desk, work=work)


ACTS: Final[Mapping[str, Callable[[Desk, int, Work], Act]]] = {"sign": signing, "check": checking, "sync": synchronising}
