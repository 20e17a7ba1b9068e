"""Value types of the training operator that window and commands may show."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique

from extern_desktop.domain.secrets import Password


@unique
class Pace(StrEnum):
    """How fast the acted authorities answer."""

    INSTANT = "instant"
    """All that an authority owes is there the moment its condition is met."""
    MINUTES = "minutes"
    """Seconds to a few minutes: a person sees each step."""
    REAL = "real"
    """Hours and days, as the authorities do."""


@dataclass(frozen=True, slots=True)
class TrainingAccount:
    """Who signs in at the training operator."""

    login: str
    password: Password


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a training certificate is issued to."""

    surname: str
    given_names: str
    """Name and patronymic."""
    snils: str
    """11 digits."""
    position: str = ""
