"""A loaded PKCS#11 library inside the child process: carries out the acts of `_wire` and names what went wrong.

It asks nobody anything and knows no language. One thread only: python-pkcs11 initialises libraries without locks.
"""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pkcs11
from pkcs11 import Attribute, ObjectClass, TokenFlag
from pkcs11.exceptions import (
    DeviceRemoved,
    PinIncorrect,
    PinInvalid,
    PinLenRange,
    PinLocked,
    PKCS11Error,
    SessionClosed,
    SessionHandleInvalid,
    TokenNotPresent,
    TokenNotRecognised,
    UserAlreadyLoggedIn,
    UserNotLoggedIn,
)

from extern_desktop.tokens import _vendor as vendor
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens._login import Login, TroubleError
from extern_desktop.tokens._native import NativeCalls
from extern_desktop.tokens._wire import Trouble
from extern_desktop.tokens.values import Attempts, TokenCard, TokenCertificate

_TROUBLES = {
    PinIncorrect: Trouble.PIN_REFUSED,
    PinLocked: Trouble.PIN_LOCKED,
    PinLenRange: Trouble.PIN_LENGTH,
    PinInvalid: Trouble.PIN_UNFIT,
    DeviceRemoved: Trouble.REMOVED,
    TokenNotPresent: Trouble.REMOVED,
    SessionHandleInvalid: Trouble.REMOVED,  # handles die with the token: it was out and is back
    SessionClosed: Trouble.REMOVED,
    UserNotLoggedIn: Trouble.LOGIN_LOST,
    UserAlreadyLoggedIn: Trouble.BUSY,
}
_SO_TROUBLES = {PinIncorrect: Trouble.SO_PIN_REFUSED, PinLocked: Trouble.SO_PIN_LOCKED}
"""The same answers where it was the administrator's PIN that the token looked at."""
_FLAGS = ((TokenFlag.USER_PIN_LOCKED, Attempts.LOCKED), (TokenFlag.USER_PIN_FINAL_TRY, Attempts.LAST), (TokenFlag.USER_PIN_COUNT_LOW, Attempts.FEW))

_SO_FLAGS = ((TokenFlag.SO_PIN_LOCKED, Attempts.LOCKED), (TokenFlag.SO_PIN_FINAL_TRY, Attempts.LAST), (TokenFlag.SO_PIN_COUNT_LOW, Attempts.FEW))


class LoadedModule:
    """The library and the logins open in it."""

    def __init__(self, path: str, library: Any) -> None:
        self._path = path
        self._library = library
        self._native = NativeCalls(path)
        self._logins: dict[int, Login] = {}
        self._last_login = 0

    def carry_out(self, act: wire.AnyAct) -> wire.AnyResult:
        """The result of one act; every failure becomes `Failed`."""
        login = self._logins.get(act.login) if isinstance(act, wire.Sign | wire.Digest | wire.GenerateKeyPair | wire.StoreCertificate) else None
        try:
            return self._act(act)
        except TroubleError as error:
            return wire.Failed(error.trouble, card=error.card, serial=error.serial) if login is None else _failed(error.trouble, login=login)
        except PKCS11Error as error:
            return _failed(_TROUBLES.get(type(error), Trouble.DEVICE_FAILED), vendor.code_of(error), login=login)
        except Exception as error:  # a bug of ours: named by its line, without the values it had
            frame = traceback.extract_tb(error.__traceback__)[-1]
            return _failed(Trouble.UNFORESEEN, f"{type(error).__name__} {Path(frame.filename).name}:{frame.lineno}", login=login)

    def slots(self) -> list[wire.SlotToken]:
        """Every token with its place. Slots whose token can't be read have an empty serial number."""
        found = []
        for slot in vendor.slots_with_token(self._library):
            try:
                serial = vendor.serial_of(slot.get_token())
            except PKCS11Error:
                serial = ""
            found.append(wire.SlotToken(slot.slot_id, serial))
        return found

    def slot_ids(self) -> tuple[int, ...] | None:
        """Which slots have a token: the cheapest question there is, asked many times a second. None where the library doesn't answer now."""
        return self._native.slot_ids()

    def close(self) -> None:
        for login in self._logins.values():
            login.close()
        self._logins.clear()
        pkcs11.unload(self._path)

    def _act(self, act: wire.AnyAct) -> wire.AnyResult:
        match act:
            case wire.ReadSlots():
                return wire.Slots(self.slots())
            case wire.ReadCards():
                return self._read_cards()
            case wire.Open():
                return self._open(act.serial, act.pin)
            case wire.ChangePin():
                return self._change_pin(act.serial, act.old, act.new)
            case wire.UnblockPin():
                return self._unblock_pin(act.serial, act.so_pin, act.new)
            case wire.Close():
                self._close(act.login)
                return wire.Done()
            case wire.Sign():
                return wire.Octets(self._login(act.login).sign(act.key_id, act.data))
            case wire.Digest():
                return wire.Octets(self._login(act.login).digest(act.key_id, act.data))
            case wire.GenerateKeyPair():
                return wire.Octets(self._login(act.login).generate_key_pair(act.key_id, act.label, act.bits))
            case wire.StoreCertificate():
                self._login(act.login).store_certificate(act.der, act.key_id, act.label)
                return wire.Done()
        raise TypeError(type(act).__name__)

    def _read_cards(self) -> wire.Cards:
        cards, unreadable = [], []
        for slot in vendor.slots_with_token(self._library):
            try:
                token = slot.get_token()
                cards.append(self._card(token, self._certificates(token)))
            except (TokenNotPresent, DeviceRemoved):
                continue  # pulled out while we looked
            except PKCS11Error as error:
                unreadable.append(wire.UnreadableSlot(slot.slot_id, vendor.code_of(error)))
        return wire.Cards(cards, unreadable)

    def _card(self, token: Any, certificates: tuple[TokenCertificate, ...] = ()) -> TokenCard:
        pin = self._native.pin_facts(token.slot.slot_id)
        return TokenCard(
            module=self._path,
            slot_id=token.slot.slot_id,
            serial=vendor.serial_of(token),
            label=vendor.text_of(token.label),
            model=vendor.text_of(token.model),
            manufacturer=vendor.text_of(token.manufacturer_id),
            attempts=attempts_of(token.flags, pin.attempts_left, _FLAGS),
            attempts_left=pin.attempts_left,
            attempts_total=pin.attempts_total,
            initial_pin=bool(token.flags & TokenFlag.USER_PIN_TO_BE_CHANGED),
            pin_min_length=pin.min_length,
            pin_max_length=pin.max_length,
            protected_path=bool(token.flags & TokenFlag.PROTECTED_AUTHENTICATION_PATH),
            certificates=certificates,
            so_attempts=attempts_of(token.flags, pin.so_attempts_left, _SO_FLAGS),
            so_attempts_left=pin.so_attempts_left,
            so_attempts_total=pin.so_attempts_total,
        )

    def _certificates(self, token: Any) -> tuple[TokenCertificate, ...]:
        session = vendor.open_session(token, self._native)
        try:
            key_ids = {
                found.get(Attribute.ID)
                for kind in (ObjectClass.PUBLIC_KEY, ObjectClass.PRIVATE_KEY)
                for found in (key.get_attributes([Attribute.ID]) for key in vendor.find_objects(session, {Attribute.CLASS: kind}))
            }
            objects = vendor.find_objects(session, {Attribute.CLASS: ObjectClass.CERTIFICATE})
            facts = [item.get_attributes([Attribute.ID, Attribute.LABEL, Attribute.VALUE]) for item in objects]
        finally:
            vendor.close_session(session, self._native)
        return tuple(
            TokenCertificate(
                der=fact[Attribute.VALUE],
                key_id=fact.get(Attribute.ID, b""),
                label=vendor.text_of(fact.get(Attribute.LABEL, "")),
                has_private_key=fact.get(Attribute.ID, b"") in key_ids,
            )
            for fact in facts
            if fact.get(Attribute.VALUE)
        )

    def _change_pin(self, serial: str, old: bytes, new: bytes) -> wire.AnyResult:
        """By `C_SetPIN` in a session that is not logged in: the token checks the old PIN itself, once."""
        token, card = self._free_token(serial)
        if card.attempts is Attempts.LOCKED:
            return wire.Failed(Trouble.PIN_LOCKED, card=card)
        if not (_length_is_right(len(old), card) and _length_is_right(len(new), card)):
            return wire.Failed(Trouble.PIN_LENGTH, card=card)
        session = vendor.open_session(token, self._native, writable=True)
        try:
            session.set_pin(old.decode(), new.decode())
        except PKCS11Error as error:
            return self._refused(card, error)
        finally:
            vendor.close_session(session, self._native)
        return wire.PinSet(self._fresh_card(token))

    def _unblock_pin(self, serial: str, so_pin: bytes, new: bytes) -> wire.AnyResult:
        """By `C_InitPIN`, which sets the user's counter back. Objects on the token stay."""
        token, card = self._free_token(serial)
        if card.so_attempts is Attempts.LOCKED:
            return wire.Failed(Trouble.SO_PIN_LOCKED, card=card)
        if not _length_is_right(len(new), card):
            return wire.Failed(Trouble.PIN_LENGTH, card=card)
        try:
            session = vendor.open_session(token, self._native, writable=True, so_pin=so_pin.decode())
        except PKCS11Error as error:
            return self._refused(card, error, _TROUBLES | _SO_TROUBLES)
        try:
            session.init_pin(new.decode())
        except PKCS11Error as error:
            return self._refused(card, error)
        finally:
            vendor.close_session(session, self._native)
        return wire.PinSet(self._fresh_card(token))

    def _refused(self, card: TokenCard, error: PKCS11Error, troubles: Mapping[type[PKCS11Error], Trouble] = _TROUBLES) -> wire.Failed:
        """The refusal with the counters that are left after it; of a token that is gone, those from before."""
        fresh = self._find_token(card.serial)
        trouble = troubles.get(type(error), Trouble.DEVICE_FAILED)
        return wire.Failed(trouble, vendor.code_of(error), self._card(fresh) if fresh is not None else card)

    def _fresh_card(self, token: Any) -> TokenCard:
        """python-pkcs11 keeps a token's flags from when it was found: it is found anew."""
        fresh = self._find_token(vendor.serial_of(token)) or token
        return self._card(fresh, self._certificates(fresh))

    def _free_token(self, serial: str) -> tuple[Any, TokenCard]:
        """The token when it is here and nobody of ours is logged in to it."""
        token = self._find_token(serial)
        if token is None:
            raise TroubleError(Trouble.ABSENT, serial=serial)
        self._forget_dead_logins(token.slot.slot_id)
        card = self._card(token)
        if any(login.slot_id == card.slot_id for login in self._logins.values()):
            raise TroubleError(Trouble.BUSY, card)
        return token, card

    def _open(self, serial: str, pin: bytes | None) -> wire.AnyResult:
        token, card = self._free_token(serial)
        if card.attempts is Attempts.LOCKED:
            return wire.Failed(Trouble.PIN_LOCKED, card=card)
        if pin is not None and not _length_is_right(len(pin), card):
            return wire.Failed(Trouble.PIN_LENGTH, card=card)
        try:
            session = vendor.open_session(token, self._native, writable=True, pin=pkcs11.PROTECTED_AUTH if pin is None else pin.decode())
        except PKCS11Error as error:
            return self._refused(card, error)
        self._last_login += 1
        self._logins[self._last_login] = Login(token, session, self._native)
        return wire.Opened(self._last_login, self._card(token, self._certificates(token)))

    def _find_token(self, serial: str) -> Any | None:
        for slot in vendor.slots_with_token(self._library):
            try:
                token = slot.get_token()
            except (TokenNotPresent, TokenNotRecognised, DeviceRemoved):
                continue
            if vendor.serial_of(token) == serial:
                return token
        return None

    def _forget_dead_logins(self, slot_id: int) -> None:
        """A token that was pulled and put back has forgotten its login: only our record of it is left."""
        for number, login in list(self._logins.items()):
            if login.slot_id == slot_id and not login.is_alive():
                self._close(number)

    def _login(self, number: int) -> Login:
        if number not in self._logins:
            raise TroubleError(Trouble.LOGIN_LOST)
        return self._logins[number]

    def _close(self, number: int) -> None:
        login = self._logins.pop(number, None)
        if login is not None:
            login.close()


def attempts_of(flags: TokenFlag, attempts_left: int | None, meanings: Sequence[tuple[TokenFlag, Attempts]] = _FLAGS) -> Attempts:
    """What flags and counter say together; the worse of the two counts."""
    if attempts_left == 0:
        return Attempts.LOCKED
    told = next((attempts for flag, attempts in meanings if flags & flag), Attempts.MANY)
    return Attempts.LAST if attempts_left == 1 and told is not Attempts.LOCKED else told


def _length_is_right(length: int, card: TokenCard) -> bool:
    return length >= card.pin_min_length and (card.pin_max_length == 0 or length <= card.pin_max_length)


def _failed(trouble: Trouble, code: str = "", *, login: Login | None) -> wire.Failed:
    return wire.Failed(trouble, code, serial=login.serial if login else "", label=login.label if login else "")
