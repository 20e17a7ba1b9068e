"""Signing in to the operator and staying signed in: password, device code, certificate, refresh.

One lock stands before every renewal, so that twenty lanes that meet a 401 make one request. Passwords are used and forgotten; tokens go to the
caller's `on_tokens`, who keeps them in the system keyring.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final, TypeVar
from urllib.parse import urlencode

from extern_desktop.domain.errors import ExternError
from extern_desktop.domain.secrets import AccessToken, Password
from extern_desktop.extern_api._judge import error_object
from extern_desktop.extern_api.calls import Answer, Call, Effect
from extern_desktop.extern_api.errors import (
    OperatorFailedError,
    OperatorUnreachableError,
    SignInProblem,
    SignInRefusedError,
    SignInRequiredError,
    UnexpectedAnswerError,
)
from extern_desktop.extern_api.transport import Transport
from extern_desktop.extern_api.values import DeviceCode, DevicePoll, DeviceSignIn, KeptTokens, OperatorAddress, RefreshToken
from extern_desktop.extern_api.wire.base import UnreadableWireError, decode
from extern_desktop.extern_api.wire.identity import CertificateChallenge, DeviceStart, TokenAnswer, TokenRefusal
from extern_desktop.jobs.work import Stage, Work

W = TypeVar("W")

SCOPE: Final = "extern.api"
REFRESH_BEFORE_END: Final = timedelta(seconds=5)
SLOWER_SECONDS: Final = 5
"""What `slow_down` adds to the pause between polls (RFC 8628)."""

_HEADER_SAFE: Final = re.compile(r"[!-~]+")
_DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"
_POLL_WORDS: Final[Mapping[str, DevicePoll]] = {"authorization_pending": DevicePoll.PENDING, "slow_down": DevicePoll.SLOW_DOWN}
_PROBLEMS: Final[Mapping[str, SignInProblem]] = {
    "expired_token": SignInProblem.EXPIRED,
    "access_denied": SignInProblem.DENIED,
    "invalid_client": SignInProblem.PROGRAM,
    "unauthorized_client": SignInProblem.PROGRAM,
    "invalid_scope": SignInProblem.PROGRAM,
    "unsupported_grant_type": SignInProblem.PROGRAM,
}
"""Words of RFC 6749 and RFC 8628 that mean the same in every way of signing in."""


class SignIn:
    """The tokens of one person at one operator. Thread-safe. `on_tokens` is called under the lock and must not raise."""

    def __init__(
        self,
        transport: Transport,
        address: OperatorAddress,
        *,
        kept: KeptTokens | None = None,
        on_tokens: Callable[[KeptTokens], None] = lambda _tokens: None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._transport = transport
        self._address = address
        self._tokens = kept or KeptTokens()
        self._on_tokens = on_tokens
        self._now = now
        self._renewing = threading.Lock()
        self._failed: tuple[AccessToken | None, float, ExternError] | None = None

    @property
    def is_signed_in(self) -> bool:
        """Whether there is something to sign in with; the operator may still say no."""
        return self._tokens.can_sign_in

    def by_password(self, login: str, password: Password, work: Work) -> None:
        """Raises `SignInRefusedError` when the operator says no; it counts attempts, so nothing is repeated."""
        form = {"grant_type": "password", "username": login, "password": password.reveal(), "scope": SCOPE}
        self._take(self._ask_for_tokens(form, SignInProblem.WRONG_CREDENTIALS, work))

    def start_device(self, work: Work) -> DeviceSignIn:
        answer = self._post("/connect/deviceauthorization", {"scope": SCOPE}, work)
        if not answer.is_ok:
            raise self._refused(answer, SignInProblem.PROGRAM)
        start = self._read(answer, "/connect/deviceauthorization", DeviceStart)
        return DeviceSignIn(
            user_code=start.user_code,
            verification_url=start.verification_uri,
            complete_url=start.verification_uri_complete or start.verification_uri,
            interval_seconds=max(1, start.interval),
            expires_at=self._now() + timedelta(seconds=start.expires_in),
            device_code=DeviceCode(start.device_code),
        )

    def poll_device(self, device: DeviceSignIn, work: Work) -> DevicePoll:
        """Ask once whether the person has confirmed. Raises `SignInRefusedError` when it expired or was denied."""
        form = {"grant_type": _DEVICE_GRANT, "device_code": device.device_code.reveal(), "scope": SCOPE}
        answer = self._post("/connect/token", form, work)
        if not answer.is_ok and (poll := _POLL_WORDS.get(_refusal_of(answer).error)):
            return poll
        if not answer.is_ok:
            raise self._refused(answer, SignInProblem.EXPIRED)
        self._take(self._read_tokens(answer))
        return DevicePoll.SIGNED_IN

    def wait_device(self, device: DeviceSignIn, work: Work) -> None:
        """Poll until the person confirms, the code ends or the work is cancelled. A lost line is waited out."""
        while self._now() < device.expires_at:
            work.show(Stage.SIGNING_IN, subject=device.user_code)
            work.pause(device.interval_seconds)
            try:
                poll = self.poll_device(device, work)
            except (OperatorUnreachableError, OperatorFailedError):
                poll = DevicePoll.SLOW_DOWN
            if poll is DevicePoll.SIGNED_IN:
                return
            if poll is DevicePoll.SLOW_DOWN:
                device = replace(device, interval_seconds=device.interval_seconds + SLOWER_SECONDS)
        raise SignInRefusedError(SignInProblem.EXPIRED)

    def by_certificate(self, der: bytes, decrypt: Callable[[bytes], bytes], work: Work) -> None:
        """Prove that we hold the key: the operator encrypts a challenge for the certificate, `decrypt` opens it (DER of CMS EnvelopedData)."""
        certificate = base64.b64encode(der).decode("ascii")
        answer = self._post("/authentication/certificate", {"public_key": certificate, "free": "false"}, work)
        if not answer.is_ok:
            raise self._refused(answer, SignInProblem.CERTIFICATE)
        challenge = self._read(answer, "/authentication/certificate", CertificateChallenge)
        try:
            envelope = base64.b64decode(challenge.encrypted_key, validate=True)
        except binascii.Error as error:
            raise self._unexpected("/authentication/certificate", answer) from error
        form = {
            "grant_type": "certificate",
            "decrypted_key": base64.b64encode(decrypt(envelope)).decode("ascii"),
            "thumbprint": hashlib.sha1(der, usedforsecurity=False).hexdigest().upper(),
            "scope": SCOPE,
        }
        self._take(self._ask_for_tokens(form, SignInProblem.CERTIFICATE, work))

    def access(self, work: Work) -> AccessToken:
        """A token that is good for at least a few seconds. Raises `SignInRequiredError` when nobody is signed in."""
        tokens = self._tokens
        ends_soon = tokens.expires_at is not None and self._now() >= tokens.expires_at - REFRESH_BEFORE_END
        if tokens.access is None or (ends_soon and tokens.refresh is not None):
            return self.renew(tokens.access, work)
        return tokens.access

    def renew(self, refused: AccessToken | None, work: Work) -> AccessToken:
        """A token other than `refused`: the one that another lane has just got, or a new one."""
        asked_at = time.monotonic()
        with self._renewing:
            current = self._tokens.access
            if current is not None and current != refused:
                return current
            if self._failed and self._failed[0] == refused and self._failed[1] >= asked_at:
                raise replace(self._failed[2])  # it failed while this lane waited: another try would fail the same way
            try:
                return self._refresh(work)
            except ExternError as error:
                self._failed = (refused, time.monotonic(), error)
                raise

    def forget(self) -> None:
        """Sign out on this computer."""
        self._keep(KeptTokens())

    def _refresh(self, work: Work) -> AccessToken:
        refresh = self._tokens.refresh
        if refresh is None:
            self.forget()
            raise SignInRequiredError(self._address.host)
        form = {"grant_type": "refresh_token", "refresh_token": refresh.reveal(), "scope": SCOPE}
        try:
            answer = self._ask_for_tokens(form, SignInProblem.WRONG_CREDENTIALS, work)
        except SignInRefusedError as error:
            if error.problem is SignInProblem.PROGRAM:
                raise
            self.forget()
            raise SignInRequiredError(self._address.host) from error
        return self._take(answer)

    def _take(self, answer: TokenAnswer) -> AccessToken:
        seconds = answer.expires_in if answer.expires_in is not None else answer.expires
        access = AccessToken(answer.access_token)
        refresh = RefreshToken(answer.refresh_token) if answer.refresh_token else self._tokens.refresh
        self._keep(KeptTokens(access, refresh, None if seconds is None else self._now() + timedelta(seconds=seconds)))
        return access

    def _keep(self, tokens: KeptTokens) -> None:
        self._tokens = tokens
        self._on_tokens(tokens)

    def _ask_for_tokens(self, form: Mapping[str, str], problem: SignInProblem, work: Work) -> TokenAnswer:
        answer = self._post("/connect/token", form, work)
        if not answer.is_ok:
            raise self._refused(answer, problem)
        return self._read_tokens(answer)

    def _read_tokens(self, answer: Answer) -> TokenAnswer:
        """A token that no header can carry is refused here: the HTTP library would say so in an error that quotes it."""
        tokens = self._read(answer, "/connect/token", TokenAnswer)
        if not _HEADER_SAFE.fullmatch(tokens.access_token):
            raise self._unexpected("/connect/token", answer)
        return tokens

    def _post(self, path: str, form: Mapping[str, str], work: Work) -> Answer:
        """The client's name and key go in the body and as HTTP Basic, as the operator's own SDK sends them."""
        pair = f"{self._address.client_id}:{self._address.api_key.reveal()}"
        body = {**form, "client_id": self._address.client_id, "client_secret": self._address.api_key.reveal()}
        headers = {
            "Authorization": f"Basic {base64.b64encode(pair.encode()).decode('ascii')}",
            "Content-Type": "application/x-www-form-urlencoded",
            "Accept": "application/json",
        }
        return self._transport.exchange(
            Call("POST", self._address.identity_url.rstrip("/") + path, Effect.HARMLESS, headers, urlencode(body).encode("ascii")), work
        )

    def _read(self, answer: Answer, path: str, kind: type[W]) -> W:
        try:
            return decode(answer.content, kind)
        except UnreadableWireError as error:
            raise self._unexpected(path, answer) from error

    def _unexpected(self, path: str, answer: Answer) -> UnexpectedAnswerError:
        return UnexpectedAnswerError(self._address.host, f"POST {path}", answer.status, answer.trace_id)

    def _refused(self, answer: Answer, otherwise: SignInProblem) -> SignInRefusedError:
        refusal = _refusal_of(answer)
        problem = SignInProblem.SECOND_FACTOR if refusal.required_factors else _PROBLEMS.get(refusal.error, otherwise)
        return SignInRefusedError(problem, refusal.error or error_object(answer).id, answer.trace_id)


def _refusal_of(answer: Answer) -> TokenRefusal:
    try:
        return decode(answer.content, TokenRefusal)
    except UnreadableWireError:
        return TokenRefusal()
