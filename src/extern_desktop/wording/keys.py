"""Keys in words: attempts of a PIN, flaws of a container."""

from __future__ import annotations

from extern_desktop.tokens.values import Attempts, TokenCard
from extern_desktop.wording.texts import _t


def attempts_text(card: TokenCard) -> str:
    """How many attempts are left, with both numbers where the token tells them."""
    if card.attempts is Attempts.LOCKED:
        return _t("the PIN is locked")
    if card.attempts_left is not None and card.attempts_total is not None:
        return _t("attempts left: {left} of {total}").format(left=card.attempts_left, total=card.attempts_total)
    if card.attempts is Attempts.LAST:
        return _t("one attempt is left")
    return _t("few attempts are left") if card.attempts is Attempts.FEW else _t("all attempts are left")
