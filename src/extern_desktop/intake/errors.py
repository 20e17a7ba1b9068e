"""What can be wrong with bytes that came from outside. Each error says it in facts; nothing here reads or repairs the bytes."""

from dataclasses import dataclass
from enum import StrEnum, unique

from extern_desktop.domain.errors import DomainRefusalError


@unique
class ForbiddenPart(StrEnum):
    """Parts of XML that no report needs and that are never read from outside."""

    DOCUMENT_TYPE = "document-type"
    """A `<!DOCTYPE`: the door to entities, external files and addresses."""
    UNDECLARED_ENTITY = "undeclared-entity"


@unique
class Limit(StrEnum):
    """Which limit an input went over."""

    TOTAL = "total-bytes"
    ATTRIBUTE = "attribute-bytes"
    DEPTH = "levels"
    ATTRIBUTES = "attributes"
    ELEMENTS = "elements"


@unique
class FileNameProblem(StrEnum):
    """Why a file's name can't be taken as it is."""

    EMPTY = "empty"
    TOO_LONG = "too-long"
    PATH = "path"
    """It names a folder or a drive: a name that came from outside must be one name."""
    CONTROL = "control"
    """It holds control characters or characters that turn the direction of writing, so that what is shown is not what is there."""
    RESERVED = "reserved"
    """Windows keeps this name for a device."""


@dataclass(eq=False)
class UnreadableInputError(DomainRefusalError):
    """The root of everything that makes an input no document at all. `forms` adds its own kinds below it."""


@dataclass(eq=False)
class EmptyInputError(UnreadableInputError):
    """There is nothing in it, or nothing but white space."""


@dataclass(eq=False)
class NotXmlError(UnreadableInputError):
    """The text breaks the rules of XML."""

    line: int
    """1-based."""
    column: int
    """1-based; 0 when nobody knows."""


@dataclass(eq=False)
class ForbiddenXmlError(UnreadableInputError):
    """It is XML, and it holds a part that is never read from outside."""

    kind: ForbiddenPart
    line: int


@dataclass(eq=False)
class TooLargeError(UnreadableInputError):
    """One of the limits is exceeded. The input was not read to the end."""

    limit: Limit
    allowed: int
    """In the unit that the limit's value names."""


@dataclass(eq=False)
class WrongEncodingError(UnreadableInputError):
    """The bytes are not text in the encoding that the document declares."""

    encoding: str
    """As declared, lower case."""
    position_bytes: int
    """Offset of the first byte that does not fit, from the start of the file."""
    line: int
    """1-based line of that byte."""


@dataclass(eq=False)
class UnknownEncodingError(UnreadableInputError):
    """The document declares an encoding that reports are not written in."""

    encoding: str


@dataclass(eq=False)
class BadFileNameError(DomainRefusalError):
    """A name from outside that must not become a name on this disk."""

    shown_name: str
    """The name with every unprintable character made visible."""
    problem: FileNameProblem
