from __future__ import annotations

import sys
import types
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.operations import Operations

from extern_desktop.store import schema
from extern_desktop.store._engine import Database
from extern_desktop.store.errors import MigrationFailedError
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.migrations.run import STEPS, keep_copy, migrate
from extern_desktop.store.workspace import Workspace
from store.conftest import add_signed, child_program


def shape(engine: sa.Engine) -> dict[str, str]:
    """Every table, index and trigger as the database keeps it, without the difference of blanks."""
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select type || ' ' || name, sql from sqlite_master where sql is not null")
        return {name: " ".join(sql.split()).lower().replace("( ", "(").replace(" )", ")") for name, sql in rows}


@pytest.fixture
def database(folder: Path, key: WorkspaceKey) -> Iterator[Database]:
    opened = Database(folder, key)
    yield opened
    opened.close()


def version(database: Database) -> int:
    with database.read() as connection:
        return int(connection.exec_driver_sql("pragma user_version").scalar_one())


def test_fresh_database_equals_one_migrated_from_the_first_version(database: Database, tmp_path: Path) -> None:
    database.prepare()
    (tmp_path / "old").mkdir()
    old = Database(tmp_path / "old", WorkspaceKey.new())

    migrate(old._writer, old.folder, 0)

    assert shape(old._writer) == shape(database._writer)
    assert version(old) == version(database) == schema.SCHEMA_VERSION
    old.close()


def test_steps_lead_to_todays_version_without_a_gap() -> None:
    assert sorted(STEPS) == list(range(1, schema.SCHEMA_VERSION + 1))


@pytest.fixture
def next_steps(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """A step that is still to be written, as modules of a test."""

    def module(name: str, *, fails: bool) -> str:
        made = types.ModuleType(name)

        def upgrade(op: Operations) -> None:
            op.add_column("organisation", sa.Column("note", sa.Text, server_default="", nullable=False))
            op.create_table("another", sa.Column("id", sa.Text, primary_key=True))
            if fails:
                op.execute("insert into another(id) values('a'), ('a')")

        made.upgrade = upgrade  # type: ignore[attr-defined]  # a module made here
        monkeypatch.setitem(sys.modules, name, made)
        return name

    return {2: module("step_that_works", fails=False), 3: module("step_that_fails", fails=True)}


def test_migrate_keeps_rows_and_a_copy_of_the_old_workspace(workspace: Workspace, key: WorkspaceKey, next_steps: dict[int, str]) -> None:
    outbox_id = add_signed(workspace)
    database = workspace._database

    migrate(database._writer, workspace.folder, 1, next_steps, 2)

    assert version(database) == 2
    assert "table another" in shape(database._writer)
    assert workspace.outbox.get(outbox_id).id == outbox_id
    copy = workspace.folder / "workspace-before-1.db"
    assert b"SQLite format" not in copy.read_bytes()[:16]
    (workspace.folder / "restored").mkdir()
    copy.rename(workspace.folder / "restored" / "workspace.db")
    (workspace.folder / "restored" / "key.json").write_bytes((workspace.folder / "key.json").read_bytes())
    with Workspace(workspace.folder / "restored", key) as restored:
        assert restored.outbox.get(outbox_id).id == outbox_id
        assert restored.is_whole()


def test_migrate_failed_step_leaves_nothing_of_any_step(workspace: Workspace, next_steps: dict[int, str]) -> None:
    database = workspace._database
    before = shape(database._writer)
    next_steps[3], next_steps[2] = next_steps[3], next_steps[2]

    with pytest.raises(MigrationFailedError) as refused:
        migrate(database._writer, workspace.folder, 2, {3: next_steps[3]}, 3)

    assert (refused.value.from_version, refused.value.to_version) == (2, 3)
    assert shape(database._writer) == before
    assert version(database) == 1


def test_keep_copy_replaces_what_a_killed_one_left(workspace: Workspace) -> None:
    (workspace.folder / "workspace-before-1.db.new").write_bytes(b"half")

    copy = keep_copy(workspace._database._writer, workspace.folder, 1)

    assert copy.stat().st_size > 4096
    assert not list(workspace.folder.glob("*.new"))


def test_open_of_a_current_workspace_does_not_import_alembic(workspace: Workspace) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom extern_desktop.settings.places import Stage\n"
        "from extern_desktop.store.workspace import open_workspace\nopen_workspace(Path(sys.argv[1]), Stage.TRAINING).close()\n"
        "sys.exit('alembic' in sys.modules)\n"
    )
    child = child_program(program, workspace.folder)
    child.communicate()

    assert child.returncode == 0


def test_two_first_starts_at_once_make_one_workspace(folder: Path, key: WorkspaceKey) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom extern_desktop.settings.places import Stage\n"
        "from extern_desktop.store.workspace import open_workspace\nsys.stdin.readline()\n"
        "open_workspace(Path(sys.argv[1]), Stage.TRAINING).close()\n"
    )
    children = [child_program(program, folder) for _ in range(3)]
    for child in children:
        assert child.stdin is not None
        child.stdin.write(b"\n")
        child.stdin.flush()
    results = [(child.communicate()[1], child.returncode) for child in children]

    assert results == [(b"", 0)] * 3
    with Workspace(folder, key) as workspace:
        assert workspace.is_whole()
