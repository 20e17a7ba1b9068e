"""`sync`, `replies`, `docflow`, `organisations`, `sign-in`, `sign-out`: what concerns the operator."""

from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import Session
from extern_desktop.services.connect import connect, sign_in_by_device, sign_in_by_password, sign_out
from extern_desktop.services.read_docflow import read_docflow, save_documents
from extern_desktop.services.send_replies import send_replies
from extern_desktop.services.send_reports import resume_outbox
from extern_desktop.services.synchronise import synchronise
from extern_desktop.services.values import DocflowCard
from extern_desktop.wording.statuses import document_word
from extern_desktop.wording.texts import _n, _t


def add_commands(app: typer.Typer, session: Session) -> None:
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @app.command("sync", help=_t("Finish what was interrupted, then read everything new from the operator."))
    def sync(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            resume_outbox(desk=desk, work=session.work)
            result = synchronise(desk=desk, work=session.work)
        line = _t("Docflows: {docflows}, documents: {documents}.")
        session.print_result(result, [line.format(docflows=result.docflows, documents=result.documents)])

    @app.command("replies", help=_t("Sign and send the receipts that the authorities wait for."))
    def reply(
        docflow_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID...]")] = None, as_json: Annotated[bool, json_option] = False
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            count = send_replies(docflow_ids or None, desk=desk, work=session.work)
        session.print_result({"sent": count}, [_n("{n} receipt sent.", "{n} receipts sent.", count).format(n=count)])

    @app.command("docflow", help=_t("One docflow and its documents; --save writes them into a folder."))
    def docflow(docflow_id: str, save: Annotated[Path | None, typer.Option()] = None, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            card = read_docflow(docflow_id, desk=desk)
            if save is not None:
                save_documents(docflow_id, save, desk=desk, work=session.work)
        session.print_result(card, _docflow_lines(card))

    @app.command("organisations", help=_t("Organisations of the account."))
    def organisations(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            connect(desk, session.work)
            known = desk.store.organisations.all()
        session.print_result(known, [f"{it.inn} {it.kpp:<9} {it.name}" for it in known])

    @app.command("sign-in", help=_t("Sign in to the operator: in a browser, or with --login by password."))
    def sign_in(login: Annotated[str | None, typer.Option()] = None) -> None:
        with session.desk() as desk:
            if login is None:
                sign_in_by_device(desk=desk, work=session.work)
            else:
                sign_in_by_password(login, desk=desk, work=session.work)
        session.print_result({"signed-in": True}, [_t("You are signed in.")])

    @app.command("sign-out", help=_t("Forget the sign-in on this computer."))
    def leave() -> None:
        with session.desk() as desk:
            sign_out(desk=desk)


def _docflow_lines(card: DocflowCard) -> list[str]:
    lines = [f"{card.docflow_id}  {card.status} {card.success_state}"]
    for it in card.documents:
        at = f"{it.at.astimezone():%d.%m.%Y %H:%M}" if it.at else ""
        owed = _t(" (a receipt is owed)") if it.reply_owed else ""
        lines.append(f"  {at:<17} {document_word(it.kind)}{owed}  {it.file_name}")
    return lines
