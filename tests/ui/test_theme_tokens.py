"""Every pair of colours the interface draws keeps the contrast that WCAG 2.2 asks for."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pytest

from extern_desktop.ui.theme_tokens import DARK, LIGHT, THEMES, TONES, TYPE_SCALE


@dataclass(frozen=True, slots=True)
class ContrastPair:
    """Two colours the interface draws on each other."""

    theme: str
    what: str
    ratio: float
    """WCAG 2.2 contrast ratio, 1 to 21."""
    least: float
    """4.5 for text, 3.0 for the edge of an editable thing."""


def _luminance(colour: str) -> float:
    parts = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(first: str, second: str) -> float:
    """WCAG 2.2 contrast ratio of two `#RRGGBB` colours."""
    low, high = sorted((_luminance(first), _luminance(second)))
    return (high + 0.05) / (low + 0.05)


_INKS: Final = ("ink", "ink_muted", "ink_faint", "accent")
_GROUNDS: Final = ("surface", "canvas", "rail", "sunken", "hover", "selected")
_NOT_DRAWN: Final = frozenset({("ink_faint", "selected"), ("ink_faint", "rail")})


def contrast_pairs() -> Iterator[ContrastPair]:
    """Every pair of colours that the interface draws, in every theme."""
    for t in THEMES.values():
        for ink in _INKS:
            for ground in _GROUNDS:
                if (ink, ground) not in _NOT_DRAWN:
                    yield ContrastPair(t.name, f"{ink} on {ground}", contrast(getattr(t, ink), getattr(t, ground)), 4.5)
        yield ContrastPair(t.name, "on_accent on accent", contrast(t.on_accent, t.accent), 4.5)
        yield ContrastPair(t.name, "placeholder in a wrong field", contrast(t.ink_faint, t.bad.soft), 4.5)
        yield ContrastPair(t.name, "surface on ink (tooltip)", contrast(t.surface, t.ink), 4.5)
        for edge in ("field_border", "focus"):
            yield ContrastPair(t.name, f"{edge} on surface", contrast(getattr(t, edge), t.surface), 3.0)
        for name in TONES:
            look = t.tone(name)
            for ground in (look.soft, t.surface, t.selected):
                yield ContrastPair(t.name, f"{name} on {ground}", contrast(look.ink, ground), 4.5)
            yield ContrastPair(t.name, f"ink on soft {name}", contrast(t.ink, look.soft), 4.5)
            yield ContrastPair(t.name, f"ink_muted on soft {name}", contrast(t.ink_muted, look.soft), 4.5)


@pytest.mark.parametrize("pair", tuple(contrast_pairs()), ids=lambda pair: f"{pair.theme}: {pair.what}")
def test_contrast_pair_is_readable(pair: ContrastPair) -> None:
    assert pair.ratio >= pair.least


def test_contrast_black_on_white_is_twenty_one() -> None:
    assert round(contrast("#000000", "#FFFFFF"), 2) == 21.0


def test_contrast_order_of_colours_does_not_matter() -> None:
    assert contrast("#2647B8", "#FFFFFF") == contrast("#FFFFFF", "#2647B8")


def test_tones_each_meaning_has_its_own_shape() -> None:
    for theme in THEMES.values():
        assert len({theme.tone(name).icon for name in TONES}) == len(TONES)


def test_tone_unknown_name_is_idle() -> None:
    assert LIGHT.tone("no-such-tone") is LIGHT.idle
    assert DARK.tone("name") is DARK.idle


def test_type_scale_nothing_is_under_twelve_pixels() -> None:
    assert min(size for size, _weight in TYPE_SCALE.values()) >= 12
