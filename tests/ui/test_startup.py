"""What the window loads before it is first seen: nothing that it does not show."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "requests", "urllib3", "lxml", "sqlalchemy", "sqlcipher3", "alembic", "cryptography", "asn1crypto", "pkcs11", "keyring", "typer", "rich",
    "starlette", "uvicorn", "msgspec", "stdnum", "lark", "PySide6.QtNetwork", "PySide6.QtPrintSupport",
)  # fmt: skip
SCRIPT = """
import json, sys
from extern_desktop.ui.preferences import read_preferences
from extern_desktop.ui.run import make_application, make_window

preferences = read_preferences()
app = make_application(preferences)
window = make_window(preferences)
window.first_painted.connect(lambda: (print(json.dumps(sorted(sys.modules))), app.quit()))
window.show()
app.exec()
"""


def test_startup_first_paint_loads_nothing_heavy(tmp_path: Path) -> None:
    environment = {**os.environ, "EXTERN_DESKTOP_HOME": str(tmp_path), "QT_QPA_PLATFORM": "offscreen"}
    ended = subprocess.run([sys.executable, "-c", SCRIPT], capture_output=True, text=True, env=environment, timeout=60, check=True)
    loaded = set(json.loads(ended.stdout.splitlines()[-1]))
    assert loaded.isdisjoint(HEAVY), sorted(loaded & set(HEAVY))
    pages = {name for name in loaded if name.startswith("extern_desktop.ui.pages.")}
    assert pages == {"extern_desktop.ui.pages.page", "extern_desktop.ui.pages.today"}
