"""An empty place: says why it is empty and offers the one thing that fills it."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from extern_desktop.ui import theme
from extern_desktop.ui.widgets.basics import Part, button, column, icon_label, label, row


class EmptyState(QWidget):
    """Icon, title, a sentence, a button or two, in the middle of the place."""

    def __init__(
        self,
        icon: str,
        title: str,
        text: str,
        action: str = "",
        on_action: Callable[[], object] | None = None,
        *,
        width: int = 380,
        tone: str = "",
        kind: str = "primary",
        second: str = "",
        on_second: Callable[[], object] | None = None,
    ) -> None:
        super().__init__()
        self.setAccessibleName(f"{title}. {text}")
        head, words = label(title, "title", wrap=True, centred=True), label(text, "body", "muted", wrap=True, centred=True)
        for part in (head, words):
            part.setMinimumWidth(min(theme.px(width), 220))
            part.setMaximumWidth(theme.px(width))
        parts: list[Part] = [None, row(None, icon_label(icon, tone, 44), None), self._middle(head), self._middle(words)]
        if action:
            acts: list[Part] = [button(action, kind, on_click=on_action)]
            if second:
                acts.append(button(second, on_click=on_second))
            parts += [6, row(None, *acts, None)]
        self.setLayout(column(*parts, None, gap=10, margins=(16, 16, 16, 16)))

    @staticmethod
    def _middle(part: QWidget) -> Part:
        box = row(None, part, None)
        box.setStretch(1, 100)
        return box
