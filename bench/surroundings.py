"""What a measurement stands on: the repository's folders, homes of its own, and shelter from the person's keyring and bus."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[1]
CACHE: Final = ROOT / "build" / "bench"
"""Data that are slow to make; `make clean` removes them."""

SHELTER: Final[Mapping[str, str]] = {
    "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring",  # the person's keyring is no place for a bench
    "DBUS_SESSION_BUS_ADDRESS": "disabled:",  # else every Qt program starts a bus of its own that outlives it
    "PYTHONDONTWRITEBYTECODE": "",  # an installed program is compiled: without byte code a start would measure the compiler
    "PYTHONPYCACHEPREFIX": str(CACHE / "bytecode"),
    "PYTHONPATH": os.pathsep.join(str(ROOT / name) for name in ("src", "tests", "")),
}


@contextmanager
def environment(changes: Mapping[str, str]) -> Iterator[None]:
    """These variables for a while, for us and the programs we start."""
    before = {name: os.environ.get(name) for name in changes}
    os.environ.update(changes)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


@contextmanager
def sheltered() -> Iterator[None]:
    """The bench as a whole: nothing of the person's is touched."""
    with environment(SHELTER):
        yield


@contextmanager
def fresh_folder() -> Iterator[Path]:
    """A folder that is gone afterwards, on the same disk as the cache: a folder in memory would make every fsync free."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="run-", dir=CACHE) as folder:
        yield Path(folder)


def pss_bytes(pid: int) -> int:
    """Proportional set of one process: what would be free if it ended, shared pages by their share."""
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def cpu_seconds(pid: int) -> float:
    """Processor time of one process and its threads so far, without its children."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
