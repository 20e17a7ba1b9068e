"""Ratio files as they are written, and the parsed form that is shipped beside each of them.

Reading the language costs a tenth of a second, most of it the import of its parser, so a package carries `control.ratios.json`: the same ratios as
plain lists, with the hash of the text they were made from. When the text has changed since, the text is read and the old lists are not.
`python -m extern_desktop.forms.ratio_files` writes the lists of every package anew; a test compares them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

TEXT_NAME = "control.ratios"
PARSED_NAME = "control.ratios.json"


def read_ratio_file(folder: Path) -> Sequence[Mapping[str, Any]]:
    """Plain ratios of a package."""
    text = (folder / TEXT_NAME).read_bytes()
    try:
        kept = json.loads((folder / PARSED_NAME).read_bytes())
    except FileNotFoundError:
        kept = {}
    if kept.get("sha256") == _hash(text):
        ratios: Sequence[Mapping[str, Any]] = kept["ratios"]
        return ratios
    from extern_desktop.forms._ratio_language import parse_ratios

    return parse_ratios(folder.name, text.decode("utf-8"))


def parsed_bytes(folder: Path) -> bytes:
    """What `control.ratios.json` of the package must hold."""
    from extern_desktop.forms._ratio_language import parse_ratios

    text = (folder / TEXT_NAME).read_bytes()
    ratios = parse_ratios(folder.name, text.decode("utf-8"))
    lines = ",\n".join(json.dumps(ratio, ensure_ascii=False) for ratio in ratios)
    return f'{{"sha256": "{_hash(text)}", "ratios": [\n{lines}\n]}}\n'.encode()


def write_parsed(forms_folder: Path) -> None:
    """Write the parsed ratios of every package below the folder."""
    for text in sorted(forms_folder.glob(f"*/{TEXT_NAME}")):
        (text.parent / PARSED_NAME).write_bytes(parsed_bytes(text.parent))


def _hash(text: bytes) -> str:
    """Line ends do not count: a checkout on Windows may have changed them."""
    return hashlib.sha256(text.replace(b"\r\n", b"\n")).hexdigest()


if __name__ == "__main__":
    from extern_desktop.settings.places import resource_folder

    write_parsed(resource_folder() / "forms")
