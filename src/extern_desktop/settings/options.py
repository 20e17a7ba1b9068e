"""The one table of options: name, type, default, whether policy may fix it. The settings page, the help and the policy come from it.

An option's description is the message `option-<name>` of `wording/`. Values come from files that people edit, so each kind proves what it is given.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final, Generic, TypeVar

from extern_desktop.settings.places import Stage

T = TypeVar("T")

Json = str | int | bool | list[str] | dict[str, str]


@unique
class OptionKind(StrEnum):
    """How the settings page lets a person choose."""

    CHOICE = "choice"
    NUMBER = "number"
    TEXT = "text"
    ADDRESS = "address"
    FLAG = "flag"
    FILES = "files"
    TABLE = "table"


@dataclass(frozen=True, slots=True)
class Option(Generic[T]):
    """One row of the table."""

    name: str
    """As in the settings file and in a policy: words joined by hyphens."""
    kind: OptionKind
    default: T
    decode: Callable[[Any], T]
    """From JSON. Raises `ValueError` for what is not a value of this option."""
    encode: Callable[[T], Json]
    choices: tuple[T, ...] = ()
    """For a choice: all of them, in the order of the page."""
    minimum: int = 0
    maximum: int = 0
    """For a number: both ends are allowed."""
    is_lockable: bool = True
    is_hidden: bool = False
    """Not on the settings page; for tests and support only."""

    @property
    def description_id(self) -> str:
        return f"option-{self.name}"


@dataclass(frozen=True, slots=True)
class SecretOption:
    """An option whose value is a secret: it has a place on the settings page, and its value goes to the store's secrets under `name`."""

    name: str

    @property
    def description_id(self) -> str:
        return f"option-{self.name}"


@unique
class Language(StrEnum):
    """Of window, commands and messages."""

    RUSSIAN = "ru"
    ENGLISH = "en"
    SYSTEM = "system"


@unique
class Theme(StrEnum):
    """Colours of the window."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"
    CONTRAST = "contrast"


@unique
class TrainingPace(StrEnum):
    """How fast the training operator and its authorities answer."""

    INSTANT = "instant"
    MINUTES = "minutes"
    REAL = "real"


@unique
class ProxyMode(StrEnum):
    """Values of the option `proxy` that are no address."""

    SYSTEM = "system"
    NONE = "none"


C = TypeVar("C", bound=StrEnum)


def _choice(name: str, default: C, *, is_lockable: bool = True) -> Option[C]:
    values = type(default)
    return Option(name, OptionKind.CHOICE, default, values, lambda value: value.value, tuple(values), is_lockable=is_lockable)


def _number(name: str, default: int, minimum: int, maximum: int) -> Option[int]:
    def decode(value: Any) -> int:
        if type(value) is not int or not minimum <= value <= maximum:
            raise ValueError(value)
        return value

    return Option(name, OptionKind.NUMBER, default, decode, lambda value: value, minimum=minimum, maximum=maximum)


def _flag(name: str, default: bool, *, is_lockable: bool = True, is_hidden: bool = False) -> Option[bool]:
    def decode(value: Any) -> bool:
        if type(value) is not bool:
            raise ValueError(value)
        return value

    return Option(name, OptionKind.FLAG, default, decode, lambda value: value, is_lockable=is_lockable, is_hidden=is_hidden)


def _text(name: str, pattern: str, *, default: str = "", kind: OptionKind = OptionKind.TEXT) -> Option[str]:
    def decode(value: Any) -> str:
        # The pattern is compiled when a value is looked at, not when the program starts.
        if not isinstance(value, str) or (value != default and re.fullmatch(pattern, value) is None):
            raise ValueError(value)
        return value

    return Option(name, kind, default, decode, lambda value: value)


def _files(name: str) -> Option[tuple[Path, ...]]:
    def decode(value: Any) -> tuple[Path, ...]:
        if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
            raise ValueError(value)
        return tuple(Path(item) for item in value)

    return Option(name, OptionKind.FILES, (), decode, lambda value: [str(item) for item in value])


def _table(name: str, key_pattern: str, value_pattern: str) -> Option[Mapping[str, str]]:
    def decode(value: Any) -> Mapping[str, str]:
        if not isinstance(value, Mapping):
            raise ValueError(value)  # noqa: TRY004  one kind of error for every wrong value
        for key, item in value.items():
            if not (isinstance(item, str) and re.fullmatch(key_pattern, key) and re.fullmatch(value_pattern, item)):
                raise ValueError(item)
        return dict(value)

    return Option(name, OptionKind.TABLE, {}, decode, lambda value: dict(value))


_URL: Final = r"https?://[^\s/?#@]+(/[^\s?#@]*)?"
_HTTPS_URL: Final = r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#@]*)?"
"""TLS everywhere but inside this computer."""

LANGUAGE: Final = _choice("language", Language.RUSSIAN)
THEME: Final = _choice("theme", Theme.SYSTEM)
TEXT_SIZE_PERCENT: Final = _number("text-size-percent", 100, 100, 150)
STAGE: Final = _choice("stage", Stage.TRAINING)
OPERATOR_API_URL: Final = _text("operator-api-url", _HTTPS_URL, default="https://extern-api.kontur.ru", kind=OptionKind.ADDRESS)
OPERATOR_IDENTITY_URL: Final = _text("operator-identity-url", _HTTPS_URL, default="https://identity.kontur.ru", kind=OptionKind.ADDRESS)
OPERATOR_CLIENT_ID: Final = _text("operator-client-id", r"[\x21-\x7e]{1,200}")
OPERATOR_API_KEY: Final = SecretOption("operator-api-key")
PROXY: Final = _text("proxy", f"none|{_URL}", default=ProxyMode.SYSTEM.value, kind=OptionKind.ADDRESS)
"""`system`, `none`, or the address of a proxy without name and password."""
PKCS11_MODULES: Final = _files("pkcs11-modules")
"""Libraries of keys besides the known ones."""
VIRTUAL_TOKEN_ALLOWED: Final = _flag("virtual-token-allowed", False, is_hidden=True)
TRAINING_PACE: Final = _choice("training-pace", TrainingPace.INSTANT)
SYNCHRONISE_EVERY_MINUTES: Final = _number("synchronise-every-minutes", 15, 0, 1440)
"""0: only when a person asks."""
SIGNING_CERTIFICATES: Final = _table("signing-certificates", r"\d{12}|\d{10}-[\dA-Z]{9}", r"[0-9A-F]{40}")
"""Thumbprint of the certificate that signs, by `Organisation.inn_kpp`: the operator may change an organisation's id."""

OPTIONS: Final[tuple[Option[Any], ...]] = (
    LANGUAGE,
    THEME,
    TEXT_SIZE_PERCENT,
    STAGE,
    OPERATOR_API_URL,
    OPERATOR_IDENTITY_URL,
    OPERATOR_CLIENT_ID,
    PROXY,
    PKCS11_MODULES,
    VIRTUAL_TOKEN_ALLOWED,
    TRAINING_PACE,
    SYNCHRONISE_EVERY_MINUTES,
    SIGNING_CERTIFICATES,
)
BY_NAME: Final[Mapping[str, Option[Any]]] = {option.name: option for option in OPTIONS}
