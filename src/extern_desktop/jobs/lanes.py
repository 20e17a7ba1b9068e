"""One lane for each scarce thing: a named queue with its own threads.

A lane runs what it is given in order and hands back futures; whoever takes a future looks at its failure.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


class Lane:
    """A queue worked off by `width` threads. Close it before the thing it guards."""

    def __init__(self, name: str, width: int = 1) -> None:
        self.name = name
        self._pool = ThreadPoolExecutor(width, thread_name_prefix=f"lane-{name}")

    def run(self, act: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        return self._pool.submit(act, *args, **kwargs)

    def close(self) -> None:
        """Finish what runs, drop what waits."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def __enter__(self) -> Lane:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()
