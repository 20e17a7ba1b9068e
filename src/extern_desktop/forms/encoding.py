"""Write a report's bytes: windows-1251 with a declaration, as the tax service asks for.

A character that the encoding lacks is refused, never replaced.
"""

from __future__ import annotations

from io import SEEK_END, BytesIO
from typing import Final

from lxml import etree

from extern_desktop.forms.errors import UnwritableValueError, ValueProblem

REPORT_ENCODING: Final = "windows-1251"
_DECLARATION: Final = f'<?xml version="1.0" encoding="{REPORT_ENCODING}"?>\n'.encode("ascii")


def refuse_unwritable(field: str, value: str) -> None:
    """Raise `UnwritableValueError` for the first character that a report can't hold: outside windows-1251, or a control character."""
    for char in value:
        if ord(char) < 0x20 or ord(char) == 0x7F or not _has(char):
            raise UnwritableValueError(field, value, ValueProblem.CHARACTER, char)


def report_bytes(root: etree._Element) -> bytes:
    """The whole document in windows-1251. Values were given to `refuse_unwritable` when they were set."""
    written = BytesIO(_DECLARATION)
    written.seek(0, SEEK_END)
    root.getroottree().write(written, encoding=REPORT_ENCODING, xml_declaration=False)
    return written.getvalue()


def _has(char: str) -> bool:
    try:
        char.encode(REPORT_ENCODING)
    except UnicodeEncodeError:
        return False
    return True
