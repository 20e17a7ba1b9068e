"""What a service may ask a person in the middle of its work. Wording is in `wording/questions.py`."""

from dataclasses import dataclass

from extern_desktop.domain.secrets import Password, Pin
from extern_desktop.jobs.questions import Question
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.values import Attempts


@dataclass(frozen=True, slots=True)
class AskPin(Question[Pin]):
    """Which PIN opens this token? The answer goes to the token and nowhere else."""

    token_label: str
    token_serial: str
    attempts: Attempts
    """What the token says before an attempt is spent."""
    attempts_left: int | None
    """None when the token doesn't tell."""
    attempts_total: int | None
    initial_pin: bool
    """The factory PIN is still set."""
    pin_min_length: int
    pin_max_length: int
    owner: str
    """Who signs."""
    documents: tuple[str, ...]
    """File names of what will be signed."""


@dataclass(frozen=True, slots=True)
class NewPin:
    """What a person types to set a PIN. Both go to the token and nowhere else."""

    proof: Pin
    """The PIN that stands now, or the administrator's."""
    new: Pin


@dataclass(frozen=True, slots=True)
class AskNewPin(Question[NewPin]):
    """Which PIN is known, and which one shall stand from now on?"""

    token_label: str
    token_serial: str
    by_administrator: bool
    """The proof is the administrator's PIN; else the user's own."""
    attempts: Attempts
    """Of the proof, before one is spent."""
    attempts_left: int | None
    attempts_total: int | None
    initial_pin: bool
    """The factory PIN is still set."""
    pin_min_length: int
    """Of the new PIN, in bytes of UTF-8; 0 where the token doesn't say."""
    pin_max_length: int


@dataclass(frozen=True, slots=True)
class ConfirmLastAttempt(Question[None]):
    """Shall the last attempt be used? A wrong PIN locks the token then."""

    token_label: str
    by_administrator: bool


@dataclass(frozen=True, slots=True)
class InsertToken(Question[None]):
    """Plug in the token that holds this certificate. The program goes on by itself when it appears; the person can only refuse."""

    owner: str
    serial: str
    """Serial number of the token if it was seen before, else empty."""
    signed: int
    """How many documents of the batch are signed already."""
    total: int


@dataclass(frozen=True, slots=True)
class ChooseCertificate(Question[Certificate]):
    """With which of these certificates?"""

    organisation: str
    candidates: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True)
class AskPassword(Question[Password]):
    """The person's password at the operator."""

    login: str
    operator: str


@dataclass(frozen=True, slots=True)
class OpenInBrowser(Question[None]):
    """Confirm the sign-in in a browser, with this code. The program goes on by itself when it is confirmed."""

    address: str
    code: str
