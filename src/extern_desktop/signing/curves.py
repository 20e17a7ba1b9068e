"""Elliptic curves of GOST R 34.10-2012 by their identifiers: the parameter sets of TC26 and CryptoPro (RFC 4357, RFC 7836, RFC 9215).

Twisted curves are given in their short Weierstrass form, which is what signatures and public keys use.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Point = tuple[int, int]
"""Affine coordinates. The point at infinity is `None` wherever it may come out."""


@dataclass(frozen=True, slots=True)
class Curve:
    """y² = x³ + a·x + b over the field of p elements, with a base point of prime order q."""

    name: str
    oids: tuple[str, ...]
    """All identifiers under which these very parameters are known."""
    bits: int
    p: int
    a: int
    b: int
    q: int
    base: Point
    cofactor: int = 1

    @property
    def size_bytes(self) -> int:
        """Length of one coordinate, of a private key and of half a signature."""
        return self.bits // 8

    def holds(self, point: Point) -> bool:
        """Whether the coordinates are in range and on the curve."""
        x, y = point
        return 0 <= x < self.p and 0 <= y < self.p and (y * y - (x * x + self.a) * x - self.b) % self.p == 0

    def point_octets(self, point: Point) -> bytes:
        """x, then y, each little-endian: the public key of SPKI and of tokens."""
        return point[0].to_bytes(self.size_bytes, "little") + point[1].to_bytes(self.size_bytes, "little")

    def read_point(self, octets: bytes) -> Point | None:
        """The point of `point_octets`; `None` when the length is wrong or the point isn't on the curve."""
        if len(octets) != 2 * self.size_bytes:
            return None
        point = int.from_bytes(octets[: self.size_bytes], "little"), int.from_bytes(octets[self.size_bytes :], "little")
        return point if self.holds(point) else None


def _curve(name: str, oids: str, bits: int, p: int, a: int, b: str, q: str, x: int, y: str, cofactor: int = 1) -> Curve:
    return Curve(name, tuple(oids.split()), bits, p, a % p, int(b, 16), int(q, 16), (x, int(y, 16)), cofactor)


_P_256: Final = 2**256 - 617
_P_512: Final = 2**512 - 569
_P_B: Final = 2**255 + 0xC99
_P_C: Final = 0x9B9F605F5A858107AB1EC85E6B41C8AACF846E86789051D37998F7B9022D759B

CURVES: Final[tuple[Curve, ...]] = (
    _curve(
        "CryptoPro-A", "1.2.643.2.2.35.1 1.2.643.2.2.36.0 1.2.643.7.1.2.1.1.2", 256, _P_256, -3,
        "A6",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF6C611070995AD10045841B09B761B893",
        1, "8D91E471E0989CDA27DF505A453F2B7635294F2DDF23E3B122ACC99C9E9F1E14",
    ),
    _curve(
        "CryptoPro-B", "1.2.643.2.2.35.2 1.2.643.7.1.2.1.1.3", 256, _P_B, -3,
        "3E1AF419A269A5F866A7D3C25C3DF80AE979259373FF2B182F49D4CE7E1BBC8B",
        "800000000000000000000000000000015F700CFFF1A624E5E497161BCC8A198F",
        1, "3FA8124359F96680B83D1C3EB2C070E5C545C9858D03ECFB744BF8D717717EFC",
    ),
    _curve(
        "CryptoPro-C", "1.2.643.2.2.35.3 1.2.643.2.2.36.1 1.2.643.7.1.2.1.1.4", 256, _P_C, -3,
        "805A",
        "9B9F605F5A858107AB1EC85E6B41C8AA582CA3511EDDFB74F02F3A6598980BB9",
        0, "41ECE55743711A8C3CBF3783CD08C0EE4D4DC440D4641A8F366E550DFDB3BB67",
    ),
    _curve(
        "TC26-256-A", "1.2.643.7.1.2.1.1.1", 256, _P_256, 0xC2173F1513981673AF4892C23035A27CE25E2013BF95AA33B22C656F277E7335,
        "295F9BAE7428ED9CCC20E7C359A9D41A22FCCD9108E17BF7BA9337A6F8AE9513",
        "400000000000000000000000000000000FD8CDDFC87B6635C115AF556C360C67",
        0x91E38443A5E82C0D880923425712B2BB658B9196932E02C78B2582FE742DAA28,
        "32879423AB1A0375895786C4BB46E9565FDE0B5344766740AF268ADB32322E5C", 4,
    ),
    _curve(
        "TC26-512-A", "1.2.643.7.1.2.1.2.1", 512, _P_512, -3,
        "E8C2505DEDFC86DDC1BD0B2B6667F1DA34B82574761CB0E879BD081CFD0B6265EE3CB090F30D27614CB4574010DA90DD862EF9D4EBEE4761503190785A71C760",
        "FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF27E69532F48D89116FF22B8D4E0560609B4B38ABFAD2B85DCACDB1411F10B275",
        3, "7503CFE87A836AE3A61B8816E25450E6CE5E1C93ACF1ABC1778064FDCBEFA921DF1626BE4FD036E93D75E6A50E3A41E98028FE5FC235F5B889A589CB5215F2A4",
    ),
    _curve(
        "TC26-512-B", "1.2.643.7.1.2.1.2.2", 512, 2**511 + 0x6F, -3,
        "687D1B459DC841457E3E06CF6F5E2517B97C7D614AF138BCBF85DC806C4B289F3E965D2DB1416D217F8B276FAD1AB69C50F78BEE1FA3106EFB8CCBC7C5140116",
        "800000000000000000000000000000000000000000000000000000000000000149A1EC142565A545ACFDB77BD9D40CFA8B996712101BEA0EC6346C54374F25BD",
        2, "1A8F7EDA389B094C2C071E3647A8940F3C123B697578C213BE6DD9E6C8EC7335DCB228FD1EDF4A39152CBCAAF8C0398828041055F94CEEEC7E21340780FE41BD",
    ),
    _curve(
        "TC26-512-C", "1.2.643.7.1.2.1.2.3", 512, _P_512,
        0xDC9203E514A721875485A529D2C722FB187BC8980EB866644DE41C68E143064546E861C0E2C9EDD92ADE71F46FCF50FF2AD97F951FDA9F2A2EB6546F39689BD3,
        "B4C4EE28CEBC6C2C8AC12952CF37F16AC7EFB6A9F69F4B57FFDA2E4F0DE5ADE038CBC2FFF719D2C18DE0284B8BFEF3B52B8CC7A5F5BF0A3C8D2319A5312557E1",
        "3FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFC98CDBA46506AB004C33A9FF5147502CC8EDA9E7A769A12694623CEF47F023ED",
        0xE2E31EDFC23DE7BDEBE241CE593EF5DE2295B7A9CBAEF021D385F7074CEA043AA27272A7AE602BF2A7B9033DB9ED3610C6FB85487EAE97AAC5BC7928C1950148,
        "F5CE40D95B5EB899ABBCCFF5911CB8577939804D6527378B8C108C3D2090FF9BE18E2D33E3021ED2EF32D85822423B6304F726AA854BAE07D0396E9A9ADDC40F", 4,
    ),
)  # fmt: skip

CURVE_BY_OID: Final[Mapping[str, Curve]] = {oid: curve for curve in CURVES for oid in curve.oids}
