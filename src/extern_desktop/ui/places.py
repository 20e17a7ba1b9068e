"""The places of the window, in the order of the rail: their names and icons."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum, unique
from typing import Final

from extern_desktop.wording.texts import _t


@unique
class Place(StrEnum):
    """Ctrl+1 to Ctrl+7."""

    TODAY = "today"
    CALENDAR = "calendar"
    REPORTS = "reports"
    SEND = "send"
    KEYS = "keys"
    CHECK_UP = "check-up"
    SETTINGS = "settings"


PLACE_ICONS: Final[Mapping[Place, str]] = {
    Place.TODAY: "sun",
    Place.CALENDAR: "calendar-days",
    Place.REPORTS: "file-text",
    Place.SEND: "send",
    Place.KEYS: "key-round",
    Place.CHECK_UP: "stethoscope",
    Place.SETTINGS: "settings",
}


def place_name(place: Place) -> str:
    """What the rail calls a place."""
    names = {
        Place.TODAY: _t("Today"),
        Place.CALENDAR: _t("Calendar"),
        Place.REPORTS: _t("Reports"),
        Place.SEND: _t("Send"),
        Place.KEYS: _t("Keys"),
        Place.CHECK_UP: _t("Check-up"),
        Place.SETTINGS: _t("Settings"),
    }
    return names[place]
