"""`report …`: check, import, list, sign, send, save."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import ExitCode, Session
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.forms.values import CheckedReport
from extern_desktop.services.correct_report import save_copy
from extern_desktop.services.import_report import check_file, import_report
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.send_reports import resume_outbox, send_signed, sign_and_send
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.services.values import SentBatch
from extern_desktop.services.write_signature import sign_file
from extern_desktop.wording.findings import finding_sentence
from extern_desktop.wording.statuses import outbox_word, severity_word, standing_word
from extern_desktop.wording.texts import _n, _t

Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]


def add_commands(app: typer.Typer, session: Session) -> None:
    family = typer.Typer(help=_t("Reports: check, sign, send."), no_args_is_help=True)
    app.add_typer(family, name="report")
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("check", help=_t("Check report files. Needs no workspace and no network."))
    def check(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        checked = {str(file): check_file(file, work=session.work) for file in files}
        session.print_result(checked, [line for file, result in checked.items() for line in _check_lines(file, result)])
        if not all(result.may_be_sent for result in checked.values()):
            session.fail(ExitCode.REFUSED)

    @family.command("import", help=_t("Take report files onto the desk."))
    def take(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            ids = [import_report(file, desk=desk, work=session.work) for file in files]
        session.print_result(ids, ids)

    @family.command("list", help=_t("Reports of the desk and how they stand."))
    def show(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            lines = list_reports(desk=desk)
        session.print_result(lines, [f"{standing_word(it.standing):<22} {it.report_id}  {it.file_name}" for it in lines])

    @family.command("sign", help=_t("Sign files with a detached signature, written beside each as .p7s."))
    def sign(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            written = [str(sign_file(file, desk=desk, work=session.work)) for file in files]
        session.print_result(written, written)

    @family.command("send", help=_t("Check, sign and send report files, or go on with what an interruption left."))
    def send(
        files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE...]")] = None,
        sign_only: Annotated[bool, typer.Option("--sign-only", help=_t("Put the signed reports into the outbox and stop there."))] = False,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            ids = [import_report(file, desk=desk, work=session.work) for file in files or ()]
            if sign_only:
                signed = sign_reports(ids, desk=desk, work=session.work)
                session.print_result(signed, signed.outbox_ids)
                return
            batch = sign_and_send(ids, desk=desk, work=session.work) if ids else resume_outbox(desk=desk, work=session.work)
        _print_batch(batch, session)

    @family.command("resume", help=_t("Send these acts of the outbox."))
    def resume(outbox_ids: Annotated[list[str], typer.Argument(metavar="ID...")], as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            _print_batch(send_signed(outbox_ids, desk=desk, work=session.work), session)

    @family.command("save", help=_t("Write a report of the desk to a file."))
    def save(report_id: str, target: Path) -> None:
        with session.desk() as desk:
            save_copy(report_id, target, desk=desk)


def _check_lines(file: str, checked: CheckedReport) -> Sequence[str]:
    if not checked.findings:
        return [_t("{file}: no errors.").format(file=file)]
    lines = [f"{file}:"]
    for finding in checked.findings:
        place = f"{finding.path}/{finding.field}" if finding.field else finding.path
        lines += [f"  {severity_word(finding.severity)}: {finding_sentence(finding)}", f"      {place}"]
    if checked.omitted_count:
        lines.append(_n("  and {n} more.", "  and {n} more.", checked.omitted_count).format(n=checked.omitted_count))
    return lines


def _print_batch(batch: SentBatch, session: Session) -> None:
    session.print_result(batch, [f"{outbox_word(it.state)}: {it.docflow_id or it.outbox_id}" for it in batch.reports])
    states = {it.state for it in batch.reports}
    if OutboxState.REFUSED in states:
        session.fail(ExitCode.REFUSED)
    elif states - {OutboxState.SENT, OutboxState.WITHDRAWN}:
        session.fail(ExitCode.UNCERTAIN)
