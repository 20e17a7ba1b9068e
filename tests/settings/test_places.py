from __future__ import annotations

from pathlib import Path

import pytest

from extern_desktop.settings.places import HOME_VARIABLE, Stage, find_places, resource_folder


def test_find_places_home_variable_moves_everything(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path / "portable"))

    places = find_places()

    for path in (places.settings_file, places.logs, places.training_operator, places.workspace(Stage.REAL)):
        assert path.is_relative_to(tmp_path / "portable")
    assert not (tmp_path / "portable").exists()


def test_find_places_without_it_is_the_systems_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(HOME_VARIABLE, raising=False)

    assert find_places().home.name == "extern-desktop"


def test_workspaces_of_the_two_stages_are_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(HOME_VARIABLE, str(tmp_path))
    places = find_places()

    training, real = places.workspace(Stage.TRAINING), places.workspace(Stage.REAL)

    assert not training.is_relative_to(real)
    assert not real.is_relative_to(training)


def test_resource_folder_is_there() -> None:
    assert (resource_folder() / "translations").is_dir()
