"""What the rooms above may know of tokens: frozen facts, read and never asked back.

Nothing here touches a device or a library.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path


@unique
class Attempts(StrEnum):
    """How many wrong PINs the token still forgives, as far as its flags tell."""

    MANY = "many"
    """None was lost since the last right PIN."""
    FEW = "few"
    """At least one was lost (`CKF_USER_PIN_COUNT_LOW`)."""
    LAST = "last"
    """One more wrong PIN locks it (`CKF_USER_PIN_FINAL_TRY`)."""
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class TokenCertificate:
    """A certificate stored on a token; it is public and read without a PIN."""

    der: bytes
    key_id: bytes
    """`CKA_ID`: the same for the certificate and its two keys."""
    label: str
    has_private_key: bool
    """Before a login private keys are invisible: a public key with this id counts as a sign. After a login it is certain."""


@dataclass(frozen=True, slots=True)
class TokenCard:
    """One token as it was when it was read."""

    module: str
    """Path of the PKCS#11 library that sees it."""
    slot_id: int
    serial: str
    """The token's own name: the same in every port."""
    label: str
    model: str
    manufacturer: str
    attempts: Attempts
    attempts_left: int | None
    """None where the vendor's library doesn't tell."""
    attempts_total: int | None
    initial_pin: bool
    """The factory PIN is still set; known without spending an attempt."""
    pin_min_length: int
    """In bytes of UTF-8; 0 where the token doesn't say."""
    pin_max_length: int
    protected_path: bool
    """The PIN is typed on the token's own keypad."""
    certificates: tuple[TokenCertificate, ...]
    so_attempts: Attempts = Attempts.MANY
    """Of the administrator's (SO) PIN, which unblocks the user's."""
    so_attempts_left: int | None = None
    so_attempts_total: int | None = None


@unique
class TokenChangeKind(StrEnum):
    APPEARED = "appeared"
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class TokenChange:
    """A token came or went."""

    kind: TokenChangeKind
    card: TokenCard
    """For a removal: the token as it was last seen."""


@unique
class ModuleFailure(StrEnum):
    """How a PKCS#11 library let us down."""

    MISSING = "missing"
    """No such file."""
    NOT_A_MODULE = "not-a-module"
    """The file is no PKCS#11 library for this system and processor."""
    REFUSED_TO_START = "refused-to-start"
    """`C_Initialize` answered with an error."""
    CRASHED = "crashed"
    """Its process ended, whatever the exit code."""
    HUNG = "hung"
    """It didn't answer in time and was ended."""
    CONFUSED = "confused"
    """It answered something that can't be."""
    SLOT_UNREADABLE = "slot-unreadable"
    """The library works, one of its slots doesn't."""
    VIRTUAL = "virtual"
    """The test module, which is never used for real work."""


@dataclass(frozen=True, slots=True)
class ModuleProblem:
    """What is wrong with a library now; it goes away with the next call that succeeds."""

    path: Path
    kind: ModuleFailure
    detail: str
    """For a technician: the loader's words, a signal's name, an error code. May be empty."""


@unique
class RungState(StrEnum):
    """What a look at one rung of the way to a key gave."""

    PRESENT = "present"
    ABSENT = "absent"
    NOT_KNOWN = "not-known"
    """Nothing on this computer can tell; `detail` says why."""
    HUNG = "hung"
    """The look didn't end in time."""


@dataclass(frozen=True, slots=True)
class UsbToken:
    """A known device in a USB port, whether or not its driver works."""

    vendor_id: int
    product_id: int
    name: str
    needs_vendor_driver: bool
    """False for CCID devices: the system's own smart-card service is enough."""


@dataclass(frozen=True, slots=True)
class UsbRung:
    state: RungState
    tokens: tuple[UsbToken, ...]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ServiceRung:
    """The smart-card service: `pcscd` on Linux, `SCardSvr` on Windows."""

    state: RungState
    detail: str = ""
    """For an absent one: `not-installed`, `not-running` or `no-permission`."""


@dataclass(frozen=True, slots=True)
class Reader:
    """A reader as PC/SC names it."""

    name: str
    card_present: bool
    atr: bytes
    """Answer to reset; empty without a card."""


@dataclass(frozen=True, slots=True)
class ReadersRung:
    state: RungState
    readers: tuple[Reader, ...]
    detail: str = ""
