"""Long random sequences of plug, pull, PIN and signature: whatever comes, no attempt is spent that nobody asked for, and no session stays open."""

from __future__ import annotations

import random

import pytest

from extern_desktop.domain.secrets import Pin
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.errors import LoginLostError, PinLockedError, PinRefusedError, TokenBusyError, TokenMissingError, TokenRemovedError
from extern_desktop.tokens.session import OpenToken
from extern_desktop.tokens.values import TokenCertificate
from tokens.conftest import SERIAL
from virtual_rutoken.plug import VirtualRutoken

KEY = TokenCertificate(b"", b"key", "", has_private_key=True)


class Model:
    """What must be true of the token, kept beside the real one."""

    def __init__(self, desk: TokenDesk, token: VirtualRutoken) -> None:
        self.desk, self.token = desk, token
        self.attempts = 10
        self.plugged = True
        self.opened: OpenToken | None = None
        self.pulled_since_open = False

    def plug(self) -> None:
        self.token.plug(0)
        self.plugged = True

    def pull(self) -> None:
        self.token.unplug(0)
        self.plugged = False
        self.pulled_since_open = True

    def open_right(self) -> None:
        if not self.plugged:
            with pytest.raises(TokenMissingError):
                self.desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN))
        elif self.opened is not None and not self.pulled_since_open:
            with pytest.raises(TokenBusyError):
                self.desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN))
        elif self.attempts == 0:
            with pytest.raises(PinLockedError):
                self.desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN))
        else:
            self.opened = self.desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN))
            self.pulled_since_open = False
            self.attempts = 10

    def open_wrong(self) -> None:
        if not self.plugged or (self.opened is not None and not self.pulled_since_open):
            return
        with pytest.raises((PinRefusedError, PinLockedError)):
            self.desk.open(SERIAL, Pin("00000000"))
        self.attempts = max(0, self.attempts - 1)

    def sign(self) -> None:
        if self.opened is None:
            return
        if self.pulled_since_open:
            with pytest.raises((TokenRemovedError, LoginLostError)):  # the latter when another login has been tried since
                self.opened.sign(KEY, b"data")
            self.close()
        else:
            assert len(self.opened.sign(KEY, b"data")) == 64

    def close(self) -> None:
        if self.opened is not None:
            self.opened.close()
            self.opened = None

    def list(self) -> None:
        cards = self.desk.list_tokens()
        assert [card.attempts_left for card in cards] == ([self.attempts] if self.plugged else [])


@pytest.mark.parametrize("seed", range(4))
def test_random_sequence_spends_no_attempt_and_leaves_no_session(desk: TokenDesk, token: VirtualRutoken, seed: int) -> None:
    with desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN)) as opened:
        opened.generate_key_pair(b"key", "Ключ")
    model, chance = Model(desk, token), random.Random(seed)
    often = (model.plug, model.open_right, model.sign)
    steps = (*often, *often, model.pull, model.open_wrong, model.close, model.list)
    for _ in range(150):
        chance.choice(steps)()
        assert token.attempts_left(0) == model.attempts
    model.close()
    model.plug()
    token.set_conf(0, user_tries="10")
    for _ in range(3):  # a session that stayed open would keep its login, and the token would be busy
        with desk.open(SERIAL, Pin(VirtualRutoken.DEFAULT_PIN)) as opened:
            assert len(opened.sign(KEY, b"data")) == 64
    assert desk.modules[0].generation == 1
