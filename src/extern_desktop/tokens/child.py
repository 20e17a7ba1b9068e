"""The hidden command of this room: what the executable does when it is started as a child process.

`__main__` looks for `CHILD_SWITCH` before it imports anything else and hands the rest of the command line to `main`. Not for people.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

CHILD_SWITCH: Final = "--token-child"
"""First argument of a bundled program that is to be a child; from a checkout the interpreter is started on this module directly."""
MODULE: Final = "module"
READERS: Final = "readers"


def main(arguments: Sequence[str]) -> None:
    """Be the child of one PKCS#11 library, or ask PC/SC once."""
    kind, *rest = arguments
    if kind == MODULE:
        from extern_desktop.tokens._child import serve

        serve(rest)
    elif kind == READERS:
        from extern_desktop.tokens._readers import print_readers

        print_readers()
    else:
        raise SystemExit(2)
