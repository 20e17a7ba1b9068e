"""Sentences for files that are no report, values that no report can hold, and file names that are not safe."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.forms.errors import BrokenFormPackageError, NotAReportError, UnknownFormError, UnwritableValueError, ValueProblem
from extern_desktop.intake.errors import (
    BadFileNameError,
    EmptyInputError,
    FileNameProblem,
    ForbiddenPart,
    ForbiddenXmlError,
    Limit,
    NotXmlError,
    TooLargeError,
    UnknownEncodingError,
    UnreadableInputError,
    WrongEncodingError,
)
from extern_desktop.intake.file_names import shown_name
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _t

_LIMITS: Final[Mapping[Limit, Callable[[], str]]] = {
    Limit.TOTAL: lambda: _t("The file is larger than {allowed} bytes."),
    Limit.ATTRIBUTE: lambda: _t("One value of the file is longer than {allowed} bytes."),
    Limit.DEPTH: lambda: _t("The parts of the file are nested deeper than {allowed} levels."),
    Limit.ATTRIBUTES: lambda: _t("One part of the file has more than {allowed} fields."),
    Limit.ELEMENTS: lambda: _t("The file has more than {allowed} parts."),
}
_FORBIDDEN: Final[Mapping[ForbiddenPart, Callable[[], str]]] = {
    ForbiddenPart.DOCUMENT_TYPE: lambda: _t("Line {line} of the file holds a document type, which reports never have."),
    ForbiddenPart.UNDECLARED_ENTITY: lambda: _t("Line {line} of the file refers to an entity, which reports never do."),
}
_VALUES: Final[Mapping[ValueProblem, Callable[[], str]]] = {
    ValueProblem.CHARACTER: lambda: _t("The field {field} can't hold the character “{character}”."),
    ValueProblem.NOT_IN_FORM: lambda: _t("The form has no field {field} at this place."),
    ValueProblem.FIXED: lambda: _t("The field {field} is set by the form itself."),
}
_VALUE_REMEDIES: Final[Mapping[ValueProblem, Callable[[], str]]] = {
    ValueProblem.CHARACTER: lambda: _t("Put another character in its place: a plain hyphen, a plain space, “руб.”."),
    ValueProblem.NOT_IN_FORM: lambda: _t("Choose a field that the form shows."),
    ValueProblem.FIXED: lambda: _t("To file in another form or version, make the report in that form."),
}
_NAMES: Final[Mapping[FileNameProblem, Callable[[], str]]] = {
    FileNameProblem.EMPTY: lambda: _t("The file has no name."),
    FileNameProblem.TOO_LONG: lambda: _t("The file name “{name}” is too long."),
    FileNameProblem.PATH: lambda: _t("The file name “{name}” holds characters that a name can't have."),
    FileNameProblem.CONTROL: lambda: _t("The file name “{name}” holds invisible characters."),
    FileNameProblem.RESERVED: lambda: _t("The file name “{name}” is kept by the system for a device."),
}


def _ask_for_another() -> str:
    return _t("Export the report again from the program it was made in.")


@sentence.register
def _(error: UnreadableInputError) -> Sentence:
    return Sentence(_t("The file can't be read as a report."), _t("Nothing was changed and nothing was sent."), _ask_for_another())


@sentence.register
def _(error: EmptyInputError) -> Sentence:
    return Sentence(_t("The file is empty."), _t("There is nothing to check or to send."), _ask_for_another())


@sentence.register
def _(error: NotXmlError) -> Sentence:
    return Sentence(
        _t("The file is no XML, or it is damaged: line {line}, column {column}.").format(line=error.line, column=error.column),
        _t("A report is an XML file; this one can't be checked or sent."),
        _ask_for_another(),
    )


@sentence.register
def _(error: ForbiddenXmlError) -> Sentence:
    return Sentence(
        _FORBIDDEN[error.kind]().format(line=error.line),
        _t("Such a file may try to reach other files or to use up the memory. We did not read it further."),
        _t("Find out where the file comes from. Export the report again from the program it was made in."),
    )


@sentence.register
def _(error: TooLargeError) -> Sentence:
    return Sentence(
        _LIMITS[error.limit]().format(allowed=_grouped(error.allowed)),
        _t("No report is like this. We did not read it further."),
        _t("Check that this is the right file. Export the report again from the program it was made in."),
    )


@sentence.register
def _(error: WrongEncodingError) -> Sentence:
    places = {"encoding": error.encoding, "line": error.line, "position": _grouped(error.position_bytes)}
    return Sentence(
        _t("The file says it is written in {encoding}, and it is not: line {line}, byte {position}.").format(**places),
        _t("Its letters would be read wrongly, so it can't be checked or sent."),
        _t("Export the report again from the program it was made in. Do not save it in a text editor."),
    )


@sentence.register
def _(error: UnknownEncodingError) -> Sentence:
    return Sentence(
        _t("The file is written in {encoding}.").format(encoding=error.encoding),
        _t("Reports are written in windows-1251 or UTF-8."),
        _ask_for_another(),
    )


@sentence.register
def _(error: BadFileNameError) -> Sentence:
    return Sentence(
        _NAMES[error.problem]().format(name=error.shown_name),
        _t("A file with such a name can mislead or can't be kept on every disk."),
        _t("Give the file a plain name and try again."),
    )


@sentence.register
def _(error: NotAReportError) -> Sentence:
    return Sentence(
        _t("This is no report to the tax service: the file begins with “{name}”.").format(name=shown_name(error.root_name)),
        _t("We can check only reports to the tax service."),
        _t("Check that this is the right file."),
    )


@sentence.register
def _(error: UnknownFormError) -> Sentence:
    if not error.knd:
        happened = _t("The file does not say which form it is in.")
    else:
        stated = {"knd": shown_name(error.knd), "version": shown_name(error.version) or "—"}
        happened = _t("We do not have the form KND {knd}, version {version}.").format(**stated)
    if error.known_versions:
        do_next = _t("Make the report in version {versions}.").format(versions=", ".join(error.known_versions))
    else:
        do_next = _t("Check it in the program it was made in, and update Extern Desktop: new forms come with updates.")
    return Sentence(happened, _t("The report was not checked."), do_next)


@sentence.register
def _(error: UnwritableValueError) -> Sentence:
    return Sentence(
        _VALUES[error.problem]().format(field=error.field, character=shown_name(error.character)),
        _t("The report was not changed."),
        _VALUE_REMEDIES[error.problem](),
    )


@sentence.register
def _(error: BrokenFormPackageError) -> Sentence:
    return Sentence(
        _t("The data of the form {package} are damaged: {place}.").format(package=error.package, place=error.place),
        _t("Reports in this form can't be checked."),
        _t("Install the program again. Your reports stay as they are."),
    )


def _grouped(number: int) -> str:
    return f"{number:,}".replace(",", "\u00a0")
