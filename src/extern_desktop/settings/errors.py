"""What can be wrong with the settings, as facts."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError


@dataclass(eq=False)
class SettingsBrokenError(EnvironmentProblemError):
    """The settings file is no readable JSON object. It was put aside under another name; the next load starts with the defaults."""

    file: Path
    kept_as: Path
    line: int
    """Where reading stopped; 0 when the file is not text at all."""


@dataclass(eq=False)
class PolicyBrokenError(EnvironmentProblemError):
    """The administrator's policy cannot be read. It is not skipped: that would unlock what it locks."""

    file: Path
    line: int
    option: str = ""
    """The option whose value it gets wrong; empty when the file itself is broken."""


@dataclass(eq=False)
class SettingsNotSavedError(EnvironmentProblemError):
    """The settings could not be written; the old ones are still there."""

    file: Path
    detail: str


@dataclass(eq=False)
class SettingsUnreadableError(EnvironmentProblemError):
    """The system does not let us read the file."""

    file: Path
    detail: str


@dataclass(eq=False)
class OptionLockedError(DomainRefusalError):
    """The administrator has fixed this option."""

    option: str


@dataclass(eq=False)
class OptionValueError(DomainRefusalError):
    """The option does not take this value."""

    option: str
    value: str
