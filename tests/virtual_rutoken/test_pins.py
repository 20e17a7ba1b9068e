"""PINs and their counters on the virtual Rutoken, and other programs on it: python-pkcs11 and `pkcs11-tool`."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pkcs11
import pytest

from virtual_rutoken import cryptoki as ck
from virtual_rutoken.cryptoki import Cryptoki, Rv, TokenFlag
from virtual_rutoken.gost_judge import CRYPTOPRO_XA, make_gost_key, oid
from virtual_rutoken.plug import DEFAULT_PIN, DEFAULT_SO_PIN, VirtualRutoken


def test_wrong_pins_count_down_to_locked_and_the_so_unblocks(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.open_session()
    assert module.flags() & {TokenFlag.COUNT_LOW, TokenFlag.FINAL_TRY, TokenFlag.LOCKED} == set()
    for left in range(9, 0, -1):
        assert module.login(session, "00000000") is Rv.PIN_INCORRECT
        assert rutoken.attempts_left(0) == module.extended().user_retry_left == left
        assert TokenFlag.COUNT_LOW in module.flags()
        assert (TokenFlag.FINAL_TRY in module.flags()) is (left == 1)
    assert module.login(session, "00000000") is Rv.PIN_LOCKED
    assert TokenFlag.LOCKED in module.flags()
    assert module.login(session, DEFAULT_PIN) is Rv.PIN_LOCKED
    assert module.login(session, DEFAULT_SO_PIN, ck.SO) is Rv.OK
    module.must("C_InitPIN", session, b"13572468", 8)
    module.must("C_Logout", session)
    assert module.login(session, "13572468") is Rv.OK
    assert rutoken.attempts_left(0) == 10
    assert module.flags() & {TokenFlag.COUNT_LOW, TokenFlag.LOCKED, TokenFlag.TO_BE_CHANGED} == set()


def test_right_pin_gives_the_attempts_back(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.open_session()
    assert module.login(session, "00000000") is Rv.PIN_INCORRECT
    assert module.login(session, DEFAULT_PIN) is Rv.OK
    assert module.login(session, DEFAULT_PIN) is Rv.USER_ALREADY_LOGGED_IN
    assert rutoken.attempts_left(0) == 10


def test_changed_pin_is_no_initial_pin_any_more(module: Cryptoki) -> None:
    session = module.log_in()
    assert TokenFlag.TO_BE_CHANGED in module.flags()
    assert module.rv("C_SetPIN", session, DEFAULT_PIN.encode(), 8, b"12345", 5) is Rv.PIN_LEN_RANGE
    assert module.rv("C_SetPIN", session, b"00000000", 8, b"13572468", 8) is Rv.PIN_INCORRECT
    module.must("C_SetPIN", session, DEFAULT_PIN.encode(), 8, b"13572468", 8)
    assert TokenFlag.TO_BE_CHANGED not in module.flags()
    module.must("C_Logout", session)
    assert module.login(session, DEFAULT_PIN) is Rv.PIN_INCORRECT
    assert module.login(session, "13572468") is Rv.OK


def test_so_pin_has_its_own_counter(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.open_session()
    assert module.login(session, "00000000", ck.SO) is Rv.PIN_INCORRECT
    assert (module.extended().admin_retry_left, rutoken.attempts_left(0)) == (9, 10)


def test_init_token_empties_it(module: Cryptoki) -> None:
    session = module.log_in()
    make_gost_key(module, session)
    module.must("C_CloseAllSessions", 0)
    assert module.rv("C_InitToken", 0, b"00000000", 8, b"Empty".ljust(32)) is Rv.PIN_INCORRECT
    module.must("C_InitToken", 0, DEFAULT_SO_PIN.encode(), 8, b"Empty".ljust(32))
    session = module.open_session()
    assert module.find(session, {}) == []
    assert module.token_info().label.decode().strip() == "Empty"
    assert module.login(session, DEFAULT_PIN) is Rv.USER_PIN_NOT_INITIALIZED


def test_pin_pad_takes_no_pin_from_the_program(module: Cryptoki, rutoken: VirtualRutoken) -> None:
    session = module.open_session()
    assert module.rv("C_Login", session, ck.USER, None, 0) is Rv.ARGUMENTS_BAD
    rutoken.set_conf(0, protected_path="1")
    assert TokenFlag.PROTECTED_PATH in module.flags()
    assert module.rv("C_Login", session, ck.USER, None, 0) is Rv.OK


# --- other programs ---


def test_python_pkcs11_finds_the_token_and_signs(module_path: Path, rutoken: VirtualRutoken) -> None:
    rutoken.plug(1, serial="00c0ffee", label="Основной ключ")
    library = pkcs11.lib(str(module_path))
    try:
        (slot,) = library.get_slots(token_present=True)
        token = slot.get_token()
        assert (token.serial, token.label) == (b"00c0ffee", "Основной ключ")
        with token.open(rw=True, user_pin=DEFAULT_PIN) as session:
            public: Any
            private: Any
            public, private = session.generate_keypair(pkcs11.KeyType.RSA, 2048, store=True, label="RSA")
            signature = private.sign(b"data", mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
            assert public.verify(b"data", signature, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
            assert not public.verify(b"date", signature, mechanism=pkcs11.Mechanism.SHA256_RSA_PKCS)
            params = {pkcs11.Attribute.GOSTR3410_PARAMS: oid(CRYPTOPRO_XA)}
            parameters = session.create_domain_parameters(pkcs11.KeyType.GOSTR3410, params, local=True)
            public, private = parameters.generate_keypair(
                mechanism=pkcs11.Mechanism.GOSTR3410_KEY_PAIR_GEN,
                capabilities=pkcs11.MechanismFlag.SIGN,
                store=True,
                public_template=params,
            )
            digest = hashlib.sha256(b"any 32 octets").digest()
            assert len(private.sign(digest, mechanism=pkcs11.Mechanism.GOSTR3410)) == 64
        with pytest.raises(pkcs11.PinIncorrect):
            token.open(user_pin="00000000")
        assert rutoken.attempts_left(1) == 9
    finally:
        library.finalize()


@pytest.mark.skipif(shutil.which("pkcs11-tool") is None, reason="pkcs11-tool (opensc) is not installed")
def test_pkcs11_tool_lists_makes_keys_and_signs(module_path: Path, rutoken: VirtualRutoken, tmp_path: Path) -> None:
    rutoken.plug(0, label="Ключ")
    (tmp_path / "data").write_bytes(b"data")

    def tool(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(["pkcs11-tool", "--module", str(module_path), *arguments], cwd=tmp_path, capture_output=True, text=True, check=False)

    assert "Ключ" in tool("-L").stdout
    assert "GOSTR3411-12-512" in tool("-M").stdout
    made = tool("--login", "--pin", DEFAULT_PIN, "--keypairgen", "--key-type", "GOSTR3410-2012-256:B", "--id", "01")
    assert made.returncode == 0, made.stderr
    signed = tool("--login", "--pin", DEFAULT_PIN, "--sign", "-m", "GOSTR3410-WITH-GOSTR3411-12-256", "--id", "01", "-i", "data", "-o", "signature")
    assert signed.returncode == 0, signed.stderr
    assert (tmp_path / "signature").stat().st_size == 64
    assert "CKR_PIN_INCORRECT" in tool("--login", "--pin", "00000000", "-O").stderr
    assert rutoken.attempts_left(0) == 9


def test_two_processes_share_one_counter(
    module: Cryptoki, module_path: Path, rutoken: VirtualRutoken, child_environment: dict[str, str]
) -> None:
    session = module.open_session()
    code = (
        "import sys; from pathlib import Path; from virtual_rutoken.cryptoki import Cryptoki\n"
        "token = Cryptoki(Path(sys.argv[1])); token.must('C_Initialize', None)\n"
        "print(token.login(token.open_session(), '00000000').name)"
    )
    other = subprocess.run([sys.executable, "-c", code, str(module_path)], env=child_environment, capture_output=True, text=True, check=True)
    assert other.stdout.strip() == "PIN_INCORRECT"
    assert module.login(session, "00000000") is Rv.PIN_INCORRECT
    assert rutoken.attempts_left(0) == 8
