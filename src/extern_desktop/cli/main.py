"""Every button as a command. The commands are put together here, in the language of the settings; each family has a file of its own."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Final

import typer

from extern_desktop.cli.session import ExitCode, OpenDesk, Session, TakePictures
from extern_desktop.cli.terminal import say
from extern_desktop.domain.errors import ExternError
from extern_desktop.jobs.work import Cancelled
from extern_desktop.services.language import choose_language
from extern_desktop.wording.texts import _t, speak

FAMILIES: Final[Mapping[str, tuple[str, ...]]] = {
    "reports": ("report",),
    "tokens": ("tokens",),
    "containers": ("containers",),
    "operator": ("sync", "replies", "docflow", "organisations", "sign-in", "sign-out"),
    "calendar": ("calendar", "today"),
    "diagnostics": ("diagnose",),
    "sandbox": ("sandbox",),
    "demo": ("demo",),
}
"""Module of this room, and the commands it adds. Only the family that is asked for is imported: a command starts in a fraction of the time."""


def run(arguments: list[str], open_desk: OpenDesk, take_pictures: TakePictures) -> int:
    """Run one command. Foreseen failures are said in words and become an exit code; anything else is a bug and leaves a traceback."""
    speak(choose_language())
    session = Session(open_desk, take_pictures)
    command = typer.main.get_command(build(session, arguments))
    try:
        command.main(args=arguments, prog_name="extern-desktop")
    except SystemExit as end:  # help was shown, the arguments were wrong, or Ctrl+C came before the command
        return session.exit_code or int(end.code or 0)
    except (Cancelled, KeyboardInterrupt):
        session.watcher.end_line()
        say(_t("Cancelled. What was done stays done."))
        return ExitCode.CANCELLED
    except ExternError as error:
        return session.report_error(error)
    return session.exit_code


def build(session: Session, arguments: list[str]) -> typer.Typer:
    """The tree of commands: the family that the arguments name, or all of them for whoever asks what there is."""
    app = typer.Typer(
        name="extern-desktop",
        help=_t("Workstation for electronic reporting. Without a command it opens the window."),
        add_completion=False,
        no_args_is_help=True,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
    )

    @app.callback()
    def start() -> None:
        """Nothing is done before a command is known."""

    asked = [module for module, commands in FAMILIES.items() if arguments and arguments[0] in commands]
    for module in asked or FAMILIES:
        import_module(f"extern_desktop.cli.{module}").add_commands(app, session)
    return app
