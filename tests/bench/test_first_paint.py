"""What is loaded when the window is first seen. Every library that slips in here is felt at each start; see `docs/bench.md`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from extern_desktop.settings.places import HOME_VARIABLE

TOO_HEAVY = frozenset(
    (
        *("requests", "urllib3", "lxml", "sqlalchemy", "sqlcipher3", "alembic", "cryptography", "asn1crypto", "pkcs11", "typer", "rich", "starlette"),
        *("uvicorn", "keyring", "lark", "psutil", "pyudev", "truststore", "ssl", "asyncio", "http.client"),
        *("PySide6.QtNetwork", "PySide6.QtPrintSupport"),
    )
)
OURS_TOO_HEAVY = frozenset(
    f"extern_desktop.{name}"
    for name in ("ui.desk_office", "store.schema", "extern_api.operator", "extern_api.wire", "services.desk", "tokens.desk", "cli")
)
FOREIGN = frozenset({"PySide6", "shiboken6", "shibokensupport", "signature_bootstrap"})
"""The only installed packages that the first paint may load: Qt, and what it brings with it."""

# Looks at the door of the window, runs the program as it is, and leaves at the first paint, before the workplace behind it is opened.
PROGRAM = """
import json, os, sys
from extern_desktop.__main__ import main
from extern_desktop.ui import run as door

def note():
    print(json.dumps(sorted(sys.modules)), flush=True)
    os._exit(0)

def watched(preferences, make_window=door.make_window):
    window = make_window(preferences)
    window.first_painted.connect(note)
    return window

door.make_window = watched
main([])
"""


@pytest.fixture(scope="module")
def modules_at_first_paint(tmp_path_factory: pytest.TempPathFactory) -> frozenset[str]:
    surroundings = {**os.environ, HOME_VARIABLE: str(tmp_path_factory.mktemp("home")), "QT_QPA_PLATFORM": "offscreen"}
    started = subprocess.run([sys.executable, "-c", PROGRAM], env=surroundings, capture_output=True, text=True, timeout=60)
    assert started.returncode == 0, started.stderr
    return frozenset(json.loads(started.stdout))


def test_first_paint_heavy_libraries_are_not_loaded(modules_at_first_paint: frozenset[str]) -> None:
    assert modules_at_first_paint & (TOO_HEAVY | OURS_TOO_HEAVY) == frozenset()


def test_first_paint_loads_no_installed_package_but_qt(modules_at_first_paint: frozenset[str]) -> None:
    standard = sys.stdlib_module_names | set(sys.builtin_module_names) | {"sitecustomize"}  # Debian's own, which every program of its Python loads
    roots = {name.partition(".")[0] for name in modules_at_first_paint}

    foreign = {root for root in roots if root not in standard and not root.startswith(("_", "extern_desktop"))}

    assert foreign == FOREIGN


def test_first_paint_has_seen_the_window_itself(modules_at_first_paint: frozenset[str]) -> None:
    assert {"PySide6.QtWidgets", "extern_desktop.ui.window", "extern_desktop.ui.pages.today"} <= modules_at_first_paint


def test_heavy_names_are_modules_of_this_program() -> None:
    """A misspelt name would guard nothing."""
    source = Path(__file__).parents[2] / "src"
    for name in OURS_TOO_HEAVY:
        path = source / name.replace(".", "/")
        assert path.is_dir() or path.with_suffix(".py").is_file(), name
