from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from extern_desktop.store.errors import WorkspaceBusyError
from extern_desktop.store.lock import InstanceLock, WriterLock
from store.conftest import child_program

FIRST_WINDOW = """
import sys, time
from pathlib import Path
from extern_desktop.store.lock import InstanceLock
lock = InstanceLock(Path(sys.argv[1]))
assert lock.take(lambda: print("shown", flush=True))
print("taken", flush=True)
sys.stdin.read()
lock.close()
"""


def test_instance_lock_second_start_shows_the_first_window(tmp_path: Path) -> None:
    child = child_program(FIRST_WINDOW, tmp_path)
    assert child.stdout is not None
    assert child.stdout.readline() == b"taken\n"
    second = InstanceLock(tmp_path)

    assert not second.take(lambda: None)
    assert second.show_first()
    assert child.stdout.readline() == b"shown\n"
    assert second.show_first()
    assert child.stdout.readline() == b"shown\n"

    out, err = child.communicate()
    assert (child.returncode, out, err) == (0, b"", b"")
    assert second.take(lambda: None)
    second.close()


def test_instance_lock_closed_while_it_answers_another_start_does_not_wait_for_itself(tmp_path: Path) -> None:
    asked, let_go = threading.Event(), threading.Event()

    def show() -> None:
        asked.set()
        let_go.wait(10)

    first = InstanceLock(tmp_path)
    assert first.take(show)
    assert InstanceLock(tmp_path).show_first()
    assert asked.wait(10)
    closing = threading.Thread(target=first.close, daemon=True)
    closing.start()
    time.sleep(0.3)  # it has begun: the thread that answers finds so when it is let go
    let_go.set()
    closing.join(10)

    assert not closing.is_alive()
    with InstanceLock(tmp_path) as next_start:
        assert next_start.hold()


def test_instance_lock_killed_window_frees_it_at_once(tmp_path: Path) -> None:
    child = child_program(FIRST_WINDOW, tmp_path)
    assert child.stdout is not None
    assert child.stdout.readline() == b"taken\n"
    second = InstanceLock(tmp_path)
    assert not second.take(lambda: None)

    child.kill()
    child.communicate()

    shown = threading.Event()
    assert second.take(shown.set)
    assert InstanceLock(tmp_path).show_first()
    assert shown.wait(3)
    second.close()


def test_instance_lock_address_is_private_and_needs_the_word(tmp_path: Path) -> None:
    from multiprocessing import AuthenticationError
    from multiprocessing.connection import Client

    shown = threading.Event()
    with InstanceLock(tmp_path) as first:
        assert first.take(shown.set)
        file = tmp_path / "window.address"
        assert file.stat().st_mode & 0o077 == 0
        address = file.read_text().split("\n")[0]
        with pytest.raises(AuthenticationError):
            Client(address, authkey=b"a guess")
        assert not shown.is_set()
        assert InstanceLock(tmp_path).show_first(), "a wrong word must not close the door"
        assert shown.wait(3)
    assert not file.exists()


def test_instance_lock_first_that_never_answers_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from extern_desktop.store import lock

    monkeypatch.setattr(lock, "_ANSWER_SECONDS", 0.3)

    assert not InstanceLock(tmp_path).show_first()


def test_instance_lock_close_is_quick_and_leaves_no_thread(tmp_path: Path) -> None:
    lock = InstanceLock(tmp_path)
    assert lock.take(lambda: None)
    began = time.monotonic()

    lock.close()

    assert time.monotonic() - began < 1
    assert not [thread for thread in threading.enumerate() if thread.name == "instance-lock"]


def test_writer_lock_gives_up_in_time_and_leaves_the_queue(tmp_path: Path) -> None:
    first, second = WriterLock(tmp_path / "writer.lock", 5), WriterLock(tmp_path / "writer.lock", 0.2)

    with first.held(), pytest.raises(WorkspaceBusyError), second.held():
        pass

    deadline = time.monotonic() + 3
    while [thread for thread in threading.enumerate() if thread.name == "writer-lock"] and time.monotonic() < deadline:
        time.sleep(0.01)
    with second.held():
        pass


def test_writer_lock_waits_for_its_turn(tmp_path: Path) -> None:
    first, second = WriterLock(tmp_path / "writer.lock", 5), WriterLock(tmp_path / "writer.lock", 5)
    order: list[str] = []

    def wait() -> None:
        with second.held():
            order.append("second")

    with first.held():
        thread = threading.Thread(target=wait)
        thread.start()
        time.sleep(0.1)
        order.append("first")
    thread.join(3)

    assert order == ["first", "second"]
