"""GOST 28147-89 (RFC 5830) with the S-boxes of CryptoPro and TC26: ECB, CFB with key meshing, CNT and the imitovstavka.

Envelopes and key containers of the years before 2024 are made with it. Octet order is that of CryptoPro (RFC 4357): little-endian words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from struct import Struct
from typing import Final

from extern_desktop.signing.oids import PARAM_Z

BLOCK_BYTES: Final = 8
KEY_BYTES: Final = 32
MESHING_BYTES: Final = 1024

S_BOXES: Final[Mapping[str, str]] = {
    PARAM_Z: (
        "c462a5b9e8d703f1 68239a5c1e47bd0f b3582fade174c960 c821d4f670a53e9b 7f5a816d093eb42c 5df692cab78143e0 8e25691cf4b0da37 17ed05834fa69cb2"
    ),
    "1.2.643.2.2.31.1": (
        "96328b17a4efc0d5 37e98af0526cb4d1 e462b3d8cf5a0719 e7acd13902b4f856 b5198df0e423c7a6 3adc120b75948fe6 1d297a608c45f3be baf50ce8623917d4"
    ),
    "1.2.643.2.2.31.2": (
        "84b135092eacd67f 012a4d5c973fb86e ec0a92db758f3614 750db6123acf4e98 27cf95ab140d68e3 83264debc17fa095 52ab91c374d06f8e 04be8371a296fd5c"
    ),
    "1.2.643.2.2.31.3": (
        "1bc29d0f458ea763 017db4528efc9a63 825049fa37cd6e1b 36015da8b297efc4 8db0451293ce6fa7 c9b18e247365a0fd a968de20f35b41c7 7405a2fec61bd938"
    ),
    "1.2.643.2.2.31.4": (
        "fc2a645079ed1b83 b634cfe27d805a91 1cb0fe65ad489372 15eca70d62b493f8 0c89d2ab73654ef1 80f325eb1a47c9d6 306f1e92d8c4ba57 1a68fb04c3597d2e"
    ),
}
"""Substitutions by their identifiers: TC26 param-Z (RFC 7836) and CryptoPro A to D (RFC 4357); the first row answers for the lowest nibble."""

_WORDS: Final = Struct("<2I")
_KEY_WORDS: Final = Struct("<8I")
_ENCRYPT_ORDER: Final = (*range(8), *range(8), *range(8), *range(7, -1, -1))
_DECRYPT_ORDER: Final = (*range(8), *range(7, -1, -1), *range(7, -1, -1), *range(7, -1, -1))
_IMITO_ORDER: Final = (*range(8), *range(8))
_MESHING_KEY: Final = bytes.fromhex("6900722264c904238d3adb9646e92ac418feac9400ed0712c086dcc2ef4ca92b")
_CNT_LOW: Final = 0x01010101
_CNT_HIGH: Final = 0x01010104


class Gost28147:
    """One key with one S-box. It keeps no state between calls."""

    def __init__(self, key: bytes, s_box: str = PARAM_Z) -> None:
        if len(key) != KEY_BYTES:
            raise ValueError("a key of GOST 28147-89 has 32 octets")
        self._s_box = s_box
        self._rounds = _round_tables(s_box)
        self._words: Sequence[int] = _KEY_WORDS.unpack(key)

    def encrypt_blocks(self, data: bytes) -> bytes:
        """ECB: each block for itself."""
        return b"".join(self._block(block, _ENCRYPT_ORDER) for block in _whole_blocks(data))

    def decrypt_blocks(self, data: bytes) -> bytes:
        return b"".join(self._block(block, _DECRYPT_ORDER) for block in _whole_blocks(data))

    def encrypt_feedback(self, start: bytes, data: bytes, *, meshing: bool = True) -> bytes:
        """CFB; with CryptoPro key meshing (RFC 4357 2.3.2) after each 1024 octets. The last block may be short."""
        return self._feedback(start, data, meshing, decrypt=False)

    def decrypt_feedback(self, start: bytes, data: bytes, *, meshing: bool = True) -> bytes:
        return self._feedback(start, data, meshing, decrypt=True)

    def count(self, start: bytes, data: bytes, *, meshing: bool = True) -> bytes:
        """CNT («гаммирование»): the same call encrypts and decrypts."""
        cipher, state = self, self.encrypt_blocks(start)
        out = bytearray()
        for position in range(0, len(data), BLOCK_BYTES):
            if meshing and position and position % MESHING_BYTES == 0:
                cipher, state = cipher._meshed(state)
            low, high = _WORDS.unpack(state)
            high += _CNT_HIGH
            state = _WORDS.pack((low + _CNT_LOW) & 0xFFFFFFFF, (high & 0xFFFFFFFF) + (high >> 32))
            out += _xor(data[position : position + BLOCK_BYTES], cipher._block(state, _ENCRYPT_ORDER))
        return bytes(out)

    def imito(self, data: bytes, *, start: bytes = bytes(BLOCK_BYTES)) -> bytes:
        """Imitovstavka, 4 octets. Data are filled with zeros to whole blocks, and to two blocks at least."""
        data = data.ljust(2 * BLOCK_BYTES, b"\x00")
        state = start
        for block in _whole_blocks(data + bytes(-len(data) % BLOCK_BYTES)):
            low, high = self._run(_xor(block, state), _IMITO_ORDER)
            state = _WORDS.pack(low, high)
        return state[:4]

    def _block(self, block: bytes, order: Sequence[int]) -> bytes:
        low, high = self._run(block, order)
        return _WORDS.pack(high, low)

    def _run(self, block: bytes, order: Sequence[int]) -> tuple[int, int]:
        low, high = _WORDS.unpack(block)
        t0, t1, t2, t3 = self._rounds
        words = self._words
        for number in order:
            value = low + words[number]
            low, high = high ^ t0[value & 0xFF] ^ t1[value >> 8 & 0xFF] ^ t2[value >> 16 & 0xFF] ^ t3[value >> 24 & 0xFF], low
        return low, high

    def _feedback(self, start: bytes, data: bytes, meshing: bool, *, decrypt: bool) -> bytes:
        cipher, state = self, start
        out = bytearray()
        for position in range(0, len(data), BLOCK_BYTES):
            if meshing and position and position % MESHING_BYTES == 0:
                cipher, state = cipher._meshed(state)
            piece = data[position : position + BLOCK_BYTES]
            result = _xor(piece, cipher._block(state, _ENCRYPT_ORDER))
            out += result
            state = piece if decrypt else result
        return bytes(out)

    def _meshed(self, state: bytes) -> tuple[Gost28147, bytes]:
        cipher = Gost28147(self.decrypt_blocks(_MESHING_KEY), self._s_box)
        return cipher, cipher.encrypt_blocks(state)


def imito(key: bytes, data: bytes) -> bytes:
    """Imitovstavka of key containers: param-Z, start value zero, 4 octets."""
    return Gost28147(key).imito(data)


@lru_cache(maxsize=8)
def _round_tables(s_box: str) -> tuple[tuple[int, ...], ...]:
    """For each octet of a word: both its nibbles substituted, then turned left by 11 bits."""
    rows = [[int(digit, 16) for digit in row] for row in S_BOXES[s_box].split()]
    tables = []
    for place in range(4):
        low, high = rows[2 * place], rows[2 * place + 1]
        words = ((low[value & 15] | high[value >> 4] << 4) << 8 * place for value in range(256))
        tables.append(tuple((word << 11 | word >> 21) & 0xFFFFFFFF for word in words))
    return tuple(tables)


def _whole_blocks(data: bytes) -> Iterator[bytes]:
    if len(data) % BLOCK_BYTES:
        raise ValueError("GOST 28147-89 takes whole blocks here")
    return (data[start : start + BLOCK_BYTES] for start in range(0, len(data), BLOCK_BYTES))


def _xor(left: bytes, right: bytes) -> bytes:
    """As long as the shorter of the two."""
    return bytes(a ^ b for a, b in zip(left, right, strict=False))
