"""The HTTP side of every area: what a handler is given, what it answers, and how both meet starlette.

A handler is a plain function of a `Call`; it runs on a worker thread inside one settled turn. Its refusals become error objects in `application`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeVar
from urllib.parse import parse_qsl

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from extern_desktop.extern_api.wire import base
from extern_desktop.sandbox import identity
from extern_desktop.sandbox.office import Office, Turn
from extern_desktop.sandbox.refusals import RefusalError, bad_request, not_found
from extern_desktop.sandbox.scene import ACCOUNT_ID
from extern_desktop.sandbox.settling import settled_turn

W = TypeVar("W")

JSON: Final = "application/json"
BODY_LIMIT_BYTES: Final = 32 * 1024 * 1024
"""Of every body but an upload's."""
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_GUID: Final = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_TAKE_LIMIT: Final = 1000
_DEFAULT_TAKE: Final = 100


@dataclass(frozen=True, slots=True)
class Call:
    """One request, read whole."""

    turn: Turn
    path: Mapping[str, str]
    query: Mapping[str, tuple[str, ...]]
    """Names in lower case: the operator is not strict about them."""
    headers: Mapping[str, str]
    body: bytes
    base_url: str

    def wire(self, kind: type[W]) -> W:
        """The JSON body as a model."""
        try:
            return base.decode(self.body, kind)
        except base.UnreadableWireError as error:
            raise bad_request(f"Тело запроса не прочитано: {error}.") from error

    def form(self) -> dict[str, str]:
        """The body of an HTML form."""
        try:
            return dict(parse_qsl(self.body.decode(), keep_blank_values=True))
        except (UnicodeDecodeError, ValueError) as error:
            raise bad_request("Тело запроса — не форма.") from error

    def one(self, name: str, default: str = "") -> str:
        return self.query.get(name.lower(), (default,))[-1]

    def flag(self, name: str, default: bool = False) -> bool:
        text = self.one(name).lower()
        if text not in {"", "true", "false"}:
            raise bad_request(f"Параметр {name}: true или false.")
        return text == "true" if text else default

    def paging(self, default_take: int = _DEFAULT_TAKE) -> tuple[int, int]:
        """`skip` and `take`."""
        return self._number("skip", 0), min(self._number("take", default_take), _TAKE_LIMIT)

    def _number(self, name: str, default: int) -> int:
        text = self.one(name, str(default))
        if _NUMBER.fullmatch(text) is None:
            raise bad_request(f"Параметр {name}: целое число не меньше нуля.")
        return int(text)

    def chosen_id(self, name: str) -> str | None:
        """An id that the caller chose for a new object (PUT); None where the path has none."""
        text = self.path.get(name)
        if text is not None and _GUID.fullmatch(text) is None:
            raise bad_request(f"{text} — не идентификатор: нужен GUID строчными буквами.")
        return text


@dataclass(frozen=True, slots=True)
class Answer:
    """What a handler says."""

    content: object = None
    """A wire model, plain values, raw bytes; None for an empty body."""
    status: int = 200
    media_type: str = JSON
    headers: dict[str, str] = field(default_factory=dict)


Handler = Callable[[Call], Answer]


def route(path: str, method: str, handler: Handler, *, is_open: bool = False) -> Route:
    """A route of the API. Unless it is open, the bearer token and the account in the path are checked first."""

    async def endpoint(request: Request) -> Response:
        body = await read_body(request, BODY_LIMIT_BYTES)
        return as_response(await run_in_threadpool(_answer, request, body, handler, is_open))

    return Route(path, endpoint, methods=[method])


async def read_body(request: Request, limit_bytes: int) -> bytes:
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > limit_bytes:
            raise RefusalError(413, "error", f"Тело запроса больше {limit_bytes} байт.")
    return bytes(body)


def as_response(answer: Answer) -> Response:
    content = answer.content
    if not isinstance(content, bytes):
        content = b"" if content is None else base.encode(content)
    return Response(content, answer.status, answer.headers, answer.media_type if content else None)


def let_in(turn: Turn, request: Request) -> None:
    """Refuse a caller without a good token, and an account that is not the caller's."""
    scheme, _space, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not identity.is_let_in(turn, token.strip()):
        raise RefusalError(401, "unauthorized", "Токен доступа отсутствует или истёк.", headers={"WWW-Authenticate": "Bearer"})
    if request.path_params.get("account", ACCOUNT_ID).lower() != ACCOUNT_ID:
        raise not_found("учётная запись")


def office_of(request: Request) -> Office:
    office = request.app.state.office
    if not isinstance(office, Office):
        raise TypeError("the application was built without an office")
    return office


def _answer(request: Request, body: bytes, handler: Handler, is_open: bool) -> Answer:
    query: dict[str, tuple[str, ...]] = {}
    for name, value in request.query_params.multi_items():
        query[name.lower()] = (*query.get(name.lower(), ()), value)
    with settled_turn(office_of(request)) as turn:
        if not is_open:
            let_in(turn, request)
        base_url = str(request.base_url).rstrip("/")
        return handler(Call(turn, request.path_params, query, request.headers, body, base_url))
