from __future__ import annotations

import pytest

from forms.official import SCHEMA, OfficialJudge


@pytest.fixture(scope="session")
def judge() -> OfficialJudge:
    """The official schema, which is no part of the project."""
    if not SCHEMA.is_file():
        pytest.skip("the official schema is not at hand")
    return OfficialJudge()
