"""What is said when the operator is out of reach or does not know the person. Imported when it comes to that."""

from __future__ import annotations

from datetime import datetime

from extern_desktop.domain.errors import ExternError
from extern_desktop.extern_api.errors import ForeignAnswerError, LineLostError, OperatorUnreachableError, SignInRequiredError
from extern_desktop.services.errors import SignInNeededError
from extern_desktop.wording.sentences import sentence_of
from extern_desktop.wording.texts import _n, _t


def needs_sign_in(error: BaseException) -> bool:
    """Whether the way out is to sign in."""
    return isinstance(error, (SignInNeededError, SignInRequiredError))


def line_lost(error: ExternError, outbox: int) -> tuple[str, str] | None:
    """Title and text of the banner of a synchronisation that failed by itself; None where the rail says enough."""
    if needs_sign_in(error):
        return None
    waiting = (
        _n(
            "{n} report waits in the outbox: when the connection is back, finish sending on Today.",
            "{n} reports wait in the outbox: when the connection is back, finish sending on Today.",
            outbox,
        ).format(n=outbox)
        if outbox
        else ""
    )
    if isinstance(error, (OperatorUnreachableError, LineLostError, ForeignAnswerError)):
        title = _t("No connection since {time}. You can work.").format(time=f"{datetime.now().astimezone():%H:%M}")
        return title, f"{waiting} {_t('We try again by ourselves.')}".strip()
    said = sentence_of(error)
    return said.happened, f"{waiting} {_t('You can work. We try again by ourselves.')}".strip()
