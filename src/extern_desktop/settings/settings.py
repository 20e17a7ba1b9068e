"""What a person and an administrator have chosen, read from two JSON files and written to one of them.

The policy of the whole system wins over the person's file and is never written. Names that this version does not know are kept as they are.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from extern_desktop.settings.errors import (
    OptionLockedError,
    OptionValueError,
    PolicyBrokenError,
    SettingsBrokenError,
    SettingsNotSavedError,
    SettingsUnreadableError,
)
from extern_desktop.settings.options import BY_NAME, Option
from extern_desktop.settings.whole_file import rename_firmly, write_whole

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Settings:
    """All choices at one moment. A change makes another one; `save_settings` keeps it."""

    chosen: Mapping[str, Any] = field(default_factory=dict)
    """As in the person's file, unknown names included."""
    locked: Mapping[str, Any] = field(default_factory=dict)
    """As in the policy: values that nobody changes here."""

    def get(self, option: Option[T]) -> T:
        """The policy's value, else the person's, else the default. A value that the option does not take counts as not chosen."""
        if option.is_lockable and option.name in self.locked:
            return option.decode(self.locked[option.name])
        if option.name not in self.chosen:
            return option.default
        try:
            return option.decode(self.chosen[option.name])
        except ValueError:
            return option.default

    def is_locked(self, option: Option[Any]) -> bool:
        return option.is_lockable and option.name in self.locked

    def with_value(self, option: Option[T], value: T) -> Settings:
        """These settings with one choice changed. `OptionLockedError`, or `OptionValueError` for a value outside the option's range."""
        if self.is_locked(option):
            raise OptionLockedError(option.name)
        written = option.encode(value)
        try:
            option.decode(written)
        except ValueError as problem:
            raise OptionValueError(option.name, str(written)) from problem
        return replace(self, chosen={**self.chosen, option.name: written})

    def without_value(self, option: Option[Any]) -> Settings:
        """These settings with the option back at its default."""
        if self.is_locked(option):
            raise OptionLockedError(option.name)
        return replace(self, chosen={name: value for name, value in self.chosen.items() if name != option.name})

    def misunderstood(self) -> tuple[str, ...]:
        """Names of options in the person's file whose value is none of theirs; they stand at their defaults."""
        return tuple(name for name, value in self.chosen.items() if name in BY_NAME and not _is_value(BY_NAME[name], value))


def _is_value(option: Option[Any], value: Any) -> bool:
    try:
        option.decode(value)
    except ValueError:
        return False
    return True


def policy_file() -> Path:
    """Where an administrator puts the policy of this computer."""
    if sys.platform == "win32":
        return Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData")) / "extern-desktop" / "policy.json"
    return Path("/etc/extern-desktop/policy.json")


def load_settings(file: Path, policy: Path | None = None) -> Settings:
    """Read both files; a missing one is empty. `policy` is `policy_file()` unless given.

    A broken settings file is put aside and `SettingsBrokenError` says where; loading again gives the defaults. A broken policy stays where it is:
    `PolicyBrokenError`.
    """
    return Settings(_read_chosen(file), _read_policy(policy_file() if policy is None else policy))


def save_settings(file: Path, settings: Settings) -> None:
    """Write the person's choices, whole or not at all. `SettingsNotSavedError` leaves the old file."""
    text = json.dumps(settings.chosen, ensure_ascii=False, indent=2, sort_keys=True)
    try:
        write_whole(file, text.encode() + b"\n", is_private=True)
    except OSError as problem:
        raise SettingsNotSavedError(file, problem.strerror or str(problem)) from problem


class _BrokenFileError(Exception):
    def __init__(self, line: int) -> None:
        self.line = line


def _read_object(file: Path) -> dict[str, Any]:
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        return {}
    except json.JSONDecodeError as problem:
        raise _BrokenFileError(problem.lineno) from problem
    except (ValueError, RecursionError) as problem:
        raise _BrokenFileError(0) from problem
    except OSError as problem:
        raise SettingsUnreadableError(file, problem.strerror or str(problem)) from problem
    if not isinstance(data, dict):
        raise _BrokenFileError(1)
    return data


def _read_chosen(file: Path) -> dict[str, Any]:
    try:
        return _read_object(file)
    except _BrokenFileError as problem:
        kept_as = _free_name(file)
        try:
            rename_firmly(file, kept_as)
        except OSError as denied:
            raise SettingsUnreadableError(file, denied.strerror or str(denied)) from denied
        raise SettingsBrokenError(file, kept_as, problem.line) from problem


def _free_name(file: Path) -> Path:
    number = 1
    while (name := file.with_name(f"{file.stem}.broken-{number}{file.suffix}")).exists():
        number += 1
    return name


def _read_policy(file: Path) -> dict[str, Any]:
    try:
        locked = _read_object(file)
    except _BrokenFileError as problem:
        raise PolicyBrokenError(file, problem.line) from problem
    for name, value in locked.items():
        if name in BY_NAME and not _is_value(BY_NAME[name], value):
            raise PolicyBrokenError(file, 0, name)
    return locked
