"""The key of the workspace: made once, kept by the system's keyring, or in a file that a passphrase opens.

The key is random and never derived from what a person types; a passphrase only wraps it, so it can change without rewriting the database. Only the
training workspace may keep its key in a plain file, and only where there is neither keyring nor a person to ask: training data are no secret.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import queue
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum, unique
from pathlib import Path
from typing import Any, Final, TypeVar

from extern_desktop.domain.secrets import Password, Secret
from extern_desktop.settings.places import Stage
from extern_desktop.settings.whole_file import write_whole
from extern_desktop.store._system_errors import translated
from extern_desktop.store.errors import KeyTrouble, KeyUnavailableError, WrongKeyError, WrongPassphraseError

T = TypeVar("T")

KEY_BYTES, SALT_BYTES = 32, 16
KEY_FILE: Final = "key.json"
KEYRING_SERVICE: Final = "extern-desktop"
KEYRING_SECONDS: Final = 3.0
"""A keyring that is silent for longer waits for a window nobody sees."""

AskPassphrase = Callable[[bool], Password]
"""Asks a person for the passphrase; True means that a new one is chosen. Raises `Cancelled` when they refuse."""

_SCRYPT: Final = {"n": 2**15, "r": 8, "p": 1}
_SCRYPT_MEMORY_BYTES: Final = 64 * 1024 * 1024


class WorkspaceKey(Secret):
    """32 random bytes and the 16 bytes of salt SQLCipher wants beside them, as 96 hex digits."""

    __slots__ = ()

    @classmethod
    def new(cls) -> WorkspaceKey:
        return cls(secrets.token_hex(KEY_BYTES + SALT_BYTES))

    @property
    def check_value(self) -> str:
        """Tells a wrong key from a damaged database without giving the key away."""
        return self._derived(b"check").hex()[:16]

    def contents_key(self) -> bytes:
        """The key that wraps the keys of content files."""
        return self._derived(b"contents")

    def _derived(self, purpose: bytes) -> bytes:
        return hmac.new(bytes.fromhex(self.reveal()), b"extern-desktop " + purpose, hashlib.sha256).digest()


@unique
class KeyPlace(StrEnum):
    """Where the key of a workspace is kept."""

    KEYRING = "keyring"
    PASSPHRASE = "passphrase"
    PLAIN_FILE = "plain-file"
    """Training only."""


@dataclass(frozen=True, slots=True)
class KeyFile:
    """What `key.json` says: where the key is, and how to know that it is the right one."""

    workspace_id: str
    """Names the entry in the keyring, so that two workspaces never share one."""
    place: KeyPlace
    check_value: str
    wrapped: str = ""
    """For a passphrase: salt, nonce and the wrapped key, hex. For a plain file: the key itself. Otherwise empty."""

    def to_json(self) -> bytes:
        return json.dumps(
            {"workspace-id": self.workspace_id, "place": self.place.value, "check": self.check_value, "wrapped": self.wrapped}, indent=2
        ).encode()

    def __repr__(self) -> str:
        return f"KeyFile(workspace_id={self.workspace_id!r}, place={self.place!r})"


def read_key_file(folder: Path) -> KeyFile | None:
    """`None` when there is none. `KeyUnavailableError` when it cannot be understood."""
    try:
        data: dict[str, Any] = json.loads((folder / KEY_FILE).read_bytes())
        return KeyFile(str(data["workspace-id"]), KeyPlace(data["place"]), str(data["check"]), str(data["wrapped"]))
    except FileNotFoundError:
        return None
    except OSError as problem:
        raise translated(problem, folder, folder / KEY_FILE) from problem
    except (ValueError, KeyError, TypeError) as problem:
        raise KeyUnavailableError(folder, KeyTrouble.BROKEN_KEY_FILE) from problem


def obtain_key(folder: Path, stage: Stage, ask_passphrase: AskPassphrase | None = None) -> WorkspaceKey:
    """The key of the workspace in `folder`; a new one, kept at once, where there is no workspace yet. May take as long as a person does."""
    known = read_key_file(folder)
    if known is None:
        if (folder / "workspace.db").exists():
            raise KeyUnavailableError(folder, KeyTrouble.KEY_NOT_FOUND)
        return _make_key(folder, stage, ask_passphrase)
    key = _fetch_key(folder, known, ask_passphrase)
    if not hmac.compare_digest(key.check_value, known.check_value):
        raise WrongKeyError(folder)
    return key


def kept_key(folder: Path) -> WorkspaceKey | None:
    """The key, if it can be had without a person: `None` where a passphrase opens it, or where there is no workspace. Makes nothing."""
    known = read_key_file(folder)
    if known is None or known.place is KeyPlace.PASSPHRASE:
        return None
    key = _fetch_key(folder, known, None)
    if not hmac.compare_digest(key.check_value, known.check_value):
        raise WrongKeyError(folder)
    return key


def change_passphrase(folder: Path, key: WorkspaceKey, passphrase: Password) -> None:
    """Wrap the key anew (or for the first time). The database is not touched."""
    known = read_key_file(folder)
    if known is None:
        raise KeyUnavailableError(folder, KeyTrouble.KEY_NOT_FOUND)
    _write_key_file(folder, KeyFile(known.workspace_id, KeyPlace.PASSPHRASE, key.check_value, _wrap(key, passphrase, known.workspace_id)))


def _make_key(folder: Path, stage: Stage, ask_passphrase: AskPassphrase | None) -> WorkspaceKey:
    key, workspace_id = WorkspaceKey.new(), secrets.token_hex(8)
    if keyring_is_usable():
        put_into_keyring(folder, _entry(workspace_id), key.reveal())
        if get_from_keyring(folder, _entry(workspace_id)) != key.reveal():
            raise KeyUnavailableError(folder, KeyTrouble.KEYRING_REFUSED)
        file = KeyFile(workspace_id, KeyPlace.KEYRING, key.check_value)
    elif ask_passphrase is not None:
        file = KeyFile(workspace_id, KeyPlace.PASSPHRASE, key.check_value, _wrap(key, ask_passphrase(True), workspace_id))
    elif stage is Stage.TRAINING:
        file = KeyFile(workspace_id, KeyPlace.PLAIN_FILE, key.check_value, key.reveal())
    else:
        raise KeyUnavailableError(folder, KeyTrouble.NO_PLACE)
    _write_key_file(folder, file)
    return key


def _fetch_key(folder: Path, known: KeyFile, ask_passphrase: AskPassphrase | None) -> WorkspaceKey:
    match known.place:
        case KeyPlace.KEYRING:
            found = get_from_keyring(folder, _entry(known.workspace_id))
            if found is None:
                raise KeyUnavailableError(folder, KeyTrouble.KEY_NOT_FOUND)
            return _checked(folder, found)
        case KeyPlace.PASSPHRASE:
            if ask_passphrase is None:
                raise KeyUnavailableError(folder, KeyTrouble.NO_PLACE)
            return _unwrap(folder, known, ask_passphrase(False))
        case KeyPlace.PLAIN_FILE:
            return _checked(folder, known.wrapped)


def _checked(folder: Path, digits: str) -> WorkspaceKey:
    try:
        is_whole = len(bytes.fromhex(digits)) == KEY_BYTES + SALT_BYTES
    except ValueError:
        is_whole = False
    if not is_whole:
        raise KeyUnavailableError(folder, KeyTrouble.BROKEN_KEY_FILE)
    return WorkspaceKey(digits)


def _entry(workspace_id: str) -> str:
    return f"workspace-{workspace_id}"


def _write_key_file(folder: Path, file: KeyFile) -> None:
    try:
        write_whole(folder / KEY_FILE, file.to_json(), is_private=True)
    except OSError as problem:
        raise translated(problem, folder, folder / KEY_FILE) from problem


# --- passphrase ---


def _wrapping_key(passphrase: Password, salt: bytes) -> bytes:
    return hashlib.scrypt(passphrase.reveal().encode(), salt=salt, maxmem=_SCRYPT_MEMORY_BYTES, dklen=32, **_SCRYPT)


def _wrap(key: WorkspaceKey, passphrase: Password, workspace_id: str) -> str:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = secrets.token_bytes(16), secrets.token_bytes(12)
    return (salt + nonce + AESGCM(_wrapping_key(passphrase, salt)).encrypt(nonce, bytes.fromhex(key.reveal()), workspace_id.encode())).hex()


def _unwrap(folder: Path, known: KeyFile, passphrase: Password) -> WorkspaceKey:
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    try:
        wrapped = bytes.fromhex(known.wrapped)
        salt, nonce, box = wrapped[:16], wrapped[16:28], wrapped[28:]
        return WorkspaceKey(AESGCM(_wrapping_key(passphrase, salt)).decrypt(nonce, box, known.workspace_id.encode()).hex())
    except InvalidTag as problem:
        raise WrongPassphraseError(folder) from problem
    except ValueError as problem:
        raise KeyUnavailableError(folder, KeyTrouble.BROKEN_KEY_FILE) from problem


# --- keyring ---


class _KeyringThread:
    """The one thread that talks to the keyring: its back ends are not made for many, and a silent one must not hold up the end of the program."""

    def __init__(self) -> None:
        self._acts: queue.SimpleQueue[Callable[[], None]] = queue.SimpleQueue()
        threading.Thread(target=self._work, name="keyring", daemon=True).start()

    def _work(self) -> None:
        while True:
            self._acts.get()()

    def run(self, act: Callable[[], T], seconds: float) -> T:
        """The act's result; `TimeoutError` when it does not come in time. A late one is dropped."""
        answers: queue.SimpleQueue[tuple[bool, Any]] = queue.SimpleQueue()

        def carry_out() -> None:
            try:
                answers.put((True, act()))
            except Exception as problem:
                answers.put((False, problem))

        self._acts.put(carry_out)
        try:
            is_good, answer = answers.get(timeout=seconds)
        except queue.Empty:
            raise TimeoutError from None
        if not is_good:
            raise answer
        return answer  # type: ignore[no-any-return]  # what the queue carries is what `act` gave


_thread_guard = threading.Lock()
_thread: _KeyringThread | None = None


def _keyring_thread() -> _KeyringThread:
    global _thread
    with _thread_guard:
        if _thread is None:
            _thread = _KeyringThread()
        return _thread


def keyring_is_usable() -> bool:
    """Whether the system has a keyring that keeps secrets secret. A silent one counts as none."""

    def look() -> bool:
        import keyring

        # Back ends that fail, forget or write plain text, and chains without a link, all rank themselves below 1.
        return float(keyring.get_keyring().priority) >= 1

    try:
        return _keyring_thread().run(look, KEYRING_SECONDS)
    except Exception:
        # Foreign back ends raise what they like while they look for a service; then there is no keyring.
        return False


def get_from_keyring(folder: Path, entry: str) -> str | None:
    found = _ask_keyring(folder, lambda ring: ring.get_password(KEYRING_SERVICE, entry))
    return found if isinstance(found, str) else None


def put_into_keyring(folder: Path, entry: str, value: str) -> None:
    _ask_keyring(folder, lambda ring: ring.set_password(KEYRING_SERVICE, entry, value))


def forget_in_keyring(folder: Path, entry: str) -> None:
    if get_from_keyring(folder, entry) is not None:
        _ask_keyring(folder, lambda ring: ring.delete_password(KEYRING_SERVICE, entry))


def _ask_keyring(folder: Path, act: Callable[[Any], Any]) -> Any:
    def call() -> Any:
        import keyring

        return act(keyring)

    try:
        return _keyring_thread().run(call, KEYRING_SECONDS)
    except TimeoutError as problem:
        raise KeyUnavailableError(folder, KeyTrouble.KEYRING_SILENT) from problem
    except Exception as problem:
        raise KeyUnavailableError(folder, KeyTrouble.KEYRING_REFUSED) from problem
