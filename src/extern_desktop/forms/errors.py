"""What makes a file no report, or a value no value of a form. Mistakes inside a report are findings and not errors."""

from dataclasses import dataclass
from enum import StrEnum, unique

from extern_desktop.domain.errors import DomainRefusalError, ExternError
from extern_desktop.intake.errors import UnreadableInputError


@unique
class ValueProblem(StrEnum):
    """Why a value can't be written into a report."""

    CHARACTER = "character"
    """It holds a character that windows-1251 does not have."""
    NOT_IN_FORM = "not-in-form"
    """The form has no such field at that place."""
    FIXED = "fixed"
    """The form itself fixes this value."""


@dataclass(eq=False)
class UnreadableReportError(UnreadableInputError):
    """It can be read, and it is no report we can check. Catch `UnreadableInputError` to get broken XML as well."""


@dataclass(eq=False)
class NotAReportError(UnreadableReportError):
    """An XML document of another kind: its root is not that of a report to the tax service."""

    root_name: str


@dataclass(eq=False)
class UnknownFormError(UnreadableReportError):
    """A report in a form or a version of its format that this program does not have."""

    knd: str
    """Classifier number as stated, "" when the document states none."""
    version: str
    """Format version as stated, "" when the document states none."""
    known_versions: tuple[str, ...]
    """Versions of the same form that are at hand; empty when the form itself is unknown."""


@dataclass(eq=False)
class UnwritableValueError(DomainRefusalError):
    """A value that must not be put into a report."""

    field: str
    """Name of the field as in the form, for example `@НаимОрг`."""
    value: str
    problem: ValueProblem
    character: str = ""
    """The character that does not fit, for `ValueProblem.CHARACTER`."""


@dataclass(eq=False)
class BrokenFormPackageError(ExternError):
    """A bug of ours: a form's own data contradict themselves. Never caused by a report."""

    package: str
    place: str
    detail: str
