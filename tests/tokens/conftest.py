"""Real parts for the tests of the tokens room: the virtual Rutoken plugged into a folder, and small broken libraries compiled on the spot."""

from __future__ import annotations

import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from extern_desktop.tokens.desk import TokenDesk
from virtual_rutoken.plug import VirtualRutoken

SERIAL = "3a5f0001"
DEADLINE_SECONDS = 3.0

MakeDesk = Callable[..., TokenDesk]
MakeModule = Callable[[str], Path]

# What a broken library does when the program looks for its functions or starts it; the list is as short as the loader lets it be.
_BROKEN = """
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
static unsigned long fail(void) { %s; return 5; }
static struct { unsigned char version[2]; void *functions[68]; } list;
unsigned long C_GetFunctionList(void **out)
{
    list.version[0] = 2; list.version[1] = 40;
    for (int i = 0; i < 68; i++) list.functions[i] = (void *)fail;
    *out = &list;
    return 0;
}
"""


@pytest.fixture(scope="session")
def module() -> Path:
    """The virtual Rutoken's library."""
    return VirtualRutoken.build()


@pytest.fixture
def token(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> VirtualRutoken:
    """A token in slot 0 that has been used before: its factory PIN is no longer set as initial."""
    virtual = VirtualRutoken(tmp_path / "token")
    for name, value in virtual.environment(timing=True).items():
        monkeypatch.setenv(name, value)
    virtual.plug(0, serial=SERIAL, label="Ключ Образцовой")
    return virtual


@pytest.fixture
def make_desk(module: Path) -> Iterator[MakeDesk]:
    """Desks on the virtual token and other libraries; all are closed at the end, and no child process may be left."""
    desks: list[TokenDesk] = []

    def make(*modules: Path, virtual_allowed: bool = True, call_deadline_seconds: float = DEADLINE_SECONDS) -> TokenDesk:
        desks.append(TokenDesk(modules or (module,), virtual_allowed=virtual_allowed, call_deadline_seconds=call_deadline_seconds))
        return desks[-1]

    yield make
    pids = [process.pid for desk in desks for process in desk.modules if process.pid is not None]
    for desk in desks:
        desk.close()
    assert [pid for pid in pids if Path(f"/proc/{pid}").exists()] == []
    assert [thread.name for thread in threading.enumerate() if thread.name.startswith("token-")] == []


@pytest.fixture
def desk(token: VirtualRutoken, make_desk: MakeDesk) -> TokenDesk:
    """One library, one token."""
    return make_desk()


@pytest.fixture
def broken_module(tmp_path: Path) -> MakeModule:
    """Compile a library whose `C_Initialize` (and everything else) does this C statement."""

    def compile_it(statement: str) -> Path:
        number = len(list(tmp_path.glob("broken*.so")))
        source, library = tmp_path / f"broken{number}.c", tmp_path / f"broken{number}.so"
        source.write_text(_BROKEN % statement)
        subprocess.run(["gcc", "-w", "-shared", "-fPIC", "-o", library, source], check=True)
        return library

    return compile_it
