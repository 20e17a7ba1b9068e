"""How a question is put to a person: what is asked, why, and what is at stake before it is answered."""

from __future__ import annotations

from dataclasses import dataclass
from functools import singledispatch
from typing import Any

from extern_desktop.jobs.questions import Question
from extern_desktop.services.questions import AskNewPin, AskPassword, AskPin, ChooseCertificate, ConfirmLastAttempt, InsertToken, OpenInBrowser
from extern_desktop.tokens.values import Attempts
from extern_desktop.wording.texts import _n, _t


@dataclass(frozen=True, slots=True)
class Wording:
    """A question in words."""

    title: str
    explanation: str
    warning: str = ""
    """What is at stake; empty when nothing is."""


@singledispatch
def wording_of(question: Question[Any]) -> Wording:
    """A question in the language spoken now."""
    raise NotImplementedError(type(question).__name__)


@wording_of.register
def _(question: AskPin) -> Wording:
    documents = len(question.documents)
    return Wording(
        title=_t("PIN of the key {label}").format(label=question.token_label),
        explanation=_n("{owner} signs {n} document.", "{owner} signs {n} documents.", documents).format(owner=question.owner, n=documents),
        warning=pin_warning(question),
    )


def pin_warning(question: AskPin | AskNewPin) -> str:
    """What the token said before an attempt is spent."""
    if question.attempts is Attempts.LAST:
        return _t("This is the last attempt. If the PIN is wrong, the key is locked.")
    if question.attempts is Attempts.FEW and question.attempts_left is not None:
        return _n("{n} attempt is left.", "{n} attempts are left.", question.attempts_left).format(n=question.attempts_left)
    if question.attempts is Attempts.FEW:
        return _t("There was a wrong PIN before. Few attempts are left.")
    if question.initial_pin:
        return _t("The factory PIN is still set. Change it: everybody knows it.")
    return ""


@wording_of.register
def _(question: AskNewPin) -> Wording:
    if question.by_administrator:
        title, explanation = _t("Unblock the key {label}"), _t("The administrator's PIN gives the key a new PIN. Keys and certificates stay.")
    else:
        title, explanation = _t("A new PIN for the key {label}"), _t("The key checks the PIN that stands now, once.")
    return Wording(title.format(label=question.token_label), explanation, pin_warning(question))


@wording_of.register
def _(question: ConfirmLastAttempt) -> Wording:
    if question.by_administrator:
        lost = _t("If the administrator's PIN is wrong this time, the key can only be formatted, and its certificates are lost.")
    else:
        lost = _t("If the PIN is wrong this time, the key locks itself and signs nothing until the administrator unblocks it.")
    return Wording(
        title=_t("The last attempt for the key {label}").format(label=question.token_label),
        explanation=lost,
        warning=_t("Go on only if you are sure of the PIN: look at the keyboard layout and Caps Lock."),
    )


@wording_of.register
def _(question: InsertToken) -> Wording:
    title = _t("Plug in the key of {owner}").format(owner=question.owner)
    if question.signed:
        explanation = _t("{signed} of {total} are signed. We go on by ourselves when the key is back; nothing to press.")
        return Wording(title, explanation.format(signed=question.signed, total=question.total))
    return Wording(title, _t("We go on by ourselves when the key appears; nothing to press."))


@wording_of.register
def _(question: ChooseCertificate) -> Wording:
    return Wording(
        title=_t("Who signs for {organisation}?").format(organisation=question.organisation),
        explanation=_t("Several certificates fit. The choice is remembered for this organisation."),
    )


@wording_of.register
def _(question: AskPassword) -> Wording:
    return Wording(
        title=_t("Password of {login}").format(login=question.login),
        explanation=_t("For the operator {operator}. The password is not kept.").format(operator=question.operator),
    )


@wording_of.register
def _(question: OpenInBrowser) -> Wording:
    return Wording(
        title=_t("Confirm the sign-in in your browser"),
        explanation=_t("Open {address} and compare the code: {code}. We go on by ourselves.").format(address=question.address, code=question.code),
    )
