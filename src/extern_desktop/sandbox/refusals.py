"""How the training operator says no over HTTP: one exception that becomes an error object.

The texts here are words of the other side, as a real operator's are; what our own program says to a person is in `wording/`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from extern_desktop.extern_api.wire.links import ErrorContext, ErrorObject

_NAMESPACE = "urn:error:externapi"


@dataclass(eq=False)
class RefusalError(Exception):
    """An answer other than success. Only inside this room: the application turns it into an error object."""

    status: int
    code: str
    """Last part of the error's URN; empty for the plain `urn:error:externapi`."""
    message: str
    context: ErrorContext | None = None
    headers: dict[str, str] = field(default_factory=dict)

    def as_wire(self, trace_id: str) -> ErrorObject:
        code = f"{_NAMESPACE}:{self.code}" if self.code else _NAMESPACE
        return ErrorObject(id=code, status_code=self.status, message=self.message, track_id=trace_id, trace_id=trace_id, context=self.context)


def bad_request(message: str, code: str = "error") -> RefusalError:
    return RefusalError(400, code, message)


def not_found(what: str, code: str = "notFound") -> RefusalError:
    return RefusalError(404, code, f"Не найдено: {what}.")
