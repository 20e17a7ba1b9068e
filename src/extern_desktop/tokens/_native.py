"""Calls of a PKCS#11 library that python-pkcs11 doesn't offer, by ctypes on the same loaded library. Used in the child process only.

`dlopen` hands out the library that is already loaded and initialised, so both ways share one state; the child has one thread for all its calls.
"""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import Final

_PACK: Final = 1 if sys.platform == "win32" else 0  # PKCS#11 packs its structures by one byte on Windows, and only there
_ULONG: Final = ctypes.c_ulong
_LIE: Final = 1000
"""Counts above this are no counts: some libraries answer 0xffffffff for "don't know"."""


class _Version(ctypes.Structure):
    _pack_ = _PACK
    _fields_ = (("major", ctypes.c_ubyte), ("minor", ctypes.c_ubyte))


class _FunctionList(ctypes.Structure):
    """`CK_FUNCTION_LIST` as far as it is used: libraries need not export anything but `C_GetFunctionList`, and some don't."""

    _pack_ = _PACK
    _fields_ = (("version", _Version), ("functions", ctypes.c_void_p * 15))


_GET_SLOT_LIST: Final = 4
_GET_TOKEN_INFO: Final = 6
_CLOSE_ALL_SESSIONS: Final = 14
"""Places in the list, in the order of the standard."""


class _TokenInfo(ctypes.Structure):
    """`CK_TOKEN_INFO`."""

    _pack_ = _PACK
    _fields_ = (
        ("label", ctypes.c_ubyte * 32),
        ("manufacturer", ctypes.c_ubyte * 32),
        ("model", ctypes.c_ubyte * 16),
        ("serial", ctypes.c_ubyte * 16),
        ("flags", _ULONG),
        ("max_session_count", _ULONG),
        ("session_count", _ULONG),
        ("max_rw_session_count", _ULONG),
        ("rw_session_count", _ULONG),
        ("max_pin_length", _ULONG),
        ("min_pin_length", _ULONG),
        ("total_public_memory", _ULONG),
        ("free_public_memory", _ULONG),
        ("total_private_memory", _ULONG),
        ("free_private_memory", _ULONG),
        ("hardware_version", _Version),
        ("firmware_version", _Version),
        ("utc_time", ctypes.c_ubyte * 16),
    )


class _TokenInfoExtended(ctypes.Structure):
    """`CK_TOKEN_INFO_EXTENDED` of Rutoken up to the fields every version of the library has; `size` tells the library how much there is."""

    _pack_ = _PACK
    _fields_ = (
        ("size", _ULONG),
        ("type", _ULONG),
        ("protocol", _ULONG),
        ("microcode", _ULONG),
        ("order", _ULONG),
        ("flags", _ULONG),
        ("max_admin_pin", _ULONG),
        ("min_admin_pin", _ULONG),
        ("max_user_pin", _ULONG),
        ("min_user_pin", _ULONG),
        ("max_admin_retry", _ULONG),
        ("admin_retry_left", _ULONG),
        ("max_user_retry", _ULONG),
        ("user_retry_left", _ULONG),
        ("serial", ctypes.c_ubyte * 8),
        ("total_memory", _ULONG),
        ("free_memory", _ULONG),
        ("atr", ctypes.c_ubyte * 64),
        ("atr_length", _ULONG),
        ("token_class", _ULONG),
        ("battery_voltage", _ULONG),
        ("body_color", _ULONG),
        ("firmware_checksum", _ULONG),
    )


@dataclass(frozen=True, slots=True)
class PinFacts:
    """What a token says of its user PIN beyond the flags."""

    min_length: int = 0
    max_length: int = 0
    attempts_left: int | None = None
    attempts_total: int | None = None
    so_attempts_left: int | None = None
    so_attempts_total: int | None = None


class NativeCalls:
    """The library at `path`, which python-pkcs11 has loaded and initialised."""

    def __init__(self, path: str) -> None:
        self._library = ctypes.CDLL(path)
        functions = ctypes.POINTER(_FunctionList)()
        self._library.C_GetFunctionList(ctypes.byref(functions))
        places = functions.contents.functions
        self._get_slot_list = ctypes.CFUNCTYPE(_ULONG, ctypes.c_ubyte, ctypes.POINTER(_ULONG), ctypes.POINTER(_ULONG))(places[_GET_SLOT_LIST])
        self._get_token_info = ctypes.CFUNCTYPE(_ULONG, _ULONG, ctypes.POINTER(_TokenInfo))(places[_GET_TOKEN_INFO])
        self._close_all_sessions = ctypes.CFUNCTYPE(_ULONG, _ULONG)(places[_CLOSE_ALL_SESSIONS])

    def slot_ids(self) -> tuple[int, ...] | None:
        """Slots with a token; None where the library doesn't say. Cheaper than python-pkcs11, which asks for the description of each one too."""
        count = _ULONG()
        if self._get_slot_list(1, None, ctypes.byref(count)) != 0 or _count(count.value) is None:
            return None
        slots = (_ULONG * count.value)()
        if self._get_slot_list(1, slots, ctypes.byref(count)) != 0:
            return None
        return tuple(slots[: count.value])

    def pin_facts(self, slot_id: int) -> PinFacts:
        """Lengths from `C_GetTokenInfo`, counters from Rutoken's `C_EX_GetTokenInfoExtended` where the library has it."""
        info = _TokenInfo()
        if self._get_token_info(slot_id, ctypes.byref(info)) != 0:
            return PinFacts()
        return PinFacts(_count(info.min_pin_length) or 0, _count(info.max_pin_length) or 0, *self._counters(slot_id))

    def _counters(self, slot_id: int) -> tuple[int | None, int | None, int | None, int | None]:
        """Attempts left and in all, of the user's PIN and of the administrator's."""
        ask = getattr(self._library, "C_EX_GetTokenInfoExtended", None)
        info = _TokenInfoExtended(size=ctypes.sizeof(_TokenInfoExtended))
        if ask is None or ask(_ULONG(slot_id), ctypes.byref(info)) != 0:
            return None, None, None, None
        user = (_count(info.user_retry_left), _count(info.max_user_retry)) if _count(info.max_user_retry) else (None, None)
        so = (_count(info.admin_retry_left), _count(info.max_admin_retry)) if _count(info.max_admin_retry) else (None, None)
        return *user, *so

    def close_all_sessions(self, slot_id: int) -> None:
        """End every session of this process with the slot, those too whose handle python-pkcs11 has lost. Logs out; the answer is of no use."""
        self._close_all_sessions(slot_id)


def _count(value: int) -> int | None:
    return value if value < _LIE else None
