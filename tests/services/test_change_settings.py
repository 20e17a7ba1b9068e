"""A choice is kept at once, or nothing changes."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from extern_desktop.app import open_desk
from extern_desktop.services.change_settings import change_setting, remember_certificate
from extern_desktop.services.desk import Desk
from extern_desktop.settings import options
from extern_desktop.settings.errors import OptionValueError, SettingsNotSavedError
from extern_desktop.settings.places import Places, Stage
from extern_desktop.settings.settings import load_settings
from services.conftest import ROMASHKA, SEVERNY

FIRST, SECOND = "A" * 40, "B" * 40


@pytest.fixture
def desk(places: Places) -> Iterator[Desk]:
    with open_desk(places, stage=Stage.TRAINING) as opened:
        yield opened


def test_choice_is_in_the_file_and_on_the_desk(desk: Desk) -> None:
    change_setting(options.LANGUAGE, options.Language.ENGLISH, desk=desk)

    assert desk.settings.get(options.LANGUAGE) is options.Language.ENGLISH
    assert load_settings(desk.places.settings_file).get(options.LANGUAGE) is options.Language.ENGLISH


def test_choice_that_is_not_allowed_changes_nothing(desk: Desk) -> None:
    with pytest.raises(OptionValueError):
        change_setting(options.OPERATOR_API_URL, "http://operator.example", desk=desk)

    assert desk.settings.get(options.OPERATOR_API_URL) == options.OPERATOR_API_URL.default
    assert not desk.places.settings_file.exists()


def test_choice_that_can_not_be_saved_changes_nothing(desk: Desk) -> None:
    desk.places.settings_file.mkdir()

    with pytest.raises(SettingsNotSavedError):
        change_setting(options.TEXT_SIZE_PERCENT, 125, desk=desk)

    assert desk.settings.get(options.TEXT_SIZE_PERCENT) == 100


def test_certificate_is_remembered_for_its_organisation_only(desk: Desk) -> None:
    remember_certificate(ROMASHKA, FIRST, desk)
    remember_certificate(SEVERNY, SECOND, desk)
    remember_certificate(ROMASHKA, SECOND, desk)

    assert load_settings(desk.places.settings_file).get(options.SIGNING_CERTIFICATES) == {ROMASHKA.inn_kpp: SECOND, SEVERNY.inn_kpp: SECOND}
