"""A request as data, and an answer that was read to its end. No network here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto, unique
from typing import Final, Protocol
from urllib.parse import quote, urlencode, urlsplit

from extern_desktop.extern_api.values import is_loopback

TRACE_HEADER: Final = "X-Kontur-Trace-Id"
JSON_TYPE: Final = "application/json"

QueryValue = str | int | bool | Sequence[str]


@unique
class Effect(Enum):
    """What a lost answer means."""

    READ = auto()
    """Nothing changes at the operator: it may be repeated."""
    HARMLESS = auto()
    """Something is left behind that nobody will miss (a token, a content nobody refers to): sent once, a loss is as if it never was."""
    ACT = auto()
    """Sent once. A lost answer leaves the outcome unknown."""


class SizedReader(Protocol):
    """A body that is read as it is sent; its length is known, so no chunked encoding is needed, which proxies dislike."""

    def __len__(self) -> int: ...

    def read(self, size: int = -1, /) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Call:
    """One request. Headers and body may hold secrets, so neither is ever printed."""

    method: str
    url: str
    effect: Effect
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes | SizedReader | None = field(default=None, repr=False)
    may_file: bool = False
    """If it comes through, something is filed with an authority."""
    is_transfer: bool = False
    """A part of an upload or a download: it may take long."""
    expects_json: bool = True

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @property
    def is_to_loopback(self) -> bool:
        return is_loopback(self.host)

    @property
    def action(self) -> str:
        """Method and path, without the query."""
        return f"{self.method} {urlsplit(self.url).path}"


@dataclass(frozen=True, slots=True)
class Answer:
    """Status, headers and whole body of an answer that came from the operator itself."""

    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    content: bytes = field(repr=False)

    @property
    def is_ok(self) -> bool:
        return 200 <= self.status < 300

    @property
    def trace_id(self) -> str:
        return self.headers.get(TRACE_HEADER, "")


def join_path(*parts: str) -> str:
    """`/v1/a/b`: identifiers come from outside, so each is quoted."""
    return "".join(f"/{quote(part, safe='')}" for part in parts)


def write_query(query: Mapping[str, QueryValue | None]) -> str:
    """`?a=1&b=true`, lists repeated, `None` left out; "" when nothing is left."""
    pairs: list[tuple[str, str]] = []
    for name, value in query.items():
        if isinstance(value, bool):
            pairs.append((name, "true" if value else "false"))
        elif isinstance(value, str | int):
            pairs.append((name, str(value)))
        elif value is not None:
            pairs += [(name, item) for item in value]
    return f"?{urlencode(pairs)}" if pairs else ""


def media_type(headers: Mapping[str, str]) -> str:
    """`Content-Type` without its parameters, in small letters."""
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def is_json(media: str) -> bool:
    return media == JSON_TYPE or media.endswith("+json")


def retry_after_seconds(headers: Mapping[str, str], now_seconds: float) -> float:
    """Seconds of `Retry-After`, given as a number or as a date; 0 when it is missing or unreadable. `now_seconds` is Unix time."""
    text = headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now_seconds) if text else 0.0
    except ValueError:
        return 0.0


def date_of(headers: Mapping[str, str]) -> datetime | None:
    """The `Date` header as an aware UTC moment; `None` when it is missing or unreadable."""
    try:
        return parsedate_to_datetime(headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError):
        return None
