"""`report …`: check, import, list, sign, send, save."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import ExitCode, Session, error_body, exit_code_of
from extern_desktop.domain.errors import ExternError
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.forms.values import CheckedReport
from extern_desktop.services.correct_report import correct_report, open_report, save_copy
from extern_desktop.services.desk import Desk
from extern_desktop.services.import_report import check_file, import_report
from extern_desktop.services.list_reports import list_reports
from extern_desktop.services.send_reports import resume_outbox, send_signed, sign_and_send
from extern_desktop.services.sign_reports import sign_reports
from extern_desktop.services.training_report import take_training_report
from extern_desktop.services.values import OpenedReport, SentBatch
from extern_desktop.services.write_signature import sign_file
from extern_desktop.wording.findings import finding_sentence
from extern_desktop.wording.statuses import outbox_word, severity_word, standing_word
from extern_desktop.wording.texts import _n, _t, language

Files = Annotated[list[Path], typer.Argument(metavar="FILE...")]


def add_commands(app: typer.Typer, session: Session) -> None:
    family = typer.Typer(help=_t("Reports: check, sign, send."), no_args_is_help=True)
    app.add_typer(family, name="report")
    _add_file_commands(family, session)
    _add_sending_commands(family, session)
    _add_desk_commands(family, session)


def _add_file_commands(family: typer.Typer, session: Session) -> None:
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("check", help=_t("Check report files. Needs no workspace and no network."))
    def check(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        if len(files) == 1:  # then an unreadable file is the command's own failure
            checked: dict[str, CheckedReport | dict[str, object]] = {str(files[0]): check_file(files[0], work=session.work)}
        else:
            checked = {str(file): _check_one(file, session) for file in files}
        session.print_result(checked, [line for file, result in checked.items() for line in _check_lines(file, result)])
        if not all(isinstance(result, CheckedReport) and result.may_be_sent for result in checked.values()):
            session.fail(max(session.exit_code, ExitCode.REFUSED))

    @family.command("save", help=_t("Write a report of the desk to a file."))
    def save(report_id: str, target: Path) -> None:
        with session.desk() as desk:
            save_copy(report_id, target, desk=desk)


def _on_desk(report: str, desk: Desk, session: Session) -> str:
    """Report id of a file, which is taken onto the desk, or of a report that is there."""
    if not Path(report).exists() and any(row.id == report for row in desk.store.reports.list()):
        return report
    return import_report(Path(report), desk=desk, work=session.work)


def _opened_lines(opened: OpenedReport) -> list[str]:
    lines = []
    for section in opened.document.sections:
        lines.append(section.title if language() == "ru" else section.title_en)
        for row in section.rows:
            if row.present:
                label = row.label if language() == "ru" else row.label_en
                lines.append(f"  {row.line:<8} {label}: {row.value}")
    return [*lines, *_check_lines(opened.line.file_name, opened.checked)]


def _add_sending_commands(family: typer.Typer, session: Session) -> None:
    """`sign`, `send`, `resume`: acts with a key."""
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("sign", help=_t("Sign files with a detached signature, written beside each as .p7s."))
    def sign(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            written = [str(sign_file(file, desk=desk, work=session.work)) for file in files]
        session.print_result(written, written)

    @family.command("send", help=_t("Check, sign and send files, or reports of the desk by their ids; without any, go on with what was interrupted."))
    def send(
        reports: Annotated[list[str] | None, typer.Argument(metavar="[FILE|ID]...")] = None,
        sign_only: Annotated[bool, typer.Option("--sign-only", help=_t("Put the signed reports into the outbox and stop there."))] = False,
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            ids = [_on_desk(report, desk, session) for report in reports or ()]
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


def _add_desk_commands(family: typer.Typer, session: Session) -> None:
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("import", help=_t("Take report files onto the desk."))
    def take(files: Files, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            ids = [import_report(file, desk=desk, work=session.work) for file in files]
        session.print_result(ids, ids)

    @family.command("training", help=_t("Take a training declaration onto the desk, with one mistake to find."))
    def take_training(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            report_id = take_training_report(desk=desk, work=session.work)
        session.print_result(report_id, [report_id])

    @family.command("list", help=_t("Reports of the desk and how they stand."))
    def show_all(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            lines = list_reports(desk=desk)
        session.print_result(lines, [f"{standing_word(it.standing):<22} {it.report_id}  {it.file_name}" for it in lines])

    @family.command("show", help=_t("One report of the desk: its fields and what the check finds."))
    def show(report_id: str, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            opened = open_report(report_id, desk=desk)
        session.print_result(opened, _opened_lines(opened))

    @family.command("correct", help=_t("Write one value into a report of the desk, at the path and field that a finding names."))
    def correct(report_id: str, path: str, field: str, value: str, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            opened = correct_report(report_id, path, field, value, desk=desk)
        session.print_result(opened.checked, _check_lines(opened.line.file_name, opened.checked))


def _check_one(file: Path, session: Session) -> CheckedReport | dict[str, object]:
    """One of several files: what can't be read is told in its place, and the others are checked all the same."""
    try:
        return check_file(file, work=session.work)
    except ExternError as error:
        session.fail(max(session.exit_code, exit_code_of(error)))
        return error_body(error)


def _check_lines(file: str, checked: CheckedReport | dict[str, object]) -> Sequence[str]:
    if isinstance(checked, dict):
        return [f"{file}: {checked['happened']} {checked['do_next']}"]
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
