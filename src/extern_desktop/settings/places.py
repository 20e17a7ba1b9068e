"""Where the program keeps things on this computer.

`EXTERN_DESKTOP_HOME` moves all of it into one folder: portable mode, and every test. Nothing here creates a folder; who writes makes it.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path

HOME_VARIABLE = "EXTERN_DESKTOP_HOME"


@unique
class Stage(StrEnum):
    """Training and real work never share a folder, a database or a key."""

    TRAINING = "training"
    REAL = "real"


@dataclass(frozen=True, slots=True)
class Places:
    """Folders and files of one person on one computer."""

    home: Path
    """Settings and, below it, everything else."""

    @property
    def settings_file(self) -> Path:
        return self.home / "settings.json"

    @property
    def training_operator(self) -> Path:
        """State of the training operator: its database, its certificate authority, its address while it runs."""
        return self.home / "training-operator"

    @property
    def logs(self) -> Path:
        return self.home / "logs"

    def workspace(self, stage: Stage) -> Path:
        """Folder of the encrypted workspace of one stage."""
        return self.home / "workspaces" / stage.value


def find_places() -> Places:
    """The folder named by `EXTERN_DESKTOP_HOME`, else the system's own place for a program's data."""
    chosen = os.environ.get(HOME_VARIABLE)
    if chosen:
        return Places(Path(chosen).expanduser().absolute())
    from platformdirs import user_data_path

    return Places(user_data_path("extern-desktop", appauthor=False))


def resource_folder() -> Path:
    """`resources/`: inside the installed package, or beside `src/` in a checkout."""
    installed = Path(__file__).parents[1] / "resources"
    return installed if installed.is_dir() else Path(__file__).parents[3] / "resources"
