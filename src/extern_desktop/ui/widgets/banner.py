"""Inline banner: what happened, what it means, one thing to do. It never covers content and never disappears by itself."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QFrame

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import Part, button, column, icon_label, label, row


class Banner(QFrame):
    """A coloured strip inside a page, with its meaning also as a shape and in words."""

    def __init__(
        self,
        tone: str,
        title: str,
        text: str = "",
        action: str = "",
        on_action: Callable[[], object] | None = None,
        icon: str = "",
    ) -> None:
        super().__init__()
        self.tone, self.title, self.text = tone, title, text
        self.setProperty("role", "banner")
        self.setProperty("tone", tone)
        self.setAccessibleName(f"{title} {text}".strip())
        words: list[Part] = [label(title, "strong", wrap=True)]
        if text:
            words.append(label(text, wrap=True))
        parts: list[Part] = [icon_label(icon or theme.current().tone(tone).icon, tone), column(*words, gap=2)]
        if action:
            parts.append(button(action, on_click=on_action))
        box = row(*parts, gap=12, margins=(14, 10, 12, 10))
        box.setStretch(1, 1)
        self.setLayout(box)
