"""Every pair of colours the interface draws keeps the contrast that WCAG 2.2 asks for."""

from __future__ import annotations

import pytest

from extern_desktop.ui.theme_tokens import DARK, LIGHT, THEMES, TONES, TYPE_SCALE, ContrastPair, contrast, contrast_pairs


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
