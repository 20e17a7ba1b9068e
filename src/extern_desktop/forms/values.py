"""What a check says about a report, and the rows in which a form is shown. Values only: they read nothing and decide nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import field as _field
from enum import StrEnum, unique

from extern_desktop.domain.reports import ReportIdentity


@unique
class Severity(StrEnum):
    """An error stops a report from being sent; a warning asks a person to look."""

    ERROR = "error"
    WARNING = "warning"


@unique
class Origin(StrEnum):
    """Where a rule comes from."""

    STRUCTURE = "structure"
    """The form's own structure: what must be there, in which order, of which kind."""
    AUTHORITY = "authority"
    """Rules the authority publishes with the structure; they carry its error codes."""
    RATIO = "ratio"
    """Control ratios: arithmetic between lines."""
    IDENTITY = "identity"
    """Check digits of numbers, and the file's name."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong in a report, and the field to look at."""

    rule: str
    """Name of the rule, for example `missing-attribute` or `usn-1.1-020`."""
    severity: Severity
    path: str
    """Path of the element with positions where there are several: `/Файл/Документ/УСН/…[2]`."""
    field: str
    """`@КПП`; the name of a child that is missing or strange; or "" for the element itself."""
    label: str
    """Our own short Russian name of the field."""
    line: str
    """Line code of the paper form, "020"; "" where the paper has none."""
    value: str
    """What the document states there; "" when it states nothing."""
    facts: Mapping[str, str] = _field(default_factory=dict, hash=False)
    """What the sentence needs: `expected` and `stated` for a ratio, `allowed`, `limit`, `shape` for a value."""
    label_en: str = ""
    """The same short name in English."""
    origin: Origin = Origin.STRUCTURE
    code: str = ""
    """The authority's own error code, ten digits; "" for rules of ours."""
    title: str = ""
    """What the rule asks for, in Russian; rules of a form's package only."""
    title_en: str = ""


@dataclass(frozen=True, slots=True)
class CheckedReport:
    """What a check found."""

    identity: ReportIdentity | None
    """None when a mistake hides which report it is."""
    findings: tuple[Finding, ...]
    """In the order of the document."""
    omitted_count: int = 0
    """How many findings more there are than are listed."""

    @property
    def may_be_sent(self) -> bool:
        return not any(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def error_count(self) -> int:
        return sum(finding.severity is Severity.ERROR for finding in self.findings)

    @property
    def warning_count(self) -> int:
        return sum(finding.severity is Severity.WARNING for finding in self.findings)


@unique
class Editor(StrEnum):
    """What a person changes a field with."""

    TEXT = "text"
    WHOLE_NUMBER = "whole-number"
    NUMBER = "number"
    DATE = "date"
    """Written ДД.ММ.ГГГГ."""
    YEAR = "year"
    CHOICE = "choice"


@dataclass(frozen=True, slots=True)
class Option:
    """One of the values a field may have."""

    value: str
    label: str
    """What the code means, in Russian; "" when the form does not say."""
    label_en: str


@dataclass(frozen=True, slots=True)
class FieldRow:
    """One field of a report as a row on the screen."""

    path: str
    """Path of the element that holds the field, the same text as `Finding.path`."""
    field: str
    """`@СумЗаКв`, or "" for the text of the element itself; the same text as `Finding.field`."""
    label: str
    label_en: str
    line: str
    """Line code of the paper form, or ""."""
    value: str
    present: bool
    """False: the form allows the field and the document leaves it out."""
    required: bool
    editable: bool
    """False for what the form fixes and for the file's own name."""
    editor: Editor
    options: tuple[Option, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the form with a heading."""

    title: str
    title_en: str
    rows: tuple[FieldRow, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A report laid out for reading."""

    identity: ReportIdentity | None
    form_name: str
    """Full Russian name of the form."""
    form_name_en: str
    sections: tuple[Section, ...]

    def fields(self) -> tuple[FieldRow, ...]:
        """All rows, in the order of the form."""
        return tuple(row for section in self.sections for row in section.rows)

    def row_of(self, finding: Finding) -> FieldRow | None:
        """The row to jump to: the field itself, else the part that is missing, else the first field of the part the finding stands at."""
        rows = self.fields()
        exact = next((row for row in rows if (row.path, row.field) == (finding.path, finding.field)), None)
        missing = f"{finding.path}/{finding.field}"
        part = next((row for row in rows if finding.field and row.path == missing), None)
        return exact or part or next((row for row in rows if f"{row.path}/".startswith(f"{finding.path}/")), None)


@dataclass(frozen=True, slots=True)
class KnownForm:
    """A form at hand."""

    knd: str
    version: str
    short_name: str
    """As accountants say it: «УСН»."""
    name: str
    name_en: str
    file_prefix: str
    """How file names of this form begin, for example `NO_USN`."""
