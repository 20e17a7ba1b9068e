"""The wheel holds everything that the program needs beside its code, and works where no checkout is."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_wheel_holds_forms_texts_and_code_and_checks_a_report(tmp_path: Path) -> None:
    build = [sys.executable, "-m", "pip", "wheel", "-q", "--no-build-isolation", "--no-deps", "-w", str(tmp_path), str(ROOT)]
    subprocess.run(build, check=True, capture_output=True, timeout=300)
    (wheel,) = tmp_path.glob("*.whl")
    unpacked = tmp_path / "unpacked"
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(unpacked)

    source_names = {f"extern_desktop/{path.relative_to(ROOT / 'src' / 'extern_desktop')}" for path in (ROOT / "src").rglob("*.py")}
    assert source_names <= names
    assert {"extern_desktop/resources/forms/usn-5.09/structure.toml", "extern_desktop/resources/fonts/OFL.txt"} <= names

    asked = (
        "import sys; sys.path.insert(0, sys.argv[1]); import extern_desktop; from extern_desktop.forms.library import known_forms; "
        "from extern_desktop.settings.places import resource_folder; print(extern_desktop.__file__, resource_folder(), known_forms()[0].version)"
    )
    answer = subprocess.run([sys.executable, "-c", asked, str(unpacked)], check=True, capture_output=True, text=True, cwd=tmp_path, timeout=60)
    assert answer.stdout.split() == [str(unpacked / "extern_desktop" / "__init__.py"), str(unpacked / "extern_desktop" / "resources"), "5.09"]
