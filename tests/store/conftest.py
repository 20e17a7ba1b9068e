"""A real workspace in a folder of its own, and makers of rows that mean something."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.backends import fail

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.reports import FormId, ReportIdentity
from extern_desktop.settings.places import Stage
from extern_desktop.store.keys import WorkspaceKey, obtain_key
from extern_desktop.store.values import MirrorDocflow, MirrorDocument, ReportsCell
from extern_desktop.store.workspace import Workspace, make_folder

ROMASHKA = Organisation("11111111-aaaa-4bbb-8ccc-000000000001", "7701234560", "770101001", "ООО «Ромашка»")
NORTH_WIND = Organisation("22222222-aaaa-4bbb-8ccc-000000000002", "5908123454", "590801001", "ООО «Северный ветер»")
TESTOV = Organisation("33333333-aaaa-4bbb-8ccc-000000000003", "770123456703", "", "ИП Тестов Тест Тестович")
NOON = datetime(2026, 3, 20, 12, 0, tzinfo=UTC)


def no_keyring() -> KeyringBackend:
    """What `keyring` finds where a system has none."""
    return fail.Keyring()  # type: ignore[no-untyped-call]  # keyring is not typed


@pytest.fixture(autouse=True)
def _no_keyring(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No test may touch the keyring of the person who runs it; children of tests neither."""
    before = keyring.get_keyring()
    keyring.set_keyring(no_keyring())
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    yield
    keyring.set_keyring(before)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "workspace"
    make_folder(place)
    return place


@pytest.fixture
def key(folder: Path) -> WorkspaceKey:
    return obtain_key(folder, Stage.TRAINING)


@pytest.fixture
def workspace(folder: Path, key: WorkspaceKey) -> Iterator[Workspace]:
    with Workspace(folder, key) as opened:
        yield opened


def identity(file_id: str = "NO_USN_0087_0087_7701234560770101001_20260320_1", **changes: object) -> ReportIdentity:
    fields: dict[str, object] = {
        "form": FormId("1152017", "5.09"),
        "form_short_name": "УСН",
        "period_code": "34",
        "year": 2025,
        "correction_number": 0,
        "payer_inn": ROMASHKA.inn,
        "payer_kpp": ROMASHKA.kpp,
        "payer_name": ROMASHKA.name,
        "authority_code": "0087",
        "file_id": file_id,
    }
    return ReportIdentity(**(fields | changes))  # type: ignore[arg-type]  # fields of one dataclass, by name


def docflow(number: int = 1, *, minutes: int = 0, **changes: object) -> MirrorDocflow:
    fields: dict[str, object] = {
        "id": f"55555555-aaaa-4bbb-8ccc-{number:012}",
        "type": "urn:docflow:fns534-report",
        "status": "urn:docflow-common-status:sent",
        "success_state": "urn:docflow-state:neutral",
        "organisation_id": ROMASHKA.id,
        "changed_at": NOON + timedelta(minutes=minutes),
        "sent_at": NOON,
        "form_knd": "1152017",
        "form_name": "УСН",
        "form_version": "5.09",
        "period_begin_on": date(2025, 1, 1),
        "period_end_on": date(2025, 12, 31),
        "period_code": "34",
        "correction_number": 0,
        "recipient": "0087",
        "payer_inn": ROMASHKA.inn_kpp,
        "raw": b"{}",
    }
    return MirrorDocflow(**(fields | changes))  # type: ignore[arg-type]  # fields of one dataclass, by name


def document(docflow_id: str, number: int = 1, **changes: object) -> MirrorDocument:
    fields: dict[str, object] = {
        "id": f"77777777-aaaa-4bbb-{docflow_id[-4:]}-{number:012}",
        "docflow_id": docflow_id,
        "type": "urn:document:fns534-report-receipt",
        "file_name": f"KV_{number}.xml",
        "sent_at": NOON,
        "content_id": f"66666666-aaaa-4bbb-8ccc-{number:012}",
    }
    return MirrorDocument(**(fields | changes))  # type: ignore[arg-type]  # fields of one dataclass, by name


def cell(on: date, status: str = "not-sent", organisation: Organisation = ROMASHKA, **changes: object) -> ReportsCell:
    fields: dict[str, object] = {
        "organisation_id": organisation.id,
        "form_id": 7,
        "form_short_name": "УСН",
        "form_full_name": "Декларация по УСН",
        "knd": "1152017",
        "periodicity": "yearly",
        "deadline_on": on,
        "period_year": 2025,
        "period_number": 1,
        "status": status,
    }
    return ReportsCell(**(fields | changes))  # type: ignore[arg-type]  # fields of one dataclass, by name


def add_signed(workspace: Workspace, content: bytes = b"<report/>", file_id: str = "", organisation: Organisation = ROMASHKA) -> str:
    """A report on the desk, signed: the id of its act."""
    row = workspace.reports.add(content, "report.xml", identity(file_id or hashlib.sha256(content).hexdigest()))
    return workspace.outbox.add_signed(row.id, row.content_sha256, b"signature", b"certificate", organisation.id, "0087").id


def needs_root() -> None:
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("mounting a small disk needs root")


def child_environment(**more: str) -> dict[str, str]:
    """For programs of tests: the same sources, no keyring of the person."""
    return {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", **more}


def child_program(program: str, *arguments: object, **more: str) -> subprocess.Popen[bytes]:
    """A Python of its own with three pipes; end it with `communicate()`."""
    command, pipe = [sys.executable, "-c", program, *map(str, arguments)], subprocess.PIPE
    return subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, env=child_environment(**more))
