"""Answers of the identity service (`/connect/token` and its neighbours). Names are `snake_case` there."""

from __future__ import annotations

from extern_desktop.extern_api.wire.base import SnakeWire


class TokenAnswer(SnakeWire, frozen=True, kw_only=True):
    """Holds secrets: it lives only between the answer and `SignIn`, and prints as a mask."""

    access_token: str
    refresh_token: str | None = None
    id_token: str | None = None
    token_type: str = "Bearer"
    expires_in: int | None = None
    """Seconds."""
    expires: int | None = None
    """Seconds: another spelling, seen in the device flow."""
    scope: str | None = None

    def __repr__(self) -> str:
        return "TokenAnswer(••••••)"


class RequiredFactor(SnakeWire, frozen=True, kw_only=True):
    grant_type: str = ""
    identity: str = ""


class TokenRefusal(SnakeWire, frozen=True, kw_only=True):
    """Body of the 400 of the token endpoint. `error` is a word of RFC 6749 or RFC 8628."""

    error: str = ""
    error_description: str | None = None
    error_status: str | None = None
    required_factors: tuple[RequiredFactor, ...] = ()


class DeviceStart(SnakeWire, frozen=True, kw_only=True):
    """Answer of `/connect/deviceauthorization`."""

    device_code: str
    user_code: str
    verification_uri: str
    verification_uri_complete: str | None = None
    interval: int = 5
    """Seconds between two polls."""
    expires_in: int = 300
    """Seconds."""

    def __repr__(self) -> str:
        return f"DeviceStart(user_code={self.user_code!r})"


class CertificateChallenge(SnakeWire, frozen=True, kw_only=True):
    """Answer of `/authentication/certificate`: who can decrypt it holds the key."""

    encrypted_key: str
    """Base64 of CMS EnvelopedData."""
    trusted_thumbprints: tuple[str, ...] = ()
