from __future__ import annotations

import json
import stat
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from keyring.backend import KeyringBackend
from keyring.errors import PasswordDeleteError

from extern_desktop.domain.secrets import AccessToken, Password
from extern_desktop.jobs.work import Cancelled
from extern_desktop.settings.places import Stage
from extern_desktop.store import keys
from extern_desktop.store.errors import KeyTrouble, KeyUnavailableError, WrongKeyError, WrongPassphraseError
from extern_desktop.store.keys import WorkspaceKey, change_passphrase, keyring_is_usable, obtain_key
from extern_desktop.store.workspace import Workspace
from store.conftest import no_keyring


class BoxKeyring(KeyringBackend):
    """A keyring of this process: it keeps, it forgets, and it can be told to be silent or to refuse."""

    priority = 5.0

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]  # keyring is not typed
        self.kept: dict[tuple[str, str], str] = {}
        self.silent_seconds = 0.0
        self.threads: set[str] = set()
        self.is_locked = False

    def _come(self) -> None:
        self.threads.add(threading.current_thread().name)
        time.sleep(self.silent_seconds)
        if self.is_locked:
            raise keyring.errors.KeyringLocked

    def get_password(self, service: str, username: str) -> str | None:
        self._come()
        return self.kept.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self._come()
        self.kept[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        self._come()
        if self.kept.pop((service, username), None) is None:
            raise PasswordDeleteError


@pytest.fixture
def box() -> Iterator[BoxKeyring]:
    made = BoxKeyring()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(no_keyring())


def passphrase(text: str) -> keys.AskPassphrase:
    return lambda _is_new: Password(text)


def test_obtain_key_with_a_keyring_is_kept_there_and_nowhere_else(folder: Path, box: BoxKeyring) -> None:
    key = obtain_key(folder, Stage.REAL)

    assert obtain_key(folder, Stage.REAL) == key
    assert list(box.kept.values()) == [key.reveal()]
    assert box.threads == {"keyring"}
    assert key.reveal() not in (folder / "key.json").read_text()
    assert len(bytes.fromhex(key.reveal())) == 48


def test_obtain_key_two_workspaces_never_share_an_entry(tmp_path: Path, box: BoxKeyring) -> None:
    found = set()
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        found.add(obtain_key(tmp_path / name, Stage.REAL).reveal())

    assert set(box.kept.values()) == found
    assert len(found) == 2


def test_obtain_key_silent_keyring_is_given_up_in_time(folder: Path, box: BoxKeyring, monkeypatch: pytest.MonkeyPatch) -> None:
    obtain_key(folder, Stage.REAL)
    monkeypatch.setattr(keys, "KEYRING_SECONDS", 0.2)
    box.silent_seconds = 1.0
    began = time.monotonic()

    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.REAL)

    assert refused.value.trouble is KeyTrouble.KEYRING_SILENT
    assert time.monotonic() - began < 0.9
    box.silent_seconds = 0.0
    monkeypatch.setattr(keys, "KEYRING_SECONDS", 3.0)
    assert obtain_key(folder, Stage.REAL)


def test_keyring_deadline_is_three_seconds() -> None:
    assert keys.KEYRING_SECONDS == 3.0


def test_obtain_key_locked_keyring_says_so(folder: Path, box: BoxKeyring) -> None:
    obtain_key(folder, Stage.REAL)
    box.is_locked = True

    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.REAL)

    assert refused.value.trouble is KeyTrouble.KEYRING_REFUSED


def test_obtain_key_entry_gone_says_so_and_makes_no_other(folder: Path, box: BoxKeyring) -> None:
    obtain_key(folder, Stage.REAL)
    box.kept.clear()

    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.REAL)

    assert refused.value.trouble is KeyTrouble.KEY_NOT_FOUND
    assert box.kept == {}


def test_obtain_key_entry_replaced_is_a_wrong_key(folder: Path, box: BoxKeyring) -> None:
    obtain_key(folder, Stage.REAL)
    for entry in box.kept:
        box.kept[entry] = WorkspaceKey.new().reveal()

    with pytest.raises(WrongKeyError):
        obtain_key(folder, Stage.REAL)


def test_obtain_key_key_file_lost_is_not_replaced(workspace: Workspace) -> None:
    (workspace.folder / "key.json").unlink()

    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(workspace.folder, Stage.TRAINING)

    assert refused.value.trouble is KeyTrouble.KEY_NOT_FOUND
    assert not (workspace.folder / "key.json").exists()


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"workspace-id": "x", "place": "moon", "check": "", "wrapped": ""}'])
def test_obtain_key_broken_key_file_says_so(folder: Path, text: str) -> None:
    (folder / "key.json").write_text(text)

    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.TRAINING)

    assert refused.value.trouble is KeyTrouble.BROKEN_KEY_FILE


def test_obtain_key_passphrase_opens_and_a_wrong_one_does_not(folder: Path) -> None:
    key = obtain_key(folder, Stage.REAL, passphrase("верная фраза"))

    assert obtain_key(folder, Stage.REAL, passphrase("верная фраза")) == key
    with pytest.raises(WrongPassphraseError):
        obtain_key(folder, Stage.REAL, passphrase("неверная фраза"))
    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.REAL)
    assert refused.value.trouble is KeyTrouble.NO_PLACE


def test_obtain_key_asks_for_a_new_passphrase_once_and_then_for_the_old_one(folder: Path) -> None:
    asked: list[bool] = []

    def ask(is_new: bool) -> Password:
        asked.append(is_new)
        return Password("phrase")

    obtain_key(folder, Stage.REAL, ask)
    obtain_key(folder, Stage.REAL, ask)

    assert asked == [True, False]


def test_obtain_key_person_refuses_nothing_is_left_behind(folder: Path) -> None:
    def refuse(_is_new: bool) -> Password:
        raise Cancelled

    with pytest.raises(Cancelled):
        obtain_key(folder, Stage.REAL, refuse)

    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("at", [0, 20, 40, 100])
def test_obtain_key_wrapped_key_altered_does_not_open(folder: Path, at: int) -> None:
    obtain_key(folder, Stage.REAL, passphrase("phrase"))
    file = folder / "key.json"
    data = json.loads(file.read_text())
    digits = data["wrapped"]
    data["wrapped"] = digits[:at] + ("0" if digits[at] != "0" else "1") + digits[at + 1 :]
    file.write_text(json.dumps(data))

    with pytest.raises(WrongPassphraseError):
        obtain_key(folder, Stage.REAL, passphrase("phrase"))


def test_change_passphrase_keeps_the_key(folder: Path) -> None:
    key = obtain_key(folder, Stage.REAL, passphrase("old"))

    change_passphrase(folder, key, Password("new"))

    assert obtain_key(folder, Stage.REAL, passphrase("new")) == key
    with pytest.raises(WrongPassphraseError):
        obtain_key(folder, Stage.REAL, passphrase("old"))


def test_obtain_key_real_stage_never_writes_a_plain_key(folder: Path) -> None:
    with pytest.raises(KeyUnavailableError) as refused:
        obtain_key(folder, Stage.REAL)

    assert refused.value.trouble is KeyTrouble.NO_PLACE
    assert list(folder.iterdir()) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps rights elsewhere")
def test_obtain_key_training_stage_without_keyring_is_a_private_file(folder: Path) -> None:
    key = obtain_key(folder, Stage.TRAINING)

    assert obtain_key(folder, Stage.TRAINING) == key
    assert stat.S_IMODE((folder / "key.json").stat().st_mode) == 0o600
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_keyring_is_usable_only_with_a_back_end_that_keeps_secrets(box: BoxKeyring) -> None:
    assert keyring_is_usable()
    keyring.set_keyring(no_keyring())
    assert not keyring_is_usable()


def test_key_and_key_file_never_print_the_key(folder: Path) -> None:
    key = obtain_key(folder, Stage.TRAINING)

    for text in (repr(key), f"{key}", repr(keys.read_key_file(folder)), key.check_value):
        assert key.reveal()[:16] not in text


@pytest.mark.parametrize("in_keyring", [True, False])
def test_kept_secrets_come_back_and_go(folder: Path, box: BoxKeyring, in_keyring: bool) -> None:
    if not in_keyring:
        keyring.set_keyring(no_keyring())
    with Workspace(folder, obtain_key(folder, Stage.TRAINING)) as workspace:
        assert workspace.secrets.get("refresh-token") is None
        workspace.secrets.put("refresh-token", AccessToken("CANARY-1"))
        workspace.secrets.put("refresh-token", AccessToken("CANARY-2"))
        assert workspace.secrets.get("refresh-token") == AccessToken("CANARY-2")
        assert any("CANARY-2" in value for value in box.kept.values()) is in_keyring
        workspace.checkpoint()
        assert b"CANARY" not in b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
        workspace.secrets.forget("refresh-token")
        workspace.secrets.forget("refresh-token")
        assert workspace.secrets.get("refresh-token") is None
