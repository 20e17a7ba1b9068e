"""How a child process is started and how it finds its end of the pipes, on each system.

The child is a hidden command of the same executable. It inherits two handles, the null device and a short list of variables: no PIN, no address and
no folder of ours is in its arguments or environment.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import extern_desktop
from extern_desktop.tokens.child import CHILD_SWITCH, MODULE

if sys.platform == "win32":
    from multiprocessing.connection import PipeConnection

    ChildPipe = PipeConnection
else:
    from multiprocessing.connection import Connection

    ChildPipe = Connection

_BOOT: Final = "import sys; sys.path.insert(0, sys.argv[1]); from extern_desktop.tokens.child import main; main(sys.argv[2:])"

_KEPT: Final = frozenset(
    (
        *("PATH", "HOME", "USER", "LOGNAME", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "LD_LIBRARY_PATH"),
        *("XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PCSCLITE_CSOCK_NAME", "OPENSC_CONF", "SOFTHSM2_CONF"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "PROGRAMFILES", "PROGRAMDATA", "APPDATA", "LOCALAPPDATA", "USERPROFILE", "USERNAME", "COMPUTERNAME"),
    )
)
"""What vendor libraries read: their settings, caches and the smart-card service's socket. Everything else stays outside."""

_VIRTUAL_PREFIX: Final = "VIRTUAL_RUTOKEN_"


def child_environment(environment: Mapping[str, str], *, virtual_allowed: bool) -> dict[str, str]:
    """The variables a child may see."""
    prefixes = ("LC_", _VIRTUAL_PREFIX) if virtual_allowed else ("LC_",)
    return {name: value for name, value in environment.items() if name.upper() in _KEPT or name.startswith(prefixes)}


def child_command(kind: str, *arguments: str) -> list[str]:
    """The command line of a child of one kind of `tokens.child`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, CHILD_SWITCH, kind, *arguments]
    root = Path(extern_desktop.__file__).parents[1]
    return [sys.executable, "-I", "-X", "utf8", "-c", _BOOT, str(root), kind, *arguments]


def start_child(calls: ChildPipe, events: ChildPipe, *, virtual_allowed: bool) -> subprocess.Popen[bytes]:
    """Start the child of one library with these two ends of our pipes; the caller closes them here afterwards."""
    handles = (calls.fileno(), events.fileno())
    command = child_command(MODULE, str(os.getpid()), *map(str, handles))
    environment = child_environment(os.environ, virtual_allowed=virtual_allowed)
    if sys.platform == "win32":
        for handle in handles:
            os.set_handle_inheritable(handle, True)
        return subprocess.Popen(  # noqa: S603  our own interpreter, our own words
            command,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            bufsize=0,
            startupinfo=subprocess.STARTUPINFO(lpAttributeList={"handle_list": list(handles)}),
            creationflags=subprocess.CREATE_NO_WINDOW,
        )
    return subprocess.Popen(  # noqa: S603  our own interpreter, our own words
        command,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        bufsize=0,
        pass_fds=handles,
        start_new_session=True,
    )


def adopt_calls(handle: str) -> ChildPipe:
    """The child's end of the pipe of calls, from its argument."""
    return ChildPipe(int(handle))


def adopt_events(handle: str) -> ChildPipe:
    """The child's end of the pipe of events; it only writes there."""
    return ChildPipe(int(handle), readable=False)
