"""Sessions of `requests` made our way: one TLS context, nothing taken from the environment, no redirects, no cookies, no repeats.

The connection classes tell the exchange of their thread when a request is about to leave: the difference between "nothing was done" and "unknown".
"""

from __future__ import annotations

import ssl
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Final
from urllib.parse import quote, urlsplit

import requests
import truststore
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool, PoolManager
from urllib3.connection import HTTPConnection, HTTPSConnection

from extern_desktop.extern_api._watchman import Exchange
from extern_desktop.extern_api.errors import UnreadableRootError
from extern_desktop.extern_api.values import Proxy, Trust

USER_AGENT: Final = "extern-desktop"
IDLE_SECONDS: Final = 15.0
"""Longer than the pause between two questions about a task, shorter than what gateways and routers keep."""


class _Lane(threading.local):
    """What this thread does now."""

    exchange: Exchange | None = None
    turn: threading.Lock | None = None
    """Held while this thread prepares or reads an exchange, and let go while it waits for the line."""


LANE: Final = _Lane()


@contextmanager
def _waiting() -> Iterator[None]:
    """This thread waits for the line: another one may have its turn."""
    turn = LANE.turn
    if turn is None:
        yield
        return
    turn.release()
    try:
        yield
    finally:
        turn.acquire()


class _WatchedHTTPConnection(HTTPConnection):
    def endheaders(self, *args: Any, **kwargs: Any) -> None:
        _announce(self)
        super().endheaders(*args, **kwargs)

    def send(self, data: Any) -> None:
        with _waiting():
            super().send(data)

    def getresponse(self) -> Any:
        with _waiting():
            return super().getresponse()


class _WatchedHTTPSConnection(_WatchedHTTPConnection, HTTPSConnection):
    """The same over TLS."""


def _announce(connection: HTTPConnection) -> None:
    if connection.sock is None:  # connected here, so that a refusal to connect is known to come before the request
        with _waiting():
            connection.connect()
    if LANE.exchange is not None:
        LANE.exchange.leaves(connection.sock)


class _HTTPPool(HTTPConnectionPool):
    ConnectionCls = _WatchedHTTPConnection

    def _get_conn(self, timeout: float | None = None) -> Any:
        return _rested(super()._get_conn(timeout))

    def _put_conn(self, conn: Any) -> None:
        super()._put_conn(_left_idle(conn))


class _HTTPSPool(_HTTPPool, HTTPSConnectionPool):
    ConnectionCls = _WatchedHTTPSConnection


def _left_idle(connection: Any) -> Any:
    """Note when the line was left. By the wall clock: the monotonic one stands still while the computer sleeps."""
    if connection is not None:
        connection.idle_since = time.time()
    return connection


def _rested(connection: Any) -> Any:
    """A line that lay idle may be dead without a sign of it; a request on it would end as "outcome unknown". Such a line is made anew."""
    if connection.sock is not None and abs(time.time() - getattr(connection, "idle_since", 0.0)) > IDLE_SECONDS:
        connection.close()
    return connection


class _Adapter(HTTPAdapter):
    """One TLS context for all lanes: loading the roots costs tens of milliseconds each time."""

    def __init__(self, context: ssl.SSLContext) -> None:
        self._context = context
        super().__init__(pool_connections=2, pool_maxsize=2, max_retries=0)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        super().init_poolmanager(*args, ssl_context=self._context, **kwargs)
        _watch(self.poolmanager)

    def proxy_manager_for(self, proxy: str, **kwargs: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._context, proxy_ssl_context=self._context, **kwargs)
        _watch(manager)
        return manager

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """Verification is that of our context; the library's own bundle of roots is not added to it."""
        conn.cert_reqs = "CERT_REQUIRED"


def _watch(manager: PoolManager) -> None:
    manager.pool_classes_by_scheme = {"http": _HTTPPool, "https": _HTTPSPool}


@cache
def tls_context(trust: Trust) -> ssl.SSLContext:
    """The system's roots and those added by name; TLS 1.2 or newer."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    for root in trust.extra_roots:
        try:
            context.load_verify_locations(cafile=root)
        except OSError as error:  # an ssl.SSLError is one too
            raise UnreadableRootError(root) from error
    return context


def new_session(context: ssl.SSLContext) -> requests.Session:
    """A session for one thread."""
    session = requests.Session()
    session.trust_env = False
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
    session.headers["User-Agent"] = USER_AGENT
    adapter = _Adapter(context)
    session.mount("http://", adapter)
    session.mount("https://", adapter)
    return session


def proxies_for(proxy: Proxy | None, *, loopback: bool) -> Mapping[str, str]:
    """What `requests` takes as `proxies`. This computer is never asked through a proxy."""
    if proxy is None or loopback:
        return {}
    parts = urlsplit(proxy.url)
    login = f"{quote(proxy.login, safe='')}:{quote(proxy.password.reveal() if proxy.password else '', safe='')}@" if proxy.login else ""
    url = f"{parts.scheme or 'http'}://{login}{parts.netloc or parts.path}"
    return {"http": url, "https": url}
