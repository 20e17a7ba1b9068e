"""The palette, style sheet, fonts and sizes made from the tokens, for the whole application.

One theme and one text size hold at a time; who changes them rebuilds the window. Icons are in `icons.py`.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QFontMetricsF, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from extern_desktop.settings.places import resource_folder
from extern_desktop.ui.style_sheet import style_sheet
from extern_desktop.ui.theme_tokens import LIGHT, THEMES, TYPE_SCALE, Theme

SYSTEM: Final = "system"
"""The theme setting that follows the computer."""
FAMILY: Final = "Golos Text"
TEXT_SIZES: Final = (100, 115, 130, 150)
"""Text sizes that can be chosen, in per cent."""


class _Now:
    """The theme and text size in force."""

    theme: Theme = LIGHT
    text_percent: int = 100
    has_fonts: bool = False
    """Our fonts are with the application. Asking it for its families would read every font of the computer."""


def current() -> Theme:
    """The theme in force."""
    return _Now.theme


def text_percent() -> int:
    """The text size in force, in per cent."""
    return _Now.text_percent


def px(pixels: float) -> int:
    """A size in pixels at 100 %, grown with the text size: row heights, fixed widths of things that hold text."""
    return round(pixels * _Now.text_percent / 100)


def choose(name: str) -> str:
    """The theme that a setting means: `system` asks the computer, anything unknown is light."""
    if name == SYSTEM:
        return "dark" if QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Dark else "light"
    return name if name in THEMES else "light"


def apply(app: QApplication, name: str, percent: int = 100) -> None:
    """Make `name` the theme of the whole application, with text of this size."""
    _Now.theme = THEMES[choose(name)]
    _Now.text_percent = percent
    font.cache_clear()
    metrics.cache_clear()
    if not _Now.has_fonts:
        for path in sorted((resource_folder() / "fonts").glob("*.ttf")):
            QFontDatabase.addApplicationFont(str(path))
        _Now.has_fonts = True
    app.setFont(font("body"))
    app.setPalette(_palette(_Now.theme))
    app.setStyleSheet(style_sheet(_Now.theme, px))


@lru_cache(maxsize=16)
def font(role: str) -> QFont:
    """The font of a role of the type scale, at the text size in force."""
    size, weight = TYPE_SCALE[role]
    result = QFont(FAMILY)
    result.setPixelSize(px(size))
    result.setWeight(QFont.Weight(weight))
    result.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    result.setFeature(QFont.Tag("tnum"), 1)  # sums and dates stand in columns
    return result


@lru_cache(maxsize=16)
def metrics(role: str) -> QFontMetricsF:
    """Metrics of a role's font, made once."""
    return QFontMetricsF(font(role))


def _palette(t: Theme) -> QPalette:
    palette = QPalette()
    role = QPalette.ColorRole
    for names, colour in (
        ((role.Window, role.Button, role.AlternateBase), t.canvas),
        ((role.Base, role.ToolTipBase), t.surface),
        ((role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.BrightText), t.ink),
        ((role.PlaceholderText,), t.ink_faint),
        ((role.Highlight, role.Accent, role.Link), t.accent),
        ((role.HighlightedText,), t.on_accent),
        ((role.Mid, role.Dark), t.border),
    ):
        for name in names:
            palette.setColor(name, QColor(colour))
    for name in (role.Text, role.WindowText, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, QColor(t.ink_faint))
    return palette
