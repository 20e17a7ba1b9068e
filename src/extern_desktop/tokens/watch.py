"""Hot plug: one thread per library waits for its child's word that something changed, then reads the cards and tells the listeners.

Listeners are called on these threads. A library that crashes is started again; its tokens count as gone only when that fails too.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from multiprocessing import Pipe
from multiprocessing.connection import wait
from typing import Final

from extern_desktop.domain.errors import ExternError
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens._launch import ChildPipe
from extern_desktop.tokens.process import ModuleProcess
from extern_desktop.tokens.values import TokenCard, TokenChange, TokenChangeKind

Listener = Callable[[TokenChange], None]

PROOF_OF_LIFE_SECONDS: Final = 15.0
"""A library that hangs while idle says nothing: it is asked this often."""
_SHORTEST_PAUSE_SECONDS: Final = 0.05


def merge_cards(cards_of_modules: Iterable[Sequence[TokenCard]]) -> tuple[TokenCard, ...]:
    """One card per token: seen by two libraries, it belongs to the first. Tokens without a serial number are never taken for one another."""
    merged: dict[str, TokenCard] = {}
    for cards in cards_of_modules:
        for card in cards:
            merged.setdefault(card.serial or f"{card.module}#{card.slot_id}", card)
    return tuple(merged.values())


class Watch:
    """One listener's watch. It has its own memory of what it was told, so it may begin at any time."""

    def __init__(self, listener: Listener, hub: WatchHub) -> None:
        self._listener = listener
        self._hub = hub
        self._known: dict[str, TokenCard] = {}
        self._lock = threading.RLock()
        self._stopped = False

    def stop(self) -> None:
        """No call of the listener begins after this returns. The listener may stop its own watch."""
        with self._lock:
            self._stopped = True
        self._hub.remove(self)

    def tell(self, cards: Sequence[TokenCard]) -> None:
        """Compare with what the listener knows and tell it the difference, removals first."""
        with self._lock:
            now = {card.serial or f"{card.module}#{card.slot_id}": card for card in cards}
            changes = [TokenChange(TokenChangeKind.REMOVED, card) for key, card in self._known.items() if key not in now]
            changes += [TokenChange(TokenChangeKind.APPEARED, card) for key, card in now.items() if key not in self._known]
            self._known = now
            for change in changes:
                if not self._stopped:
                    self._call(change)

    def _call(self, change: TokenChange) -> None:
        """A listener's bug goes to the crash report and doesn't end the watching of others."""
        try:
            self._listener(change)
        except Exception:
            kind, value, trace = sys.exc_info()
            threading.excepthook(threading.ExceptHookArgs((kind or Exception, value, trace, threading.current_thread())))


class WatchHub:
    """The threads that watch, as long as somebody listens."""

    def __init__(self, processes: Sequence[ModuleProcess]) -> None:
        self._processes = processes
        self._lock = threading.RLock()
        self._watches: list[Watch] = []
        self._followers: list[_Follower] = []
        self._ending: list[_Follower] = []

    def add(self, listener: Listener) -> Watch:
        with self._lock:
            watch = Watch(listener, self)
            self._watches.append(watch)
            if not self._followers:
                self._followers = [_Follower(process, self._publish) for process in self._processes]
                for follower in self._followers:
                    follower.start()
            cards = self._cards()
        watch.tell(cards)
        return watch

    def remove(self, watch: Watch) -> None:
        """Forget a watch; with the last one the threads end by themselves. Never waits for a library."""
        with self._lock:
            if watch in self._watches:
                self._watches.remove(watch)
            if self._watches:
                return
            for follower in self._followers:
                follower.stop()
            self._ending = [follower for follower in self._ending if follower.is_alive()] + self._followers
            self._followers = []

    def close(self) -> None:
        """Stop every watch. The threads may still be in a call: `join` them when that can't hang any more."""
        for watch in list(self._watches):
            watch.stop()

    def join(self) -> None:
        for follower in self._ending:
            follower.join()

    def _cards(self) -> tuple[TokenCard, ...]:
        return merge_cards(follower.cards for follower in self._followers)

    def _publish(self) -> None:
        with self._lock:
            cards, watches = self._cards(), list(self._watches)
        for watch in watches:
            watch.tell(cards)


class _Follower:
    """Follows one library on a thread of its own."""

    def __init__(self, process: ModuleProcess, publish: Callable[[], None]) -> None:
        self.cards: tuple[TokenCard, ...] = ()
        self._process = process
        self._publish = publish
        self._woken, self._wake = Pipe(duplex=False)
        self._stopping = False
        self._thread = threading.Thread(target=self._follow, name=f"token-watch-{process.path.name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._stopping = True
        self._wake.send_bytes(b"stop")

    def join(self) -> None:
        if self._thread is not threading.current_thread():
            self._thread.join()

    def is_alive(self) -> bool:
        return self._thread.is_alive()

    def _follow(self) -> None:
        failed_before = False
        while not self._stopping:
            try:
                events = self._process.watch()
                self._show(self._process.read_cards())
                failed_before = False
                self._wait_for_change(events)
            except (ExternError, OSError):  # kept by the process as its problem; OSError: its pipe was closed under us
                if failed_before:
                    self._show(())
                failed_before = True
                wait([self._woken], max(_SHORTEST_PAUSE_SECONDS, self._process.seconds_until_restart()))
        self._woken.close()
        self._wake.close()

    def _show(self, cards: tuple[TokenCard, ...]) -> None:
        if cards != self.cards:
            self.cards = cards
            self._publish()

    def _wait_for_change(self, events: ChildPipe) -> None:
        """Return when the child says so, when it ends, when it stops answering, or when we are to stop."""
        asked_at = time.monotonic()
        while not self._stopping:
            ready = wait([events, self._woken], max(0.0, asked_at + PROOF_OF_LIFE_SECONDS - time.monotonic()))
            if self._woken in ready:
                return
            if events in ready:
                try:
                    events.recv_bytes()
                except EOFError:
                    self._process.call(wire.ReadSlots(), wire.Slots)  # finds it dead and says how, or starts the next one
                return
            if not ready:
                self._process.call(wire.ReadSlots(), wire.Slots)
                asked_at = time.monotonic()
