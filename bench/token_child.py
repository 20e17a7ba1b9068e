"""The child process of a token library: how soon it is there, how soon it is there again after it was killed, what it weighs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Final

from bench.figures import Bench, Figure, Kind, Limit, Pair, Sample, Scale, Side
from bench.surroundings import fresh_folder, pss_bytes
from bench.workplaces import virtual_token
from extern_desktop.tokens.desk import TokenDesk
from virtual_rutoken.plug import VirtualRutoken

START: Final = "token.start"
AGAIN: Final = "token.ready-again"
MEMORY: Final = "token.pss"

_MEGABYTE: Final = 1024 * 1024
_BARE: Final = "import pkcs11, msgspec, sys; sys.stdout.write('ready'); sys.stdout.flush(); sys.stdin.read()"
"""The least a child can be: an interpreter with the library that speaks PKCS#11 and the one that speaks to us."""


@contextmanager
def _open(_scale: Scale) -> Iterator[Pair]:
    with ExitStack() as stack:
        stack.enter_context(virtual_token(stack.enter_context(fresh_folder())))
        module = VirtualRutoken.build()

        def product() -> Sample:
            with TokenDesk([module], virtual_allowed=True) as desk:
                started_at = time.perf_counter()
                desk.list_tokens()
                ready_at = time.perf_counter()
                child = desk.modules[0].pid or 0
                weight = pss_bytes(child)
                killed_at = time.perf_counter()
                os.kill(child, signal.SIGKILL)
                while not desk.list_tokens():  # the first answer may be the loss itself
                    time.sleep(0.001)
                again_at = time.perf_counter()
            return {START: (ready_at - started_at) * 1000, AGAIN: (again_at - killed_at) * 1000, MEMORY: weight / _MEGABYTE}

        def anchor() -> Sample:
            started_at = time.perf_counter()
            with subprocess.Popen([sys.executable, "-I", "-c", _BARE], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
                if child.stdout is None or child.stdin is None:
                    raise RuntimeError("no pipes")
                child.stdout.read(5)
                spent = (time.perf_counter() - started_at) * 1000
                weight = pss_bytes(child.pid) / _MEGABYTE
                child.stdin.close()
            return {START: spent, AGAIN: spent, MEMORY: weight}

        yield Pair(product, anchor)


BENCH: Final = Bench(
    "token",
    (
        Figure(START, "ms", (Limit(Side.AT_MOST, 3.0),), Kind.WATCH, anchor="bare child with pkcs11"),
        Figure(AGAIN, "ms", (Limit(Side.AT_MOST, 3.0),), anchor="bare child with pkcs11"),
        Figure(MEMORY, "MB", (Limit(Side.AT_MOST, 25, of_ratio=False),), anchor="bare child with pkcs11"),
    ),
    _open,
)
