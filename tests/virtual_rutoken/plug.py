"""Hand of a test on the virtual Rutoken: build it, plug tokens in and out, inject faults, read its counters.

It only writes the files that the module reads (README.md beside it); it never loads the module itself.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Final

SOURCES: Final = Path(__file__).parent
BUILT: Final = SOURCES.parents[1] / "build" / "virtual_rutoken" / "libvirtual_rutoken.so"

DEFAULT_PIN: Final = "12345678"
DEFAULT_SO_PIN: Final = "87654321"
SLOT_COUNT: Final = 4

_STATE_FILES: Final = ("token.conf", "objects.bin")


def build() -> Path:
    """Path of the module, compiled anew only when a source is newer. Test processes that start together take turns."""
    sources = [*SOURCES.glob("*.c"), *SOURCES.glob("*.h"), SOURCES / "Makefile"]
    BUILT.parent.mkdir(parents=True, exist_ok=True)
    with (BUILT.parent / "build.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not BUILT.exists() or BUILT.stat().st_mtime < max(source.stat().st_mtime for source in sources):
            subprocess.run(["make", "-s", "-B", "-C", str(SOURCES), f"OUT={BUILT}"], check=True)
    return BUILT


class VirtualRutoken:
    """Four slots that live in a folder."""

    DEFAULT_PIN: Final = DEFAULT_PIN
    DEFAULT_SO_PIN: Final = DEFAULT_SO_PIN

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for slot in range(SLOT_COUNT):
            self.slot_folder(slot).mkdir(parents=True, exist_ok=True)

    @staticmethod
    def build() -> Path:
        return build()

    def slot_folder(self, slot: int) -> Path:
        return self.folder / f"slot{slot}"

    def environment(self, *, timing: bool = False) -> dict[str, str]:
        """What a process needs in its environment to load the module on this folder."""
        flags = {"VIRTUAL_RUTOKEN_DIR": str(self.folder), "VIRTUAL_RUTOKEN_ALLOWED": "1"}
        return flags | ({"VIRTUAL_RUTOKEN_TIMING": "1"} if timing else {})

    def plug(
        self, slot: int = 0, *, serial: str | None = None, label: str | None = None, model: str | None = None, manufacturer: str | None = None
    ) -> None:
        """Plug a token in. Without a serial it is the one that was in this slot last; another serial is another token, with its own keys."""
        if serial is not None:
            self._lay_in(slot, serial)
        named = {"label": label, "model": model, "manufacturer": manufacturer}
        self.set_conf(slot, **{key: text for key, text in named.items() if text is not None})
        (self.slot_folder(slot) / "present").open("a").close()

    def unplug(self, slot: int = 0) -> None:
        (self.slot_folder(slot) / "present").unlink(missing_ok=True)

    def is_plugged(self, slot: int = 0) -> bool:
        return (self.slot_folder(slot) / "present").exists()

    def set_fault(self, function: str, action: str, *, ms: int | None = None, after: int = 0) -> None:
        """Add a fault: `function` does `action` from its call number `after` + 1 on. Counting starts anew for every line."""
        line = f"{function} {action}" + (f" {ms}" if ms is not None else "") + (f" after {after}" if after else "")
        path = self.folder / "faults"
        _replace(path, (path.read_text() if path.exists() else "") + line + "\n")

    def clear_faults(self) -> None:
        (self.folder / "faults").unlink(missing_ok=True)

    def conf(self, slot: int = 0) -> Mapping[str, str]:
        """What token.conf says. Keys that are missing have their factory values."""
        path = self.slot_folder(slot) / "token.conf"
        lines = path.read_text("utf-8").splitlines() if path.exists() else []
        return dict(line.split("=", 1) for line in lines if "=" in line)

    def set_conf(self, slot: int = 0, **values: str) -> None:
        """Change the token as no program could: `user_tries="1"`, `user_pin_initial="0"`, `protected_path="1"`."""
        if values:
            lines = (f"{key}={text}\n" for key, text in {**self.conf(slot), **values}.items())
            _replace(self.slot_folder(slot) / "token.conf", "".join(lines))

    def attempts_left(self, slot: int = 0) -> int:
        """User PIN attempts left on the token, as the token itself remembers them."""
        return int(self.conf(slot).get("user_tries", "10"))

    def spent_seconds(self, *functions: str) -> float:
        """The token's own time in these functions, or in all of them. Needs `environment(timing=True)` in the process that loads the module."""
        path = self.folder / "spent"
        rows = [line.split() for line in (path.read_text().splitlines() if path.exists() else [])]
        return sum(int(nanoseconds) for name, nanoseconds in rows if not functions or name in functions) / 1e9

    def calls(self, function: str) -> int:
        """How often a function was called and left again. Needs `environment(timing=True)` as well."""
        path = self.folder / "spent"
        return sum(line.split()[0] == function for line in (path.read_text().splitlines() if path.exists() else []))

    def _lay_in(self, slot: int, serial: str) -> None:
        """Put the token of this serial into the slot; the one that was there goes to the drawer, wherever this one was before it leaves."""
        if self.conf(slot).get("serial", _factory_serial(slot)) == serial:
            return
        folder, drawer = self.slot_folder(slot), self.folder / "drawer"
        self.unplug(slot)
        _move_state(folder, drawer / self.conf(slot).get("serial", _factory_serial(slot)))
        for other in range(SLOT_COUNT):
            if not self.is_plugged(other) and self.conf(other).get("serial") == serial:
                _move_state(self.slot_folder(other), drawer / serial)
        _move_state(drawer / serial, folder)
        self.set_conf(slot, serial=serial)


def _factory_serial(slot: int) -> str:
    return f"{0x3A5F0000 + slot:08x}"


def _move_state(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for name in _STATE_FILES:
        if (source / name).exists():
            os.replace(source / name, target / name)


def _replace(path: Path, text: str) -> None:
    """The module may read at any moment: it sees the old file or the new one."""
    fresh = path.with_name(path.name + ".fresh")
    fresh.write_text(text, "utf-8")
    os.replace(fresh, path)
