"""The virtual Rutoken loads, shows its slots and keeps its objects as a Rutoken ECP would."""

from __future__ import annotations

import ctypes
import statistics
import subprocess
import threading
import time
from pathlib import Path

import pytest

from virtual_rutoken import cryptoki as ck
from virtual_rutoken.cryptoki import CallFailedError, Cryptoki, Rv
from virtual_rutoken.gost_judge import make_gost_key
from virtual_rutoken.plug import DEFAULT_PIN, VirtualRutoken, build

# --- building and loading ---


def test_build_twice_compiles_once(module_path: Path) -> None:
    first = module_path.stat().st_mtime_ns
    assert build() == module_path
    assert module_path.stat().st_mtime_ns == first


@pytest.mark.parametrize("missing", ["VIRTUAL_RUTOKEN_ALLOWED", "VIRTUAL_RUTOKEN_DIR"])
def test_initialize_without_the_flag_refuses(module_path: Path, rutoken: VirtualRutoken, monkeypatch: pytest.MonkeyPatch, missing: str) -> None:
    rutoken.plug(0)
    monkeypatch.delenv(missing)
    module = Cryptoki(module_path)
    assert module.rv("C_Initialize", None) is Rv.FUNCTION_FAILED
    assert module.rv("C_GetInfo", (ctypes.c_ubyte * 256)()) is Rv.CRYPTOKI_NOT_INITIALIZED


def test_module_exports_only_the_standard_and_the_extension(module_path: Path) -> None:
    symbols = subprocess.run(["nm", "-D", "--defined-only", str(module_path)], capture_output=True, text=True, check=True).stdout
    assert [line.split()[-1] for line in symbols.splitlines() if not line.split()[-1].startswith("C_")] == []


def test_module_says_that_it_is_a_test(module: Cryptoki) -> None:
    assert module.description() == "Virtual Rutoken (test)"
    assert module.rv("C_Initialize", None) is Rv.CRYPTOKI_ALREADY_INITIALIZED


# --- slots and hot plug ---


def test_slots_follow_the_files(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    assert module.slots_with_token() == [0]
    rutoken.plug(2, serial="0badcafe", label="Ключ бухгалтера")
    assert module.slots_with_token() == [0, 2]
    info = module.token_info(2)
    assert (info.serial.decode().strip(), info.label.decode().strip(), info.model.decode().strip()) == ("0badcafe", "Ключ бухгалтера", "Rutoken ECP")
    rutoken.unplug(0)
    assert module.slots_with_token() == [2]
    with pytest.raises(CallFailedError) as refused:
        module.token_info(0)
    assert refused.value.rv is Rv.TOKEN_NOT_PRESENT


def test_pulled_token_ends_sessions_even_if_it_comes_back(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.log_in()
    make_gost_key(module, session)
    rutoken.unplug(0)
    rutoken.plug(0)
    assert module.rv("C_Logout", session) is Rv.DEVICE_REMOVED
    assert module.rv("C_Logout", session) is Rv.SESSION_HANDLE_INVALID
    again = module.open_session()
    assert module.find(again, {ck.CLASS: ck.PRIVATE_KEY}) == []  # nobody is logged in
    assert len(module.find(again, {ck.CLASS: ck.PUBLIC_KEY})) == 1  # what was on the token is still there


def test_token_in_another_slot_takes_its_keys_along(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    rutoken.unplug(0)
    rutoken.plug(0, serial="11111111")
    make_gost_key(module, module.log_in())
    rutoken.unplug(0)
    rutoken.plug(3, serial="11111111")
    rutoken.plug(0, serial="22222222")
    assert len(module.find(module.open_session(3), {})) == 1
    assert module.find(module.open_session(0), {}) == []


def test_wait_for_slot_event_without_a_change_says_no_event(module: Cryptoki) -> None:
    assert module.wait(ck.DONT_BLOCK) == (Rv.NO_EVENT, 99)


def test_wait_for_slot_event_without_blocking_tells_each_change_once(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    rutoken.plug(1)
    rutoken.unplug(0)
    assert sorted(module.wait(ck.DONT_BLOCK)[1] for _ in range(2)) == [0, 1]
    assert module.wait(ck.DONT_BLOCK)[0] is Rv.NO_EVENT


def test_wait_for_slot_event_blocking_wakes_within_20_ms(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    woken: list[float] = []

    def wait() -> None:
        assert module.wait() == (Rv.OK, 1)
        woken.append(time.monotonic())

    delays = []
    for number in range(7):
        waiter = threading.Thread(target=wait)
        waiter.start()
        time.sleep(0.02)  # let it reach the call; what is measured starts after
        changed_at = time.monotonic()
        rutoken.plug(1) if number % 2 == 0 else rutoken.unplug(1)
        waiter.join(5)
        assert not waiter.is_alive()
        delays.append(woken[-1] - changed_at)
    assert statistics.median(delays) < 0.020


def test_wait_for_slot_event_is_ended_by_finalize(module: Cryptoki) -> None:
    ends: list[Rv] = []
    waiters = [threading.Thread(target=lambda: ends.append(module.wait()[0])) for _ in range(2)]
    for waiter in waiters:
        waiter.start()
    time.sleep(0.05)
    module.must("C_Finalize", None)
    for waiter in waiters:
        waiter.join(5)
    assert ends == [Rv.CRYPTOKI_NOT_INITIALIZED] * 2


def test_lite_token_computes_nothing(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    rutoken.plug(1, model="Rutoken lite")
    assert module.mechanisms(1) == []
    assert module.begin("C_DigestInit", module.open_session(1), ck.STREEBOG256) is Rv.MECHANISM_INVALID
    assert module.extended(1).type == 2


# --- objects ---


def test_private_key_keeps_its_secret_and_hides_before_login(module: Cryptoki) -> None:
    session = module.log_in()
    _, private = make_gost_key(module, session)
    assert module.attribute_rv(session, private, ck.VALUE)[0] is Rv.ATTRIBUTE_SENSITIVE
    assert module.attribute_rv(session, private, 0x8000FF01)[0] is Rv.ATTRIBUTE_TYPE_INVALID
    assert (module.attribute(session, private, ck.SENSITIVE), module.attribute(session, private, ck.EXTRACTABLE)) == (b"\1", b"\0")
    module.must("C_Logout", session)
    assert module.attribute_rv(session, private, ck.LABEL)[0] is Rv.OBJECT_HANDLE_INVALID


def test_certificate_is_kept_over_a_restart_and_found_without_a_pin(module: Cryptoki) -> None:
    session = module.log_in()
    certificate: dict[int, bytes | bool | int] = {
        ck.CLASS: ck.CERTIFICATE_OBJECT, ck.TOKEN: True, ck.CERTIFICATE_TYPE: 0, ck.ID: b"\7", ck.LABEL: b"\xcf\xee\xef", ck.VALUE: b"\x30\x00" * 700,
    }  # fmt: skip
    rv, handle = module.create_rv(session, certificate)
    assert rv is Rv.OK
    module.must("C_Finalize", None)
    module.must("C_Initialize", None)
    session = module.open_session(flags=ck.SERIAL_SESSION)
    assert module.find(session, {ck.CLASS: ck.CERTIFICATE_OBJECT, ck.ID: b"\7"}) == [handle]
    assert module.attribute(session, handle, ck.VALUE) == b"\x30\x00" * 700
    assert module.attribute(session, handle, ck.LABEL) == b"\xcf\xee\xef"


def test_objects_are_written_only_by_those_who_may(module: Cryptoki) -> None:
    data: dict[int, bytes | bool | int] = {ck.CLASS: ck.DATA_OBJECT, ck.TOKEN: True, ck.VALUE: b"x"}
    read_only, session = module.open_session(flags=ck.SERIAL_SESSION), module.open_session()
    assert module.create_rv(session, data)[0] is Rv.USER_NOT_LOGGED_IN
    assert module.login(session, DEFAULT_PIN) is Rv.OK
    assert module.create_rv(read_only, data)[0] is Rv.SESSION_READ_ONLY
    assert module.create_rv(session, {ck.TOKEN: True})[0] is Rv.TEMPLATE_INCOMPLETE
    assert module.create_rv(session, {**data, ck.CLASS: ck.PRIVATE_KEY})[0] is Rv.TEMPLATE_INCONSISTENT
    rv, handle = module.create_rv(session, data)
    assert rv is Rv.OK
    assert module.set_rv(session, handle, {ck.VALUE: b"y"}) is Rv.ATTRIBUTE_READ_ONLY
    assert module.set_rv(session, handle, {ck.LABEL: b"new"}) is Rv.OK
    assert module.attribute(session, handle, ck.LABEL) == b"new"
    module.must("C_DestroyObject", session, handle)
    assert module.find(session, {}) == []


def test_damaged_state_file_is_a_device_error(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    make_gost_key(module, module.log_in())
    state = rutoken.slot_folder(0) / "objects.bin"
    state.write_bytes(state.read_bytes()[:-5])
    with pytest.raises(CallFailedError) as refused:
        module.token_info(0)
    assert refused.value.rv is Rv.DEVICE_ERROR
