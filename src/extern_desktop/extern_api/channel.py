"""Requests in the name of the signed-in person, and answers as wire models.

A 401 renews the sign-in once and repeats the request once: the operator has said that it did not look at it. Every other refusal is raised.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Final, TypeVar
from urllib.parse import urlsplit

from extern_desktop.domain.secrets import AccessToken
from extern_desktop.extern_api._judge import foreign_answer, judge_answer, refusal
from extern_desktop.extern_api.calls import Answer, Call, Effect, QueryValue, SizedReader, write_query
from extern_desktop.extern_api.errors import LineLostError, LostReason, SignInRequiredError, UnexpectedAnswerError
from extern_desktop.extern_api.sign_in import SignIn
from extern_desktop.extern_api.transport import OpenAnswer, Transport
from extern_desktop.extern_api.wire.base import UnreadableWireError, decode, encode
from extern_desktop.jobs.work import Work

W = TypeVar("W")

JSON_HEADERS: Final[Mapping[str, str]] = {"Accept": "application/json", "Content-Type": "application/json"}


class Channel:
    """The API host as one person may use it. Thread-safe."""

    def __init__(self, transport: Transport, sign_in: SignIn, api_url: str) -> None:
        self.transport = transport
        self._sign_in = sign_in
        self._api_url = api_url.rstrip("/")
        self.host = urlsplit(api_url).hostname or ""

    def read(self, path: str, kind: type[W], work: Work, query: Mapping[str, QueryValue | None] | None = None) -> W:
        """GET a model."""
        call = self.call("GET", path, Effect.READ, query=query, headers={"Accept": "application/json"})
        return self.model(call, self.ask(call, work), kind)

    def search(self, path: str, kind: type[W], work: Work, body: object) -> W:
        """POST that only asks: it changes nothing, and is still sent once."""
        call = self.call("POST", path, Effect.HARMLESS, headers=JSON_HEADERS, body=encode(body))
        return self.model(call, self.ask(call, work), kind)

    def act(
        self,
        method: str,
        path: str,
        kind: type[W],
        work: Work,
        *,
        body: object = None,
        query: Mapping[str, QueryValue | None] | None = None,
        may_file: bool = False,
    ) -> W:
        """Change something at the operator: sent once. `LineLostError` when its answer is lost."""
        content = None if body is None else encode(body)
        call = self.call(method, path, Effect.ACT, query=query, headers=JSON_HEADERS, body=content, may_file=may_file)
        return self.model(call, self.ask(call, work), kind)

    def call(
        self,
        method: str,
        path: str,
        effect: Effect,
        *,
        query: Mapping[str, QueryValue | None] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | SizedReader | None = None,
        may_file: bool = False,
        is_transfer: bool = False,
        expects_json: bool = True,
    ) -> Call:
        url = f"{self._api_url}{path}{write_query(query or {})}"
        return Call(method, url, effect, headers or {}, body, may_file, is_transfer, expects_json)

    def ask(self, call: Call, work: Work) -> Answer:
        """The answer of 2xx; `OperatorRefusedError` for 4xx."""
        token = self._sign_in.access(work)
        answer = self.transport.exchange(_signed(call, token), work)
        if answer.status == 401:
            answer = self.transport.exchange(_signed(call, self._sign_in.renew(token, work)), work)
        if answer.status == 401:
            raise SignInRequiredError(call.host)
        if not answer.is_ok:
            raise refusal(answer)
        return answer

    @contextmanager
    def open(self, call: Call, work: Work) -> Iterator[OpenAnswer]:
        """An answer of 2xx with its body unread; other statuses are raised as `ask` does, without repeats."""
        token = self._sign_in.access(work)
        with ExitStack() as stack:
            opened = stack.enter_context(self.transport.open(_signed(call, token), work))
            if opened.status == 401:
                stack.close()  # the permit goes back first: the renewal needs one
                opened = stack.enter_context(self.transport.open(_signed(call, self._sign_in.renew(token, work)), work))
            self._require_good(call, opened)
            yield opened

    def model(self, call: Call, answer: Answer, kind: type[W]) -> W:
        try:
            return decode(answer.content, kind)
        except UnreadableWireError as error:
            if call.effect is Effect.ACT:
                raise LineLostError(
                    call.host, call.action, LostReason.ANSWER_UNREADABLE, answer.status, answer.trace_id, may_have_filed=call.may_file
                ) from error
            raise UnexpectedAnswerError(call.host, call.action, answer.status, answer.trace_id) from error

    def _require_good(self, call: Call, opened: OpenAnswer) -> None:
        if stranger := foreign_answer(call, opened.status, opened.headers):
            raise stranger
        if opened.status == 401:
            raise SignInRequiredError(call.host)
        if opened.status == 429:
            raise self.transport.refuse_surplus(opened.headers)
        if not 200 <= opened.status < 300:
            answer = Answer(opened.status, opened.headers, b"".join(opened.chunks(self.transport.limits.json_bytes)))
            judge_answer(call, answer)
            raise refusal(answer)


def _signed(call: Call, token: AccessToken) -> Call:
    return replace(call, headers={**call.headers, "Authorization": f"Bearer {token.reveal()}"})
