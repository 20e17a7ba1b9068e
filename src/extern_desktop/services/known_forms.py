"""Which report forms this program knows."""

from __future__ import annotations

from extern_desktop.forms.library import known_forms


def form_names() -> tuple[str, ...]:
    """As `УСН 5.09`."""
    return tuple(f"{form.short_name} {form.version}" for form in known_forms())
