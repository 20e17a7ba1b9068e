"""A short-lived child process: ask PC/SC for readers and cards, print the answer as JSON, end.

pyscard has no wheel for Linux and may be missing: then the answer says so. Nothing is sent to a card.
"""

from __future__ import annotations

import sys
from typing import Any

import msgspec

from extern_desktop.tokens.values import Reader, ReadersRung, RungState


def print_readers() -> None:
    sys.stdout.buffer.write(msgspec.json.encode(look()))


def look() -> ReadersRung:
    """All readers with the state of their cards."""
    try:
        from smartcard import scard as library
    except ImportError:
        return ReadersRung(RungState.NOT_KNOWN, (), "no-pyscard")
    scard: Any = library  # its functions have no types
    result, context = scard.SCardEstablishContext(scard.SCARD_SCOPE_USER)
    if result != scard.SCARD_S_SUCCESS:
        return ReadersRung(RungState.NOT_KNOWN, (), f"0x{result & 0xFFFFFFFF:08X}")
    try:
        return _list(scard, context)
    finally:
        scard.SCardReleaseContext(context)


def _list(scard: Any, context: Any) -> ReadersRung:
    result, names = scard.SCardListReaders(context, [])
    if result == scard.SCARD_E_NO_READERS_AVAILABLE or (result == scard.SCARD_S_SUCCESS and not names):
        return ReadersRung(RungState.ABSENT, ())
    if result != scard.SCARD_S_SUCCESS:
        return ReadersRung(RungState.NOT_KNOWN, (), f"0x{result & 0xFFFFFFFF:08X}")
    result, states = scard.SCardGetStatusChange(context, 0, [(name, scard.SCARD_STATE_UNAWARE) for name in names])
    if result != scard.SCARD_S_SUCCESS:
        return ReadersRung(RungState.NOT_KNOWN, (), f"0x{result & 0xFFFFFFFF:08X}")
    found = tuple(Reader(name, bool(state & scard.SCARD_STATE_PRESENT), bytes(atr)) for name, state, atr in states)
    return ReadersRung(RungState.PRESENT, found)
