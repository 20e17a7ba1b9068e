"""Change a choice and keep it at once."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from extern_desktop.domain.organisations import Organisation
from extern_desktop.services.desk import Desk
from extern_desktop.settings import options
from extern_desktop.settings.options import Option
from extern_desktop.settings.settings import save_settings

T = TypeVar("T")


def change_setting(option: Option[T], value: T, *, desk: Desk) -> None:
    """Set one option and write the file. Raises what the settings room raises; then nothing has changed."""
    changed = desk.settings.with_value(option, value)
    save_settings(desk.places.settings_file, changed)
    desk.settings = changed


def remember_certificate(organisation: Organisation, thumbprint: str, desk: Desk) -> None:
    """The certificate that signs for this organisation from now on."""
    known = desk.settings.get(options.SIGNING_CERTIFICATES)
    chosen: Mapping[str, str] = {**known, organisation.inn_kpp: thumbprint}
    change_setting(options.SIGNING_CERTIFICATES, chosen, desk=desk)
