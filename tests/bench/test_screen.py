"""What a series of pictures says: when the first window was there, when the page was, and which changes are one painting."""

from __future__ import annotations

from bench.screen import HEIGHT, PIXEL_BYTES, WIDTH, difference, settled_at, stages_of

ROWS = len(range(4, HEIGHT, 16))


def picture(**parts: float) -> bytes:
    """A picture whose share `window` is grey, of it `page` white and `clock` black, from the top on."""
    size = ROWS * WIDTH * PIXEL_BYTES
    pixels = bytearray(size)
    for name, colour in (("window", 0x80), ("page", 0xFF), ("clock", 0x10)):
        end = int(ROWS * parts.get(name, 0.0)) * WIDTH * PIXEL_BYTES
        pixels[:end] = bytes([colour]) * end
    return bytes(pixels)


EMPTY, FRAME, PAGE = picture(), picture(window=1.0), picture(window=1.0, page=0.5)


def test_difference_is_a_share_of_the_pixels() -> None:
    assert difference(EMPTY, EMPTY) == 0
    assert difference(EMPTY, FRAME) == 1
    assert difference(FRAME, PAGE) == 0.5


def test_settled_is_the_moment_from_which_the_last_picture_stays() -> None:
    assert settled_at([(0.0, EMPTY), (0.2, FRAME), (0.5, PAGE)]) == 0.5


def test_settled_ignores_a_clock_that_ticks_on() -> None:
    ticked = bytearray(PAGE)
    ticked[-400:] = bytes(400)

    assert settled_at([(0.0, EMPTY), (0.2, FRAME), (0.5, PAGE), (1.5, bytes(ticked))]) == 0.5


def test_stages_skeleton_and_page_are_two() -> None:
    assert stages_of([(0.0, EMPTY), (0.2, FRAME)]) == 1
    assert stages_of([(0.0, EMPTY), (0.2, FRAME), (0.5, PAGE)]) == 2


def test_stages_pieces_of_one_painting_are_one() -> None:
    assert stages_of([(0.0, EMPTY), (0.2, picture(window=0.5)), (0.23, FRAME)]) == 1


def test_stages_small_changes_are_none() -> None:
    assert stages_of([(0.0, FRAME), (0.5, picture(window=1.0, clock=0.03))]) == 0
