"""A workspace of full size: 500 organisations, 200,000 docflows, 75,000 terms, some reports. Made once, kept in `build/bench`, never shipped.

Rows go straight into the real schema with the real key; making them through the services would take an hour.
"""

from __future__ import annotations

import json
import random
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

from bench.surroundings import CACHE
from extern_desktop.settings.places import Places, Stage
from extern_desktop.store.keys import WorkspaceKey, obtain_key
from extern_desktop.store.schema import SCHEMA_VERSION
from extern_desktop.store.workspace import open_workspace

ORGANISATIONS: Final = 500
DOCUMENTS_EACH: Final = 2
CELLS_EACH: Final = 150
_MADE_BY: Final = 5
"""Raise it when this file makes other rows: kept data are then made anew."""
_TOO_OLD: Final = timedelta(days=20)
"""Terms are made around the day of making; later the Today page would be another one."""
_TOGETHER: Final = 20_000
_FORMS: Final = ("УСН", "РСВ", "НДС", "6-НДФЛ", "ЕНП", "ЕФС-1", "БО", "ПСВ")
_RAW: Final = json.dumps({"id": "0" * 36, "type": "urn:docflow:fns534-report", "status": "urn:docflow-common-status:finished", "links": []}).encode()


@dataclass(frozen=True, slots=True)
class FullWorkspace:
    """A closed workspace of full size. Whoever writes to it works on a copy."""

    places: Places
    made_on: date
    docflows: int

    @property
    def folder(self) -> Path:
        return self.places.workspace(Stage.TRAINING)

    @property
    def database(self) -> Path:
        return self.folder / "workspace.db"

    @property
    def plain_twin(self) -> Path:
        """The same rows without encryption, for plain SQLite."""
        return self.places.home / "plain.db"

    def key(self) -> WorkspaceKey:
        return obtain_key(self.folder, Stage.TRAINING)

    def copied_to(self, home: Path) -> Places:
        """A home of its own with this workspace in it."""
        places = Places(home)
        shutil.copytree(self.folder, places.workspace(Stage.TRAINING))
        return places


def full_workspace(docflows: int) -> FullWorkspace:
    """The workspace with so many docflows, made now if it is not there or too old."""
    home = CACHE / f"workspace-{docflows}"
    stamp = home / "made.json"
    said: dict[str, Any] = json.loads(stamp.read_bytes()) if stamp.exists() else {}
    today = datetime.now(UTC).date()
    if said.get("maker") == _MADE_BY and said.get("schema") == SCHEMA_VERSION and date.fromisoformat(said["on"]) + _TOO_OLD > today:
        return FullWorkspace(Places(home), date.fromisoformat(said["on"]), docflows)
    shutil.rmtree(home, ignore_errors=True)
    made = FullWorkspace(Places(home), today, docflows)
    _make(made)
    stamp.write_text(json.dumps({"maker": _MADE_BY, "schema": SCHEMA_VERSION, "on": today.isoformat()}))
    return made


def connect_raw(database: Path, key: WorkspaceKey | None) -> Any:
    """A bare connection of SQLCipher's driver; without a key to a plain file."""
    from extern_desktop.store._engine import driver

    connection = driver.connect(str(database), isolation_level=None)
    connection.execute("pragma cipher_log_level = none")
    if key is not None:
        connection.execute(f"pragma key = \"x'{key.reveal()}'\"")
    return connection


def _make(made: FullWorkspace) -> None:
    with open_workspace(made.folder, Stage.TRAINING) as workspace:
        organisations = [row[0] for row in _organisations()]
        del workspace
    connection = connect_raw(made.database, made.key())
    connection.execute("pragma journal_mode = wal")
    connection.execute("pragma synchronous = off")
    r = random.Random(7)
    _insert(connection, "organisation", ("id", "inn", "kpp", "name"), _organisations())
    _insert(connection, "docflow", _DOCFLOW, _docflows(made.docflows, organisations, made.made_on, r))
    _insert(connection, "document", _DOCUMENT, _documents(made.docflows))
    _insert(connection, "obligation", _OBLIGATION, _obligations(made.docflows))
    _insert(connection, "reports_cell", _CELL, _cells(organisations, made.made_on, r))
    connection.execute("insert into mark(name, at) values('docflows', ?)", (_moment(made.made_on, 0),))
    connection.execute("analyze")
    connection.execute("pragma wal_checkpoint(truncate)").fetchall()
    connection.execute(f"attach database '{made.plain_twin}' as plain key ''")
    connection.execute("select sqlcipher_export('plain')").fetchall()
    connection.close()


def _insert(connection: Any, table: str, columns: tuple[str, ...], rows: Iterator[tuple[Any, ...]]) -> None:
    sql = f"insert into {table}({', '.join(columns)}) values({', '.join('?' * len(columns))})"
    while portion := [row for row, _ in zip(rows, range(_TOGETHER), strict=False)]:
        connection.execute("begin")
        connection.executemany(sql, portion)
        connection.execute("commit")


def _id(kind: int, number: int) -> str:
    return str(uuid.UUID(int=(kind << 120) + number))


def _moment(on: date, minutes: int) -> str:
    at = datetime(on.year, on.month, on.day, 9, 0, tzinfo=UTC) - timedelta(minutes=minutes)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def _organisations() -> Iterator[tuple[Any, ...]]:
    for number in range(1, ORGANISATIONS + 1):
        yield _id(1, number), f"77{number:08}", f"{770100000 + number:09}", f"ООО «Ромашка {number}»"


_DOCFLOW: Final = (
    *("id", "type", "status", "success_state", "organisation_id", "form_knd", "form_name", "form_version", "period_begin_on", "period_end_on"),
    *("period_code", "correction_number", "recipient", "payer_inn", "original_draft_id", "sent_at", "changed_at", "read_at_change", "raw"),
)


def _docflows(count: int, organisations: list[str], today: date, r: random.Random) -> Iterator[tuple[Any, ...]]:
    """Seven years of them; two in a thousand failed and half of those were sent again."""
    for number in range(count):
        minutes = int((count - number) * 7 * 365 * 24 * 60 / count)
        at, form, year = _moment(today, minutes), r.randrange(len(_FORMS)), 2019 + number * 7 // count
        yield (
            *(_id(2, number), "fns534-report", "finished", "failed" if r.random() < 0.002 else "successful", r.choice(organisations)),
            *(f"11510{form:02}", _FORMS[form], "5.09", f"{year}-01-01", f"{year}-{1 + number % 12:02}-28"),
            *("34", 0, "0087", f"77{number % ORGANISATIONS:08}", "", at, at, at if number < count - 40 else None, _RAW),
        )


_DOCUMENT: Final = ("id", "docflow_id", "place", "type", "file_name", "sent_at", "content_id", "is_encrypted", "is_compressed", "raw")


def _documents(docflows: int) -> Iterator[tuple[Any, ...]]:
    for number in range(docflows * DOCUMENTS_EACH):
        docflow, place = divmod(number, DOCUMENTS_EACH)
        yield _id(3, number), _id(2, docflow), place, "fns534-report-receipt", f"KV_{number}.xml", None, "", 0, 0, b"{}"


_OBLIGATION: Final = ("docflow_id", "document_id", "reply_type", "href", "received_at")


def _obligations(docflows: int) -> Iterator[tuple[Any, ...]]:
    """Three in a thousand docflows wait for our receipt."""
    for number in range(0, docflows, 333):
        yield _id(2, number), _id(3, number * DOCUMENTS_EACH), "fns534-report-receipt", "/v1/reply", "2026-01-01T00:00:00.000000Z"


_CELL: Final = (
    *("organisation_id", "form_id", "period_year", "period_number", "deadline_on", "form_short_name", "form_full_name", "knd", "okud"),
    *("periodicity", "period_begin_on", "period_end_on", "status"),
)


def _cells(organisations: list[str], today: date, r: random.Random) -> Iterator[tuple[Any, ...]]:
    """Terms from three months back to a year ahead; what is past is accepted but for one in two hundred."""
    for organisation in organisations:
        for number in range(CELLS_EACH):
            on = today + timedelta(days=r.randint(-92, 366))
            is_past = on < today
            done = r.random() < (0.995 if is_past else 0.7 if on < today + timedelta(days=14) else 0.02)
            form = number % 24
            yield (
                *(organisation, form, 2020 + number, 1, on.isoformat(), f"{_FORMS[form % len(_FORMS)]}", f"Форма {form}", f"11510{form:02}", ""),
                *("quarterly", None, None, "accepted" if done else "not-sent-after-deadline" if is_past else "not-sent"),
            )
