"""The operator's tokens and keys of access: in the system's keyring where the workspace's own key is there, else inside the encrypted workspace."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from extern_desktop.domain.secrets import AccessToken
from extern_desktop.store._engine import Database
from extern_desktop.store.keys import KeyFile, KeyPlace, forget_in_keyring, get_from_keyring, put_into_keyring
from extern_desktop.store.schema import kept_secret

_GET: Final = sa.select(kept_secret.c.value).where(kept_secret.c.name == sa.bindparam("secret_name"))
_NEW: Final = insert(kept_secret)
_PUT: Final = _NEW.on_conflict_do_update(index_elements=[kept_secret.c.name], set_={"value": _NEW.excluded.value})
_FORGET: Final = sa.delete(kept_secret).where(kept_secret.c.name == sa.bindparam("secret_name"))


class KeptSecrets:
    """Named secrets of one workspace. A name says whose and what: `refresh-token/https://…`."""

    def __init__(self, database: Database, key_file: KeyFile) -> None:
        self._database = database
        self._key_file = key_file

    @property
    def _in_keyring(self) -> bool:
        return self._key_file.place is KeyPlace.KEYRING

    def get(self, name: str) -> AccessToken | None:
        if self._in_keyring:
            value = get_from_keyring(self._database.folder, self._entry(name))
        else:
            with self._database.read() as connection:
                value = connection.execute(_GET, {"secret_name": name}).scalar_one_or_none()
        return None if value is None else AccessToken(value)

    def put(self, name: str, secret: AccessToken) -> None:
        if self._in_keyring:
            put_into_keyring(self._database.folder, self._entry(name), secret.reveal())
            return
        with self._database.write() as writing:
            writing.execute(_PUT, {"name": name, "value": secret.reveal()})

    def forget(self, name: str) -> None:
        """Harmless when there is none."""
        if self._in_keyring:
            forget_in_keyring(self._database.folder, self._entry(name))
            return
        with self._database.write() as writing:
            writing.execute(_FORGET, {"secret_name": name})

    def _entry(self, name: str) -> str:
        return f"{self._key_file.workspace_id}/{name}"
