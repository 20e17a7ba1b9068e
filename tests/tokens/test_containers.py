"""Key containers: what is read of them, and that a copy is whole or isn't there, whatever happens on the way."""

from __future__ import annotations

import errno
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Stage, Work
from extern_desktop.sandbox.training_container import CRYPTOPRO_XA, TC26_512_A, ContainerKey, build_container, certificate_of, new_container_key
from extern_desktop.signing.gost28147 import imito
from extern_desktop.tokens.container_errors import (
    CarrierFullError,
    CarrierMissingError,
    CarrierReadOnlyError,
    ContainerDamagedError,
    ContainerExistsError,
    ContainerFolderNameError,
    ContainerIncompleteError,
    ContainerMissingError,
    ContainerNotExportableError,
    ContainerUnreadableError,
    CopyDiffersError,
)
from extern_desktop.tokens.container_values import CONTAINER_FILES, HEADER, MASKS, NAME, PRIMARY, RESERVE_MASKS, RESERVE_PRIMARY, ContainerFlaw
from extern_desktop.tokens.containers import copy_container, find_containers, free_folder_name, read_container
from tokens.container_builder import open_container

T = TypeVar("T")

NOBODY = 65534

STEPS_OF_A_COPY = 15
"""Reading, then six files and their end twice: written and compared."""


class ActingWatcher:
    """Does something to the real files at one step of the way."""

    def __init__(self, stage: Stage, done: int, act: Callable[[], object]) -> None:
        self._stage, self._done, self._act = stage, done, act

    def show(self, progress: Progress) -> None:
        if (progress.stage, progress.done) == (self._stage, self._done):
            self._act()

    def answer(self, question: Question[T], cancelled: threading.Event) -> T:
        raise Cancelled


@pytest.fixture(scope="module")
def key() -> ContainerKey:
    return new_container_key()


@pytest.fixture(scope="module")
def certificate(key: ContainerKey) -> bytes:
    return certificate_of(key)


@pytest.fixture
def source(tmp_path: Path, key: ContainerKey, certificate: bytes) -> Path:
    return build_container(tmp_path / "drive-a" / "roma.000", key, name="Ромашка 2026", certificate=certificate)


@pytest.fixture
def target_parent(tmp_path: Path) -> Path:
    folder = tmp_path / "drive-b"
    folder.mkdir()
    return folder


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def change_bit(path: Path, bit: int) -> None:
    octets = bytearray(path.read_bytes())
    octets[bit // 8] ^= 1 << bit % 8
    path.write_bytes(octets)


# --- reading ---


def test_read_container_tells_what_the_header_says(source: Path, key: ContainerKey, certificate: bytes) -> None:
    container = read_container(source, mac=imito)
    assert container.name == "Ромашка 2026"
    assert (container.algorithm, container.curve) == ("1.2.643.7.1.1.1.1", CRYPTOPRO_XA)
    assert (container.exportable, container.password_protected) == (True, False)
    assert (container.certificate_der, container.fingerprint) == (certificate, key.fingerprint)
    assert container.certificate_fits is True
    assert container.size_bytes == sum(map(len, contents(source).values()))


def test_read_container_of_512_bits_without_certificate(tmp_path: Path) -> None:
    container = read_container(build_container(tmp_path / "long.000", new_container_key(TC26_512_A)), mac=imito)
    assert (container.algorithm, container.curve) == ("1.2.643.7.1.1.1.2", TC26_512_A)
    assert (container.certificate_der, container.certificate_fits) == (None, None)


def test_read_container_with_the_certificate_of_another_key_says_so(tmp_path: Path, key: ContainerKey) -> None:
    folder = build_container(tmp_path / "mixed.000", key, certificate=certificate_of(new_container_key()))
    assert read_container(folder, mac=imito).certificate_fits is False


def test_read_container_with_names_in_capitals_reads_it(source: Path, target_parent: Path) -> None:
    before = contents(source)
    for path in source.iterdir():
        path.rename(path.with_name(path.name.upper()))
    copied = copy_container(source, target_parent, mac=imito, work=Work())
    assert contents(copied.folder) == before


@pytest.mark.parametrize("file_name", CONTAINER_FILES)
def test_read_container_without_a_file_names_it(source: Path, file_name: str) -> None:
    (source / file_name).unlink()
    with pytest.raises(ContainerIncompleteError) as refused:
        read_container(source, mac=imito)
    assert refused.value.missing == (file_name,)


@pytest.mark.parametrize("file_name", CONTAINER_FILES)
@pytest.mark.parametrize(
    ("spoil", "flaw"),
    [
        (lambda octets: octets[:-1], ContainerFlaw.BROKEN),
        (lambda octets: octets + b"\0", ContainerFlaw.BROKEN),
        (lambda octets: b"\x30\x80" + octets + b"\0\0", ContainerFlaw.BROKEN),
        (lambda _octets: b"MZ\x90\0 this is something else", ContainerFlaw.BROKEN),
        (lambda _octets: b"\x30\x05\x0c\x03abc", ContainerFlaw.FOREIGN),
        (lambda _octets: b"\x04\x03abc", ContainerFlaw.FOREIGN),
        (lambda _octets: b"", ContainerFlaw.EMPTY),
        (lambda octets: octets + bytes(70_000), ContainerFlaw.TOO_LARGE),
    ],
    ids=["cut", "longer", "indefinite", "no-der", "other-sequence", "no-sequence", "empty", "huge"],
)
def test_read_container_with_a_spoiled_file_names_file_and_flaw(
    source: Path, file_name: str, spoil: Callable[[bytes], bytes], flaw: ContainerFlaw
) -> None:
    (source / file_name).write_bytes(spoil((source / file_name).read_bytes()))
    with pytest.raises(ContainerDamagedError) as refused:
        read_container(source, mac=imito)
    assert (refused.value.file_name, refused.value.flaw) == (file_name, flaw)


@pytest.mark.parametrize(("file_name", "step"), [(HEADER, 17), (MASKS, 1), (RESERVE_MASKS, 1)])
def test_read_container_notices_any_changed_bit_under_a_mac(source: Path, file_name: str, step: int) -> None:
    bits = 8 * (source / file_name).stat().st_size
    for bit in range(0, bits, step):
        change_bit(source / file_name, bit)
        with pytest.raises(ContainerDamagedError) as refused:
            read_container(source, mac=imito)
        assert refused.value.file_name == file_name
        change_bit(source / file_name, bit)
    read_container(source, mac=imito)


def test_read_container_whose_flag_was_changed_is_damaged(tmp_path: Path, key: ContainerKey) -> None:
    """Making a key exportable by hand breaks the header's code: such a container is refused, not obeyed."""
    folder = build_container(tmp_path / "stay.000", key, exportable=False)
    octets = (folder / HEADER).read_bytes()
    (folder / HEADER).write_bytes(octets.replace(b"\x03\x02\x02\x24", b"\x03\x02\x02\xa4", 1))
    assert (folder / HEADER).read_bytes() != octets
    with pytest.raises(ContainerDamagedError) as refused:
        read_container(folder, mac=imito)
    assert refused.value.flaw is ContainerFlaw.WRONG_MAC


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no such files")
@pytest.mark.parametrize("kind", ["link", "pipe", "folder"])
def test_read_container_with_a_file_that_is_no_file_does_not_follow_it(source: Path, tmp_path: Path, kind: str) -> None:
    path = source / PRIMARY
    path.rename(tmp_path / "elsewhere")
    if kind == "link":
        path.symlink_to(tmp_path / "elsewhere")
    elif kind == "pipe":
        os.mkfifo(path)
    else:
        path.mkdir()
    with pytest.raises(ContainerDamagedError) as refused:
        read_container(source, mac=imito)
    assert (refused.value.file_name, refused.value.flaw) == (PRIMARY, ContainerFlaw.NOT_A_FILE)


def test_read_container_through_a_link_is_refused(source: Path, tmp_path: Path) -> None:
    (tmp_path / "link.000").symlink_to(source)
    with pytest.raises(ContainerMissingError):
        read_container(tmp_path / "link.000", mac=imito)
    with pytest.raises(ContainerMissingError):
        read_container(tmp_path / "nothing.000", mac=imito)


# --- finding ---


def test_find_containers_lists_whole_and_broken_ones(source: Path, key: ContainerKey, tmp_path: Path) -> None:
    drive = source.parent
    second = build_container(drive / "aaaa.000", key, name="Второй", exportable=False)
    broken = build_container(drive / "bbbb.000", key)
    change_bit(broken / HEADER, 100)
    incomplete = build_container(drive / "cccc.000", key)
    (incomplete / NAME).unlink()
    (drive / "documents").mkdir()
    (drive / "notes.txt").write_text("not a folder")
    (drive / "linked.000").symlink_to(source)
    shutil.copytree(source, drive / ".extern-copy-1-0123456789abcdef")

    found = find_containers(drive, mac=imito)

    assert [one.folder for one in found] == [second, broken, incomplete, source]
    assert [one.container.name if one.container else None for one in found] == ["Второй", None, None, "Ромашка 2026"]
    assert (found[1].flaw, found[1].file_name) == (ContainerFlaw.WRONG_MAC, HEADER)
    assert found[2].missing == (NAME,)


def test_find_containers_in_a_container_finds_itself(source: Path) -> None:
    assert [one.folder for one in find_containers(source, mac=imito)] == [source]


def test_find_containers_where_nothing_is(tmp_path: Path) -> None:
    assert find_containers(tmp_path, mac=imito) == ()
    with pytest.raises(ContainerMissingError):
        find_containers(tmp_path / "gone", mac=imito)


# --- copying ---


def test_copy_container_is_the_same_byte_for_byte(source: Path, target_parent: Path, key: ContainerKey) -> None:
    before = contents(source)
    copied = copy_container(source, target_parent, mac=imito, work=Work())
    assert copied.folder == target_parent / "roma.000"
    assert contents(copied.folder) == before == contents(source)
    assert os.listdir(target_parent) == ["roma.000"]
    assert open_container(copied.folder, key) == key.number


def test_copy_container_with_a_password_needs_no_password(tmp_path: Path, target_parent: Path, key: ContainerKey) -> None:
    source = build_container(tmp_path / "secret.000", key, password=b"qwerty12")
    copied = copy_container(source, target_parent, mac=imito, work=Work())
    assert copied.source.password_protected
    assert open_container(copied.folder, key, b"qwerty12") == key.number
    assert open_container(copied.folder, key, b"qwerty13") != key.number


def test_copy_container_of_a_non_exportable_key_is_refused(tmp_path: Path, target_parent: Path, key: ContainerKey) -> None:
    source = build_container(tmp_path / "stay.000", key, name="Остаётся", exportable=False)
    before = contents(source)
    with pytest.raises(ContainerNotExportableError) as refused:
        copy_container(source, target_parent, mac=imito, work=Work())
    assert refused.value.name == "Остаётся"
    assert os.listdir(target_parent) == []
    assert contents(source) == before


@pytest.mark.parametrize("file_name", [HEADER, MASKS, RESERVE_MASKS])
def test_copy_container_that_is_damaged_is_refused(source: Path, target_parent: Path, file_name: str) -> None:
    change_bit(source / file_name, 8 * 10)
    with pytest.raises(ContainerDamagedError):
        copy_container(source, target_parent, mac=imito, work=Work())
    assert os.listdir(target_parent) == []


def test_copy_container_never_writes_over_anything(source: Path, target_parent: Path) -> None:
    (target_parent / "roma.000").mkdir()
    (target_parent / "roma.000" / "precious").write_text("mine")
    with pytest.raises(ContainerExistsError) as refused:
        copy_container(source, target_parent, mac=imito, work=Work())
    assert refused.value.folder == target_parent / "roma.000"
    assert contents(target_parent / "roma.000") == {"precious": b"mine"}

    name = free_folder_name(target_parent, "roma.000")
    assert name == "roma.001"
    assert copy_container(source, target_parent, mac=imito, work=Work(), folder_name=name).folder == target_parent / "roma.001"
    with pytest.raises(ContainerExistsError):
        copy_container(source, source.parent, mac=imito, work=Work())


@pytest.mark.parametrize("kind", ["folder", "file", "link"])
def test_copy_container_whose_name_is_taken_on_the_way_writes_over_nothing(source: Path, target_parent: Path, kind: str) -> None:
    target = target_parent / "roma.000"

    def take_name() -> None:
        if kind == "folder":
            target.mkdir()
            (target / "precious").write_text("mine")
        elif kind == "file":
            target.write_text("mine")
        else:
            target.symlink_to(target_parent / "nowhere")

    with pytest.raises(ContainerExistsError):
        copy_container(source, target_parent, mac=imito, work=Work(ActingWatcher(Stage.VERIFYING, 6, take_name)))
    assert os.listdir(target_parent) == ["roma.000"]
    assert target.is_symlink() or (target.read_text() if kind == "file" else (target / "precious").read_text()) == "mine"


@pytest.mark.parametrize("folder_name", ["", "..", "a/b.000", "roma", "roma.00", "toolongname.000", "ключ.000", "roma.000\n", "../roma.000"])
def test_copy_container_under_a_name_that_cryptopro_would_not_find_is_refused(source: Path, target_parent: Path, folder_name: str) -> None:
    with pytest.raises(ContainerFolderNameError):
        copy_container(source, target_parent, mac=imito, work=Work(), folder_name=folder_name)
    assert os.listdir(target_parent) == []


@pytest.mark.parametrize("file_name", CONTAINER_FILES)
def test_copy_container_read_back_differently_is_removed(source: Path, target_parent: Path, file_name: str) -> None:
    def spoil() -> None:
        (unfinished,) = target_parent.iterdir()
        change_bit(unfinished / file_name, 8 * 7)

    with pytest.raises(CopyDiffersError) as refused:
        copy_container(source, target_parent, mac=imito, work=Work(ActingWatcher(Stage.VERIFYING, 0, spoil)))
    assert refused.value.file_name == file_name
    assert os.listdir(target_parent) == []


@pytest.mark.parametrize(("stage", "done"), [(Stage.COPYING, 0), (Stage.COPYING, 3), (Stage.VERIFYING, 5)])
def test_copy_container_cancelled_leaves_nothing(source: Path, target_parent: Path, stage: Stage, done: int) -> None:
    work = Work()
    work.watcher = ActingWatcher(stage, done, work.cancel)
    with pytest.raises(Cancelled):
        copy_container(source, target_parent, mac=imito, work=work)
    assert os.listdir(target_parent) == []


@pytest.mark.parametrize("step", range(STEPS_OF_A_COPY))
def test_copy_container_killed_on_the_way_leaves_all_or_nothing(source: Path, target_parent: Path, step: int) -> None:
    child = [sys.executable, str(Path(__file__).with_name("copy_child.py")), str(source), str(target_parent), str(step)]
    killed = subprocess.run(child, env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, capture_output=True, check=False)
    assert killed.returncode == -9, killed.stderr
    assert find_containers(target_parent, mac=imito) == ()

    copied = copy_container(source, target_parent, mac=imito, work=Work())

    assert contents(copied.folder) == contents(source)
    assert os.listdir(target_parent) == ["roma.000"]  # what the killed copy left is gone


def test_copy_container_removes_only_what_is_abandoned(source: Path, target_parent: Path) -> None:
    in_use = target_parent / f".extern-copy-{os.getppid()}-0123456789abcdef"
    foreign = target_parent / ".extern-copy-4194304999-0123456789abcdef"
    for folder in (in_use, foreign):
        folder.mkdir()
    (foreign / "precious").write_text("not ours")
    copy_container(source, target_parent, mac=imito, work=Work())
    assert sorted(path.name for path in target_parent.iterdir()) == sorted([in_use.name, foreign.name, "roma.000"])


def test_copy_container_beside_another_copy_leaves_it_alone(source: Path, target_parent: Path) -> None:
    def copy_another() -> None:
        copy_container(source, target_parent, mac=imito, work=Work(), folder_name="other.000")

    copy_container(source, target_parent, mac=imito, work=Work(ActingWatcher(Stage.COPYING, 3, copy_another)))
    assert contents(target_parent / "roma.000") == contents(target_parent / "other.000") == contents(source)
    assert sorted(os.listdir(target_parent)) == ["other.000", "roma.000"]


# --- carriers ---


def test_copy_container_to_a_carrier_that_is_not_there(source: Path, target_parent: Path) -> None:
    target_parent.rmdir()
    with pytest.raises(CarrierMissingError):
        copy_container(source, target_parent, mac=imito, work=Work())


def test_copy_container_to_a_carrier_that_goes_away_says_so(source: Path, target_parent: Path) -> None:
    with pytest.raises(CarrierMissingError):
        copy_container(source, target_parent, mac=imito, work=Work(ActingWatcher(Stage.COPYING, 3, lambda: shutil.rmtree(target_parent))))


@pytest.fixture
def small_carrier(tmp_path: Path) -> Iterator[Callable[[str], Path]]:
    """Mounts a small file system of its own with the given options."""
    if os.name == "nt" or os.geteuid() != 0:
        pytest.skip("only root may mount the small file system that this test fills")
    folder = tmp_path / "small"
    folder.mkdir()

    def mount(options: str) -> Path:
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)], capture_output=True, text=True, check=False)
        if mounted.returncode != 0:
            pytest.skip(f"this machine lets nobody mount: {mounted.stderr.strip()}")
        return folder

    yield mount
    subprocess.run(["umount", str(folder)], capture_output=True, check=False)


def test_copy_container_to_a_full_carrier_says_how_much_it_needs(source: Path, small_carrier: Callable[[str], Path]) -> None:
    carrier = small_carrier("size=12k")
    with pytest.raises(CarrierFullError) as refused:
        copy_container(source, carrier, mac=imito, work=Work())
    assert refused.value.needed_bytes == sum(map(len, contents(source).values()))
    assert os.listdir(carrier) == []


def test_copy_container_to_a_write_protected_carrier_says_so(source: Path, small_carrier: Callable[[str], Path]) -> None:
    with pytest.raises(CarrierReadOnlyError):
        copy_container(source, small_carrier("ro,size=1m"), mac=imito, work=Work())


@pytest.fixture
def folder_without_privileges() -> Iterator[Path]:
    """A folder where the process has no more rights than anybody: root becomes nobody meanwhile."""
    if os.name == "nt":
        pytest.skip("rights are another matter on Windows")
    folder = Path(tempfile.mkdtemp())
    is_root = os.geteuid() == 0
    if is_root:
        os.chown(folder, NOBODY, NOBODY)
        os.seteuid(NOBODY)
    try:
        yield folder
    finally:
        if is_root:
            os.seteuid(0)
        shutil.rmtree(folder)


def test_containers_in_folders_without_rights_say_so(folder_without_privileges: Path, key: ContainerKey) -> None:
    source = build_container(folder_without_privileges / "a" / "roma.000", key)
    target_parent = folder_without_privileges / "b"
    target_parent.mkdir(mode=0o500)
    with pytest.raises(CarrierReadOnlyError):
        copy_container(source, target_parent, mac=imito, work=Work())
    source.chmod(0)
    with pytest.raises(ContainerUnreadableError):
        read_container(source, mac=imito)
    assert [one.unreadable_code for one in find_containers(source.parent, mac=imito)] == [errno.EACCES]
    source.parent.chmod(0)
    with pytest.raises(ContainerUnreadableError):
        find_containers(source.parent, mac=imito)
    for folder in (source.parent, source):
        folder.chmod(0o700)


def test_copy_container_does_not_see_a_change_in_the_encrypted_key_itself(source: Path, target_parent: Path, key: ContainerKey) -> None:
    """Written down so that nobody believes more: the key itself carries no code that could be checked without the password."""
    change_bit(source / PRIMARY, 8 * 10)
    change_bit(source / RESERVE_PRIMARY, 8 * 10)
    copied = copy_container(source, target_parent, mac=imito, work=Work())
    assert contents(copied.folder) == contents(source)
    assert open_container(copied.folder, key) != key.number
