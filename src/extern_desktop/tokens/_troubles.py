"""From what a child process says went wrong to the errors of this room: one table, a row per trouble."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import msgspec

from extern_desktop.domain.errors import ExternError
from extern_desktop.tokens import errors
from extern_desktop.tokens._wire import Failed, Trouble
from extern_desktop.tokens.values import Attempts, ModuleFailure


def error_of(failed: Failed, path: Path, token_label: str = "") -> ExternError:
    """The error for an answer of the library at `path`. `token_label` is for a token that the child has forgotten."""
    return _ERRORS[failed.trouble](failed if failed.label else msgspec.structs.replace(failed, label=token_label), path)


def _label(failed: Failed) -> str:
    return failed.card.label if failed.card is not None else failed.label


def _serial(failed: Failed) -> str:
    return failed.card.serial if failed.card is not None else failed.serial


def _pin_refused(failed: Failed, _path: Path) -> ExternError:
    card = failed.card
    if card is None:
        return errors.PinRefusedError(failed.label, Attempts.FEW, None, None)
    if card.attempts is Attempts.LOCKED:
        return errors.PinLockedError(card.label)
    return errors.PinRefusedError(card.label, card.attempts, card.attempts_left, card.attempts_total)


def _so_pin_refused(failed: Failed, _path: Path) -> ExternError:
    card = failed.card
    if card is None:
        return errors.SoPinRefusedError(failed.label, Attempts.FEW, None, None)
    if card.so_attempts is Attempts.LOCKED:
        return errors.SoPinLockedError(card.label)
    return errors.SoPinRefusedError(card.label, card.so_attempts, card.so_attempts_left, card.so_attempts_total)


def _pin_length(failed: Failed, _path: Path) -> ExternError:
    card = failed.card
    return errors.PinLengthError(_label(failed), card.pin_min_length if card else 0, card.pin_max_length if card else 0)


def _module(kind: ModuleFailure) -> Callable[[Failed, Path], ExternError]:
    return lambda failed, path: errors.ModuleFailedError(path, kind, failed.code)


_ERRORS: Final[Mapping[Trouble, Callable[[Failed, Path], ExternError]]] = {
    Trouble.NOT_A_MODULE: _module(ModuleFailure.NOT_A_MODULE),
    Trouble.REFUSED_TO_START: _module(ModuleFailure.REFUSED_TO_START),
    Trouble.UNFORESEEN: _module(ModuleFailure.CONFUSED),
    Trouble.VIRTUAL: lambda _failed, path: errors.VirtualTokenRefusedError(path),
    Trouble.ABSENT: lambda failed, _path: errors.TokenMissingError(_serial(failed)),
    Trouble.REMOVED: lambda failed, _path: errors.TokenRemovedError(_serial(failed), _label(failed)),
    Trouble.BUSY: lambda failed, _path: errors.TokenBusyError(_label(failed)),
    Trouble.LOGIN_LOST: lambda failed, _path: errors.LoginLostError(_label(failed)),
    Trouble.PIN_REFUSED: _pin_refused,
    Trouble.PIN_LOCKED: lambda failed, _path: errors.PinLockedError(_label(failed)),
    Trouble.PIN_LENGTH: _pin_length,
    Trouble.PIN_UNFIT: lambda failed, _path: errors.PinUnfitError(_label(failed)),
    Trouble.SO_PIN_REFUSED: _so_pin_refused,
    Trouble.SO_PIN_LOCKED: lambda failed, _path: errors.SoPinLockedError(_label(failed)),
    Trouble.KEY_MISSING: lambda failed, _path: errors.KeyMissingError(_label(failed)),
    Trouble.DEVICE_FAILED: lambda failed, _path: errors.DeviceFailedError(failed.code),
}
