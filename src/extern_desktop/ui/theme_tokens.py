"""Design tokens: every colour and type size of the window.

No Qt here. A widget names a token, never a colour; `tests/ui/test_theme_tokens.py` computes every pair that the interface draws.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

TYPE_SCALE: Final[Mapping[str, tuple[int, int]]] = {
    "display": (24, 600),
    "title": (18, 600),
    "heading": (15, 600),
    "body": (14, 400),
    "strong": (14, 500),
    "small": (12, 400),
    "small-strong": (12, 600),
}
"""Role -> (pixel size at 100 %, weight). Nothing on screen is smaller than 12 px."""

TONES: Final = ("ok", "warn", "bad", "info", "idle")


@dataclass(frozen=True, slots=True)
class ToneLook:
    """How one meaning looks. Never by colour alone, so it always brings its icon."""

    ink: str
    """Text and icon colour, at least 4.5:1 on `soft`, `surface` and `selected`."""
    soft: str
    """Quiet ground."""
    icon: str
    """The shape that carries the same meaning without colour."""


@dataclass(frozen=True, slots=True)
class Theme:
    """One complete set of tokens. Colours are `#RRGGBB`."""

    name: str
    canvas: str
    """Window ground behind cards."""
    rail: str
    """Ground of the navigation."""
    surface: str
    """Cards, lists, fields."""
    sunken: str
    """Table headers, read-only areas, days off."""
    hover: str
    selected: str
    border: str
    """Decorative line: no contrast duty."""
    field_border: str
    """Edge of something that can be edited: at least 3:1."""
    ink: str
    ink_muted: str
    """Second lines."""
    ink_faint: str
    """Captions, placeholders, disabled; still at least 4.5:1 on `surface`."""
    accent: str
    accent_hover: str
    on_accent: str
    accent_soft: str
    focus: str
    ok: ToneLook
    warn: ToneLook
    bad: ToneLook
    info: ToneLook
    idle: ToneLook
    line: int = 1
    """Border width in pixels; the high-contrast theme doubles it."""

    def tone(self, name: str) -> ToneLook:
        """Look of a tone; an unknown name is drawn as `idle`, so a model's mistake can't stop a painter."""
        look = getattr(self, name, None)
        return look if isinstance(look, ToneLook) else self.idle


def _look(ink: str, soft: str, icon: str) -> ToneLook:
    return ToneLook(ink, soft, icon)


LIGHT: Final = Theme(
    name="light",
    canvas="#F3F4F7",
    rail="#E9ECF2",
    surface="#FFFFFF",
    sunken="#F7F8FA",
    hover="#F0F2F7",
    selected="#E4EAFB",
    border="#DDE1E9",
    field_border="#858FA0",
    ink="#171C26",
    ink_muted="#505A6A",
    ink_faint="#5F6979",
    accent="#2647B8",
    accent_hover="#1D3A9C",
    on_accent="#FFFFFF",
    accent_soft="#E4EAFB",
    focus="#2647B8",
    ok=_look("#0B6841", "#DDF3E7", "circle-check"),
    warn=_look("#855000", "#FDEFD3", "triangle-alert"),
    bad=_look("#B3261E", "#FCE6E4", "circle-x"),
    info=_look("#2647B8", "#E4EAFB", "info"),
    idle=_look("#505A6A", "#ECEEF2", "circle-dashed"),
)
DARK: Final = Theme(
    name="dark",
    canvas="#14171C",
    rail="#0F1216",
    surface="#1C2027",
    sunken="#181B21",
    hover="#252B34",
    selected="#283660",
    border="#303743",
    field_border="#788496",
    ink="#E9ECF1",
    ink_muted="#A9B3C1",
    ink_faint="#8E99A9",
    accent="#8FA8FF",
    accent_hover="#A9BCFF",
    on_accent="#0D1430",
    accent_soft="#222D50",
    focus="#A9BCFF",
    ok=_look("#66D59D", "#15342A", "circle-check"),
    warn=_look("#F2B950", "#3B2D12", "triangle-alert"),
    bad=_look("#FF8F86", "#452020", "circle-x"),
    info=_look("#A3B7FF", "#222D50", "info"),
    idle=_look("#A9B3C1", "#282E38", "circle-dashed"),
)
CONTRAST: Final = Theme(
    name="contrast",
    canvas="#000000",
    rail="#000000",
    surface="#000000",
    sunken="#000000",
    hover="#1F1F1F",
    selected="#0A2F6B",
    border="#FFFFFF",
    field_border="#FFFFFF",
    ink="#FFFFFF",
    ink_muted="#FFFFFF",
    ink_faint="#F0F0F0",
    accent="#FFE600",
    accent_hover="#FFF27A",
    on_accent="#000000",
    accent_soft="#000000",
    focus="#FFE600",
    ok=_look("#5CFFA5", "#000000", "circle-check"),
    warn=_look("#FFD24A", "#000000", "triangle-alert"),
    bad=_look("#FFA3A3", "#000000", "circle-x"),
    info=_look("#9ED5FF", "#000000", "info"),
    idle=_look("#FFFFFF", "#000000", "circle-dashed"),
    line=2,
)
THEMES: Final[Mapping[str, Theme]] = {theme.name: theme for theme in (LIGHT, DARK, CONTRAST)}
