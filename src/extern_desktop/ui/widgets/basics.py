"""The few constructors every page uses: label, button, card, boxes. Fonts, roles, plain text and accessible names are set here once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QLayout, QPushButton, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from extern_desktop.ui import icons, theme

Part = QWidget | QLayout | int | None
"""A widget, a layout, a gap in pixels, or None for a stretch."""
Margins = tuple[int, int, int, int]


def _fill(box: QBoxLayout, parts: Iterable[Part], gap: int, margins: Margins) -> None:
    box.setSpacing(gap)
    box.setContentsMargins(*margins)
    for part in parts:
        if part is None:
            box.addStretch(1)
        elif isinstance(part, int):
            box.addSpacing(part)
        elif isinstance(part, QLayout):
            box.addLayout(part)
        else:
            box.addWidget(part)


def column(*parts: Part, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QVBoxLayout:
    """Parts from top to bottom."""
    box = QVBoxLayout()
    _fill(box, parts, gap, margins)
    return box


def row(*parts: Part, gap: int = 8, margins: Margins = (0, 0, 0, 0)) -> QHBoxLayout:
    """Parts in reading direction."""
    box = QHBoxLayout()
    _fill(box, parts, gap, margins)
    return box


def label(text: str, role: str = "body", ink: str = "", wrap: bool = False, centred: bool = False) -> QLabel:
    """Text, never markup: what came from outside can't draw itself as a link or a picture."""
    result = QLabel()
    result.setTextFormat(Qt.TextFormat.PlainText)
    result.setText(text)
    result.setFont(theme.font(role))
    result.setProperty("ink", ink)
    result.setWordWrap(wrap)
    if wrap:
        result.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
    if centred:
        result.setAlignment(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignVCenter)
    return result


def screen_ratio() -> float:
    """Device pixels per logical pixel of the main screen."""
    screen = QGuiApplication.primaryScreen()
    return screen.devicePixelRatio() if screen else 1.0


def ink_of(name: str) -> str:
    """Colour of a tone, of `accent`, or of quiet text."""
    t = theme.current()
    return t.accent if name == "accent" else t.tone(name).ink if name else t.ink_muted


def icon_label(name: str, tone: str = "", size: int = 20) -> QLabel:
    """A picture that only repeats what the words beside it say."""
    result = QLabel()
    result.setTextFormat(Qt.TextFormat.PlainText)
    set_icon(result, name, tone, size)
    return result


def set_icon(target: QLabel, name: str, tone: str = "", size: int = 20) -> None:
    """Change the picture of an icon label."""
    target.setPixmap(icons.pixmap(name, ink_of(tone), size, screen_ratio()))
    target.setFixedSize(size, size)


def button(text: str, kind: str = "plain", icon: str = "", on_click: Callable[[], object] | None = None, name: str = "") -> QPushButton:
    """A push button. `kind` is plain, primary (one a page), quiet, link or segment; `name` is its accessible name where it has no text."""
    result = QPushButton(f" {text}" if icon and text else text)  # Qt leaves only 4 px after an icon
    result.setFont(theme.font("strong"))
    result.setProperty("kind", kind)
    result.setAccessibleName(name or text.replace("&", ""))
    result.setCursor(Qt.CursorShape.PointingHandCursor)
    result.setAutoDefault(False)
    if icon:
        t = theme.current()
        colour = t.on_accent if kind == "primary" else t.accent if kind in ("quiet", "link") else t.ink
        result.setIcon(icons.icon(icon, colour, 16, t.ink_faint, screen_ratio()))
        result.setIconSize(QSize(16, 16))
    if on_click is not None:
        result.clicked.connect(lambda _checked=False: on_click())
    return result


def tooltip(widget: QWidget, text: str) -> None:
    """A tool tip of plain text, whatever it looks like."""
    if "<" in text:
        from html import escape  # brings the names of all characters with it, for a case that is rare

        text = f"<span>{escape(text)}</span>"
    widget.setToolTip(text)


def card(*parts: Part, gap: int = 8, pad: int = 16, edge: str = "", role: str = "card") -> QFrame:
    """Parts on a white card."""
    result = QFrame()
    result.setProperty("role", role)
    result.setProperty("edge", edge)
    result.setLayout(column(*parts, gap=gap, margins=(pad, pad, pad, pad)))
    return result


def framed(view: QWidget, header: bool = False) -> QFrame:
    """A list or table in a card, kept off its round corners."""
    frame = QFrame()
    frame.setProperty("role", "card")
    frame.setLayout(column(view, margins=(1, 1 if header else 5, 1, 5)))
    return frame


def rule() -> QFrame:
    """A thin line between two things."""
    result = QFrame()
    result.setProperty("role", "rule")
    result.setFixedHeight(theme.current().line)
    return result


def scroll(content: QWidget) -> QScrollArea:
    """Content that may be taller than its place."""
    result = QScrollArea()
    result.setWidget(content)
    result.setWidgetResizable(True)
    result.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    result.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return result


def holder(layout: QLayout, width: int = 0) -> QWidget:
    """A layout as a widget, of a fixed width if one is given."""
    result = QWidget()
    result.setLayout(layout)
    if width:
        result.setFixedWidth(width)
    return result


def stretch(box: QBoxLayout, *places: int) -> QBoxLayout:
    """Let the parts at these places take the room that is left, in equal shares."""
    for place in places:
        box.setStretch(place, 1)
    return box


def clear(box: QLayout) -> None:
    """Take everything out of a layout; the widgets are hidden at once and deleted when the event loop comes to it."""
    while box.count():
        item = box.takeAt(0)
        if item is None:
            return
        widget, inner = item.widget(), item.layout()
        if widget is not None:
            widget.hide()
            widget.setParent(None)
            widget.deleteLater()
        elif inner is not None:
            clear(inner)


def shown(widget: QWidget) -> bool:
    """Whether the widget is meant to be seen, even while its window is not up yet."""
    return not widget.isHidden()
