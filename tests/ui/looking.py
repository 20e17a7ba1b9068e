"""Looks over a window by program: words that are cut, things a screen reader could not announce, labels that would draw markup."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar, cast

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QAbstractButton, QAbstractItemView, QComboBox, QLabel, QLineEdit, QTabBar, QWidget

from extern_desktop.ui.widgets.rail import OrganisationButton, PlaceButton

PAINTED_BY_HAND = (PlaceButton, OrganisationButton)
"""They cut their own words with an ellipsis and say them in full to a screen reader."""


P = TypeVar("P", bound=QObject)


def parts_of(root: QObject, kind: type[P]) -> list[P]:
    """Everything of a kind below `root`. The stubs of `findChildren` lose the kind."""
    return list(cast("Iterable[P]", root.findChildren(kind)))


def unfitting(root: QWidget) -> list[str]:
    """Visible labels and buttons whose words are cut at the present size."""
    found = []
    parts: list[QLabel | QAbstractButton] = [*parts_of(root, QLabel), *parts_of(root, QAbstractButton)]
    for part in parts:
        if not part.isVisible() or not part.text() or isinstance(part, PAINTED_BY_HAND) or part.visibleRegion().isEmpty():
            continue
        if isinstance(part, QLabel) and part.wordWrap():
            is_cut = part.heightForWidth(part.width()) > part.height() + 1
        else:
            is_cut = part.sizeHint().width() > part.width() + 1 or part.sizeHint().height() > part.height() + 1
        if is_cut:
            found.append(part.text())
    return found


def unnamed(root: QWidget) -> list[str]:
    """Visible controls and lists without an accessible name."""
    kinds: tuple[type[QWidget], ...] = (QAbstractButton, QAbstractItemView, QComboBox, QLineEdit, QTabBar)
    parts = [part for kind in kinds for part in parts_of(root, kind) if part.isVisible()]
    own = [part for part in parts if not isinstance(part.parent(), (QComboBox, QLineEdit)) and not part.objectName().startswith("qt_")]
    skip = ("QTableCornerButton", "QHeaderView")
    return [
        f"{type(part).__name__} in {type(part.parent()).__name__}" for part in own if not part.accessibleName() and type(part).__name__ not in skip
    ]


def rich_labels(root: QWidget) -> list[str]:
    """Labels that would draw markup that came from outside."""
    return [part.text() for part in parts_of(root, QLabel) if part.textFormat() != Qt.TextFormat.PlainText and part.text()]
