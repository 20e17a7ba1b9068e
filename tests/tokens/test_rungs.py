"""The lower rungs on real files, sockets and processes."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from extern_desktop.tokens import rungs
from extern_desktop.tokens.rungs import readers, smart_card_service, usb_tokens
from extern_desktop.tokens.values import RungState, UsbToken


def add_device(tree: Path, name: str, vendor: str, product: str) -> None:
    (tree / name).mkdir(parents=True)
    (tree / name / "idVendor").write_text(vendor + "\n")
    (tree / name / "idProduct").write_text(product + "\n")


def test_usb_tokens_known_devices_are_named_and_others_passed_over(tmp_path: Path) -> None:
    add_device(tmp_path, "1-1", "0a89", "0030")
    add_device(tmp_path, "1-2", "0a89", "0020")
    add_device(tmp_path, "1-3", "046d", "c077")
    (tmp_path / "1-0:1.0").mkdir()
    seen = usb_tokens(tmp_path)
    assert seen.state is RungState.PRESENT
    assert seen.tokens == (UsbToken(0x0A89, 0x0030, "Rutoken ECP", False), UsbToken(0x0A89, 0x0020, "Rutoken S", True))


def test_usb_tokens_none_plugged_in_is_absent_and_no_tree_is_not_known(tmp_path: Path) -> None:
    add_device(tmp_path / "tree", "1-3", "046d", "c077")
    assert usb_tokens(tmp_path / "tree").state is RungState.ABSENT
    assert usb_tokens(tmp_path / "nothing").state is RungState.NOT_KNOWN


def test_smart_card_service_listening_socket_is_present(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "pcscd.comm"))
        server.listen()
        assert smart_card_service(tmp_path / "pcscd.comm").state is RungState.PRESENT


def test_smart_card_service_dead_or_missing_socket_is_absent(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "pcscd.comm"))
    assert smart_card_service(tmp_path / "pcscd.comm").state is RungState.ABSENT
    assert smart_card_service(tmp_path / "nothing").detail in ("not-running", "not-installed")


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() == 0, reason="root may use every socket")
def test_smart_card_service_forbidden_socket_is_told_apart(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "pcscd.comm"))
        server.listen()
        (tmp_path / "pcscd.comm").chmod(0)
        assert smart_card_service(tmp_path / "pcscd.comm").detail == "no-permission"


def test_readers_answer_is_a_value_whatever_this_computer_has() -> None:
    seen = readers()
    assert seen.state is not RungState.HUNG
    assert (seen.state is RungState.PRESENT) == bool(seen.readers)
    assert seen.detail or seen.state is not RungState.NOT_KNOWN


def test_readers_service_that_never_answers_is_hung_and_leaves_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The library of PC/SC waits for ever for a service that took the connection and says nothing."""
    pytest.importorskip("smartcard.scard", reason="pyscard is not installed")
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as server:
        server.bind(str(tmp_path / "pcscd.comm"))
        server.listen()
        monkeypatch.setenv("PCSCLITE_CSOCK_NAME", str(tmp_path / "pcscd.comm"))
        assert readers(deadline_seconds=1.0).state is RungState.HUNG
    children = subprocess.run(["ps", "--ppid", str(os.getpid()), "-o", "args="], capture_output=True, text=True, check=False).stdout
    assert "_readers" not in children


def test_known_devices_have_names_and_numbers_of_usb() -> None:
    assert all(0 < vendor <= 0xFFFF and 0 < product <= 0xFFFF and name for (vendor, product), (name, _) in rungs.KNOWN_DEVICES.items())
