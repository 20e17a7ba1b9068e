"""The organisations of the account: a mirror of the operator's list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import sqlalchemy as sa

from extern_desktop.domain.organisations import Organisation
from extern_desktop.store._engine import Database
from extern_desktop.store.schema import organisation
from extern_desktop.store.values import ChangeKind, Changes

_ALL: Final = sa.select(organisation).order_by(organisation.c.name, organisation.c.id)
_CLEAR: Final = sa.delete(organisation)
_INSERT: Final = sa.insert(organisation)


class Organisations:
    """Rows of the table `organisation`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> tuple[Organisation, ...]:
        """By name."""
        with self._database.read() as connection:
            return tuple(Organisation(row.id, row.inn, row.kpp, row.name) for row in connection.execute(_ALL))

    def replace_all(self, organisations: Sequence[Organisation]) -> Changes:
        """The list as the operator tells it now. Nothing is written, and nobody is told, when it is the same as before."""
        with self._database.write() as writing:
            before = {Organisation(row.id, row.inn, row.kpp, row.name) for row in writing.execute(_ALL)}
            after = set(organisations)
            if before != after:
                writing.execute(_CLEAR)
                if organisations:
                    writing.execute(_INSERT, [{"id": it.id, "inn": it.inn, "kpp": it.kpp, "name": it.name} for it in organisations])
                writing.touch(ChangeKind.ORGANISATIONS, *(it.id for it in before ^ after))
        return writing.changes
