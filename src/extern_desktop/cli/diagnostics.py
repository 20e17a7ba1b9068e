"""`diagnose`: the checks of the workplace."""

from pathlib import Path
from typing import Annotated

import typer

from extern_desktop.cli.session import ExitCode, Session
from extern_desktop.diagnostics.values import DiagnosticsReport, Verdict
from extern_desktop.services.diagnose import diagnose, report_to_json
from extern_desktop.services.write_file import write_new_file
from extern_desktop.wording.checks import meaning_of, question_of, remedy_text, verdict_word
from extern_desktop.wording.texts import _t


def add_commands(app: typer.Typer, session: Session) -> None:
    @app.command("diagnose", help=_t("Check this computer from the USB port to the operator."))
    def check(
        as_json: Annotated[bool, typer.Option("--json", help=_t("Print one JSON document."))] = False,
        output: Annotated[Path | None, typer.Option(help=_t("Write the JSON report to a file too."))] = None,
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            report = diagnose(desk=desk, work=session.work)
        session.watcher.end_line()
        if output is not None:
            write_new_file(output, report_to_json(report))
        print(report_to_json(report).decode() if as_json else "\n".join(_lines(report)), end="" if as_json else "\n")
        if not report.is_ready:
            session.fail(ExitCode.REFUSED)


def _lines(report: DiagnosticsReport) -> list[str]:
    lines = []
    for answer in report.answers:
        lines.append(f"{verdict_word(answer.verdict):<22} {question_of(answer.id)}  [{answer.id}]")
        if answer.verdict in (Verdict.FAILED, Verdict.WARNING, Verdict.BROKEN):
            lines.append(f"    {meaning_of(answer)} {remedy_text(answer.remedy)}")
            lines += [f"    {name}: {value}" for name, value in answer.evidence.items()]
    lines.append(_t("This computer is ready.") if report.is_ready else _t("Begin with the first failed check."))
    return lines
