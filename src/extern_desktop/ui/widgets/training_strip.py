"""The permanent mark over the window that says when all of this is training."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame

from extern_desktop.ui.widgets.basics import icon_label, label, row
from extern_desktop.wording.texts import _t


class TrainingStrip(QFrame):
    """One line, as wide as the page. Hidden in real work by who makes it."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("training")
        words = label(_t("Training mode. Nothing reaches real authorities."), "small-strong", "info")
        self.setLayout(row(icon_label("graduation-cap", "info", 16), words, None, gap=8, margins=(24, 5, 24, 5)))
        self.setAccessibleName(words.text())
