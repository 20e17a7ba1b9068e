"""Bytes at rest: small ones in the row, large ones as encrypted files beside the database.

A file is AES-256-GCM in chunks of 1 MiB under a key of its own, which the key of the workspace wraps. The header is associated data of every chunk
and the last chunk says so, so chunks cannot be cut off, swapped or moved to another file. The file is safe on disk before its row is written.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import struct
import time
import uuid
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

import sqlalchemy as sa

from extern_desktop.settings.whole_file import rename_firmly, sync_folder
from extern_desktop.store._engine import Database, Writing
from extern_desktop.store._system_errors import translated
from extern_desktop.store.errors import ContentChangedError, ContentMissingError
from extern_desktop.store.keys import WorkspaceKey
from extern_desktop.store.schema import content

if TYPE_CHECKING:  # a library of several megabytes, which nobody needs before the first large document
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

INLINE_BYTES: Final = 8 * 1024
CHUNK_BYTES: Final = 1024 * 1024
_CHUNKS_TOGETHER: Final = 8
"""Sent to the disk at once."""
_MAGIC: Final = b"EDC1"
_HEADER: Final = struct.Struct(">4s16sI")
"""Magic with version, id of the content, size of a chunk."""
_YOUNG_SECONDS: Final = 3600.0
"""A file without a row may be somebody's next commit for so long."""
_TAG_BYTES, _NONCE_BYTES, _KEY_BYTES = 16, 12, 32

_INSERT: Final = sa.insert(content)
_SELECT: Final = sa.select(content).where(content.c.id == sa.bindparam("content_id"))
_DELETE: Final = sa.delete(content).where(content.c.id == sa.bindparam("content_id"))
_FILE_IDS: Final = sa.select(content.c.id).where(content.c.wrapped_key.is_not(None))
_NAMED: Final = sa.text(
    """select id, coalesce(
        (select file_name from report where report.content = content.id), (select file_name from outbox where outbox.content = content.id),
        (select file_name from document where document.content = content.id),
        (select file_name from document where document.signature = content.id), id
    ) as name from content"""
)
_IS_USED: Final = sa.text(
    """select exists(select 1 from report where content = :content_id) or exists(select 1 from outbox where content = :content_id)
    or exists(select 1 from document where content = :content_id) or exists(select 1 from document where signature = :content_id)"""
)


@dataclass(frozen=True, slots=True)
class KeptContent:
    """Bytes that are safe on disk or small enough for a row, waiting for the transaction that makes them known."""

    id: str
    size_bytes: int
    sha256: str
    inline: bytes | None
    wrapped_key: bytes | None


class ContentStore:
    """The folder of encrypted files and their rows."""

    def __init__(self, database: Database, key: WorkspaceKey) -> None:
        self._database = database
        self._folder = database.folder / "contents"
        self._wrapping_key = key.contents_key()

    @contextlib.contextmanager
    def kept(self, data: bytes) -> Iterator[KeptContent]:
        """Make the bytes safe, then run the transaction that calls `add_row`. When that fails, a file nobody knows of is removed again."""
        kept = self._keep(data)
        try:
            yield kept
        except BaseException:
            if kept.inline is None:
                with contextlib.suppress(OSError):
                    self._path(kept.id).unlink()
            raise

    def add_row(self, writing: Writing, kept: KeptContent) -> None:
        if kept.inline is None and not self._path(kept.id).is_file():  # looked at under the writer's lock, which `sweep` holds too
            raise ContentMissingError(kept.id, kept.id)
        writing.execute(
            _INSERT,
            {"id": kept.id, "size_bytes": kept.size_bytes, "sha256": kept.sha256, "inline": kept.inline, "wrapped_key": kept.wrapped_key},
        )

    def drop_if_unused(self, writing: Writing, content_id: str | None) -> None:
        """Forget bytes that no row refers to any more. The file itself goes at the next `sweep`."""
        if content_id is not None and not writing.execute(_IS_USED, {"content_id": content_id}).scalar_one():
            writing.execute(_DELETE, {"content_id": content_id})

    def read(self, connection: sa.Connection, content_id: str, name: str) -> bytes:
        """The bytes, proven unaltered. `name` is what a person calls them, for the errors `ContentMissingError` and `ContentChangedError`."""
        row = connection.execute(_SELECT, {"content_id": content_id}).one()
        data: bytes = row.inline if row.inline is not None else self._read_file(content_id, row.wrapped_key, name)
        if len(data) != row.size_bytes or hashlib.sha256(data).hexdigest() != row.sha256:
            raise ContentChangedError(name, content_id)
        return data

    def sweep(self) -> int:
        """Remove old files that no row knows: left by a kill between file and row, or no longer used. Gives their number."""
        with self._database.write() as writing:
            known = set(writing.execute(_FILE_IDS).scalars())
            before = time.time() - _YOUNG_SECONDS
            strangers = [path for path in self._folder.glob("*/*") if path.name not in known and path.stat().st_mtime < before]
            for path in strangers:
                path.unlink(missing_ok=True)
        return len(strangers)

    def damaged(self) -> tuple[str, ...]:
        """Names of the documents whose bytes are missing or altered, sorted. Reads everything that is kept: for diagnostics."""
        names: set[str] = set()
        with self._database.read() as connection:
            for row in connection.execute(_NAMED).fetchall():
                try:
                    self.read(connection, row.id, row.name)
                except (ContentMissingError, ContentChangedError) as found:
                    names.add(found.name)
        return tuple(sorted(names))

    # --- files ---

    def _path(self, content_id: str) -> Path:
        return self._folder / content_id[:2] / content_id

    def _keep(self, data: bytes) -> KeptContent:
        content_id = uuid.uuid4().hex
        if len(data) <= INLINE_BYTES:
            return KeptContent(content_id, len(data), hashlib.sha256(data).hexdigest(), data, None)
        key = secrets.token_bytes(_KEY_BYTES)
        with ThreadPoolExecutor(2, thread_name_prefix="contents") as beside:  # hashing takes as long as encrypting, and needs no interpreter
            digest = beside.submit(hashlib.sha256, data)
            try:
                self._write_file(content_id, key, data, beside)
            except OSError as problem:
                raise translated(problem, self._database.folder, self._path(content_id)) from problem
        nonce = secrets.token_bytes(_NONCE_BYTES)
        wrapped = nonce + _cipher(self._wrapping_key).encrypt(nonce, key, content_id.encode())
        return KeptContent(content_id, len(data), digest.result().hexdigest(), None, wrapped)

    def _write_file(self, content_id: str, key: bytes, data: bytes, beside: Executor) -> None:
        path = self._path(content_id)
        fresh = path.with_name(path.name + ".new")
        if not path.parent.is_dir():
            path.parent.mkdir(parents=True, exist_ok=True)
            sync_folder(self._folder)
            sync_folder(self._folder.parent)
        cipher, header = _cipher(key), _HEADER.pack(_MAGIC, bytes.fromhex(content_id), CHUNK_BYTES)
        try:
            with fresh.open("xb") as target:
                target.write(header)
                _write_sealed(target, cipher, header, data, beside)
                target.flush()
                os.fsync(target.fileno())
            rename_firmly(fresh, path)
            sync_folder(path.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                fresh.unlink()
            raise

    def _read_file(self, content_id: str, wrapped_key: bytes, name: str) -> bytes:
        from cryptography.exceptions import InvalidTag

        header = _HEADER.pack(_MAGIC, bytes.fromhex(content_id), CHUNK_BYTES)
        try:
            key = _cipher(self._wrapping_key).decrypt(wrapped_key[:_NONCE_BYTES], wrapped_key[_NONCE_BYTES:], content_id.encode())
            box = self._path(content_id).read_bytes()
            if box[: _HEADER.size] != header or len(box) <= _HEADER.size:
                raise ContentChangedError(name, content_id)
            cipher, step, pieces = _cipher(key), CHUNK_BYTES + _TAG_BYTES, []
            for number, start in enumerate(range(_HEADER.size, len(box), step)):
                pieces.append(cipher.decrypt(_nonce(number, is_last=start + step >= len(box)), box[start : start + step], header))
        except FileNotFoundError as problem:
            raise ContentMissingError(name, content_id) from problem
        except InvalidTag as problem:
            raise ContentChangedError(name, content_id) from problem
        except OSError as problem:
            raise translated(problem, self._database.folder, self._path(content_id)) from problem
        return b"".join(pieces)


def _write_sealed(target: IO[bytes], cipher: AESGCM, header: bytes, data: bytes, beside: Executor) -> None:
    """The chunks, encrypted. The disk takes what is written while the next chunks are encrypted: `beside` lends a thread for it."""
    plain = memoryview(data)
    box = memoryview(bytearray(min(len(data), CHUNK_BYTES) + _TAG_BYTES))  # one for all: new memory costs more than the cipher
    reaching_disk: Future[None] | None = None
    try:
        for number, start in enumerate(range(0, len(data), CHUNK_BYTES)):
            chunk = plain[start : start + CHUNK_BYTES]
            sealed = box[: len(chunk) + _TAG_BYTES]
            cipher.encrypt_into(_nonce(number, is_last=start + CHUNK_BYTES >= len(data)), chunk, header, sealed)
            target.write(sealed)
            if number % _CHUNKS_TOGETHER == _CHUNKS_TOGETHER - 1 and (reaching_disk is None or reaching_disk.done()):
                target.flush()
                if reaching_disk is not None:
                    reaching_disk.result()
                reaching_disk = beside.submit(os.fsync, target.fileno())
    finally:
        if reaching_disk is not None:
            reaching_disk.result()  # before the file is closed, and with what the disk had to say


def _cipher(key: bytes) -> AESGCM:
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    return AESGCM(key)


def _nonce(number: int, *, is_last: bool) -> bytes:
    """Each key encrypts one file, so a counter never repeats; the last byte marks the last chunk."""
    return number.to_bytes(_NONCE_BYTES - 1, "big") + (b"\1" if is_last else b"\0")
