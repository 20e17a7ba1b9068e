"""The rules of the house that no other tool holds: lengths, empty packages, words that belong in no file, no secret on disk."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SOURCES = sorted((ROOT / "src").rglob("*.py"))
LONGEST_LINES = 500
LONG_WITH_REASON: dict[str, str] = {}
"""Path below the repository: why it may be longer."""


def tracked_texts() -> Iterator[Path]:
    """Every text that is committed, or would be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=True
    ).stdout
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path.suffix not in {".png", ".ttf", ".mo", ".lock"}:
            yield path


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    if not (ROOT / ".git").exists():
        pytest.skip("not a checkout: what is committed can't be told")
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8", errors="replace") for path in tracked_texts()}


def test_modules_are_short_enough_or_say_why_not() -> None:
    lengths = {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8").count("\n") for path in SOURCES}
    assert {path: lines for path, lines in lengths.items() if lines > LONGEST_LINES and path not in LONG_WITH_REASON} == {}


def test_packages_are_empty_at_their_door() -> None:
    assert [str(path) for path in SOURCES if path.name == "__init__.py" and path.read_text(encoding="utf-8")] == []


def test_every_module_says_what_it_is() -> None:
    silent = [str(path) for path in SOURCES if path.name != "__init__.py" and not path.read_text(encoding="utf-8").startswith('"""')]
    assert silent == []


def test_files_name_no_registry_and_no_folder_of_a_machine(texts: dict[str, str]) -> None:
    forbidden = re.compile(r"pypi\.org|files\.pythonhosted|registry\.npmjs|deb\.debian\.org|/home/(?!anna)[a-z]|/root/|C:\\Users\\[A-Za-z]|/work/")
    assert [name for name, text in texts.items() if forbidden.search(text) and name != "tests/test_house.py"] == []


def test_no_private_key_and_no_token_is_committed(texts: dict[str, str]) -> None:
    forbidden = re.compile(r"-----BEGIN (?:[A-Z]+ )?PRIVATE KEY-----\s+[A-Za-z0-9+/]{20}|ghp_[A-Za-z0-9]{20}|AKIA[A-Z0-9]{16}")
    assert [name for name, text in texts.items() if forbidden.search(text)] == []


def test_lock_files_have_a_hash_for_every_package() -> None:
    for path in (ROOT / "locks").glob("*.txt"):
        blocks = re.split(r"\n(?=[a-zA-Z])", path.read_text(encoding="utf-8").strip())
        assert blocks
        assert [block.split("==")[0] for block in blocks if "--hash=sha256:" not in block] == []
