"""The settings that the window shows, read before anything is open: what it looks like must be known before it is seen."""

from __future__ import annotations

from extern_desktop.domain.errors import ExternError
from extern_desktop.settings import options
from extern_desktop.settings.places import Places, find_places
from extern_desktop.settings.settings import Settings, load_settings
from extern_desktop.ui.office import Preferences


def preferences_of(settings: Settings) -> Preferences:
    """What the settings say, in the window's own words."""
    from extern_desktop.services.language import language_of

    return Preferences(
        language=language_of(settings),
        theme=settings.get(options.THEME).value,
        text_percent=settings.get(options.TEXT_SIZE_PERCENT),
        stage=settings.get(options.STAGE),
        operator_address=settings.get(options.OPERATOR_API_URL),
        identity_address=settings.get(options.OPERATOR_IDENTITY_URL),
        operator_client_id=settings.get(options.OPERATOR_CLIENT_ID),
        synchronise_every_minutes=settings.get(options.SYNCHRONISE_EVERY_MINUTES),
        locked=frozenset(option.name for option in options.OPTIONS if settings.is_locked(option)),
    )


def read_preferences(places: Places | None = None) -> Preferences:
    """The settings of this computer. A broken file does not stop the window from opening: the desk behind it tells of it."""
    try:
        return preferences_of(load_settings((places or find_places()).settings_file))
    except ExternError:
        return Preferences()
