"""`containers …`: list, check, copy."""

from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import ExitCode, Session
from extern_desktop.services.copy_container import check_container, copy_container, find_containers
from extern_desktop.tokens.container_values import FoundContainer, KeyContainer
from extern_desktop.wording.texts import _t


def add_commands(app: typer.Typer, session: Session) -> None:
    family = typer.Typer(help=_t("Key containers: look, check, copy."), no_args_is_help=True)
    app.add_typer(family, name="containers")
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("list", help=_t("Key containers in a folder or on a drive."))
    def show(place: Path, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        found = find_containers(place)
        session.print_result(found, [_found_line(it) for it in found.containers] or [_t("No key container is here.")])
        if any(it.container is None for it in found.containers):
            session.fail(ExitCode.REFUSED)

    @family.command("check", help=_t("Check one container: six files, its seal, its certificate."))
    def check(folder: Path, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        container = check_container(folder)
        session.print_result(container, [_line(container)])

    @family.command("copy", help=_t("Copy a container to a folder or a drive, read it back and compare."))
    def copy(
        source: Path,
        target: Path,
        name: Annotated[str | None, typer.Option(help=_t("Another folder name, for example KEY.001."))] = None,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        session.as_json = as_json
        copied = copy_container(source, target, work=session.work, folder_name=name)
        session.print_result(copied, [_t("Copied, read back and compared: {folder}").format(folder=copied.target)])


def _found_line(found: FoundContainer) -> str:
    if found.container is not None:
        return _line(found.container)
    if found.missing:
        return _t("{folder}: not whole, missing {files}").format(folder=found.folder, files=", ".join(found.missing))
    return _t("{folder}: can't be read ({file})").format(folder=found.folder, file=found.file_name or found.unreadable_code)


def _line(container: KeyContainer) -> str:
    exportable = _t("may be copied") if container.exportable else _t("may not be copied")
    return f"{container.folder}: «{container.name}», {exportable}"
