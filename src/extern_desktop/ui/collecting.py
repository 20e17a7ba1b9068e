"""Python's garbage is collected on the window's thread and nowhere else.

A collection on a worker would destroy wrappers of Qt objects there: it holds a lock of Qt and waits for the interpreter, while the window's thread
holds the interpreter and waits for that lock.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QCoreApplication, QTimer

_EVERY_MS = 500
_NAME = "garbage"


def collect_on_this_thread(app: QCoreApplication) -> None:
    """From now on the event loop of `app` collects. Asking twice changes nothing."""
    gc.disable()
    if app.findChild(QTimer, _NAME) is None:
        timer = QTimer(app)
        timer.setObjectName(_NAME)
        timer.timeout.connect(collect_due)
        timer.start(_EVERY_MS)


def collect_due() -> None:
    """Collect the generation whose time has come, by the interpreter's own thresholds."""
    counts, limits = gc.get_count(), gc.get_threshold()
    if counts[0] > limits[0]:
        gc.collect(2 if counts[2] > limits[2] else 1 if counts[1] > limits[1] else 0)
