"""Links and error objects: the two shapes that every area of the API uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from extern_desktop.extern_api.wire.base import Wire


class Link(Wire, frozen=True, kw_only=True):
    """Where to go from an object. `rel` says why; an item with `rel` of `reply` is a reply we owe."""

    rel: str = ""
    href: str = ""
    name: str | None = None
    """For `rel = reply`: the type of the reply document, without `urn:document:`."""
    title: str | None = None
    profile: str | None = None
    templated: bool | None = None


def links_by_rel(links: Sequence[Link], rel: str) -> tuple[Link, ...]:
    return tuple(link for link in links if link.rel.lower() == rel)


class ConcurrentTask(Wire, frozen=True, kw_only=True):
    id: str = ""
    task_type: str = ""


class ErrorContext(Wire, frozen=True, kw_only=True):
    """Seen on 409: the operation that holds the draft."""

    concurrent_task: ConcurrentTask | None = None


class ErrorObject(Wire, frozen=True, kw_only=True):
    """How the operator says no. Everything is optional: a gateway in front of it may say less."""

    id: str = ""
    """For example `urn:error:externapi:checkProtocolHasErrors`."""
    status_code: int | str = 0
    """A number; readers also meet the name of the status."""
    message: str = ""
    track_id: str | None = None
    trace_id: str | None = None
    properties: Mapping[str, object] | None = None
    context: ErrorContext | None = None
