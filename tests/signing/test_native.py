"""The C extension: built from its sources here with both sizes of limbs, it agrees with the Python twins and takes no nonsense."""

from __future__ import annotations

import hashlib
import importlib.util
import shutil
import subprocess
import sys
import sysconfig
import threading
from importlib.machinery import ExtensionFileLoader
from pathlib import Path
from types import ModuleType

import pytest

from extern_desktop.signing import _points
from extern_desktop.signing._streebog_definitions import ITERATION_CONSTANTS, LINEAR_ROWS, PERMUTATION
from extern_desktop.signing.curves import CURVES
from extern_desktop.signing.streebog import PureStreebog

SOURCES = Path(__file__).parents[2] / "native"
DEFINITIONS = (PERMUTATION, b"".join(row.to_bytes(8, "little") for row in LINEAR_ROWS), b"".join(ITERATION_CONSTANTS))


@pytest.fixture(scope="module", params=[[], ["-U__SIZEOF_INT128__"]], ids=["64-bit-limbs", "32-bit-limbs"])
def native(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> ModuleType:
    include = sysconfig.get_paths()["include"]
    if sys.platform == "win32" or shutil.which("cc") is None or not (Path(include) / "Python.h").is_file():
        pytest.skip("no C compiler or no headers of Python here")
    target = tmp_path_factory.mktemp("native") / "_native.abi3.so"
    options = ["-std=c11", "-O2", "-fPIC", "-shared", "-Wall", "-Wextra", "-Werror", *request.param, f"-I{include}"]
    subprocess.run(["cc", *options, *(str(SOURCES / name) for name in ("module.c", "streebog.c", "curve.c")), "-o", str(target)], check=True)
    name = "extern_desktop.signing._native"
    loader = ExtensionFileLoader(name, str(target))
    specification = importlib.util.spec_from_file_location(name, target, loader=loader)
    assert specification is not None
    module = importlib.util.module_from_spec(specification)
    loader.exec_module(module)
    return module


def test_native_streebog_before_its_definitions_is_refused(native: ModuleType) -> None:
    with pytest.raises(RuntimeError, match="comes first"):
        native.Streebog(256)
    with pytest.raises(ValueError, match="length"):
        native.define_streebog(PERMUTATION[:-1], *DEFINITIONS[1:])


def test_native_streebog_agrees_with_the_twin(native: ModuleType) -> None:
    native.define_streebog(*DEFINITIONS)
    data = hashlib.shake_128(b"native").digest(20_000)
    for bits in (256, 512):
        for length in (0, 1, 63, 64, 65, 127, 128, 129, 4095, 4096, 20_000):
            c, python = native.Streebog(bits), PureStreebog(bits)
            c.update(data[:length])
            python.update(data[:length])
            assert c.digest() == python.digest(), (bits, length)


def test_native_streebog_takes_octets_and_nothing_else(native: ModuleType) -> None:
    native.define_streebog(*DEFINITIONS)
    hasher = native.Streebog(256)
    hasher.update(bytearray(b"ab"))
    hasher.update(memoryview(b"cd"))
    python = PureStreebog()
    python.update(b"abcd")
    assert hasher.digest() == python.digest()
    for nonsense in ("text", 5, None):
        with pytest.raises(TypeError):
            hasher.update(nonsense)
    with pytest.raises(RuntimeError, match="not started"):
        native.Streebog.__new__(native.Streebog).digest()
    with pytest.raises(ValueError, match="256 or 512"):
        native.Streebog(128)


def test_native_streebog_one_object_in_several_threads_does_not_crash(native: ModuleType) -> None:
    native.define_streebog(*DEFINITIONS)
    hasher = native.Streebog(256)
    pieces = [bytes([number]) * (4096 + number) for number in range(8)]

    def feed(piece: bytes) -> None:
        for _ in range(50):
            hasher.update(piece)

    threads = [threading.Thread(target=feed, args=(piece,)) for piece in pieces]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(hasher.digest()) == 32


def test_native_combine_agrees_with_the_twin_on_every_curve(native: ModuleType) -> None:
    for curve in CURVES:
        size = curve.size_bytes
        seed = int.from_bytes(hashlib.shake_128(curve.name.encode()).digest(size), "big")
        other = _points.combine_pure(curve, 7, curve.base, 0, curve.base)
        assert other is not None
        q = curve.q
        pairs = [(0, 0), (1, 0), (0, 1), (1, q - 1), (7 * (q - 1) % q, 1), (seed % q, seed // 3 % q), (q - 1, q - 2)]
        for first, second in pairs:
            octets = native.combine(
                curve.p.to_bytes(size, "little"),
                curve.a.to_bytes(size, "little"),
                first.to_bytes(size, "little"),
                curve.point_octets(curve.base),
                second.to_bytes(size, "little"),
                curve.point_octets(other),
            )
            expected = _points.combine_pure(curve, first, curve.base, second, other)
            assert octets == (curve.point_octets(expected) if expected else b""), (curve.name, first, second)


def test_native_combine_numbers_of_a_wrong_length_are_refused(native: ModuleType) -> None:
    right = [b"\x07" + bytes(31), bytes(32), bytes(32), bytes(64), bytes(32), bytes(64)]
    native.combine(*right)
    for place in range(6):
        for wrong in (b"", right[place] + b"\x00", right[place][:-1]):
            with pytest.raises(ValueError, match="32 or 64"):
                native.combine(*right[:place], wrong, *right[place + 1 :])
    with pytest.raises(ValueError, match="odd prime"):
        native.combine(b"\x06" + bytes(31), *right[1:])
    with pytest.raises(TypeError):
        native.combine(*right[:5])
