"""One open login to one token, for one batch. The PIN is gone by the time it exists.

It signs as often as asked and never logs in again by itself: a pulled token, a lost login or a restarted library end it with an error.
"""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import Final, TypeVar

from extern_desktop.domain.errors import ExternError
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens.process import ModuleProcess
from extern_desktop.tokens.values import TokenCard, TokenCertificate

R = TypeVar("R", bound=wire.Result)

_KEY_MAKING_IS_SLOWER: Final = 6.0
"""A chip looks for RSA primes for a minute at times."""


class OpenToken:
    """A token that is logged in to. Use it as a context manager: leaving logs out."""

    def __init__(self, process: ModuleProcess, opened: wire.Opened, generation: int) -> None:
        self.card: TokenCard = opened.card
        """The token right after the login: its private keys are visible now."""
        self._process = process
        self._login = opened.login
        self._generation = generation

    def sign(self, certificate: TokenCertificate, data: bytes) -> bytes:
        """Hash and sign on the token in one round trip; GOST gives s and r, big-endian each, as CMS takes them.

        Raises `TokenRemovedError`, `TokenMissingError` (another token is in its place), `LoginLostError`, `KeyMissingError`, `DeviceFailedError`,
        `ModuleFailedError`, `ModuleHungError`. A failed signature may be asked for again: nothing of it exists.
        """
        return self._ask(wire.Sign(self._login, certificate.key_id, data), wire.Octets).octets

    def digest(self, certificate: TokenCertificate, data: bytes) -> bytes:
        """The digest that belongs to the certificate's key, made on the token. A real token hashes slowly: for large data hash in software."""
        return self._ask(wire.Digest(self._login, certificate.key_id, data), wire.Octets).octets

    def generate_key_pair(self, key_id: bytes, label: str, bits: int = 256) -> bytes:
        """Make a key pair that never leaves the token: 256 or 512 bits for GOST R 34.10-2012, 2048 for RSA. Gives SubjectPublicKeyInfo."""
        return self._ask(wire.GenerateKeyPair(self._login, key_id, label, bits), wire.Octets, _KEY_MAKING_IS_SLOWER).octets

    def store_certificate(self, der: bytes, key_id: bytes, label: str) -> None:
        """Put a certificate beside its key; public, readable without a PIN."""
        self._ask(wire.StoreCertificate(self._login, der, key_id, label), wire.Done)

    def close(self) -> None:
        """Log out. A token or library that is gone has done so already."""
        if self._generation == self._process.generation and self._process.pid is not None:
            with contextlib.suppress(ExternError):
                self._ask(wire.Close(self._login), wire.Done)

    def __enter__(self) -> OpenToken:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _ask(self, act: wire.AnyAct, wanted: type[R], deadline_factor: float = 1.0) -> R:
        return self._process.call(act, wanted, generation=self._generation, token_label=self.card.label, deadline_factor=deadline_factor)
