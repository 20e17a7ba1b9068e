"""Start the program: the window without arguments, a command with them.

The arguments are looked at before anything is imported, so a command never loads Qt and the window never loads the commands.
"""

from __future__ import annotations

import sys


def main(arguments: list[str] | None = None) -> int:
    """Run and return the exit code (DESIGN §8: 0 done, 2 wrong use, 3 a person is needed, 4 a refusal, 5 not certain yet, 130 cancelled)."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if arguments[:1] == ["--token-child"]:  # a bundled program is its own child process for token libraries
        from extern_desktop.tokens.child import main as be_child

        be_child(arguments[1:])
        return 0
    sys.setswitchinterval(0.001)  # four busy threads then hold the event loop for 30 ms at worst, not 99
    if arguments:
        from extern_desktop.app import run_command

        return run_command(arguments)
    import gc

    gc.disable()  # an import makes many objects and no rubbish; later the window's event loop collects
    from extern_desktop.app import run_window

    return run_window()


if __name__ == "__main__":
    sys.exit(main())
