"""What Today's rows say: pure functions from the services' rows to rows of the lists. Imported with the first rows, after the first paint."""

from __future__ import annotations

from extern_desktop.services.today_values import DueGroup, FailedItem, Today, WaitingItem, WaitingKind
from extern_desktop.ui import dates, words
from extern_desktop.ui.widgets.days import CLOSE_DAYS, DayLine, due_tone
from extern_desktop.ui.widgets.rows import Row
from extern_desktop.wording.statuses import standing_word, waiting_word
from extern_desktop.wording.texts import _n, _t

UNFINISHED = frozenset({WaitingKind.INTERRUPTED, WaitingKind.OUTCOME_UNCERTAIN})


def owed_docflows(today: Today) -> list[str]:
    """Docflows whose receipts wait for a signature."""
    return [item.docflow_id for item in today.waiting if item.kind is WaitingKind.REPLIES_OWED]


def waiting_count(today: Today) -> int:
    """How many things wait, those included that the page does not name."""
    return len(today.waiting) - len(owed_docflows(today)) + today.owed_docflows


def has_unfinished(today: Today) -> bool:
    """Whether a sending waits to be finished."""
    return any(item.kind in UNFINISHED for item in today.waiting)


def is_certificate(item: WaitingItem) -> bool:
    return item.kind is WaitingKind.CERTIFICATE_ENDS


def subtitle(today: Today) -> str:
    left = sum(group.left for group in today.due)
    late = sum(group.left for group in today.due if group.days_left < 0)
    if late:
        return _n("{n} report is late: send it today", "{n} reports are late: send them today", late).format(n=late)
    if left:
        last = max(group.due_on for group in today.due if group.left)
        return _n("{n} report is left to file by {day}", "{n} reports are left to file by {day}", left).format(n=left, day=dates.day(last))
    return _t("Nothing is due in the next two weeks.") if today.organisations else _t("The organisations appear after the first synchronisation.")


def strip_lines(due: int, all_done: bool, days_left: int) -> tuple[DayLine, ...]:
    if not due and not all_done:
        return ()
    return (DayLine(words.reports_words(due), due, due, due_tone(due, days_left)),)


def due_row(number: int, group: DueGroup) -> Row:
    tone = "" if not group.left else "bad" if group.days_left < 0 else "warn" if group.days_left <= CLOSE_DAYS else ""
    left = _t("{n} of {m} left").format(n=group.left, m=group.total) if group.left else _t("all filed")
    return Row(
        group.form_short_name,
        left,
        right=dates.days_left(group.days_left),
        right_sub=dates.short_day(group.due_on),
        right_tone=tone,
        progress=1 - group.left / group.total if group.total > 1 else -1,
        key=str(number),
    )


_WAITING_ICONS = {
    WaitingKind.REPLIES_OWED: ("stamp", "warn"),
    WaitingKind.OUTCOME_UNCERTAIN: ("hourglass", "warn"),
    WaitingKind.INTERRUPTED: ("send", "info"),
    WaitingKind.CERTIFICATE_ENDS: ("hourglass", "warn"),
}


def waiting_row(number: int, item: WaitingItem, today: Today) -> Row:
    icon, tone = _WAITING_ICONS[item.kind]
    left = (item.due_on - today.on).days if item.due_on else None
    return Row(
        waiting_word(item.kind),
        " · ".join(part for part in (item.subject, item.organisation_name) if part),
        icon,
        tone,
        right=dates.days_left(left) if left is not None else "",
        right_sub=dates.short_day(item.due_on) if item.due_on else "",
        right_tone="warn" if left is not None and left <= CLOSE_DAYS else "",
        strong=item.kind is WaitingKind.REPLIES_OWED,
        key=str(number),
    )


def failed_row(number: int, item: FailedItem, today: Today) -> Row:
    tone = words.standing_tone(item.standing)
    title = ", ".join(part for part in (item.subject, item.organisation_name) if part)
    icon = "circle-x" if tone == "bad" else "triangle-alert"
    return Row(title, item.reason or standing_word(item.standing), icon, tone, right=dates.clock(item.at, today.on), strong=True, key=str(number))
