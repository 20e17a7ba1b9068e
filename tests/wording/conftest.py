"""Each test in this folder may speak another language; the one spoken before comes back."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from extern_desktop.wording import texts


@pytest.fixture(autouse=True)
def _spoken_before() -> Iterator[None]:
    before = texts.language()
    yield
    texts.speak(before)


@pytest.fixture(params=texts.LANGUAGES)
def spoken(request: pytest.FixtureRequest) -> str:
    """The test speaks each language in turn."""
    language: str = request.param
    texts.speak(language)
    return language
