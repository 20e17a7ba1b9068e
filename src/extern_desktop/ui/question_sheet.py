"""A worker's question on a sheet over the page: for acts that have no place of their own in a page. Esc refuses it."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QFrame, QWidget

from extern_desktop.ui import theme
from extern_desktop.ui.bridge import Act, Ticket
from extern_desktop.ui.question_cards import question_card
from extern_desktop.ui.widgets.basics import column
from extern_desktop.ui.widgets.sheet import Sheet


class QuestionSheet(Sheet):
    """One question; goes away by itself when the question is answered or withdrawn."""

    def __init__(self, parent: QWidget, ticket: Ticket, act: QObject | None) -> None:
        self._ticket, self._card = ticket, question_card(ticket)
        box = QFrame()
        box.setLayout(column(self._card))
        super().__init__(parent, box, width=theme.px(520), height=0, top=96)
        self.closed.connect(ticket.refuse)
        if isinstance(act, Act):
            act.withdrawn.connect(self._withdraw)
            act.ended.connect(self.close_sheet)

    def open_sheet(self) -> None:
        self.show()
        self.raise_()
        (self._card.focusProxy() or self._card).setFocus()

    def _withdraw(self, ticket: Ticket) -> None:
        if ticket is self._ticket:
            self.close_sheet()
