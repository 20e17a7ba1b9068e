"""What travels between the program and the child process that holds a PKCS#11 library: calls, answers and one kind of event.

Frames of msgpack over the child's own pair of descriptors, typed on both sides and never pickled: a broken vendor library must not be able to make
the program build objects. Facts and codes cross the border, exception objects never.
"""

from __future__ import annotations

from enum import StrEnum, unique
from typing import Final

import msgspec

from extern_desktop.domain.secrets import MASK
from extern_desktop.tokens.values import TokenCard

SLOTS_CHANGED: Final = b"slots-changed"
"""The only event: something came or went. What it was is asked for by a call."""


class Act(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Base of what a child can be asked."""


class Load(Act, frozen=True, array_like=True, tag=True):
    """Load the library. The first call of every child."""

    path: str
    virtual_allowed: bool


class WatchSlots(Act, frozen=True, array_like=True, tag=True):
    """From now on look for changes while idle and send `SLOTS_CHANGED`."""


class ReadSlots(Act, frozen=True, array_like=True, tag=True):
    """Which tokens are in which slots; cheap, and proves that the library still answers."""


class ReadCards(Act, frozen=True, array_like=True, tag=True):
    """Everything that is known of the tokens without a PIN."""


class Open(Act, frozen=True, array_like=True, tag=True):
    """Log in once."""

    serial: str
    pin: bytes | None
    """None: the PIN is typed on the token's keypad."""

    def __repr__(self) -> str:
        return f"Open(serial={self.serial!r}, pin={MASK})"


class ChangePin(Act, frozen=True, array_like=True, tag=True):
    """Set another user PIN in the place of the one that is known. Spends an attempt if that one is wrong."""

    serial: str
    old: bytes
    new: bytes

    def __repr__(self) -> str:
        return f"ChangePin(serial={self.serial!r}, old={MASK}, new={MASK})"


class UnblockPin(Act, frozen=True, array_like=True, tag=True):
    """Set a new user PIN with the administrator's. Spends an attempt of the administrator's PIN if that one is wrong."""

    serial: str
    so_pin: bytes
    new: bytes

    def __repr__(self) -> str:
        return f"UnblockPin(serial={self.serial!r}, so_pin={MASK}, new={MASK})"


CARRIES_PIN: Final = (Open, ChangePin, UnblockPin)
"""What a vendor library prints after it was given one of these is never kept."""


class Close(Act, frozen=True, array_like=True, tag=True):
    login: int


class Sign(Act, frozen=True, array_like=True, tag=True):
    login: int
    key_id: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Sign({len(self.data)} bytes)"


class Digest(Act, frozen=True, array_like=True, tag=True):
    login: int
    key_id: bytes
    data: bytes

    def __repr__(self) -> str:
        return f"Digest({len(self.data)} bytes)"


class GenerateKeyPair(Act, frozen=True, array_like=True, tag=True):
    login: int
    key_id: bytes
    label: str
    bits: int


class StoreCertificate(Act, frozen=True, array_like=True, tag=True):
    login: int
    der: bytes
    key_id: bytes
    label: str


AnyAct = Load | WatchSlots | ReadSlots | ReadCards | Open | ChangePin | UnblockPin | Close | Sign | Digest | GenerateKeyPair | StoreCertificate


class Call(msgspec.Struct, frozen=True, array_like=True):
    id: int
    act: AnyAct


class Result(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Base of what a child answers."""


class Done(Result, frozen=True, array_like=True, tag=True):
    """Nothing to tell."""


class Loaded(Result, frozen=True, array_like=True, tag=True):
    manufacturer: str
    description: str
    version: str


class SlotToken(msgspec.Struct, frozen=True, array_like=True):
    slot_id: int
    serial: str


class Slots(Result, frozen=True, array_like=True, tag=True):
    tokens: list[SlotToken]


class UnreadableSlot(msgspec.Struct, frozen=True, array_like=True):
    slot_id: int
    code: str


class Cards(Result, frozen=True, array_like=True, tag=True):
    cards: list[TokenCard]
    unreadable: list[UnreadableSlot]


class Opened(Result, frozen=True, array_like=True, tag=True):
    login: int
    card: TokenCard


class PinSet(Result, frozen=True, array_like=True, tag=True):
    """The token as it is with its new PIN."""

    card: TokenCard


class Octets(Result, frozen=True, array_like=True, tag=True):
    """A signature, a digest or a public key."""

    octets: bytes


@unique
class Trouble(StrEnum):
    """Why a child couldn't do what it was asked."""

    NOT_A_MODULE = "not-a-module"
    REFUSED_TO_START = "refused-to-start"
    VIRTUAL = "virtual"
    ABSENT = "absent"
    REMOVED = "removed"
    BUSY = "busy"
    LOGIN_LOST = "login-lost"
    PIN_REFUSED = "pin-refused"
    PIN_LOCKED = "pin-locked"
    PIN_LENGTH = "pin-length"
    PIN_UNFIT = "pin-unfit"
    SO_PIN_REFUSED = "so-pin-refused"
    SO_PIN_LOCKED = "so-pin-locked"
    KEY_MISSING = "key-missing"
    DEVICE_FAILED = "device-failed"
    UNFORESEEN = "unforeseen"
    """A bug of ours in the child; `code` names the exception and its line."""


class Failed(Result, frozen=True, array_like=True, tag=True):
    trouble: Trouble
    code: str = ""
    """`CKR_…`, or the loader's words."""
    card: TokenCard | None = None
    """The token as it is after the failure, read without its certificates."""
    serial: str = ""
    label: str = ""


AnyResult = Done | Loaded | Slots | Cards | Opened | PinSet | Octets | Failed


class Answer(msgspec.Struct, frozen=True, array_like=True):
    id: int
    """The call's."""
    result: AnyResult


_encoder: Final = msgspec.msgpack.Encoder()
_calls: Final = msgspec.msgpack.Decoder(Call)
_answers: Final = msgspec.msgpack.Decoder(Answer)

BrokenMessageError = msgspec.MsgspecError


def encode(message: Call | Answer) -> bytes:
    return _encoder.encode(message)


def decode_call(frame: bytes) -> Call:
    return _calls.decode(frame)


def decode_answer(frame: bytes) -> Answer:
    """The answer in a frame of the child. Raises `BrokenMessageError`."""
    return _answers.decode(frame)
