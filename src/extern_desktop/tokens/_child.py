"""What runs in the child process of one PKCS#11 library: reads calls, answers them, and looks for slot changes while idle.

It imports nothing of Qt, asks nobody anything, and ends when the program's end of the pipe closes. Nothing of the protocol is on stdout, where
vendor libraries print.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens._launch import ChildPipe, adopt_calls, adopt_events
from extern_desktop.tokens._wire import Trouble
from extern_desktop.tokens.modules import VIRTUAL_MARK, is_virtual

if TYPE_CHECKING:
    from extern_desktop.tokens._module import LoadedModule

PAUSE_SECONDS: Final = 0.1
"""Between two looks at the slots while idle. A card is to be named within 0.2 s of its insertion."""
LOOKS_PER_SERIAL: Final = 10
"""A swap within one pause keeps the slot's number: serial numbers, which cost a question to the device, are compared on every tenth look."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_DUMPABLE: Final = 4


def serve(arguments: Sequence[str]) -> None:
    """Serve one library. Arguments: the program's process id and the two handles."""
    parent, calls, events = arguments
    guard(int(parent))
    Server(adopt_calls(calls), adopt_events(events)).run()


def guard(parent: int) -> None:
    """No core files, no reading of our memory by other programs of this user, no life after the program's: a PIN passes through here."""
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform == "linux":
        prctl = ctypes.CDLL(None).prctl
        prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
        prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)
        if os.getppid() != parent:  # it ended before the line above
            os._exit(0)


class Server:
    """The loop of calls, and what it remembers of the slots between two looks."""

    def __init__(self, calls: ChildPipe, events: ChildPipe) -> None:
        self._calls = calls
        self._events = events
        self._module: LoadedModule | None = None
        self._watching = False
        self._looks = 0
        self._next_look_at = 0.0
        self._slot_ids: tuple[int, ...] = ()
        self._slots: list[wire.SlotToken] = []

    def run(self) -> None:
        """Until the other end closes."""
        while True:
            if self._calls.poll(PAUSE_SECONDS if self._watching else None):
                try:
                    frame = self._calls.recv_bytes()
                except (EOFError, ConnectionResetError):
                    break
                call = wire.decode_call(frame)
                self._calls.send_bytes(wire.encode(wire.Answer(call.id, self._carry_out(call.act))))
            if self._watching and self._module is not None and time.monotonic() >= self._next_look_at:
                self._look(self._module)
        if self._module is not None:
            self._module.close()

    def _carry_out(self, act: wire.AnyAct) -> wire.AnyResult:
        if isinstance(act, wire.Load):
            return self._load(act)
        if self._module is None:
            return wire.Failed(Trouble.UNFORESEEN, "no library loaded")
        if isinstance(act, wire.WatchSlots):
            self._slots = self._module.slots()
            self._slot_ids = tuple(token.slot_id for token in self._slots)
            self._watching = True
            return wire.Done()
        return self._module.carry_out(act)

    def _load(self, act: wire.Load) -> wire.AnyResult:
        from pkcs11.exceptions import PKCS11Error  # takes half of the child's start: not before the pipe stands

        from extern_desktop.tokens import _vendor as vendor

        if not act.virtual_allowed and is_virtual(Path(act.path)):
            return wire.Failed(Trouble.VIRTUAL)
        try:
            library = vendor.load_library(act.path)
        except vendor.NotAModuleError as error:
            return wire.Failed(Trouble.NOT_A_MODULE, str(error))
        except PKCS11Error as error:
            return wire.Failed(Trouble.REFUSED_TO_START, vendor.code_of(error))
        description = vendor.text_of(library.library_description)
        if not act.virtual_allowed and VIRTUAL_MARK in description:
            return wire.Failed(Trouble.VIRTUAL)
        from extern_desktop.tokens._module import LoadedModule

        self._module = LoadedModule(act.path, library)
        return wire.Loaded(vendor.text_of(library.manufacturer_id), description, ".".join(map(str, library.library_version)))

    def _look(self, module: LoadedModule) -> None:
        """Compare what is in the slots with the last look; a device that fails to answer now is asked again next time."""
        from pkcs11.exceptions import PKCS11Error

        self._next_look_at = time.monotonic() + PAUSE_SECONDS
        self._looks += 1
        try:
            slot_ids = module.slot_ids()
            if slot_ids is None or (slot_ids == self._slot_ids and self._looks % LOOKS_PER_SERIAL):
                return
            slots = module.slots()
        except PKCS11Error:
            return
        if slots != self._slots:
            self._events.send_bytes(wire.SLOTS_CHANGED)
        self._slots, self._slot_ids = slots, tuple(token.slot_id for token in slots)
