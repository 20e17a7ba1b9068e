"""The question for the passphrase of the workspace, where the system keeps no secrets. The window asks it before anything else can be shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import cast

from PySide6.QtWidgets import QLineEdit, QWidget

from extern_desktop.domain.secrets import Password
from extern_desktop.jobs.questions import Question
from extern_desktop.ui import theme
from extern_desktop.ui.bridge import Ticket
from extern_desktop.ui.widgets.basics import button, card, column, icon_label, label, row
from extern_desktop.wording.texts import _t

LEAST = 8


@dataclass(frozen=True, slots=True)
class AskPassphrase(Question[Password]):
    """Which passphrase opens the workspace of this computer?"""

    is_new: bool
    """A new one is chosen."""


def passphrase_card(ticket: Ticket, _wrong: str) -> QWidget:
    """The card of the question; what is typed leaves it once."""
    question = cast(AskPassphrase, ticket.question)
    title = _t("Choose a passphrase") if question.is_new else _t("Enter the passphrase")
    typed = QLineEdit()
    typed.setFont(theme.font("body"))
    typed.setEchoMode(QLineEdit.EchoMode.Password)
    typed.setAccessibleName(_t("Passphrase"))
    typed.setPlaceholderText(_t("At least 8 characters.") if question.is_new else _t("Passphrase"))
    go = button(_t("Unlock"), "primary")
    go.setEnabled(False)

    def answer() -> None:
        if go.isEnabled():
            secret = Password(typed.text())
            typed.clear()
            ticket.answer(secret)

    typed.textChanged.connect(lambda text: go.setEnabled(len(text) >= (LEAST if question.is_new else 1)))
    typed.returnPressed.connect(answer)
    go.clicked.connect(answer)
    why = _t("The system keeps no secrets for us here, so your data are locked with a passphrase.")
    kept = _t("It opens your data on this computer. It is kept nowhere: without it the data can't be read.")
    head = row(icon_label("lock", "accent", 22), column(label(title, "heading", wrap=True), label(why, "body", "muted", wrap=True), gap=1), gap=12)
    head.setStretch(1, 1)
    frame = card(
        head,
        typed,
        label(kept, "small", "muted", wrap=True),
        row(None, button(_t("Cancel"), on_click=ticket.refuse), go),
        gap=10,
        pad=20,
        edge="accent",
    )
    frame.setFocusProxy(typed)
    return frame
