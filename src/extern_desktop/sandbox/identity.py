"""Who may come in: password, device code, certificate challenge and refresh, as the operator's OpenID provider has them.

Tokens and codes are kept as digests only. Any program may knock: the training takes every client id, and asks for no key of it.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Final

from extern_desktop.extern_api.wire.identity import CertificateChallenge, DeviceStart, TokenAnswer, TokenRefusal
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.judging import judge_certificate
from extern_desktop.sandbox.office import Turn
from extern_desktop.sandbox.scene import TAXPAYERS
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.envelope import encrypt
from extern_desktop.signing.errors import UnreadableCertificateError

ACCESS_LIFE: Final = timedelta(hours=1)
_REFRESH_LIFE: Final = timedelta(days=45)
_DEVICE_LIFE: Final = timedelta(minutes=5)
_CHALLENGE_LIFE: Final = timedelta(minutes=10)
_POLL_SECONDS: Final = 1
_SECRET_BYTES: Final = 32
_SCOPE: Final = "extern.api"
_ACCESS: Final = "access"
_REFRESH: Final = "refresh"
_PENDING: Final = "pending"
_APPROVED: Final = "approved"
_DENIED: Final = "denied"
_LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
"""Of user codes: no vowels, so that no word comes out (RFC 8628, 6.1)."""
DEVICE_GRANT: Final = "urn:ietf:params:oauth:grant-type:device_code"


class SignInRefusedError(Exception):
    """The identity's own way to say no. `error` is a word of RFC 6749 or RFC 8628. Only inside this room."""

    def __init__(self, error: str, description: str) -> None:
        super().__init__(error)
        self.error = error
        self.description = description

    def as_wire(self) -> TokenRefusal:
        return TokenRefusal(error=self.error, error_description=self.description)


def grant(turn: Turn, form: Mapping[str, str]) -> TokenAnswer:
    """Answer of the token endpoint. Raises `SignInRefusedError`."""
    way = _GRANTS.get(form.get("grant_type", ""))
    if way is None:
        raise SignInRefusedError("unsupported_grant_type", "Такой способ входа не поддерживается.")
    way(turn, form)
    return _new_tokens(turn)


def start_device(turn: Turn, base_url: str) -> DeviceStart:
    """Begin a device sign-in: the person confirms the user code on the verification page."""
    device_code = secrets.token_urlsafe(_SECRET_BYTES)
    user_code = f"{''.join(secrets.choice(_LETTERS) for _ in range(4))}-{secrets.randbelow(10_000):04}"
    turn.rows.execute(
        "INSERT INTO device_codes (digest, user_code, expires_at, answer) VALUES (?, ?, ?, ?)",
        (_digest(device_code), user_code, stamp(turn.now + _DEVICE_LIFE), _PENDING),
    )
    return DeviceStart(
        device_code=device_code,
        user_code=user_code,
        verification_uri=f"{base_url}/device",
        verification_uri_complete=f"{base_url}/device?user-code={user_code}",
        interval=_POLL_SECONDS,
        expires_in=int(_DEVICE_LIFE.total_seconds()),
    )


def answer_device(turn: Turn, user_code: str, *, allowed: bool) -> bool:
    """What the person pressed on the verification page. False: no such code waits."""
    found = turn.rows.execute(
        "UPDATE device_codes SET answer = ? WHERE user_code = ? AND answer = ? AND expires_at > ?",
        (_APPROVED if allowed else _DENIED, user_code.strip().upper(), _PENDING, stamp(turn.now)),
    )
    return found.rowcount == 1


def challenge(turn: Turn, form: Mapping[str, str]) -> CertificateChallenge:
    """A secret that only the key of this certificate opens. Raises `SignInRefusedError`."""
    try:
        certificate = read_certificate(base64.b64decode(form.get("public_key", ""), validate=True))
    except (ValueError, UnreadableCertificateError) as error:
        raise SignInRefusedError("invalid_request", "Сертификат не читается.") from error
    problem = judge_certificate(turn, certificate, certificate.inn)
    if not problem and certificate.inn not in {taxpayer.organisation.inn for taxpayer in TAXPAYERS}:
        problem = "Владельца сертификата нет среди организаций учётной записи."
    if problem:
        raise SignInRefusedError("invalid_grant", problem)
    secret = secrets.token_bytes(_SECRET_BYTES)
    turn.rows.execute(
        "INSERT INTO challenges (thumbprint, digest, expires_at) VALUES (?, ?, ?) "
        "ON CONFLICT (thumbprint) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at",
        (certificate.thumbprint, _digest_bytes(secret), stamp(turn.now + _CHALLENGE_LIFE)),
    )
    envelope = encrypt(secret, [certificate])
    return CertificateChallenge(encrypted_key=base64.b64encode(envelope).decode(), trusted_thumbprints=(certificate.thumbprint,))


def is_let_in(turn: Turn, access_token: str) -> bool:
    row = turn.rows.execute(
        "SELECT 1 FROM tokens WHERE digest = ? AND kind = ? AND expires_at > ?", (_digest(access_token), _ACCESS, stamp(turn.now))
    ).fetchone()
    return row is not None


def _by_password(turn: Turn, form: Mapping[str, str]) -> None:
    account = turn.office.account
    same_login = hmac.compare_digest(form.get("username", "").encode(), account.login.encode())
    same_password = hmac.compare_digest(form.get("password", "").encode(), account.password.reveal().encode())
    if not (same_login and same_password):
        raise SignInRefusedError("invalid_grant", "Неверный логин или пароль.")


def _by_device(turn: Turn, form: Mapping[str, str]) -> None:
    digest = _digest(form.get("device_code", ""))
    row = turn.rows.execute("SELECT answer, expires_at FROM device_codes WHERE digest = ?", (digest,)).fetchone()
    if row is None:
        raise SignInRefusedError("invalid_grant", "Код устройства неизвестен.")
    if row["expires_at"] <= stamp(turn.now):
        raise SignInRefusedError("expired_token", "Код устройства истёк.")
    if row["answer"] == _PENDING:
        raise SignInRefusedError("authorization_pending", "Вход ещё не подтверждён.")
    if row["answer"] == _DENIED:
        raise SignInRefusedError("access_denied", "Вход отклонён.")
    turn.rows.execute("DELETE FROM device_codes WHERE digest = ?", (digest,))


def _by_certificate(turn: Turn, form: Mapping[str, str]) -> None:
    thumbprint = form.get("thumbprint", "").upper()
    row = turn.rows.execute("SELECT digest, expires_at FROM challenges WHERE thumbprint = ?", (thumbprint,)).fetchone()
    try:
        secret = base64.b64decode(form.get("decrypted_key", ""), validate=True)
    except ValueError as error:
        raise SignInRefusedError("invalid_request", "decrypted_key — не base64.") from error
    if row is None or row["expires_at"] <= stamp(turn.now) or not hmac.compare_digest(row["digest"], _digest_bytes(secret)):
        raise SignInRefusedError("invalid_grant", "Ключ расшифрован неверно или вызов истёк.")
    turn.rows.execute("DELETE FROM challenges WHERE thumbprint = ?", (thumbprint,))


def _by_refresh(turn: Turn, form: Mapping[str, str]) -> None:
    found = turn.rows.execute(
        "DELETE FROM tokens WHERE digest = ? AND kind = ? AND expires_at > ?", (_digest(form.get("refresh_token", "")), _REFRESH, stamp(turn.now))
    )
    if found.rowcount != 1:
        raise SignInRefusedError("invalid_grant", "Токен обновления недействителен.")


_GRANTS: Final[Mapping[str, Callable[[Turn, Mapping[str, str]], None]]] = {
    "password": _by_password,
    DEVICE_GRANT: _by_device,
    "certificate": _by_certificate,
    "refresh_token": _by_refresh,
}


def _new_tokens(turn: Turn) -> TokenAnswer:
    access = _keep_token(turn, _ACCESS, turn.now + ACCESS_LIFE)
    refresh = _keep_token(turn, _REFRESH, turn.now + _REFRESH_LIFE)
    return TokenAnswer(access_token=access, refresh_token=refresh, expires_in=int(ACCESS_LIFE.total_seconds()), scope=_SCOPE)


def _keep_token(turn: Turn, kind: str, expires_at: datetime) -> str:
    token = secrets.token_urlsafe(_SECRET_BYTES)
    turn.rows.execute("INSERT INTO tokens (digest, kind, expires_at) VALUES (?, ?, ?)", (_digest(token), kind, stamp(expires_at)))
    return token


def _digest(text: str) -> str:
    return _digest_bytes(text.encode())


def _digest_bytes(secret: bytes) -> str:
    return hashlib.sha256(secret).hexdigest()
