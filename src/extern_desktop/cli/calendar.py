"""`calendar` and `today`: what is due."""

from datetime import datetime, timedelta
from typing import Annotated

import typer

from extern_desktop.cli.session import Session
from extern_desktop.services.today_values import Today
from extern_desktop.services.what_is_due import read_calendar, today_of, what_is_due
from extern_desktop.wording.statuses import cell_word, standing_word, waiting_word
from extern_desktop.wording.texts import _n, _t


def add_commands(app: typer.Typer, session: Session) -> None:
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @app.command("calendar", help=_t("Terms of all organisations, three months ahead unless told otherwise."))
    def calendar(
        first: Annotated[datetime | None, typer.Option("--from", formats=["%Y-%m-%d"])] = None,
        last: Annotated[datetime | None, typer.Option("--to", formats=["%Y-%m-%d"])] = None,
        organisation: Annotated[str, typer.Option("--org", help=_t("INN of one organisation."))] = "",
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            today = today_of(desk)
            cells = read_calendar(first.date() if first else today, last.date() if last else today + timedelta(days=92), desk=desk)
        cells = tuple(it for it in cells if organisation in ("", it.organisation.inn))
        lines = [f"{it.due_on:%d.%m.%Y}  {it.form_short_name:<16} {cell_word(it.status):<14} {it.organisation.name}" for it in cells]
        session.print_result(cells, lines)

    @app.command("today", help=_t("What is due, what waits for you, what went wrong."))
    def today(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            page = what_is_due(desk=desk)
        session.print_result(page, _today_lines(page))


def _today_lines(page: Today) -> list[str]:
    lines = [_t("Due")]
    lines += [f"  {it.due_on:%d.%m.%Y}  {it.form_short_name:<16} {_left(it.left, it.total)}" for it in page.due]
    lines.append(_t("Waits for me"))
    lines += [f"  {waiting_word(it.kind)}: {it.subject} {it.organisation_name}" for it in page.waiting]
    lines.append(_t("Went wrong"))
    lines += [f"  {it.subject} {it.organisation_name}: {it.reason or standing_word(it.standing)}" for it in page.failed]
    return lines


def _left(left: int, total: int) -> str:
    return _n("{n} left of {total}", "{n} left of {total}", left).format(n=left, total=total)
