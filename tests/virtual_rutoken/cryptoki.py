"""A thin PKCS#11 caller over ctypes for tests: raw return codes, raw mechanisms, nothing hidden.

The product reaches tokens through `tokens/`; this is for what no library shows, such as buffer lengths and exact codes.
"""

from __future__ import annotations

import ctypes
from collections.abc import Mapping, Sequence
from ctypes import Structure, byref, c_char, c_ubyte, c_ulong, c_void_p
from enum import IntEnum
from pathlib import Path
from typing import Any, Final

TC26: Final = 0xD4321000
GOST256_KEY_PAIR_GEN, GOST256, GOST256_WITH_HASH, STREEBOG256 = 0x1200, 0x1201, TC26 | 0x08, TC26 | 0x12
GOST512_KEY_PAIR_GEN, GOST512, GOST512_WITH_HASH, STREEBOG512 = TC26 | 0x05, TC26 | 0x06, TC26 | 0x09, TC26 | 0x13
RSA_KEY_PAIR_GEN, RSA, RSA_WITH_SHA256, SHA256 = 0x0, 0x1, 0x40, 0x250
CLASS, TOKEN, PRIVATE, LABEL, VALUE, KEY_TYPE, ID = 0x0, 0x1, 0x2, 0x3, 0x11, 0x100, 0x102
CERTIFICATE_TYPE, MODULUS_BITS, SENSITIVE, EXTRACTABLE, GOST_PARAMS, STREEBOG_PARAMS = 0x80, 0x121, 0x103, 0x162, 0x250, 0x251
ALWAYS_AUTHENTICATE: Final = 0x202
DATA_OBJECT, CERTIFICATE_OBJECT, PUBLIC_KEY, PRIVATE_KEY = 0, 1, 2, 3
SERIAL_SESSION, RW_SESSION = 4, 2
SO, USER, CONTEXT_SPECIFIC = 0, 1, 2
DONT_BLOCK: Final = 1


class Rv(IntEnum):
    """The return codes our tests speak of."""

    OK = 0x0
    SLOT_ID_INVALID = 0x3
    FUNCTION_FAILED = 0x6
    ARGUMENTS_BAD = 0x7
    NO_EVENT = 0x8
    ATTRIBUTE_READ_ONLY = 0x10
    ATTRIBUTE_SENSITIVE = 0x11
    ATTRIBUTE_TYPE_INVALID = 0x12
    DATA_LEN_RANGE = 0x21
    DEVICE_ERROR = 0x30
    DEVICE_REMOVED = 0x32
    FUNCTION_NOT_SUPPORTED = 0x54
    KEY_HANDLE_INVALID = 0x60
    KEY_TYPE_INCONSISTENT = 0x63
    MECHANISM_INVALID = 0x70
    OBJECT_HANDLE_INVALID = 0x82
    OPERATION_ACTIVE = 0x90
    OPERATION_NOT_INITIALIZED = 0x91
    PIN_INCORRECT = 0xA0
    PIN_LEN_RANGE = 0xA2
    PIN_LOCKED = 0xA4
    SESSION_HANDLE_INVALID = 0xB3
    SESSION_READ_ONLY = 0xB5
    SIGNATURE_INVALID = 0xC0
    SIGNATURE_LEN_RANGE = 0xC1
    TEMPLATE_INCOMPLETE = 0xD0
    TEMPLATE_INCONSISTENT = 0xD1
    TOKEN_NOT_PRESENT = 0xE0
    USER_ALREADY_LOGGED_IN = 0x100
    USER_NOT_LOGGED_IN = 0x101
    USER_PIN_NOT_INITIALIZED = 0x102
    DOMAIN_PARAMS_INVALID = 0x130
    BUFFER_TOO_SMALL = 0x150
    CRYPTOKI_NOT_INITIALIZED = 0x190
    CRYPTOKI_ALREADY_INITIALIZED = 0x191


class TokenFlag(IntEnum):
    USER_PIN_INITIALIZED = 0x8
    PROTECTED_PATH = 0x100
    COUNT_LOW = 0x10000
    FINAL_TRY = 0x20000
    LOCKED = 0x40000
    TO_BE_CHANGED = 0x80000


class CallFailedError(Exception):
    """A call that had to succeed did not."""

    def __init__(self, function: str, rv: Rv) -> None:
        super().__init__(f"{function}: {rv.name}")
        self.rv = rv


class _Attribute(Structure):
    _fields_ = (("type", c_ulong), ("value", c_void_p), ("length", c_ulong))


class _Mechanism(Structure):
    _fields_ = (("mechanism", c_ulong), ("parameter", c_void_p), ("length", c_ulong))


class _Version(Structure):
    _fields_ = (("major", c_ubyte), ("minor", c_ubyte))


class _TokenInfo(Structure):
    _fields_ = (
        *((name, c_char * size) for name, size in (("label", 32), ("manufacturer", 32), ("model", 16), ("serial", 16))),
        ("flags", c_ulong),
        *((name, c_ulong) for name in ("max_sessions", "sessions", "max_rw", "rw", "max_pin", "min_pin", "m1", "m2", "m3", "m4")),
        ("hardware", _Version),
        ("firmware", _Version),
        ("time", c_char * 16),
    )


class _Info(Structure):
    _fields_ = (
        ("cryptoki", _Version),
        ("manufacturer", c_char * 32),
        ("flags", c_ulong),
        ("description", c_char * 32),
        ("library", _Version),
    )


class _TokenInfoExtended(Structure):
    _fields_ = (
        *((name, c_ulong) for name in ("size", "type", "protocol", "microcode", "order", "flags")),
        *((name, c_ulong) for name in ("max_admin_pin", "min_admin_pin", "max_user_pin", "min_user_pin")),
        *((name, c_ulong) for name in ("max_admin_retry", "admin_retry_left", "max_user_retry", "user_retry_left")),
        ("serial", c_ubyte * 8),
        ("total_memory", c_ulong),
        ("free_memory", c_ulong),
        ("atr", c_ubyte * 64),
        *((name, c_ulong) for name in ("atr_length", "token_class", "battery", "color", "checksum")),
    )


def _template(values: Mapping[int, bytes | bool | int]) -> tuple[Any, int]:
    rows: Any = (_Attribute * len(values))()  # an array that keeps its buffers alive
    keep: list[Any] = []
    for row, (kind, value) in zip(rows, values.items(), strict=True):
        octets = bytes([value]) if isinstance(value, bool) else bytes(c_ulong(value)) if isinstance(value, int) else value
        buffer = ctypes.create_string_buffer(octets, max(len(octets), 1))
        keep.append(buffer)
        row.type, row.value, row.length = kind, ctypes.cast(buffer, c_void_p).value, len(octets)
    rows.keep = keep
    return rows, len(values)


class Cryptoki:
    """A loaded module. `rv(...)` gives the code; the other methods raise `CallFailedError`."""

    def __init__(self, path: Path) -> None:
        self._library = ctypes.CDLL(str(path))

    def rv(self, function: str, *arguments: Any) -> Rv:
        entry = self._library[function]
        entry.restype = c_ulong
        converted = [c_ulong(argument) if isinstance(argument, int) else argument for argument in arguments]
        return Rv(entry(*converted))

    def must(self, function: str, *arguments: Any) -> None:
        rv = self.rv(function, *arguments)
        if rv is not Rv.OK:
            raise CallFailedError(function, rv)

    def description(self) -> str:
        info = _Info()
        self.must("C_GetInfo", byref(info))
        return bytes(info.description).decode().strip()

    def slots_with_token(self) -> list[int]:
        slots, length = (c_ulong * 8)(), c_ulong(8)
        self.must("C_GetSlotList", 1, slots, byref(length))
        return list(slots[: length.value])

    def token_info(self, slot: int = 0) -> Any:
        info = _TokenInfo()
        self.must("C_GetTokenInfo", slot, byref(info))
        return info

    def flags(self, slot: int = 0) -> set[TokenFlag]:
        return {flag for flag in TokenFlag if self.token_info(slot).flags & flag}

    def extended(self, slot: int = 0) -> Any:
        info = _TokenInfoExtended(size=ctypes.sizeof(_TokenInfoExtended))
        self.must("C_EX_GetTokenInfoExtended", slot, byref(info))
        return info

    def mechanisms(self, slot: int = 0) -> list[int]:
        length = c_ulong()
        self.must("C_GetMechanismList", slot, None, byref(length))
        found = (c_ulong * max(length.value, 1))()
        self.must("C_GetMechanismList", slot, found, byref(length))
        return list(found[: length.value])

    def open_session(self, slot: int = 0, flags: int = SERIAL_SESSION | RW_SESSION) -> int:
        handle = c_ulong()
        self.must("C_OpenSession", slot, flags, None, None, byref(handle))
        return handle.value

    def login(self, session: int, pin: str, user: int = USER) -> Rv:
        octets = pin.encode()
        return self.rv("C_Login", session, user, octets, len(octets))

    def log_in(self, slot: int = 0, pin: str = "12345678") -> int:
        session = self.open_session(slot)
        rv = self.login(session, pin)
        if rv is not Rv.OK:
            raise CallFailedError("C_Login", rv)
        return session

    def generate(
        self, session: int, mechanism: int, public: Mapping[int, bytes | bool | int], key_id: bytes = b"\x01", *, always_authenticate: bool = False
    ) -> tuple[int, int]:
        """Handles of the public and the private key, both on the token."""
        common: dict[int, bytes | bool | int] = {TOKEN: True, ID: key_id, LABEL: "Ключ".encode()}
        rows, length = _template({**common, PRIVATE: False, **public})
        private_rows, private_length = _template({**common, PRIVATE: True, ALWAYS_AUTHENTICATE: always_authenticate})
        one, two = c_ulong(), c_ulong()
        asked = _Mechanism(mechanism, None, 0)
        self.must("C_GenerateKeyPair", session, byref(asked), rows, length, private_rows, private_length, byref(one), byref(two))
        return one.value, two.value

    def create_rv(self, session: int, values: Mapping[int, bytes | bool | int]) -> tuple[Rv, int]:
        rows, length = _template(values)
        made = c_ulong()
        return self.rv("C_CreateObject", session, rows, length, byref(made)), made.value

    def set_rv(self, session: int, handle: int, values: Mapping[int, bytes | bool | int]) -> Rv:
        rows, length = _template(values)
        return self.rv("C_SetAttributeValue", session, handle, rows, length)

    def find(self, session: int, values: Mapping[int, bytes | bool | int]) -> list[int]:
        rows, length = _template(values)
        self.must("C_FindObjectsInit", session, rows, length)
        found, given = (c_ulong * 100)(), c_ulong()
        self.must("C_FindObjects", session, found, 100, byref(given))
        self.must("C_FindObjectsFinal", session)
        return list(found[: given.value])

    def attribute_rv(self, session: int, handle: int, kind: int) -> tuple[Rv, bytes]:
        row = _Attribute(kind, None, 0)
        rv = self.rv("C_GetAttributeValue", session, handle, byref(row), 1)
        if rv is not Rv.OK:
            return rv, b""
        buffer = ctypes.create_string_buffer(max(row.length, 1))
        row.value = ctypes.cast(buffer, c_void_p).value
        self.must("C_GetAttributeValue", session, handle, byref(row), 1)
        return Rv.OK, buffer.raw[: row.length]

    def attribute(self, session: int, handle: int, kind: int) -> bytes:
        rv, octets = self.attribute_rv(session, handle, kind)
        if rv is not Rv.OK:
            raise CallFailedError("C_GetAttributeValue", rv)
        return octets

    def begin(self, function: str, session: int, mechanism: int, *key: int) -> Rv:
        return self.rv(function, session, byref(_Mechanism(mechanism, None, 0)), *key)

    def finish(self, function: str, session: int, data: bytes | None = None, room: int = 512) -> tuple[Rv, bytes]:
        """C_Sign, C_Digest with `data`; C_SignFinal, C_DigestFinal without."""
        buffer, length = ctypes.create_string_buffer(room), c_ulong(room)
        given = () if data is None else (data, len(data))
        rv = self.rv(function, session, *given, buffer, byref(length))
        return rv, buffer.raw[: length.value] if rv is Rv.OK else b""

    def asked_length(self, function: str, session: int, data: bytes | None = None) -> int:
        length = c_ulong()
        given = () if data is None else (data, len(data))
        self.must(function, session, *given, None, byref(length))
        return length.value

    def sign(self, session: int, mechanism: int, key: int, data: bytes) -> bytes:
        rv = self.begin("C_SignInit", session, mechanism, key)
        if rv is not Rv.OK:
            raise CallFailedError("C_SignInit", rv)
        rv, signature = self.finish("C_Sign", session, data)
        if rv is not Rv.OK:
            raise CallFailedError("C_Sign", rv)
        return signature

    def digest(self, session: int, mechanism: int, parts: Sequence[bytes]) -> bytes:
        self.begin("C_DigestInit", session, mechanism)
        for part in parts:
            self.must("C_DigestUpdate", session, part, len(part))
        return self.finish("C_DigestFinal", session)[1]

    def verify(self, session: int, mechanism: int, key: int, data: bytes, signature: bytes) -> Rv:
        rv = self.begin("C_VerifyInit", session, mechanism, key)
        return rv if rv is not Rv.OK else self.rv("C_Verify", session, data, len(data), signature, len(signature))

    def wait(self, flags: int = 0) -> tuple[Rv, int]:
        slot = c_ulong(99)
        return self.rv("C_WaitForSlotEvent", flags, byref(slot), None), slot.value

