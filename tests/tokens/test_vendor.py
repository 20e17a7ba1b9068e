"""What is made of the words of libraries: codes, flags, labels and lies."""

from __future__ import annotations

import pytest
from pkcs11 import KeyType, Mechanism, TokenFlag, exceptions

from extern_desktop.tokens import _vendor as vendor
from extern_desktop.tokens._mechanisms import SIGNING, takes_two_steps
from extern_desktop.tokens._module import attempts_of
from extern_desktop.tokens.values import Attempts

NONE, LOW, FINAL, LOCKED = TokenFlag(0), TokenFlag.USER_PIN_COUNT_LOW, TokenFlag.USER_PIN_FINAL_TRY, TokenFlag.USER_PIN_LOCKED


@pytest.mark.parametrize(
    ("flags", "left", "attempts"),
    [
        (NONE, None, Attempts.MANY),
        (NONE, 10, Attempts.MANY),
        (LOW, 9, Attempts.FEW),
        (LOW | FINAL, 1, Attempts.LAST),
        (LOW | FINAL | LOCKED, 0, Attempts.LOCKED),
        (NONE, 1, Attempts.LAST),
        (NONE, 0, Attempts.LOCKED),
        (LOCKED, 10, Attempts.LOCKED),
        (LOCKED, 1, Attempts.LOCKED),
    ],
)
def test_attempts_of_the_worse_of_flags_and_counter_counts(flags: TokenFlag, left: int | None, attempts: Attempts) -> None:
    assert attempts_of(flags, left) is attempts


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (exceptions.DeviceError(), "CKR_DEVICE_ERROR"),
        (exceptions.SlotIDInvalid(), "CKR_SLOT_ID_INVALID"),
        (exceptions.PinLenRange(), "CKR_PIN_LEN_RANGE"),
        (exceptions.SessionReadWriteSOExists(), "CKR_SESSION_READ_WRITE_SO_EXISTS"),
        (exceptions.PKCS11Error(), "CKR_VENDOR_DEFINED"),
    ],
)
def test_code_of_writes_errors_as_the_standard_does(error: exceptions.PKCS11Error, code: str) -> None:
    assert vendor.code_of(error) == code


def test_vendor_values_are_found_by_number_and_made_once() -> None:
    assert KeyType(0xD4321003) is vendor.GOST_512_KEY
    assert Mechanism(0xD4321008) is vendor.GOST_256_WITH_HASH
    assert vendor._member(Mechanism, "AGAIN", 0xD4321008) is vendor.GOST_256_WITH_HASH


@pytest.mark.parametrize(("text", "clean"), [("Ключ   ", "Ключ"), ("Ключ\0garbage", "Ключ"), ("", "")])
def test_text_of_cuts_what_careless_libraries_leave(text: str, clean: str) -> None:
    assert vendor.text_of(text) == clean


def test_takes_two_steps_only_where_the_token_cannot_do_it_in_one() -> None:
    gost, rsa = SIGNING[vendor.GOST_256_KEY], SIGNING[KeyType.RSA]
    assert takes_two_steps(gost, {vendor.GOST_256_RAW, vendor.STREEBOG_256})
    assert not takes_two_steps(gost, {vendor.GOST_256_RAW, vendor.GOST_256_WITH_HASH})
    assert not takes_two_steps(gost, set())
    assert not takes_two_steps(rsa, {Mechanism.RSA_PKCS})
