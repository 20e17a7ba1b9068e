"""A started module with a token in slot 0, and the same for processes of their own."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from virtual_rutoken.cryptoki import Cryptoki
from virtual_rutoken.gost_judge import make_gost_key
from virtual_rutoken.plug import VirtualRutoken, build


@pytest.fixture(scope="session")
def module_path() -> Path:
    return build()


@pytest.fixture
def rutoken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VirtualRutoken:
    token = VirtualRutoken(tmp_path / "token")
    for name, value in token.environment(timing=True).items():
        monkeypatch.setenv(name, value)
    return token


@pytest.fixture
def module(module_path: Path, rutoken: VirtualRutoken) -> Iterator[Cryptoki]:
    """The module, started, with a token in slot 0."""
    rutoken.plug(0)
    loaded = Cryptoki(module_path)
    loaded.must("C_Initialize", None)
    yield loaded
    loaded.rv("C_Finalize", None)


@pytest.fixture
def token_with_key(module: Cryptoki, rutoken: VirtualRutoken) -> VirtualRutoken:
    """A token with a key in slot 0, and nobody in this process who uses it."""
    make_gost_key(module, module.log_in())
    module.must("C_Finalize", None)
    return rutoken


@pytest.fixture
def child_environment(rutoken: VirtualRutoken) -> dict[str, str]:
    return {**os.environ, **rutoken.environment(), "PYTHONPATH": str(Path(__file__).parents[1])}
