"""Parse XML that came from outside: no network, no document type, no entities, and never more memory or time than the limits allow.

What can be refused by looking at the bytes is refused before the parser sees them. It never repairs: a document is read as it is or not at all.
"""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from lxml import etree

from extern_desktop.intake.errors import (
    EmptyInputError,
    ForbiddenPart,
    ForbiddenXmlError,
    Limit,
    NotXmlError,
    TooLargeError,
    UnknownEncodingError,
    WrongEncodingError,
)

MEBIBYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class XmlLimits:
    """How much of a document is read. The depth limit is the parser's own, 256 levels."""

    total_bytes: int = 64 * MEBIBYTE
    """The largest report of an ordinary firm has about 6 MiB."""
    attribute_bytes: int = MEBIBYTE
    """Of one tag with its attributes, or of one piece of text."""
    attributes: int = 2_000
    """Of one element."""
    elements: int = 2_000_000


DEFAULT_LIMITS: Final = XmlLimits()
MAX_LEVELS: Final = 256

_UTF8: Final = "utf-8"
_CYRILLIC: Final = "windows-1251"
_ENCODINGS: Final = {"utf-8": _UTF8, "utf8": _UTF8, "windows-1251": _CYRILLIC, "cp1251": _CYRILLIC}
_WIDE_BOMS: Final = {codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
_WIDE_STARTS: Final = {b"<\x00": "utf-16", b"\x00<": "utf-16", b"\x00\x00": "utf-32"}
_UNUSED_BYTE: Final = b"\x98"
"""The only byte that windows-1251 gives no character."""
_DECLARED: Final = re.compile(rb"<\?xml\s[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z][A-Za-z0-9._-]{0,39})[\"']")
_PROLOG_PART: Final = re.compile(rb"\s+|<\?.*?\?>|<!--.*?-->", re.DOTALL)
_ATTRIBUTE: Final = re.compile(rb"=\s*[\"']")
_LONG_TAG_BYTES: Final = 16 * 1024
_CHUNK_BYTES: Final = MEBIBYTE


def read_untrusted(path: Path, *, limits: XmlLimits = DEFAULT_LIMITS) -> bytes:
    """Bytes of a file, unless it is larger than the limit: then it is not read at all. An `OSError` is the caller's to word."""
    with path.open("rb") as file:
        content = file.read(limits.total_bytes + 1)
    if len(content) > limits.total_bytes:
        raise TooLargeError(Limit.TOTAL, limits.total_bytes)
    return content


def parse_untrusted(content: bytes, *, limits: XmlLimits = DEFAULT_LIMITS) -> etree._Element:
    """The root of a document in windows-1251 or UTF-8, with or without a byte order mark.

    Raises one of the `UnreadableInputError` family and nothing else.
    """
    if len(content) > limits.total_bytes:
        raise TooLargeError(Limit.TOTAL, limits.total_bytes)
    _check_encoding(content)
    _refuse_document_type(content)
    _check_tag_sizes(content, limits)
    return _parse(content)


def declared_encoding(content: bytes) -> str:
    """`utf-8` or `windows-1251`; raises `UnknownEncodingError` for any other and `EmptyInputError` where there is nothing."""
    for mark, encoding in _WIDE_BOMS.items():
        if content.startswith(mark):
            raise UnknownEncodingError(encoding)
    body = content.removeprefix(codecs.BOM_UTF8)
    if not body[: 64 * 1024].strip() and not body.strip():
        raise EmptyInputError
    for start, encoding in _WIDE_STARTS.items():
        if body.startswith(start):
            raise UnknownEncodingError(encoding)
    found = _DECLARED.match(body)
    declared = found[1].decode("ascii").lower() if found else _UTF8
    if declared not in _ENCODINGS:
        raise UnknownEncodingError(declared)
    return _ENCODINGS[declared]


def _check_encoding(content: bytes) -> None:
    encoding = declared_encoding(content)
    broken_at = _first_byte_outside_utf8(content)
    if encoding == _UTF8:
        position = broken_at
    elif content.startswith(codecs.BOM_UTF8) or (broken_at is None and not content.isascii()):
        # Russian text in windows-1251 is never valid UTF-8 by chance: the declaration is what is wrong.
        position = next(at for at, byte in enumerate(content) if byte > 0x7F)
    else:
        position = found if (found := content.find(_UNUSED_BYTE)) >= 0 else None
    if position is not None:
        raise WrongEncodingError(encoding, position, content.count(b"\n", 0, position) + 1)


def _first_byte_outside_utf8(content: bytes) -> int | None:
    """Decoded in pieces, so that a large document is never held twice."""
    if content.isascii():
        return None
    decoder = codecs.getincrementaldecoder("utf-8")()
    for start in range(0, len(content), _CHUNK_BYTES):
        kept = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _CHUNK_BYTES], final=start + _CHUNK_BYTES >= len(content))
        except UnicodeDecodeError as problem:
            return start - kept + problem.start
    return None


def _refuse_document_type(content: bytes) -> None:
    """A document type can only stand before the root element."""
    at = len(codecs.BOM_UTF8) if content.startswith(codecs.BOM_UTF8) else 0
    while (part := _PROLOG_PART.match(content, at)) is not None:
        at = part.end()
    if content.startswith(b"<!DOCTYPE", at):
        raise ForbiddenXmlError(ForbiddenPart.DOCUMENT_TYPE, content.count(b"\n", 0, at) + 1)


def _check_tag_sizes(content: bytes, limits: XmlLimits) -> None:
    """No attribute value and no text may hold a `<`, so the distance between two of them bounds both.

    The search jumps from window to window: its cost does not depend on how many tags there are.
    """
    if content.count(b"<") > 2 * limits.elements:
        raise TooLargeError(Limit.ELEMENTS, limits.elements)
    at = 0
    while at + _LONG_TAG_BYTES < len(content):
        last = content.rfind(b"<", at + 1, at + _LONG_TAG_BYTES)
        if last >= 0:
            at = last
            continue
        end = content.find(b"<", at + 1)
        end = len(content) if end < 0 else end
        if end - at > limits.attribute_bytes:
            raise TooLargeError(Limit.ATTRIBUTE, limits.attribute_bytes)
        if sum(1 for _ in _ATTRIBUTE.finditer(content, at, end)) > limits.attributes:
            raise TooLargeError(Limit.ATTRIBUTES, limits.attributes)
        at = end


def _parse(content: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False, recover=False)
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as problem:
        raise _named(problem) from None  # the parser's text quotes the document and says nothing a person can use


def _named(problem: etree.XMLSyntaxError) -> NotXmlError | ForbiddenXmlError | TooLargeError:
    line, column = problem.position
    if getattr(problem, "code", None) == etree.ErrorTypes.ERR_UNDECLARED_ENTITY:  # the type stubs do not know `code`
        return ForbiddenXmlError(ForbiddenPart.UNDECLARED_ENTITY, line)
    if "depth" in str(problem.msg):
        return TooLargeError(Limit.DEPTH, MAX_LEVELS)
    return NotXmlError(max(line, 1), max(column, 0))
