from __future__ import annotations

import hashlib
import subprocess
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import Password
from extern_desktop.settings.places import Stage
from extern_desktop.store import schema
from extern_desktop.store._engine import Database
from extern_desktop.store.errors import (
    DiskFullError,
    NewerWorkspaceError,
    ReadOnlyWorkspaceError,
    WorkspaceBusyError,
    WorkspaceDamagedError,
    WorkspaceUnreachableError,
    WrongKeyError,
)
from extern_desktop.store.keys import WorkspaceKey, obtain_key
from extern_desktop.store.values import ChangeKind, Changes
from extern_desktop.store.workspace import Workspace
from store.conftest import NORTH_WIND, ROMASHKA, add_signed, child_program, identity, needs_root

PREAMBLE = """
import sys
from pathlib import Path
from extern_desktop.settings.places import Stage
from extern_desktop.store.workspace import open_workspace
from extern_desktop.domain.organisations import Organisation
folder = Path(sys.argv[1])
workspace = open_workspace(folder, Stage.TRAINING)
"""


@pytest.fixture
def database(folder: Path, key: WorkspaceKey) -> Iterator[Database]:
    opened = Database(folder, key, busy_seconds=0.3)
    opened.prepare()
    yield opened
    opened.close()


def pragma(connection: sa.Connection, name: str) -> Any:
    raw: Any = connection.connection.dbapi_connection
    return raw.execute(f"pragma {name}").fetchone()[0]


def test_write_connection_is_durable_and_checked(database: Database) -> None:
    with database.write() as writing:
        found = {name: pragma(writing.connection, name) for name in ("journal_mode", "synchronous", "foreign_keys", "cipher_log_level")}

    assert (found["journal_mode"], found["synchronous"], found["foreign_keys"]) == ("wal", 2, 1)
    assert "NONE" in str(found["cipher_log_level"]).upper()


def test_write_begins_at_once_so_a_second_writer_waits(database: Database) -> None:
    with database.write() as writing:
        raw: Any = writing.connection.connection.dbapi_connection
        assert raw.in_transaction
        assert raw.isolation_level is None


def test_write_failed_leaves_neither_rows_nor_tables(database: Database) -> None:
    def fail() -> None:
        with database.write() as writing:
            writing.connection.exec_driver_sql("create table left_over(x text)")
            writing.execute(sa.insert(schema.counter), {"name": "n", "value": 1})
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()

    with database.read() as connection:
        assert connection.exec_driver_sql("select count(*) from sqlite_master where name = 'left_over'").scalar_one() == 0
        assert connection.execute(sa.select(sa.func.count()).select_from(schema.counter)).scalar_one() == 0


def test_write_inside_a_write_is_a_bug(database: Database) -> None:
    with database.write(), pytest.raises(RuntimeError, match="inside"), database.write():
        pass


def test_write_failed_tells_nobody(database: Database) -> None:
    heard: list[Changes] = []
    database.subscribe(heard.append)

    def fail() -> None:
        with database.write() as writing:
            writing.touch(ChangeKind.REPORTS, "r")
            raise RuntimeError("on purpose")

    with pytest.raises(RuntimeError, match="on purpose"):
        fail()

    assert heard == []


def test_listener_is_called_after_the_commit_on_the_thread_that_made_it(database: Database) -> None:
    heard: list[tuple[int, int]] = []

    def listener(changes: Changes) -> None:
        with database.read() as connection:
            heard.append((threading.get_ident(), connection.execute(sa.select(sa.func.count()).select_from(schema.counter)).scalar_one()))

    def commit() -> None:
        with database.write() as writing:
            writing.execute(sa.insert(schema.counter), {"name": "n", "value": 1})
            writing.touch(ChangeKind.SYNC, "n")

    stop = database.subscribe(listener)
    thread = threading.Thread(target=commit)
    thread.start()
    thread.join()
    stop()
    with database.write() as writing:
        writing.touch(ChangeKind.SYNC, "again")

    assert heard == [(thread.ident, 1)]


def test_listener_that_fails_does_not_undo_the_commit(database: Database, caplog: pytest.LogCaptureFixture) -> None:
    def broken(changes: Changes) -> None:
        raise LookupError("a screen failed")

    heard: list[Changes] = []
    database.subscribe(broken)
    database.subscribe(heard.append)

    with database.write() as writing:
        writing.touch(ChangeKind.SYNC, "n")

    assert [changes.of(ChangeKind.SYNC) for changes in heard] == [{"n"}]
    assert "a screen failed" in caplog.text


def test_reads_do_not_wait_for_a_writer_and_see_one_snapshot(database: Database) -> None:
    count = sa.select(sa.func.count()).select_from(schema.counter)
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 0
        with database.write() as writing:
            writing.execute(sa.insert(schema.counter), {"name": "n", "value": 1})
        assert connection.execute(count).scalar_one() == 0
    with database.read() as connection:
        assert connection.execute(count).scalar_one() == 1


def test_threads_write_in_turn_and_lose_nothing(workspace: Workspace) -> None:
    def work(number: int) -> None:
        for n in range(20):
            add_signed(workspace, f"{number}-{n}".encode())

    threads = [threading.Thread(target=work, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [row.number for row in workspace.outbox.all()] == list(range(1, 81))


def test_two_processes_write_in_turn_and_nobody_starves(workspace: Workspace) -> None:
    program = PREAMBLE + (
        "for n in range(400):\n    workspace.organisations.replace_all([Organisation('x', '7701234560', '', str(n))])\nworkspace.close()\n"
    )
    child = child_program(program, workspace.folder)
    slowest, writes = 0.0, 0
    while child.poll() is None:
        began = time.monotonic()
        workspace.mirror.set_sync_mark("docflows", datetime.now(UTC))
        slowest, writes = max(slowest, time.monotonic() - began), writes + 1
    _, errors = child.communicate()

    assert (child.returncode, errors) == (0, b"")
    assert writes > 20
    assert slowest < 0.5
    assert [organisation.name for organisation in workspace.organisations.all()] == ["399"]


def test_write_while_another_process_holds_the_lock_says_busy(database: Database) -> None:
    program = PREAMBLE + "with workspace._database.write():\n    print('held', flush=True)\n    sys.stdin.read()"
    child = child_program(program, database.folder)
    assert child.stdout is not None
    assert child.stdout.readline() == b"held\n"

    with pytest.raises(WorkspaceBusyError) as refused, database.write():
        pass
    child.communicate()

    assert refused.value.waited_seconds == 0.3
    with database.write() as writing:
        writing.touch(ChangeKind.SYNC, "free again")


def test_open_with_raw_key_costs_a_quarter_of_a_passphrase_at_most(workspace: Workspace, key: WorkspaceKey) -> None:
    """SQLCipher itself would spend the whole derivation; how little we spend is a figure of the bench."""

    def opened_in_seconds() -> float:
        began = time.perf_counter()
        with Workspace(workspace.folder, key):
            return time.perf_counter() - began

    def derived_in_seconds() -> float:
        began = time.perf_counter()
        hashlib.pbkdf2_hmac("sha512", b"passphrase", b"salt of 16 bytes", 256_000)
        return time.perf_counter() - began

    assert min(opened_in_seconds() for _ in range(7)) <= 0.25 * derived_in_seconds()


def test_open_wrong_key_is_told_from_damage(workspace: Workspace, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(WrongKeyError):
        Workspace(workspace.folder, WorkspaceKey.new())

    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("at", [16, 100, 5000])
def test_open_damaged_file_says_so_and_leaves_it(folder: Path, key: WorkspaceKey, at: int, capfd: pytest.CaptureFixture[str]) -> None:
    with Workspace(folder, key) as opened:
        for number in range(50):
            add_signed(opened, str(number).encode() * 200)
        opened.checkpoint()
    file = folder / "workspace.db"
    damaged = bytearray(file.read_bytes())
    damaged[at] ^= 0xFF
    file.write_bytes(damaged)

    with pytest.raises(WorkspaceDamagedError) as refused:
        read_everything(folder, key)

    assert refused.value.file == file
    assert file.read_bytes() == damaged
    assert capfd.readouterr().err == ""


def read_everything(folder: Path, key: WorkspaceKey) -> None:
    with Workspace(folder, key) as opened:
        opened.outbox.all()
        opened.reports.list()
        opened.organisations.all()
        if not opened.is_whole():
            raise WorkspaceDamagedError(folder / "workspace.db", "a page's seal is broken")


def test_is_whole_every_page_is_looked_at(folder: Path, key: WorkspaceKey) -> None:
    with Workspace(folder, key) as opened:
        for number in range(50):
            add_signed(opened, str(number).encode() * 200)
        opened.checkpoint()
        assert opened.is_whole()
    file = folder / "workspace.db"
    sound = file.read_bytes()
    for page in range(2, len(sound) // 4096, 7):
        damaged = bytearray(sound)
        damaged[page * 4096 + 1000] ^= 1
        file.write_bytes(damaged)
        with Workspace(folder, key, is_read_only=True) as opened:
            assert not opened.is_whole(), page


def test_open_newer_version_is_refused_but_can_be_read(folder: Path, key: WorkspaceKey) -> None:
    with Workspace(folder, key) as opened:
        opened.organisations.replace_all([ROMASHKA])
    database = Database(folder, key)
    with database._writer.begin() as connection:
        connection.exec_driver_sql(f"pragma user_version = {schema.SCHEMA_VERSION + 1}")
    database.close()

    with pytest.raises(NewerWorkspaceError) as refused:
        Workspace(folder, key)
    assert (refused.value.found_version, refused.value.known_version) == (schema.SCHEMA_VERSION + 1, schema.SCHEMA_VERSION)

    with Workspace(folder, key, is_read_only=True) as opened:
        assert opened.organisations.all() == (ROMASHKA,)
        with pytest.raises(ReadOnlyWorkspaceError):
            opened.organisations.replace_all([NORTH_WIND])


def test_open_folder_in_place_of_the_file_says_unreachable(folder: Path, key: WorkspaceKey) -> None:
    (folder / "workspace.db").mkdir()

    with pytest.raises(WorkspaceUnreachableError):
        Workspace(folder, key)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    needs_root()
    place = tmp_path / "small"
    place.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=3m", "tmpfs", str(place)], check=False, capture_output=True).returncode:
        pytest.skip("this machine does not let us mount a small disk")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def fill(workspace: Workspace, size: int) -> tuple[dict[str, bytes], DiskFullError]:
    """Sign reports until the disk is full: what was promised, and the refusal."""
    kept: dict[str, bytes] = {}
    for number in range(10_000):
        content = number.to_bytes(4, "big") * (size // 4)
        try:
            kept[add_signed(workspace, content)] = content
        except DiskFullError as full:
            return kept, full
    raise AssertionError("the disk never filled")


@pytest.mark.parametrize("size", [4_000, 60_000], ids=["in rows", "in files"])
def test_disk_full_refuses_clearly_and_keeps_what_was_promised(small_disk: Path, size: int) -> None:

    folder = small_disk / "workspace"
    folder.mkdir()
    key = obtain_key(folder, Stage.TRAINING)
    with Workspace(folder, key) as workspace:
        kept, full = fill(workspace, size)

        assert kept
        assert small_disk in (full.folder, *full.folder.parents)
        assert {row.id: workspace.outbox.signed(row.id).content for row in workspace.outbox.all()} == kept
        assert not list(folder.glob("contents/*/*.new"))

        subprocess.run(["mount", "-o", "remount,size=12m", str(small_disk)], check=True)
        after = add_signed(workspace, b"room again")
        assert workspace.outbox.signed(after).content == b"room again"
    with Workspace(folder, key) as workspace:
        assert workspace.is_whole()
        assert {row.id for row in workspace.outbox.all()} == {*kept, after}


def test_file_size_quota_is_a_full_disk_too(folder: Path, key: WorkspaceKey) -> None:
    program = (
        "import resource, signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        + PREAMBLE
        + "resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, 600_000))\n"
        "from store.conftest import add_signed\n"
        "from extern_desktop.store.errors import DiskFullError\n"
        "for n in range(10_000):\n"
        "    try:\n"
        "        add_signed(workspace, str(n).encode() * 500)\n"
        "    except DiskFullError:\n"
        "        print(n); sys.exit(0 if len(workspace.outbox.all()) == n else 5)\n"
        "sys.exit(6)\n"
    )
    child = child_program(program, folder)
    out, err = child.communicate()

    assert (child.returncode, err) == (0, b"")
    with Workspace(folder, key) as workspace:
        assert len(workspace.outbox.all()) == int(out)


def test_first_start_on_a_full_disk_says_so(small_disk: Path) -> None:
    (small_disk / "ballast").write_bytes(bytes(3 * 1024 * 1024 - 16 * 1024))
    folder = small_disk / "workspace"
    folder.mkdir()

    with pytest.raises(DiskFullError):
        Workspace(folder, obtain_key(folder, Stage.TRAINING))

    (small_disk / "ballast").unlink()
    with Workspace(folder, obtain_key(folder, Stage.TRAINING)) as workspace:
        add_signed(workspace)


def test_medium_read_only_says_so_and_can_still_be_read(small_disk: Path) -> None:
    folder = small_disk / "workspace"
    folder.mkdir()
    key = obtain_key(folder, Stage.TRAINING)
    with Workspace(folder, key) as workspace:
        workspace.organisations.replace_all([ROMASHKA])
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)

    with pytest.raises(ReadOnlyWorkspaceError):
        Workspace(folder, key)
    with Workspace(folder, key, is_read_only=True) as workspace:
        assert workspace.organisations.all() == (ROMASHKA,)
        with pytest.raises(ReadOnlyWorkspaceError):
            add_signed(workspace)

    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)
    with Workspace(folder, key) as workspace:
        add_signed(workspace)


def test_key_is_in_no_file_and_in_no_text(folder: Path) -> None:
    """The training key file is the documented exception, so this asks a workspace whose key is wrapped by a passphrase."""

    key = obtain_key(folder, Stage.REAL, lambda _is_new: Password("correct horse battery"))
    with Workspace(folder, key) as workspace:
        add_signed(workspace, b"content" * 5000)
        row = workspace.reports.list()[0]
        texts = (repr(key), str(key), f"{key}", repr(workspace), repr(workspace.__dict__), repr(row))
        everything = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())

    secret = bytes.fromhex(key.reveal())
    for needle in (secret[:32], secret[:32].hex().encode(), secret[:32].hex().upper().encode(), b"correct horse"):
        assert needle not in everything
        assert all(needle.decode("latin-1") not in text for text in texts)


def test_contents_of_the_database_are_not_readable_on_disk(workspace: Workspace) -> None:
    workspace.organisations.replace_all([Organisation("o", "7701234560", "", "CANARY-NAME")])
    workspace.reports.add(b"CANARY-CONTENT" * 5000, "CANARY-FILE.xml", identity())
    workspace.checkpoint()

    everything = b"".join(path.read_bytes() for path in workspace.folder.rglob("*") if path.is_file())

    assert b"CANARY" not in everything
