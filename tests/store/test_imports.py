from __future__ import annotations

import pytest

from store.conftest import child_program

HEAVY = ("sqlalchemy", "sqlcipher3", "alembic", "keyring", "cryptography", "multiprocessing.connection", "platformdirs")


LIGHT = ("store.values", "store.errors", "store.workspace", "store.lock", "settings.settings", "settings.options", "settings.errors")


@pytest.mark.parametrize("module", LIGHT)
def test_import_is_light(module: str) -> None:
    program = f"import sys, extern_desktop.{module}\nprint(*[name for name in {HEAVY!r} if name in sys.modules])"
    out, err = child_program(program).communicate()

    assert (out.strip(), err) == (b"", b"")
