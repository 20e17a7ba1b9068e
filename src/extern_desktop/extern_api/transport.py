"""One exchange with the operator's hosts, made safe: limits on time and size, one gate, strangers told from the operator, readings repeated.

It knows no sign-in and no model. It never follows a redirect and never repeats anything but a reading.
"""

from __future__ import annotations

import random
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from types import TracebackType
from typing import Final

import requests

from extern_desktop.domain.errors import ExternError
from extern_desktop.extern_api._connections import LANE, new_session, proxies_for, tls_context
from extern_desktop.extern_api._foreign_errors import FOREIGN, translate
from extern_desktop.extern_api._gate import OPERATOR_GATE, Gate
from extern_desktop.extern_api._judge import foreign_answer, judge_answer
from extern_desktop.extern_api._tls_issuer import with_issuer
from extern_desktop.extern_api._watchman import Exchange, Watchman
from extern_desktop.extern_api.calls import TRACE_HEADER, Answer, Call, Effect, retry_after_seconds
from extern_desktop.extern_api.errors import (
    AnswerTooLargeError,
    ForeignAnswerError,
    LineLostError,
    LostReason,
    OperatorFailedError,
    OperatorUnreachableError,
    TlsFailedError,
    TooManyRequestsError,
    UnreachableReason,
)
from extern_desktop.extern_api.values import Limits, Proxy, Trust
from extern_desktop.jobs.work import Work

CHUNK_BYTES: Final = 64 << 10

_REPEATS: Final[Mapping[UnreachableReason, int]] = {
    UnreachableReason.NAME_NOT_FOUND: 0,
    UnreachableReason.NO_NETWORK: 0,
    UnreachableReason.PROXY: 0,
    UnreachableReason.CONNECTION_REFUSED: 2,
    UnreachableReason.TIMED_OUT: 1,
    UnreachableReason.CUT: 3,
}
"""How often a reading is repeated. A computer without a network is told so at once."""
_REPEATS_OF_FAILED: Final = 4


class OpenAnswer:
    """An answer whose headers have come and whose body is still on the line."""

    def __init__(self, response: requests.Response, call: Call, exchange: Exchange, work: Work) -> None:
        self.status = response.status_code
        self.headers: Mapping[str, str] = response.headers
        self.trace_id = response.headers.get(TRACE_HEADER, "")
        self._response = response
        self._call = call
        self._exchange = exchange
        self._work = work

    def chunks(self, limit_bytes: int) -> Iterator[bytes]:
        """The body piece by piece, decompressed; `AnswerTooLargeError` as soon as it passes the limit."""
        size = 0
        pieces = self._response.iter_content(CHUNK_BYTES)
        while True:
            try:
                piece = next(pieces, b"")
            except FOREIGN as error:
                raise translate(error, self._call, self._exchange) from error
            if self._exchange.ending is not None:  # a shut socket may look like a body that simply ended
                raise translate(TimeoutError(), self._call, self._exchange)
            if not piece:
                return
            if self._call.effect is not Effect.ACT:
                self._work.checkpoint()
            size += len(piece)
            if size > limit_bytes:
                raise AnswerTooLargeError(self._call.host, limit_bytes)
            yield piece


class Transport:
    """Sessions, gate and watchman of one operator. Thread-safe; close it after the last exchange."""

    def __init__(self, *, proxy: Proxy | None = None, trust: Trust | None = None, limits: Limits | None = None, gate: Gate = OPERATOR_GATE) -> None:
        self.limits = limits or Limits()
        self._proxy = proxy
        self._trust = trust or Trust()
        self._gate = gate
        self._watchman = Watchman()
        self._own = threading.local()
        self._sessions: weakref.WeakSet[requests.Session] = weakref.WeakSet()
        self._lock, self._turn = threading.Lock(), threading.Lock()

    def exchange(self, call: Call, work: Work) -> Answer:
        """Send the request and read the whole answer. Readings are repeated after failures that pass; nothing else is.

        Statuses of 2xx and 4xx come back as answers. Raises the errors of `errors.py` for everything else.
        """
        for repeats in count():
            try:
                return self._exchange_once(call, work)
            except (OperatorUnreachableError, OperatorFailedError, TooManyRequestsError) as error:
                if call.effect is not Effect.READ or not self._is_worth_repeating(error, repeats):
                    raise
            work.pause(self.limits.backoff_seconds * 2**repeats * random.uniform(0.5, 1.0))  # noqa: S311  jitter needs no secret randomness
        raise AssertionError("unreachable")

    @contextmanager
    def open(self, call: Call, work: Work) -> Iterator[OpenAnswer]:
        """Send the request and hand over the answer with its body unread. Holds one permit of the gate until the block ends."""
        seconds = self.limits.transfer_seconds if call.is_transfer else self.limits.exchange_seconds
        with self._gate.permit(work):
            work.checkpoint()
            exchange = Exchange(work, seconds, finish_once_left=call.effect is Effect.ACT)
            with self._watchman.watching(exchange):
                response = self._send(call, exchange)
                try:
                    yield OpenAnswer(response, call, exchange, work)
                finally:
                    response.close()

    def refuse_surplus(self, headers: Mapping[str, str]) -> TooManyRequestsError:
        """The error for a 429. All lanes slow down with it."""
        seconds = retry_after_seconds(headers, time.time())
        self._gate.slow_down(min(seconds or self.limits.backoff_seconds, self.limits.retry_after_seconds))
        return TooManyRequestsError(seconds)

    def close(self) -> None:
        self._watchman.close()
        with self._lock:
            for session in list(self._sessions):
                session.close()

    def __enter__(self) -> Transport:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _exchange_once(self, call: Call, work: Work) -> Answer:
        with self.open(call, work) as opened:
            try:
                if stranger := foreign_answer(call, opened.status, opened.headers):
                    raise stranger
                content = b"".join(opened.chunks(self.limits.json_bytes))
            except (ForeignAnswerError, AnswerTooLargeError) as error:
                if call.effect is not Effect.ACT:
                    raise
                reason = LostReason.FOREIGN_ANSWER if isinstance(error, ForeignAnswerError) else LostReason.ANSWER_UNREADABLE
                raise LineLostError(call.host, call.action, reason, opened.status, may_have_filed=call.may_file) from error
            answer = Answer(opened.status, opened.headers, content)
        if answer.status == 429:
            raise self.refuse_surplus(answer.headers)
        judge_answer(call, answer)
        self._gate.answered()
        return answer

    def _send(self, call: Call, exchange: Exchange) -> requests.Response:
        session = self._session()
        try:
            with self._turn_of(exchange):
                return session.request(
                    call.method,
                    call.url,
                    headers=dict(call.headers),
                    data=call.body,
                    timeout=(self.limits.connect_seconds, self.limits.read_seconds),
                    proxies=dict(proxies_for(self._proxy, loopback=call.is_to_loopback)),
                    allow_redirects=False,
                    stream=True,
                )
        except FOREIGN as error:
            raise self._named(translate(error, call, exchange), call) from error

    @contextmanager
    def _turn_of(self, exchange: Exchange) -> Iterator[None]:
        """One lane at a time prepares or reads an exchange: twenty that want the interpreter at once would keep the window waiting for it."""
        with self._turn:
            LANE.exchange, LANE.turn = exchange, self._turn
            try:
                yield
            finally:
                LANE.exchange = LANE.turn = None

    def _named(self, error: BaseException, call: Call) -> BaseException:
        if isinstance(error, TlsFailedError) and self._proxy is None:
            return with_issuer(error, call.url, self.limits.connect_seconds)
        return error

    def _session(self) -> requests.Session:
        session: requests.Session | None = getattr(self._own, "session", None)
        if session is None:
            session = self._own.session = new_session(tls_context(self._trust))
            with self._lock:
                self._sessions.add(session)
        return session

    def _is_worth_repeating(self, error: ExternError, repeats: int) -> bool:
        if isinstance(error, OperatorUnreachableError):
            return repeats < _REPEATS[error.reason]
        if isinstance(error, TooManyRequestsError) and error.retry_after_seconds > self.limits.retry_after_seconds:
            return False
        return repeats < _REPEATS_OF_FAILED
