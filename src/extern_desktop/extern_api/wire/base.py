"""The ground of every wire model: kebab-case names, tolerant reading, writing without nulls.

Both sides of the Extern API use these models: our client and the training operator. Reading accepts unknown fields, missing fields and nulls; an
enumeration stays the text that came. Nothing here knows HTTP.
"""

from __future__ import annotations

import threading
from typing import Any, Final, TypeVar

import msgspec

W = TypeVar("W")


class Wire(msgspec.Struct, rename="kebab", frozen=True, kw_only=True):
    """A JSON object of the Extern API: `snake_case` here, `kebab-case` on the wire."""


class SnakeWire(msgspec.Struct, frozen=True, kw_only=True):
    """A JSON object of the identity service, whose names are `snake_case`."""


class UnreadableWireError(ValueError):
    """The bytes are no JSON, or not the object that was expected. Inside the room only: the transport turns it into an error with facts."""


def decode(content: bytes, kind: type[W]) -> W:
    """Read one model from bytes.

    The straight way reads in one pass. Where it stumbles, usually over a null in a field that is not nullable, the object is read loosely: nulls
    count as missing, numbers in quotes as numbers. Raises `UnreadableWireError`, also for nesting too deep to read.
    """
    decoder: msgspec.json.Decoder[W] = _decoder_of(kind)
    try:
        return decoder.decode(content)
    except msgspec.ValidationError:
        return read_part(decode_loosely(content), kind)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableWireError(f"not the JSON of {kind}") from error


_decoders: Final[dict[Any, msgspec.json.Decoder[Any]]] = {}
_learning: Final = threading.Lock()


def _decoder_of(kind: Any) -> msgspec.json.Decoder[Any]:
    """The reader of this shape, made once and by one thread at a time.

    msgspec learns a model at its first use by running Python, and a second thread that reads the half-learnt model crashes the whole process.
    """
    known = _decoders.get(kind)
    if known is None:
        with _learning:
            known = _decoders[kind] = msgspec.json.Decoder(kind)
    return known


def decode_loosely(content: bytes) -> object:
    """Read any JSON into dicts, lists and scalars; `UnreadableWireError` where it is none."""
    try:
        return msgspec.json.decode(content)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise UnreadableWireError("not JSON") from error


def read_part(value: object, kind: type[W]) -> W:
    """A model from an already decoded value, such as the `task-result` of a task. Nulls count as missing."""
    _decoder_of(kind)
    try:
        return msgspec.convert(_without_nulls(value), type=kind, strict=False)
    except (msgspec.ValidationError, RecursionError) as error:
        raise UnreadableWireError(f"not the shape of {kind}") from error


def encode(value: object) -> bytes:
    """JSON of a model, a list of models or plain values. Nulls are left out, as both official SDKs do."""
    return msgspec.json.encode(_without_nulls(msgspec.to_builtins(value)))


def to_plain(value: object) -> object:
    """The dicts, lists and scalars of a model, without nulls: what `task_result` of an `ApiTask` holds."""
    return _without_nulls(msgspec.to_builtins(value))


def _without_nulls(value: object) -> object:
    if isinstance(value, dict):
        return {name: _without_nulls(inner) for name, inner in value.items() if inner is not None}
    if isinstance(value, list | tuple):
        return [_without_nulls(inner) for inner in value if inner is not None]
    return value
