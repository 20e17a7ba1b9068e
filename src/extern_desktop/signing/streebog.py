"""Streebog, GOST R 34.11-2012 (RFC 6986): in C where the extension is there, in Python where it isn't. Both give the same octets.

The digest is in the order of octets that CMS, certificates and tokens use (the RFC prints it as a number, the other way round).
"""

from __future__ import annotations

from functools import lru_cache
from struct import Struct
from typing import Final, Protocol

from extern_desktop.signing._extension import HAS_NATIVE
from extern_desktop.signing._streebog_definitions import ITERATION_CONSTANTS, LINEAR_ROWS, PERMUTATION

if HAS_NATIVE:
    from extern_desktop.signing import _native

    _native.define_streebog(PERMUTATION, b"".join(row.to_bytes(8, "little") for row in LINEAR_ROWS), b"".join(ITERATION_CONSTANTS))

BLOCK_BYTES: Final = 64
_WORDS: Final = Struct("<8Q")
_MODULUS: Final = 1 << 512
_ZERO: Final = (0,) * 8
_Block = tuple[int, ...]


class Hash(Protocol):
    """A hash in the making."""

    def update(self, data: bytes) -> None: ...

    def digest(self) -> bytes:
        """Digest of what came so far; more may follow."""
        ...


def Streebog(bits: int = 256) -> Hash:  # noqa: N802  used as a class, whichever of the two it makes
    """A hash of `bits` (256 or 512) that takes its data in pieces."""
    return _native.Streebog(bits) if HAS_NATIVE else PureStreebog(bits)


def streebog(data: bytes, bits: int = 256) -> bytes:
    """Digest of `data`: 32 or 64 octets."""
    hasher = Streebog(bits)
    hasher.update(data)
    return hasher.digest()


class PureStreebog:
    """The twin in Python, 0.4 MB/s."""

    def __init__(self, bits: int = 256) -> None:
        if bits not in (256, 512):
            raise ValueError("Streebog has 256 or 512 bits")
        self._bits = bits
        self._state: _Block = (0x0101010101010101 if bits == 256 else 0,) * 8
        self._length_bits = 0
        self._sum = 0
        self._tail = b""

    def update(self, data: bytes) -> None:
        data = self._tail + bytes(data)
        whole = len(data) // BLOCK_BYTES * BLOCK_BYTES
        for start in range(0, whole, BLOCK_BYTES):
            block = data[start : start + BLOCK_BYTES]
            self._state = _compress(self._length_bits, self._state, _WORDS.unpack(block))
            self._length_bits = (self._length_bits + 8 * BLOCK_BYTES) % _MODULUS
            self._sum = (self._sum + int.from_bytes(block, "little")) % _MODULUS
        self._tail = data[whole:]

    def digest(self) -> bytes:
        block = (self._tail + b"\x01").ljust(BLOCK_BYTES, b"\x00")
        state = _compress(self._length_bits, self._state, _WORDS.unpack(block))
        length = self._length_bits + 8 * len(self._tail)
        total = (self._sum + int.from_bytes(block, "little")) % _MODULUS
        for number in (length, total):
            state = _compress(0, state, _WORDS.unpack(number.to_bytes(BLOCK_BYTES, "little")))
        return _WORDS.pack(*state)[-self._bits // 8 :]


@lru_cache(maxsize=1)
def _tables() -> tuple[tuple[int, ...], ...]:
    """For each octet of a word: what its 256 values give after the permutation and the linear transformation."""
    tables = []
    for place in range(8):
        rows = [LINEAR_ROWS[63 - 8 * place - bit] for bit in range(8)]
        linear = [0] * 256
        for value in range(1, 256):
            low = value & -value
            linear[value] = linear[value ^ low] ^ rows[low.bit_length() - 1]
        tables.append(tuple(linear[PERMUTATION[value]] for value in range(256)))
    return tuple(tables)


@lru_cache(maxsize=1)
def _iteration_words() -> tuple[_Block, ...]:
    return tuple(_WORDS.unpack(constant) for constant in ITERATION_CONSTANTS)


def _transform(block: _Block) -> _Block:
    """L(P(S(block))): the transposition P turns the octets of one place into one word."""
    t0, t1, t2, t3, t4, t5, t6, t7 = _tables()
    columns = _WORDS.pack(*block)
    return tuple(
        t0[columns[i]]
        ^ t1[columns[i + 8]]
        ^ t2[columns[i + 16]]
        ^ t3[columns[i + 24]]
        ^ t4[columns[i + 32]]
        ^ t5[columns[i + 40]]
        ^ t6[columns[i + 48]]
        ^ t7[columns[i + 56]]
        for i in range(8)
    )


def _xor(left: _Block, right: _Block) -> _Block:
    return tuple(a ^ b for a, b in zip(left, right, strict=True))


def _compress(length_bits: int, state: _Block, block: _Block) -> _Block:
    """g_N(h, m) of section 7."""
    key = _transform(_xor(state, _WORDS.unpack(length_bits.to_bytes(BLOCK_BYTES, "little")) if length_bits else _ZERO))
    inner = _xor(block, key)
    for constant in _iteration_words():
        inner = _transform(inner)
        key = _transform(_xor(key, constant))
        inner = _xor(inner, key)
    return tuple(a ^ b ^ c for a, b, c in zip(inner, state, block, strict=True))
