"""Secrets print as a mask, whatever is done to them."""

from __future__ import annotations

import copy
import json
import logging
import pickle
import traceback
from dataclasses import dataclass

import msgspec
import pytest

from extern_desktop.domain.secrets import MASK, AccessToken, Password, Pin, Secret

CANARY = "canary-87654321"
KINDS = (Secret, Pin, Password, AccessToken)


@dataclass(frozen=True)
class Holder:
    pin: Secret


@pytest.mark.parametrize("kind", KINDS)
def test_secret_prints_as_a_mask_everywhere(kind: type[Secret]) -> None:
    secret = kind(CANARY)

    printed = [
        repr(secret), str(secret), f"{secret}", f"{secret!r:>40}", f"{secret:>40}", str([secret, {1: secret}]), f"{[secret]}", f"{Holder(secret)}",
        format(secret, "x"),
    ]  # fmt: skip

    assert all(MASK in text and CANARY not in text for text in printed), printed
    assert secret.reveal() == CANARY


@pytest.mark.parametrize("kind", KINDS)
def test_secret_is_never_serialised(kind: type[Secret]) -> None:
    secret = kind(CANARY)

    for write in (pickle.dumps, copy.copy, copy.deepcopy, json.dumps, msgspec.json.encode, msgspec.msgpack.encode):
        with pytest.raises(TypeError):
            write(secret)


@pytest.mark.parametrize("kind", KINDS)
def test_secret_has_no_place_for_other_attributes(kind: type[Secret]) -> None:
    with pytest.raises(AttributeError):
        kind(CANARY).note = "x"  # type: ignore[attr-defined]  # that is the point
    assert not hasattr(kind(CANARY), "__dict__")


def test_secret_equals_its_like_and_nothing_else() -> None:
    assert Pin(CANARY) == Pin(CANARY)
    assert hash(Pin(CANARY)) == hash(Pin(CANARY))
    assert Pin(CANARY) != Pin("other")
    assert Pin(CANARY) != Password(CANARY)
    assert Pin(CANARY) != CANARY


def test_secret_in_a_log_and_in_a_traceback_is_masked(caplog: pytest.LogCaptureFixture) -> None:
    secret = Pin(CANARY)
    error = ValueError(secret)

    logging.getLogger("test").error("failed with %s", secret, exc_info=error)
    text = "".join(traceback.format_exception(error))

    assert "failed with" in caplog.text
    assert CANARY not in caplog.text
    assert CANARY not in text
