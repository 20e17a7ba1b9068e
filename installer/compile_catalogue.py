"""Compile a gettext catalogue: `compile_catalogue.py texts.po texts.mo`. A fuzzy or untranslated message is an error: the window is Russian first."""

import sys
from pathlib import Path

from babel.messages.catalog import Message
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po


def is_translated(message: Message) -> bool:
    forms = message.string if isinstance(message.string, tuple) else (message.string,)
    return all(forms)


def main(source: Path, target: Path) -> int:
    with source.open("rb") as file:
        catalogue = read_po(file, locale="ru")
    unfinished = [str(message.id) for message in catalogue if message.id and (message.fuzzy or not is_translated(message))]
    if unfinished:
        print("\n".join(["no translation for:", *unfinished]), file=sys.stderr)
        return 1
    with target.open("wb") as file:
        write_mo(file, catalogue)
    return 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1]), Path(sys.argv[2])))
