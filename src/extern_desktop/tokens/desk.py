"""All tokens of this computer, whatever library sees them. One child process per library; one that is broken never takes the others down.

A PIN passes through `open` once and is kept nowhere. Nothing here asks a person anything.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path
from types import TracebackType

from extern_desktop.domain.errors import ExternError
from extern_desktop.domain.secrets import Pin
from extern_desktop.jobs.lanes import Lane
from extern_desktop.tokens import _wire as wire
from extern_desktop.tokens.errors import TokenMissingError
from extern_desktop.tokens.process import ModuleProcess
from extern_desktop.tokens.session import OpenToken
from extern_desktop.tokens.values import ModuleProblem, TokenCard, TokenChange
from extern_desktop.tokens.watch import Watch, WatchHub, merge_cards


class TokenDesk:
    """The tokens behind these PKCS#11 libraries. Thread-safe; close it to end the child processes."""

    def __init__(self, modules: Sequence[Path], *, virtual_allowed: bool = False, call_deadline_seconds: float = 20.0) -> None:
        """`virtual_allowed` lets the test module in; no child is started before it is needed."""
        self._starter = Lane("token-start")
        self._lane = Lane("token-modules", max(1, len(modules)))
        self._processes = tuple(
            ModuleProcess(path, starter=self._starter, virtual_allowed=virtual_allowed, call_deadline_seconds=call_deadline_seconds)
            for path in dict.fromkeys(modules)
        )
        self._hub = WatchHub(self._processes)
        self._holders: dict[str, ModuleProcess] = {}

    @property
    def modules(self) -> tuple[ModuleProcess, ...]:
        """The libraries, in the order in which a token seen by two of them is given to the first."""
        return self._processes

    def list_tokens(self) -> tuple[TokenCard, ...]:
        """Every token that can be read now, asked of all libraries at once. What couldn't be asked is in `problems()`."""
        asked: list[tuple[ModuleProcess, Future[tuple[TokenCard, ...]]]] = [
            (process, self._lane.run(process.read_cards)) for process in self._processes
        ]
        found = []
        for process, future in asked:
            try:
                cards = future.result()
            except ExternError:  # kept by the process as its problem
                continue
            found.append(cards)
            for card in cards:
                self._holders.setdefault(card.serial, process)
        return merge_cards(found)

    def problems(self) -> tuple[ModuleProblem, ...]:
        """Libraries and slots that couldn't be used when they were last asked."""
        return tuple(problem for process in self._processes for problem in process.problems())

    def watch(self, listener: Callable[[TokenChange], None]) -> Watch:
        """Tell of every token that is there, then of each that comes or goes, until `stop()`.

        The listener is called on threads of ours, and on the caller's for tokens that are known already; it must be quick and wait for nobody.
        """
        return self._hub.add(listener)

    def open(self, serial: str, pin: Pin | None) -> OpenToken:
        """Log in once. None for a token whose PIN is typed on its own keypad.

        Before the token is asked: it must be there, not locked, and the PIN of a possible length. Raises `TokenMissingError`, `PinLockedError`,
        `PinLengthError`, `PinRefusedError` with the attempts that are left, `TokenBusyError`, `DeviceFailedError`, or the failure of its library.
        """
        process = self._holder_of(serial)
        opened = process.call(
            wire.Open(serial, pin.reveal().encode() if pin is not None else None),
            wire.Opened,
            deadline_factor=_KEYPAD_FACTOR if pin is None else 1.0,
        )
        return OpenToken(process, opened, process.generation)

    def change_pin(self, serial: str, old: Pin, new: Pin) -> TokenCard:
        """Set `new` in the place of `old`, in one question to the token; the token as it is then.

        Before the token is asked: it must be there, not in use, not locked, and both PINs of a possible length. Raises what `open` does, and
        `PinUnfitError` when the token doesn't take the new one.
        """
        act = wire.ChangePin(serial, old.reveal().encode(), new.reveal().encode())
        return self._holder_of(serial).call(act, wire.PinSet).card

    def unblock_pin(self, serial: str, so_pin: Pin, new: Pin) -> TokenCard:
        """Set a new user PIN with the administrator's, which also sets the user's counter back; keys and certificates stay.

        Raises `SoPinRefusedError` with the attempts that are left, `SoPinLockedError`, and what `change_pin` does.
        """
        act = wire.UnblockPin(serial, so_pin.reveal().encode(), new.reveal().encode())
        return self._holder_of(serial).call(act, wire.PinSet).card

    def close(self) -> None:
        """End the watching and the child processes. Logins end with them."""
        self._hub.close()
        for process in self._processes:
            process.close()
        self._hub.join()
        self._lane.close()
        self._starter.close()

    def __enter__(self) -> TokenDesk:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def _holder_of(self, serial: str) -> ModuleProcess:
        """The library that had the token last time, else the first that sees it: one that hangs must not hold up a token it never had.

        A failed library is passed over unless no other has the token, and then its failure is the answer.
        """
        last = self._holders.pop(serial, None)
        if last is not None and any(token.serial == serial for token in last.call(wire.ReadSlots(), wire.Slots).tokens):
            self._holders[serial] = last
            return last
        asked = [(process, self._lane.run(process.call, wire.ReadSlots(), wire.Slots)) for process in self._processes]
        failure: ExternError | None = None
        for process, future in asked:
            try:
                if any(token.serial == serial for token in future.result().tokens):
                    self._holders[serial] = process
                    return process
            except ExternError as error:
                failure = failure or error
        raise failure or TokenMissingError(serial)


_KEYPAD_FACTOR = 6.0
"""A person finds the keypad and types."""
