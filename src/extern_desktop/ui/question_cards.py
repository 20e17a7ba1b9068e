"""Cards that put a worker's question to a person inside the page: a PIN, a missing key, a choice of certificate, a password, a browser sign-in.

A card settles its ticket once: with an answer or a refusal. It keeps nothing that was typed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, cast

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from extern_desktop.domain.secrets import Password
from extern_desktop.services.questions import AskNewPin, AskPassword, AskPin, ChooseCertificate, ConfirmLastAttempt, InsertToken, OpenInBrowser
from extern_desktop.tokens.values import Attempts
from extern_desktop.ui import dates, theme, words
from extern_desktop.ui.bridge import Ticket
from extern_desktop.ui.passphrase import AskPassphrase, passphrase_card
from extern_desktop.ui.widgets.basics import button, card, column, icon_label, label, row
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.new_pin_card import NewPinCard
from extern_desktop.ui.widgets.pin_card import FEW_ATTEMPTS, PinCard
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.wording.questions import pin_warning, wording_of
from extern_desktop.wording.texts import _t


def question_card(ticket: Ticket, wrong: str = "") -> QWidget:
    """The card for a ticket. `wrong` is what became of the previous answer, empty at the first try."""
    make = _CARDS.get(type(ticket.question))
    if make is None:
        raise NotImplementedError(type(ticket.question).__name__)
    return make(ticket, wrong)


def _pin(ticket: Ticket, wrong: str) -> QWidget:
    question = cast(AskPin, ticket.question)
    told = words.attempts_words(question.attempts_left, question.attempts_total) if question.attempts_left is not None else ""
    warning = pin_warning(question)
    few = question.attempts in (Attempts.FEW, Attempts.LAST)
    danger = few if question.attempts_left is None else question.attempts_left <= FEW_ATTEMPTS
    prompt = PinCard(
        f"{question.token_label} № {question.token_serial}",
        wording_of(question).explanation,
        told or (warning if danger else ""),
        left=question.attempts_left,
        total=question.attempts_total,
        wrong=wrong,
        least=max(1, question.pin_min_length),
        most=question.pin_max_length or 64,
        note=warning if warning and (told or not danger) and question.attempts is not Attempts.FEW else "",
        danger=danger,
    )
    prompt.entered.connect(ticket.answer)
    prompt.refused.connect(ticket.refuse)
    files = RowList([Row(words.short_file_name(name, 60), icon="file-text") for name in question.documents], _t("What is being signed"), height=40)
    listing = card(column(label(_t("What is being signed"), "heading"), margins=(16, 12, 16, 4)), files, gap=0, pad=1)
    frame = QWidget()
    box = column(row(None, prompt, None), listing, gap=14)
    box.setStretch(1, 1)
    frame.setLayout(box)
    frame.setFocusProxy(prompt)
    return frame


def _new_pin(ticket: Ticket, _wrong: str) -> QWidget:
    question = cast(AskNewPin, ticket.question)
    said = wording_of(question)
    few = question.attempts in (Attempts.FEW, Attempts.LAST)
    told = words.attempts_words(question.attempts_left, question.attempts_total) if question.attempts_left is not None else said.warning
    prompt = NewPinCard(
        said.title,
        f"№ {question.token_serial}. {said.explanation}",
        _t("Administrator's PIN") if question.by_administrator else _t("PIN that stands now"),
        told,
        least=question.pin_min_length,
        most=question.pin_max_length,
        danger=few,
    )
    prompt.entered.connect(ticket.answer)
    prompt.refused.connect(ticket.refuse)
    return _middle(prompt)


def _last_attempt(ticket: Ticket, _wrong: str) -> QWidget:
    said = wording_of(ticket.question)
    stop = button(_t("Don't try"), on_click=ticket.refuse)
    told = column(label(said.title, "heading", wrap=True), label(said.explanation, wrap=True), gap=2)
    head = row(icon_label("triangle-alert", "bad", 22), told, gap=12)
    head.setStretch(1, 1)
    tail = row(None, button(_t("Try it"), on_click=lambda: ticket.answer(None)), stop)
    frame = card(head, label(said.warning, "strong", "bad", wrap=True), tail, gap=10, pad=20, edge="bad")
    frame.setMinimumWidth(theme.px(420))
    frame.setMaximumWidth(theme.px(480))
    frame.setFocusProxy(stop)
    return _middle(frame)


def _insert(ticket: Ticket, _wrong: str) -> QWidget:
    question = cast(InsertToken, ticket.question)
    said = wording_of(question)
    text = said.explanation if not question.serial else f"№ {question.serial}. {said.explanation}"
    frame = card(EmptyState("token-off", said.title, text, _t("Put off"), ticket.refuse, width=440, tone="warn", kind="plain"), pad=8)
    frame.setAccessibleName(f"{said.title}. {text}")
    return frame


def _choose(ticket: Ticket, _wrong: str) -> QWidget:
    question = cast(ChooseCertificate, ticket.question)
    said = wording_of(question)
    rows = [
        Row(
            certificate.owner,
            ", ".join(part for part in (certificate.position, certificate.organisation) if part),
            "badge-check",
            "ok",
            right=_t("until {day}").format(day=dates.numbers(certificate.valid_to_at.date())),
            key=certificate.thumbprint,
        )
        for certificate in question.candidates
    ]
    by_key = {certificate.thumbprint: certificate for certificate in question.candidates}
    listing = RowList(rows, said.title)

    def answer(key: str = "") -> None:
        chosen = by_key.get(key or listing.current_key())
        if chosen is not None:
            ticket.answer(chosen)

    listing.opened.connect(answer)
    if rows:
        listing.choose(rows[0].key)
    head = column(label(said.title, "heading", wrap=True), label(said.explanation, "body", "muted", wrap=True), gap=2, margins=(16, 14, 16, 8))
    tail = row(
        None, button(_t("Cancel"), on_click=ticket.refuse), button(_t("Sign with this one"), "primary", "pen-line", answer), margins=(16, 8, 16, 14)
    )
    frame = QFrame()
    frame.setProperty("role", "card")
    frame.setProperty("edge", "accent")
    frame.setLayout(column(head, listing, tail, gap=0, margins=(2, 2, 2, 2)))
    frame.setFocusProxy(listing)
    return frame


def _password(ticket: Ticket, wrong: str) -> QWidget:
    question = cast(AskPassword, ticket.question)
    said = wording_of(question)
    typed = QLineEdit()
    typed.setEchoMode(QLineEdit.EchoMode.Password)
    typed.setAccessibleName(said.title)
    typed.setPlaceholderText(_t("Password"))
    typed.setProperty("state", "bad" if wrong else "")

    def answer() -> None:
        if typed.text():
            secret = Password(typed.text())
            typed.clear()
            ticket.answer(secret)

    typed.returnPressed.connect(answer)
    head = row(
        icon_label("lock", "accent", 22),
        column(label(said.title, "heading", wrap=True), label(said.explanation, "body", "muted", wrap=True), gap=1),
        gap=12,
    )
    head.setStretch(1, 1)
    error = label(wrong, "strong", "bad", wrap=True)
    if not wrong:
        error.hide()
    frame = card(
        head,
        error,
        typed,
        row(None, button(_t("Cancel"), on_click=ticket.refuse), button(_t("Sign in"), "primary", on_click=answer)),
        gap=10,
        pad=20,
        edge="accent",
    )
    frame.setMaximumWidth(theme.px(480))
    frame.setFocusProxy(typed)
    return _middle(frame)


def _browser(ticket: Ticket, _wrong: str) -> QWidget:
    question = cast(OpenInBrowser, ticket.question)
    said = wording_of(question)
    code = label(question.code, "display", "accent", centred=True)
    code.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard)
    code.setAccessibleName(_t("Code {code}").format(code=question.code))
    explanation = label(said.explanation, "body", "muted", wrap=True)
    explanation.setTextInteractionFlags(code.textInteractionFlags())
    opens = button(_t("Open the browser"), "primary", "globe", lambda: _open_address(question.address))
    frame = card(
        label(said.title, "heading", wrap=True),
        explanation,
        code,
        row(
            None,
            button(_t("Cancel"), on_click=ticket.refuse),
            opens,
        ),
        gap=10,
        pad=20,
        edge="accent",
    )
    frame.setMinimumWidth(theme.px(420))
    frame.setMaximumWidth(theme.px(480))
    frame.setFocusProxy(opens)
    return _middle(frame)


def _open_address(address: str) -> None:
    from PySide6.QtCore import QUrl
    from PySide6.QtGui import QDesktopServices

    if address.startswith(("https://", "http://127.0.0.1")):
        QDesktopServices.openUrl(QUrl(address))


def _middle(frame: QWidget) -> QWidget:
    holder = QWidget()
    box = row(None, frame, None)
    box.setStretch(1, 3)
    outer = column(box, None)
    holder.setLayout(outer)
    holder.setFocusProxy(frame.focusProxy() or frame)
    return holder


_CARDS: Final[Mapping[type, Callable[[Ticket, str], QWidget]]] = {
    AskPin: _pin,
    AskNewPin: _new_pin,
    ConfirmLastAttempt: _last_attempt,
    InsertToken: _insert,
    ChooseCertificate: _choose,
    AskPassword: _password,
    OpenInBrowser: _browser,
    AskPassphrase: passphrase_card,
}
QUESTIONS: Final = tuple(_CARDS)
"""Every question the window can put."""
