"""`sandbox serve`: the training operator alone, for other programs and for looking at."""

from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import Session
from extern_desktop.sandbox.values import Pace
from extern_desktop.services.serve_sandbox import serve_sandbox
from extern_desktop.wording.texts import _t


def add_commands(app: typer.Typer, session: Session) -> None:
    family = typer.Typer(help=_t("The training operator."), no_args_is_help=True)
    app.add_typer(family, name="sandbox")

    @family.callback()
    def start() -> None:
        """Keeps `serve` a command of its own."""

    @family.command("serve", help=_t("Run the training operator on this computer until Ctrl+C."))
    def serve(
        port: Annotated[int, typer.Option(help=_t("0: any free port."))] = 0,
        pace: Annotated[Pace, typer.Option(help=_t("How fast its authorities answer."))] = Pace.INSTANT,
        folder: Annotated[Path | None, typer.Option(help=_t("Where it keeps its state."))] = None,
    ) -> None:
        serve_sandbox(folder, port, pace, lambda address: print(address, flush=True))
