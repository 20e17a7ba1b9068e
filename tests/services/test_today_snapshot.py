"""The first page kept for the next start: every fact comes back, and what is not ours is ignored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from extern_desktop.app import open_desk
from extern_desktop.services.today_snapshot import KeptToday, as_of, from_json, keep_today, read_kept_today, shape, to_json
from extern_desktop.services.today_values import DayMark, DueGroup, FailedItem, ReportStanding, Today, WaitingItem, WaitingKind
from extern_desktop.services.what_is_due import what_is_due
from extern_desktop.settings.places import Places, Stage

MONDAY = date(2026, 3, 16)
NOON = datetime(2026, 3, 16, 12, 0, tzinfo=UTC)
FULL = Today(
    on=MONDAY,
    days=(DayMark(MONDAY, True, 3, False), DayMark(MONDAY + timedelta(days=1), False, 0, True)),
    due=(DueGroup("УСН", MONDAY - timedelta(days=2), 1, 4, -2), DueGroup("НДС", MONDAY + timedelta(days=9), 2, 2, 9)),
    waiting=tuple(
        WaitingItem(kind, "УСН", "ООО «Ромашка»", "d-1", 2, None if kind is WaitingKind.INTERRUPTED else MONDAY) for kind in WaitingKind
    ),
    owed_docflows=640,
    failed=tuple(FailedItem("r-1", "d-2", it, "НДС", "ООО «Северный ветер»", 'Не указан "КПП"\n', NOON) for it in ReportStanding),
    ready_report_ids=("r-2", "r-3"),
    reports=7,
    accepted_count=5,
    organisations=3,
    synchronised_at=NOON - timedelta(minutes=4),
)
EMPTY = Today(MONDAY, (), (), (), 0, (), (), 0, 0, 0, None)


@pytest.mark.parametrize("today", [FULL, EMPTY], ids=["full", "empty"])
def test_json_there_and_back_keeps_every_fact(today: Today) -> None:
    kept = from_json(to_json(today, Stage.REAL, NOON), Stage.REAL)

    assert kept == KeptToday(Stage.REAL, today, NOON)


def test_from_json_of_another_stage_is_ignored() -> None:
    assert from_json(to_json(FULL, Stage.TRAINING, NOON), Stage.REAL) is None


def test_from_json_of_another_program_is_ignored() -> None:
    plain = json.loads(to_json(FULL, Stage.REAL, NOON))

    assert from_json(json.dumps(plain | {"shape": shape() + 1}).encode(), Stage.REAL) is None


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b"null"])
def test_from_json_of_rubbish_is_ignored(content: bytes) -> None:
    assert from_json(content, Stage.REAL) is None


def test_from_json_of_a_fact_it_does_not_know_is_ignored() -> None:
    plain = json.loads(to_json(FULL, Stage.REAL, NOON))
    plain["waiting"][0][0] = "something-new"

    assert from_json(json.dumps(plain).encode(), Stage.REAL) is None


def test_as_of_the_same_day_changes_nothing() -> None:
    kept = KeptToday(Stage.REAL, FULL, NOON)

    assert as_of(kept, MONDAY) is kept


def test_as_of_the_next_day_counts_the_days_left_anew() -> None:
    shown = as_of(KeptToday(Stage.REAL, FULL, NOON), MONDAY + timedelta(days=1))

    assert shown.read_at == NOON
    assert shown.today.on == MONDAY + timedelta(days=1)
    assert [group.days_left for group in shown.today.due] == [-3, 8]
    assert [mark.on for mark in shown.today.days] == [MONDAY + timedelta(days=1)]
    assert replace(shown.today, on=FULL.on, due=FULL.due, days=FULL.days) == FULL


def test_kept_page_is_read_by_the_next_start_and_by_no_other_stage(tmp_path: Path) -> None:
    places = Places(tmp_path)
    with open_desk(places, stage=Stage.TRAINING, now=lambda: NOON) as desk:
        today = what_is_due(desk=desk)
        keep_today(today, desk=desk)

    evening = NOON.replace(hour=20, minute=59)
    assert read_kept_today(places.workspace(Stage.TRAINING), Stage.TRAINING, evening) == KeptToday(Stage.TRAINING, today, NOON)
    night_in_moscow = read_kept_today(places.workspace(Stage.TRAINING), Stage.TRAINING, NOON.replace(hour=21))
    assert night_in_moscow is not None
    assert night_in_moscow.today.on == MONDAY + timedelta(days=1)
    assert read_kept_today(places.workspace(Stage.TRAINING), Stage.REAL, NOON) is None
    assert read_kept_today(places.workspace(Stage.REAL), Stage.REAL, NOON) is None


def test_keep_today_where_nobody_can_write_goes_without(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    from extern_desktop.store.keys import obtain_key
    from extern_desktop.store.workspace import Workspace

    places = Places(tmp_path)
    with open_desk(places, stage=Stage.TRAINING, now=lambda: NOON) as desk:
        today = what_is_due(desk=desk)
        folder = places.workspace(Stage.TRAINING)
        with Workspace(folder, obtain_key(folder, Stage.TRAINING), is_read_only=True) as store:
            keep_today(today, desk=replace(desk, store=store))

    assert "not kept" in caplog.text
    assert read_kept_today(folder, Stage.TRAINING, NOON) is None
