"""`demo`: the main job from start to finish, on real parts, with everything that came of it left in a folder."""

from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import Session
from extern_desktop.services.demonstrate import MARK, Demonstrated, Scene, demonstrate
from extern_desktop.wording.demo import readme_text
from extern_desktop.wording.statuses import cell_word
from extern_desktop.wording.texts import _t


def add_commands(app: typer.Typer, session: Session) -> None:
    @app.command("demo", help=_t("The main job from start to finish on the training operator."))
    def run(
        folder: Annotated[Path, typer.Option(help=_t("Where the results go. A folder of an earlier demo is made anew."))] = Path("build/demo"),
        virtual_token: Annotated[Path | None, typer.Option(help=_t("Test module that plays a token; without it a training key signs."))] = None,
        as_json: Annotated[bool, typer.Option("--json", help=_t("Print one JSON document."))] = False,
    ) -> None:
        session.as_json = as_json
        pictures: list[Path] = []

        def keep(scene: Scene) -> None:
            pictures.extend(session.take_pictures(scene, folder / "pictures"))

        done = demonstrate(folder, open_desk=session.open_desk, watcher=session.watcher, virtual_token=virtual_token, on_scene=keep)
        (folder / MARK).write_text(readme_text(done, pictures), encoding="utf-8")
        session.print_result(done, _lines(done))


def _lines(done: Demonstrated) -> list[str]:
    return [
        f"{cell_word(done.cell)}: {done.report.name}",
        _t("The results are in {folder}. README.txt there says what each file is.").format(folder=done.folder),
    ]
