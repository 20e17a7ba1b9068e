"""The workspace: everything this program remembers of one stage, in one folder, encrypted. The only door to this room's behaviour.

Light to import: the database libraries come when a workspace is opened, which belongs on a worker thread. It never talks to the operator.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from extern_desktop.settings.places import Stage
from extern_desktop.store._system_errors import translated
from extern_desktop.store.errors import KeyTrouble, KeyUnavailableError, NetworkFolderError, WrongKeyError
from extern_desktop.store.folders import network_file_system
from extern_desktop.store.keys import AskPassphrase, WorkspaceKey, obtain_key, read_key_file
from extern_desktop.store.lock import Owner
from extern_desktop.store.values import Changes

if TYPE_CHECKING:
    from extern_desktop.store.contents import ContentStore
    from extern_desktop.store.kept_secrets import KeptSecrets
    from extern_desktop.store.mirror import Mirror
    from extern_desktop.store.organisations import Organisations
    from extern_desktop.store.outbox import Outbox
    from extern_desktop.store.reports import Reports
    from extern_desktop.store.snapshot import Snapshots
    from extern_desktop.store.views import Views


def open_workspace(folder: Path, stage: Stage, ask_passphrase: AskPassphrase | None = None) -> Workspace:
    """Open the workspace of a stage, or make it. Asks the keyring, and a person where there is none; not for the event loop's thread."""
    make_folder(folder)
    return Workspace(folder, obtain_key(folder, stage, ask_passphrase))


def make_folder(folder: Path) -> None:
    """The folder, readable by this person only. `NetworkFolderError` on a share: the database's log needs memory that computers do not share."""
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as problem:
        raise translated(problem, folder) from problem
    kind = network_file_system(folder)
    if kind is not None:
        raise NetworkFolderError(folder, kind)


class Workspace:
    """An open workspace. Its parts may be used from any thread; writes take their turn, reads do not wait for them.

    Acts left `SENDING` by a program that ended are read as `UNCERTAIN` before anybody sees them.
    """

    reports: Reports
    outbox: Outbox
    mirror: Mirror
    organisations: Organisations
    views: Views
    secrets: KeptSecrets
    contents: ContentStore
    snapshots: Snapshots

    def __init__(self, folder: Path, key: WorkspaceKey, *, is_read_only: bool = False) -> None:
        from extern_desktop.store._engine import Database
        from extern_desktop.store.contents import ContentStore
        from extern_desktop.store.kept_secrets import KeptSecrets
        from extern_desktop.store.mirror import Mirror
        from extern_desktop.store.organisations import Organisations
        from extern_desktop.store.outbox import Outbox
        from extern_desktop.store.reports import Reports
        from extern_desktop.store.snapshot import Snapshots
        from extern_desktop.store.views import Views

        key_file = read_key_file(folder)
        if key_file is None:
            raise KeyUnavailableError(folder, KeyTrouble.KEY_NOT_FOUND)
        if key_file.check_value != key.check_value:
            raise WrongKeyError(folder)
        self.folder = folder
        self._database = Database(folder, key, is_read_only=is_read_only)
        self._owner: Owner | None = None
        try:
            self._database.prepare()
            self._owner = Owner(folder / "owners", is_read_only=is_read_only)
            self.contents = ContentStore(self._database, key)
            self.organisations = Organisations(self._database)
            self.reports = Reports(self._database, self.contents)
            self.outbox = Outbox(self._database, self.contents, self._owner)
            self.mirror = Mirror(self._database, self.contents)
            self.views = Views(self._database)
            self.snapshots = Snapshots(self._database)
            self.secrets = KeptSecrets(self._database, key_file)
            if not is_read_only:
                self.outbox.recover()
                self._owner.clear_dead()
        except OSError as problem:
            self.close()
            raise translated(problem, folder) from problem
        except BaseException:
            self.close()
            raise

    @property
    def owner(self) -> str:
        """Our name on leases of the outbox; it dies with this object or its process."""
        if self._owner is None:
            raise RuntimeError("the workspace is closed")
        return self._owner.name

    @property
    def is_read_only(self) -> bool:
        return self._database.is_read_only

    def subscribe(self, listener: Callable[[Changes], None]) -> Callable[[], None]:
        """Call `listener` after each commit of this process, on the thread that committed. The answer ends the subscription."""
        return self._database.subscribe(listener)

    def is_whole(self) -> bool:
        """Whether the database is undamaged, page by page. Takes seconds on a large one; for diagnostics."""
        return self._database.is_whole()

    def checkpoint(self) -> None:
        """Bring everything into the database file itself, before the folder is copied."""
        self._database.checkpoint()

    def close(self) -> None:
        self._database.close()
        if self._owner is not None:
            self._owner.close()
            self._owner = None

    def __enter__(self) -> Workspace:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
