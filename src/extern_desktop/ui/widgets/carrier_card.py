"""A key carrier: plugged, remembered or locked. An unplugged one stays in its place, so the eye finds it where it was."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from PySide6.QtWidgets import QFrame

from extern_desktop.tokens.values import Attempts, TokenCard
from extern_desktop.ui.widgets.basics import Part, button, column, icon_label, label, row
from extern_desktop.ui.widgets.pill import StatusPill
from extern_desktop.wording.texts import _n, _t


class CarrierCard(QFrame):
    """Name, serial number, two facts, state, and what can be done with it now."""

    def __init__(
        self, card: TokenCard, owners: tuple[str, ...], gone_at: datetime | None, acts: Sequence[tuple[str, Callable[[], object]]] = ()
    ) -> None:
        """`gone_at` is when it was last seen, None while it is plugged in; `owners` are those of its certificates. An act is its word and itself."""
        super().__init__()
        self.serial = card.serial
        self.setProperty("role", "card")
        locked = card.attempts is Attempts.LOCKED
        if gone_at is not None:
            tone, word, picture = "idle", _t("Not plugged in"), "token-off"
        elif locked:
            tone, word, picture = "bad", _t("PIN locked"), "lock"
        else:
            tone, word, picture = "ok", _t("Plugged in"), "token"
        facts = _facts(card, gone_at)
        self.setAccessibleName(f"{card.label}, {word}. {'. '.join(facts)}")
        about = " · ".join(part for part in (f"№ {card.serial}", ", ".join(owners[:1])) if part)
        head = row(
            icon_label(picture, tone if gone_at is None else "", 26),
            column(label(card.label, "heading", wrap=True), label(about, "small", "muted", wrap=True), gap=1),
            gap=12,
        )
        head.setStretch(1, 1)
        lines: list[Part] = [label(fact, "body", "muted" if gone_at is not None else "", wrap=True) for fact in facts]
        buttons = [button(said, on_click=act) for said, act in acts]
        tail: list[Part] = [StatusPill(tone, word, "circle-minus" if gone_at is not None else ""), None, *buttons[:1]]
        rows = [row(*tail), *(row(None, other) for other in buttons[1:])]  # one below the other: a card is a third of the page
        self.setLayout(column(head, 2, *lines, None, 4, *rows, gap=5, margins=(16, 14, 16, 12)))


def _facts(card: TokenCard, gone_at: datetime | None) -> tuple[str, str]:
    keys = sum(certificate.has_private_key for certificate in card.certificates)
    number = _n("{n} key with a certificate", "{n} keys with certificates", keys).format(n=keys) if keys else _t("No certificate on it yet")
    if gone_at is not None:
        return number, _t("Last seen at {time}").format(time=f"{gone_at.astimezone():%H:%M}")
    return number, _pin_fact(card)


def _pin_fact(card: TokenCard) -> str:
    if card.attempts is Attempts.LOCKED:
        return _t("This key can't sign. Unblock the PIN with the administrator's PIN or ask the certification authority.")
    if card.initial_pin:
        return _t("The factory PIN is still set: change it.")
    if card.attempts_left is not None:
        return _t("PIN: {n} of {m} attempts left").format(n=card.attempts_left, m=card.attempts_total or card.attempts_left)
    if card.attempts is Attempts.LAST:
        return _t("PIN: the last attempt is left")
    if card.attempts is Attempts.FEW:
        return _t("PIN: there was a wrong attempt")
    return _t("PIN: no wrong attempts")
