"""The list of docflows: filters, order and paging by last change."""

from __future__ import annotations

import time
from datetime import timedelta
from typing import Any

import pytest

from extern_desktop.extern_api.wire.times import read_moment, write_utc
from extern_desktop.sandbox.office import Office

from .conftest import ROMASHKA, Caller, Clock, declaration
from .seeding import seed_docflows


def _pages(caller: Caller, take: int, **query: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    while True:
        page = caller.done("GET", "/docflows", params={**query, "skip": len(found), "take": take})
        found += page["docflows-page-item"]
        if len(found) >= page["total-count"]:
            assert page["take"] == take
            return found


def test_updated_from_over_a_thousand_docflows_pages_each_once_in_order_of_change(caller: Caller, office: Office, clock: Clock) -> None:
    ids = seed_docflows(office, 1000)
    began = time.perf_counter()
    everything = _pages(caller, 100, updatedFrom=write_utc(clock() - timedelta(days=2)))
    seconds = time.perf_counter() - began
    assert [docflow["id"] for docflow in everything] == ids
    assert all("documents" not in docflow or docflow["documents"] == [] for docflow in everything)
    middle = everything[600]["last-change-date"]
    later = _pages(caller, 250, updatedFrom=middle)
    assert [docflow["id"] for docflow in later] == ids[600:]
    assert seconds < 5, "a synchronisation from zero must stay quick"


def test_updated_from_after_a_reply_gives_only_the_changed_docflow(caller: Caller, office: Office, clock: Clock) -> None:
    seed_docflows(office, 20)
    docflow = caller.done("GET", f"/docflows/{caller.file(declaration())}")
    clock.pass_by(minutes=1)
    mark = write_utc(clock())
    assert _pages(caller, 100, updatedFrom=mark) == []
    caller.reply(next(link for link in docflow["links"] if link["rel"] == "reply"))
    (changed,) = _pages(caller, 100, updatedFrom=mark)
    assert changed["id"] == docflow["id"]
    moment = read_moment(changed["last-change-date"])
    assert moment is not None
    assert moment == clock()


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({}, 9),
        ({"type": "fns534-report"}, 9),
        ({"type": "fns534-demand"}, 0),
        ({"orgId": ROMASHKA.id}, 3),
        ({"innKpp": ROMASHKA.inn_kpp}, 3),
        ({"successState": "failed"}, 3),
        ({"successState": ["failed", "warning"]}, 6),
        ({"cu": "0085"}, 3),
        ({"finished": "false"}, 9),
        ({"finished": "true"}, 0),
        ({"incoming": "true"}, 0),
        ({"knd": "1152017"}, 9),
        ({"knd": "1151111"}, 0),
        ({"updatedTo": "2026-11-24T09:00:00Z"}, 8),
        ({"createdFrom": "2026-11-24T12:00:00"}, 1),
    ],
)
def test_filter_keeps_what_it_names(caller: Caller, office: Office, query: dict[str, str], count: int) -> None:
    seed_docflows(office, 9)
    page = caller.done("GET", "/docflows", params=query)
    assert page["total-count"] == len(page["docflows-page-item"]) == count


def test_order_without_changes_is_newest_first_unless_asked_otherwise(caller: Caller, office: Office) -> None:
    ids = seed_docflows(office, 5)
    assert [docflow["id"] for docflow in _pages(caller, 2)] == ids[::-1]
    assert [docflow["id"] for docflow in _pages(caller, 2, orderBy="ascending")] == ids


def test_docflow_dates_are_moscow_for_sending_and_utc_for_change(caller: Caller) -> None:
    docflow = caller.done("GET", f"/docflows/{caller.file(declaration())}")
    assert docflow["send-date"] == "2026-11-24T12:00:00.0000000"
    assert docflow["last-change-date"] == docflow["documents"][0]["send-date"] == "2026-11-24T09:00:00.0000000Z"
    assert docflow["description"]["period-begin"] == "2025-01-01T00:00:00.0000000"
    assert docflow["description"]["form-version"]["form-shortname"] == "УСН"
