"""Which organisation a person means by an INN."""

from __future__ import annotations

from extern_desktop.domain.organisations import Organisation
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import UnknownOrganisationError


def find_organisation(inn: str, *, desk: Desk) -> Organisation:
    """The organisation of the account with this INN; `UnknownOrganisationError` names those that are there."""
    known = desk.store.organisations.all()
    for organisation in known:
        if organisation.inn == inn:
            return organisation
    raise UnknownOrganisationError(inn, tuple(f"{it.inn} {it.name}" for it in known))
