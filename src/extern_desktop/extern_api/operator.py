"""The operator as the services see it: sign-in, and the calls of every area, each in its own file.

It decides nothing about reports: what to send, when, and what to do after a lost line is for the services and the outbox.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from types import TracebackType

from extern_desktop.domain.secrets import Password
from extern_desktop.extern_api._gate import OPERATOR_GATE, Gate
from extern_desktop.extern_api.calls import Call, Effect, date_of, join_path
from extern_desktop.extern_api.channel import Channel
from extern_desktop.extern_api.contents import ContentCalls
from extern_desktop.extern_api.docflows import DocflowCalls
from extern_desktop.extern_api.drafts import DraftCalls
from extern_desktop.extern_api.errors import UnexpectedAnswerError
from extern_desktop.extern_api.replies import ReplyCalls
from extern_desktop.extern_api.sign_in import SignIn
from extern_desktop.extern_api.tables import TableCalls
from extern_desktop.extern_api.transport import Transport
from extern_desktop.extern_api.values import DevicePoll, DeviceSignIn, KeptTokens, Limits, OperatorAddress, Proxy, Trust
from extern_desktop.jobs.work import Work


class Operator(ContentCalls, DraftCalls, DocflowCalls, ReplyCalls, TableCalls):
    """One operator, one person, one account. Thread-safe: each thread that calls gets a session of its own. Close it at the end."""

    def __init__(
        self,
        address: OperatorAddress,
        *,
        account_id: str | None = None,
        tokens: KeptTokens | None = None,
        on_tokens: Callable[[KeptTokens], None] = lambda _tokens: None,
        proxy: Proxy | None = None,
        trust: Trust | None = None,
        limits: Limits | None = None,
        gate: Gate = OPERATOR_GATE,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.address = address
        self._transport = Transport(proxy=proxy, trust=trust, limits=limits, gate=gate)
        self._sign_in = SignIn(self._transport, address, kept=tokens, on_tokens=on_tokens, now=now)
        super().__init__(Channel(self._transport, self._sign_in, address.api_url), account_id)

    @property
    def is_signed_in(self) -> bool:
        """Whether we have something to sign in with; the operator may still say no."""
        return self._sign_in.is_signed_in

    def sign_in_by_password(self, login: str, password: Password, *, work: Work | None = None) -> None:
        self._sign_in.by_password(login, password, work or Work())

    def start_device_sign_in(self, *, work: Work | None = None) -> DeviceSignIn:
        return self._sign_in.start_device(work or Work())

    def poll_device_sign_in(self, device: DeviceSignIn, *, work: Work | None = None) -> DevicePoll:
        """Ask once; `wait_device_sign_in` asks until the end."""
        return self._sign_in.poll_device(device, work or Work())

    def wait_device_sign_in(self, device: DeviceSignIn, *, work: Work | None = None) -> None:
        self._sign_in.wait_device(device, work or Work())

    def sign_in_by_certificate(self, der: bytes, decrypt: Callable[[bytes], bytes], *, work: Work | None = None) -> None:
        """`decrypt` opens a CMS EnvelopedData (DER) with the certificate's key."""
        self._sign_in.by_certificate(der, decrypt, work or Work())

    def sign_out(self) -> None:
        """Forget the tokens on this computer."""
        self._sign_in.forget()

    def server_time(self, *, work: Work | None = None) -> datetime:
        """The operator's clock, to the second: the `Date` of a small answer. Needs no sign-in; a stranger's answer does not count."""
        url = self.address.api_url.rstrip("/") + join_path("v1")
        call = Call("GET", url, Effect.READ, {"Accept": "application/json"})
        answer = self._transport.exchange(call, work or Work())
        moment = date_of(answer.headers)
        if moment is None:
            raise UnexpectedAnswerError(call.host, call.action, answer.status, answer.trace_id)
        return moment

    def close(self) -> None:
        self._transport.close()

    def __enter__(self) -> Operator:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
