"""python-pkcs11 and its limits, wrapped in this one place with the reason beside each. Used in the child process only.

Seen in version 0.10.1; a newer one may need fewer of these.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any, Final, cast

import pkcs11
from pkcs11 import Attribute, KeyType, Mechanism
from pkcs11.attributes import AttributeMapper
from pkcs11.exceptions import PKCS11Error

from extern_desktop.tokens._native import NativeCalls

_TC26: Final = 0xD4321000


def _member(enumeration: Any, name: str, value: int) -> Any:
    """Vendor values are refused as plain numbers and unknown to the library's enumerations, so they are made members before any token is touched."""
    if value in enumeration._value2member_map_:
        return enumeration._value2member_map_[value]
    member = int.__new__(enumeration, value)
    member._name_ = name
    member._value_ = value
    enumeration._member_map_[name] = member
    enumeration._value2member_map_[value] = member
    return member


GOST_256_KEY: Final = KeyType.GOSTR3410
GOST_512_KEY: Final = cast(KeyType, _member(KeyType, "GOSTR3410_512", _TC26 | 0x03))
GOST_256_GENERATE: Final = Mechanism.GOSTR3410_KEY_PAIR_GEN
GOST_512_GENERATE: Final = cast(Mechanism, _member(Mechanism, "GOSTR3410_512_KEY_PAIR_GEN", _TC26 | 0x05))
GOST_256_RAW: Final = Mechanism.GOSTR3410
GOST_512_RAW: Final = cast(Mechanism, _member(Mechanism, "GOSTR3410_512", _TC26 | 0x06))
GOST_256_WITH_HASH: Final = cast(Mechanism, _member(Mechanism, "GOSTR3410_WITH_GOSTR3411_12_256", _TC26 | 0x08))
GOST_512_WITH_HASH: Final = cast(Mechanism, _member(Mechanism, "GOSTR3410_WITH_GOSTR3411_12_512", _TC26 | 0x09))
STREEBOG_256: Final = cast(Mechanism, _member(Mechanism, "GOSTR3411_12_256", _TC26 | 0x12))
STREEBOG_512: Final = cast(Mechanism, _member(Mechanism, "GOSTR3411_12_512", _TC26 | 0x13))


class NotAModuleError(Exception):
    """The system's loader doesn't take the file, or it has no `C_GetFunctionList`. The text is the loader's."""


def load_library(path: str) -> Any:
    """Load and initialise. Raises `NotAModuleError`, or `PKCS11Error` where `C_Initialize` says no."""
    try:
        return pkcs11.lib(path)
    except PKCS11Error as error:
        if "exception while loading" in str(error):  # the loader's failures come as the bare base class with a text
            raise NotAModuleError(str(error).rpartition(f"{path}: ")[2]) from None
        raise


def slots_with_token(library: Any) -> list[Any]:
    """`wait_for_slot_event` raises TypeError on every real event and loses the slot, so slots are asked for instead."""
    return list(library.get_slots(token_present=True))


def serial_of(token: Any) -> str:
    return str(token.serial.rstrip(b"\0 ").decode("ascii", errors="replace"))


def text_of(value: str) -> str:
    """Fixed-width fields come padded with blanks, from careless libraries with zero bytes."""
    return value.partition("\0")[0].rstrip()


def _mapper() -> AttributeMapper:
    """Labels are decoded as strict UTF-8 by default; Windows programs write them in cp1251."""
    mapper = AttributeMapper()
    mapper.register_handler(Attribute.LABEL, lambda text: text.encode(), _label_text)
    return mapper


def _label_text(octets: bytes) -> str:
    try:
        return octets.decode()
    except UnicodeDecodeError:
        return octets.decode("cp1251", errors="replace")


def open_session(
    token: Any, native: NativeCalls, *, writable: bool = False, pin: str | object | None = None, so_pin: str | None = None
) -> Any:
    """A session, logged in if the user's or the administrator's PIN is given.

    A refused login leaks its session, and nobody else of ours is logged in then: all are closed.
    """
    if pin is None and so_pin is None:
        return token.open(rw=writable, attribute_mapper=_mapper())
    try:
        return token.open(rw=writable, user_pin=pin, so_pin=so_pin, attribute_mapper=_mapper())
    except PKCS11Error:
        native.close_all_sessions(token.slot.slot_id)
        raise


def close_session(session: Any, native: NativeCalls) -> None:
    """`close` gives up halfway when the token is gone, and logs out every session of this process: only a login is closed by closing all."""
    logged_in = session.user_type in (pkcs11.UserType.USER, pkcs11.UserType.SO)
    with contextlib.suppress(PKCS11Error):
        session.close()
    if logged_in:
        native.close_all_sessions(session.token.slot.slot_id)


def find_objects(session: Any, template: Mapping[Attribute, Any]) -> list[Any]:
    """`get_objects` is a generator that holds the search open, and a nested one fails: it is always read to its end."""
    return list(session.get_objects(dict(template)))


def remember_key_type(key: Any, key_type: KeyType) -> None:
    """`sign` asks the device for the key's type, by two calls, before every signature. Each object has its own class, which can be told."""
    type(key).key_type = key_type


def code_of(error: PKCS11Error) -> str:
    """`CKR_DEVICE_ERROR` for `DeviceError`: the exceptions carry no number, but each class is one code. Codes without a class keep the number."""
    if type(error) is PKCS11Error:
        return str(error).rpartition(" ")[2] or "CKR_VENDOR_DEFINED"
    return "CKR_" + re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", type(error).__name__).upper()
