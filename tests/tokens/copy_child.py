"""A process of its own that copies a container and kills itself at one step of the way, as a pulled plug would.

Arguments: source folder, target parent, number of the progress step at which to die (steps from 0).
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from pathlib import Path
from typing import TypeVar

from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Cancelled, Progress, Work
from extern_desktop.signing.gost28147 import imito
from extern_desktop.tokens.containers import copy_container

T = TypeVar("T")


class DyingWatcher:
    def __init__(self, last_step: int) -> None:
        self._steps_left = last_step

    def show(self, progress: Progress) -> None:
        if self._steps_left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        self._steps_left -= 1

    def answer(self, question: Question[T], cancelled: threading.Event) -> T:
        raise Cancelled


if __name__ == "__main__":
    copy_container(Path(sys.argv[1]), Path(sys.argv[2]), mac=imito, work=Work(DyingWatcher(int(sys.argv[3]))))
