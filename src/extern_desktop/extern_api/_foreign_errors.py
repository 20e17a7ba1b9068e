"""Errors of the HTTP library, turned into ours at the border of the room.

What decides is whether the request may have left. The library's errors hold the request with its secrets: they are emptied before they become
a cause.
"""

from __future__ import annotations

import errno
import http.client
import socket
import ssl
from collections.abc import Iterator, Mapping
from typing import Final

import requests
import urllib3.exceptions

from extern_desktop.domain.errors import ExternError
from extern_desktop.extern_api._watchman import Ending, Exchange
from extern_desktop.extern_api.calls import Call, Effect
from extern_desktop.extern_api.errors import (
    LineLostError,
    LostReason,
    OperatorUnreachableError,
    TlsFailedError,
    TlsProblem,
    UnreachableReason,
)
from extern_desktop.jobs.work import Cancelled

FOREIGN: Final = (requests.RequestException, urllib3.exceptions.HTTPError, http.client.HTTPException, OSError, ValueError)
"""`ValueError`: what reading a socket says after the watchman has shut it."""

_TLS_PROBLEMS: Final[Mapping[int, TlsProblem]] = {
    9: TlsProblem.NOT_YET_VALID,
    10: TlsProblem.EXPIRED,
    18: TlsProblem.UNKNOWN_ROOT,  # self-signed
    19: TlsProblem.UNKNOWN_ROOT,  # self-signed in the chain
    20: TlsProblem.UNKNOWN_ROOT,  # no issuer at hand
    21: TlsProblem.UNKNOWN_ROOT,  # only the leaf came
    27: TlsProblem.UNKNOWN_ROOT,  # root not trusted for this
    62: TlsProblem.WRONG_HOST,
    63: TlsProblem.WRONG_HOST,
    64: TlsProblem.WRONG_HOST,  # address instead of a name
    0x800B0101: TlsProblem.EXPIRED,  # CERT_E_EXPIRED of Windows
    0x800B0109: TlsProblem.UNKNOWN_ROOT,  # CERT_E_UNTRUSTEDROOT
    0x800B010A: TlsProblem.UNKNOWN_ROOT,  # CERT_E_CHAINING
    0x800B010F: TlsProblem.WRONG_HOST,  # CERT_E_CN_NO_MATCH
}
"""`verify_code` of OpenSSL and of Windows."""

_NO_SUCH_NAME: Final = (urllib3.exceptions.NameResolutionError, socket.gaierror, requests.exceptions.InvalidURL, UnicodeError)
"""The last two: a name that can't even be asked for."""

_NO_NETWORK: Final = frozenset({errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, 10050, 10051, 10065})
"""The last three are those of Windows."""


def translate(error: Exception, call: Call, exchange: Exchange) -> ExternError | Cancelled:
    """Our error for a failure during the exchange."""
    _forget_request(error)
    if exchange.ending is Ending.CANCELLED:
        return Cancelled()
    if not exchange.left:
        return _before_leaving(error, call)
    timed_out = exchange.ending is Ending.TOO_LONG or _is_timeout(error)
    if call.effect is Effect.ACT:
        return LineLostError(call.host, call.action, LostReason.TIMED_OUT if timed_out else LostReason.CUT, may_have_filed=call.may_file)
    return OperatorUnreachableError(call.host, UnreachableReason.TIMED_OUT if timed_out else UnreachableReason.CUT)


def _before_leaving(error: Exception, call: Call) -> ExternError:
    for inner in _nested(error):
        if isinstance(inner, ssl.SSLCertVerificationError):
            return TlsFailedError(call.host, _TLS_PROBLEMS.get(inner.verify_code & 0xFFFFFFFF, TlsProblem.OTHER), detail=inner.verify_message)
    if isinstance(error, requests.exceptions.ProxyError | requests.exceptions.InvalidProxyURL):
        return OperatorUnreachableError(call.host, UnreachableReason.PROXY)
    for inner in _nested(error):
        if isinstance(inner, ssl.SSLError) and not isinstance(inner, TimeoutError):
            return TlsFailedError(call.host, TlsProblem.OTHER, detail=inner.reason or type(inner).__name__)
    return OperatorUnreachableError(call.host, _reason(error))


def _reason(error: Exception) -> UnreachableReason:
    for inner in _nested(error):
        if isinstance(inner, _NO_SUCH_NAME):
            return UnreachableReason.NAME_NOT_FOUND
        if isinstance(inner, ConnectionRefusedError):
            return UnreachableReason.CONNECTION_REFUSED
        if isinstance(inner, OSError) and inner.errno in _NO_NETWORK:
            return UnreachableReason.NO_NETWORK
    return UnreachableReason.TIMED_OUT if _is_timeout(error) else UnreachableReason.CUT


def _is_timeout(error: Exception) -> bool:
    return any(isinstance(inner, TimeoutError | requests.Timeout | urllib3.exceptions.TimeoutError) for inner in _nested(error))


def _nested(error: BaseException) -> Iterator[BaseException]:
    """The error and every error it was made of, each once."""
    queue: list[BaseException] = [error]
    seen: set[int] = set()
    while queue:
        current = queue.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (*current.args, getattr(current, "reason", None), current.__cause__, current.__context__)
        queue += [one for one in inner if isinstance(one, BaseException)]


def _forget_request(error: BaseException) -> None:
    for inner in _nested(error):
        if isinstance(inner, requests.RequestException):
            inner.request = None
            inner.response = None
