"""The person at the terminal: progress on standard error, questions answered there, errors in three parts.

A PIN or a password is typed without an echo, or read as one line from standard input where that is no terminal. It is in no argument and no variable.
"""

from __future__ import annotations

import getpass
import sys
import threading
from collections.abc import Callable
from typing import Final, TypeVar, cast

from extern_desktop.domain.secrets import Password, Pin
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress
from extern_desktop.services.questions import (
    AskNewPin,
    AskPassword,
    AskPin,
    ChooseCertificate,
    ConfirmLastAttempt,
    InsertToken,
    NewPin,
    OpenInBrowser,
)
from extern_desktop.wording.questions import wording_of
from extern_desktop.wording.sentences import Sentence
from extern_desktop.wording.statuses import stage_word
from extern_desktop.wording.texts import _t

T = TypeVar("T")

_CLEAR_LINE: Final = "\r\x1b[K"
_WAIT_SECONDS: Final = 0.1
_LEAST_PASSPHRASE: Final = 8


class TerminalWatcher:
    """Shows progress as one changing line where standard error is a terminal, and nothing elsewhere."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._shows = sys.stderr.isatty() and not quiet
        self._lock = threading.Lock()
        self._line_open = False

    def show(self, progress: Progress) -> None:
        if not self._shows:
            return
        count = f" {progress.done}/{progress.total}" if progress.total else ""
        with self._lock:
            sys.stderr.write(f"{_CLEAR_LINE}{stage_word(progress.stage)}{count} {progress.subject}"[:200])
            sys.stderr.flush()
            self._line_open = True

    def answer(self, question: Question[T], withdrawn: threading.Event) -> T:
        self.end_line()
        wording = wording_of(question)
        say(wording.title)
        say(wording.explanation)
        if wording.warning:
            say(wording.warning)
        return cast(T, _ANSWERS[type(question)](question, withdrawn))

    def end_line(self) -> None:
        """Leave the changing line, so that what follows starts on its own."""
        with self._lock:
            if self._line_open:
                sys.stderr.write(_CLEAR_LINE)
                self._line_open = False


def say(text: str) -> None:
    """One line to the person, apart from the command's result."""
    print(text, file=sys.stderr)


def say_sentence(sentence: Sentence) -> None:
    for part in (sentence.happened, sentence.means, sentence.do_next):
        say(part)


def read_secret(prompt: str) -> str:
    """Without an echo; `Cancelled` for an empty line or the end of the input."""
    try:
        text = getpass.getpass(f"{prompt}: ", sys.stderr) if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    except EOFError:
        text = ""
    if not text:
        raise Cancelled
    return text


def ask_passphrase(is_new: bool) -> Password:
    """The passphrase of a workspace on a system that keeps no secrets; one that is too short is not taken."""
    say(_t("Choose a passphrase") if is_new else _t("Enter the passphrase"))
    typed = Password(read_secret(_t("Passphrase")))
    if is_new and len(typed.reveal()) < _LEAST_PASSPHRASE:
        say(_t("At least 8 characters."))
        raise Cancelled
    return typed


def _read_line(prompt: str) -> str:
    sys.stderr.write(prompt)
    sys.stderr.flush()
    return sys.stdin.readline().strip()


def _ask_pin(_question: object, _withdrawn: threading.Event) -> Pin:
    return Pin(read_secret(_t("PIN")))


def _ask_new_pin(question: object, _withdrawn: threading.Event) -> NewPin:
    by_administrator = cast(AskNewPin, question).by_administrator
    proof = Pin(read_secret(_t("Administrator's PIN") if by_administrator else _t("PIN that stands now")))
    new, again = Pin(read_secret(_t("New PIN"))), Pin(read_secret(_t("New PIN once more")))
    if new.reveal() != again.reveal():
        say(_t("The two new PINs are not the same."))
        raise Cancelled
    return NewPin(proof, new)


def _confirm_last_attempt(_question: object, _withdrawn: threading.Event) -> None:
    word = _t("yes")
    if _read_line(_t("Type “{word}” to go on: ").format(word=word)).casefold() != word:
        raise Cancelled


def _ask_password(_question: object, _withdrawn: threading.Event) -> Password:
    return Password(read_secret(_t("Password")))


def _wait_for_token(_question: object, withdrawn: threading.Event) -> None:
    """Nothing to type: the token comes, or the person presses Ctrl+C."""
    while not withdrawn.wait(_WAIT_SECONDS):
        pass
    raise Cancelled


def _open_in_browser(_question: object, _withdrawn: threading.Event) -> None:
    """The address was said; the service asks the operator until it is confirmed."""


def _choose_certificate(question: object, _withdrawn: threading.Event) -> object:
    candidates = cast(ChooseCertificate, question).candidates
    for number, certificate in enumerate(candidates, 1):
        say(f"  {number}. {certificate.owner}, {certificate.serial_number}, {certificate.valid_to_at.astimezone():%d.%m.%Y}")
    typed = _read_line(f"{_t('Number')}: ")
    if not typed.isascii() or not typed.isdigit() or not 1 <= int(typed) <= len(candidates):
        raise Cancelled
    return candidates[int(typed) - 1]


_ANSWERS: Final[dict[type, Callable[[object, threading.Event], object]]] = {
    AskPin: _ask_pin,
    AskNewPin: _ask_new_pin,
    ConfirmLastAttempt: _confirm_last_attempt,
    AskPassword: _ask_password,
    InsertToken: _wait_for_token,
    OpenInBrowser: _open_in_browser,
    ChooseCertificate: _choose_certificate,
}
