"""The place above the page where one message stands until it is closed or another takes its place."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QWidget

from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.basics import button, clear, column
from extern_desktop.wording.texts import _t


class Notices(QWidget):
    """Empty and without height until something is said."""

    def __init__(self) -> None:
        super().__init__()
        self._box = column(margins=(24, 12, 24, 0))
        self.setLayout(self._box)
        self.hide()

    def notify(self, tone: str, title: str, text: str = "", action: str = "", on_action: Callable[[], object] | None = None) -> None:
        """Say this now; a screen reader hears it once."""
        clear(self._box)
        banner = Banner(tone, title, text, action, on_action)
        layout = banner.layout()
        if layout is not None:
            layout.addWidget(button("", "quiet", "x", self.close_notice, name=_t("Close the message")))
        self._box.addWidget(banner)
        self.show()
        QAccessible.updateAccessibility(QAccessibleEvent(banner, QAccessible.Event.Alert))

    def notice(self) -> Banner | None:
        """What is said now."""
        item = self._box.itemAt(0)
        widget = item.widget() if item else None
        return widget if isinstance(widget, Banner) else None

    def close_notice(self) -> None:
        clear(self._box)
        self.hide()
