"""File names from outside: what a report's name says, and whether a name may become a name on this disk. It touches no disk itself."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from typing import Final

from extern_desktop.intake.errors import BadFileNameError, FileNameProblem

MAX_NAME_BYTES: Final = 255
"""What Linux allows; Windows counts 255 UTF-16 units, which is never less for these names."""

_REPORT_NAME: Final = re.compile(
    r"(?P<prefix>[A-Z]+_[A-Z0-9.]+)_(?P<first>\d{4})_(?P<last>\d{4})_(?P<sender>\d{12}|\d{10}\d{4}[\dA-Z]{2}\d{3})_(?P<formed>\d{8})_(?P<unique>[-A-Za-z0-9]{1,36})",
    re.ASCII,
)
_DEVICES: Final = frozenset({"con", "prn", "aux", "nul", *(f"{kind}{number}" for kind in ("com", "lpt") for number in range(1, 10))})
_INVISIBLE: Final = frozenset({"Cc", "Cf", "Zl", "Zp", "Cs", "Co", "Cn"})
"""Unicode categories that are not seen, or that turn the direction of what is seen."""
_SEPARATORS: Final = frozenset('/\\:*?"<>|')


@dataclass(frozen=True, slots=True)
class ReportFileName:
    """`R_T_A_K_O_YYYYMMDD_N` of a report to the tax service, taken apart."""

    prefix: str
    """Form, for example `NO_USN`."""
    first_office: str
    """Office that gets the file first."""
    last_office: str
    sender: str
    """INN and KPP of a company (19 characters), or a person's INN (12)."""
    formed: str
    """YYYYMMDD as written; nobody checks that it is a day."""
    unique: str


def without_ending(file_name: str) -> str:
    """The name without `.xml`, in whatever case the ending is written."""
    return file_name[:-4] if file_name[-4:].lower() == ".xml" else file_name


def read_report_name(file_name: str) -> ReportFileName | None:
    """The parts of a report's name, with or without its ending; None for any other name."""
    found = _REPORT_NAME.fullmatch(without_ending(file_name))
    return ReportFileName(*found.groups()) if found else None


def shown_name(untrusted_name: str) -> str:
    """The name with every character that can't be seen written as its number: `отчёт⟨U+202E⟩fdp.exe`."""
    return "".join(f"⟨U+{ord(char):04X}⟩" if unicodedata.category(char) in _INVISIBLE else char for char in untrusted_name)


def check_file_name(untrusted_name: str) -> str:
    """The same name when it may be written to a folder of ours on any system; raises `BadFileNameError` otherwise."""
    problem = _problem(untrusted_name)
    if problem is not None:
        raise BadFileNameError(shown_name(untrusted_name[:MAX_NAME_BYTES]), problem)
    return untrusted_name


def clean_file_name(untrusted_name: str, *, fallback: str) -> str:
    """A name as near to the given one as is safe: its last part, without characters that no disk takes; `fallback` where nothing is left."""
    last = re.split(r"[/\\]", untrusted_name)[-1]
    kept = "".join(char for char in last if unicodedata.category(char) not in _INVISIBLE and char not in _SEPARATORS).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    while len(kept.encode()) > MAX_NAME_BYTES and stem:
        stem = stem[:-1]
        kept = f"{stem}{dot}{ending}"
    return kept if _problem(kept) is None else fallback


def _problem(name: str) -> FileNameProblem | None:
    if not name or not name.strip(" ."):
        return FileNameProblem.EMPTY
    if len(name.encode(errors="surrogatepass")) > MAX_NAME_BYTES:
        return FileNameProblem.TOO_LONG
    if any(unicodedata.category(char) in _INVISIBLE for char in name):
        return FileNameProblem.CONTROL
    if any(char in _SEPARATORS for char in name) or name != name.rstrip(" ."):
        return FileNameProblem.PATH
    if name.partition(".")[0].rstrip(" ").lower() in _DEVICES:
        return FileNameProblem.RESERVED
    return None
