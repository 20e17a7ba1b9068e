"""The states of an act in the outbox, and the only steps between them.

A row is written before anything leaves this computer. A send whose answer was lost is `UNCERTAIN`: a state, not an error. The operator is asked what
became of it; nothing is ever sent from there.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from extern_desktop.domain.errors import ExternError


@unique
class OutboxState(StrEnum):
    """Where an act stands. The value is what the database keeps."""

    SIGNED = "signed"
    """Bytes and signature are kept here; the operator knows nothing yet."""
    UPLOADED = "uploaded"
    """Contents, draft, document and signature are with the operator."""
    CHECKED = "checked"
    PREPARED = "prepared"
    SENDING = "sending"
    """Written before the send is asked. After a crash this is read as `UNCERTAIN`."""
    UNCERTAIN = "uncertain"
    SENT = "sent"
    """The operator made a docflow of it; from here the mirror tells the rest."""
    REFUSED = "refused"
    """The operator's check or send said no. Nothing was filed."""
    WITHDRAWN = "withdrawn"
    """A person took it back before it was sent."""


@unique
class OutboxEvent(StrEnum):
    UPLOAD_DONE = "upload-done"
    CHECK_PASSED = "check-passed"
    PREPARE_PASSED = "prepare-passed"
    SEND_ASKED = "send-asked"
    ACCEPTED = "accepted"
    LINE_LOST = "line-lost"
    FOUND_SENT = "found-sent"
    FOUND_UNSENT = "found-unsent"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


_S, _E = OutboxState, OutboxEvent

STEPS: Final[Mapping[tuple[OutboxState, OutboxEvent], OutboxState]] = {
    (_S.SIGNED, _E.UPLOAD_DONE): _S.UPLOADED,
    (_S.UPLOADED, _E.CHECK_PASSED): _S.CHECKED,
    (_S.CHECKED, _E.PREPARE_PASSED): _S.PREPARED,
    (_S.PREPARED, _E.SEND_ASKED): _S.SENDING,
    (_S.SENDING, _E.ACCEPTED): _S.SENT,
    (_S.SENDING, _E.LINE_LOST): _S.UNCERTAIN,  # nobody sends from here: we ask first
    (_S.SENDING, _E.REFUSED): _S.REFUSED,
    (_S.UNCERTAIN, _E.FOUND_SENT): _S.SENT,
    (_S.UNCERTAIN, _E.FOUND_UNSENT): _S.PREPARED,
    (_S.UNCERTAIN, _E.REFUSED): _S.REFUSED,
    (_S.UPLOADED, _E.REFUSED): _S.REFUSED,
    (_S.CHECKED, _E.REFUSED): _S.REFUSED,
    (_S.SIGNED, _E.WITHDRAWN): _S.WITHDRAWN,
    (_S.UPLOADED, _E.WITHDRAWN): _S.WITHDRAWN,
    (_S.CHECKED, _E.WITHDRAWN): _S.WITHDRAWN,
    (_S.PREPARED, _E.WITHDRAWN): _S.WITHDRAWN,
}

FINISHED: Final = frozenset({OutboxState.SENT, OutboxState.REFUSED, OutboxState.WITHDRAWN})
"""From these nothing more is done."""


@dataclass(eq=False)
class ImpossibleStepError(ExternError):
    """A bug of ours: an act was asked to take a step that the table does not have."""

    state: OutboxState
    event: OutboxEvent


def step(state: OutboxState, event: OutboxEvent) -> OutboxState:
    """The state after `event`; `ImpossibleStepError` where the table has no such step."""
    try:
        return STEPS[state, event]
    except KeyError:
        raise ImpossibleStepError(state, event) from None
