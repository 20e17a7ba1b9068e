"""The table of known libraries."""

from __future__ import annotations

from pathlib import Path

import pytest

from extern_desktop.tokens import modules
from extern_desktop.tokens.modules import KnownModule, known_modules, vendor_of


def test_known_modules_only_what_is_installed_and_one_file_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    library, link = tmp_path / "librtpkcs11ecp.so", tmp_path / "link.so"
    library.write_bytes(b"\x7fELF")
    link.symlink_to(library)
    monkeypatch.setenv("VENDOR_FOLDER", str(tmp_path))
    rows = [("linux", "$VENDOR_FOLDER/librtpkcs11ecp.so"), ("linux", str(link)), ("linux", str(tmp_path / "gone.so")), ("win32", str(library))]
    monkeypatch.setattr(modules, "KNOWN", tuple(KnownModule(platform, path, "Rutoken") for platform, path in rows))
    assert known_modules("linux") == (library,)
    assert known_modules("win32") == (library,)
    assert known_modules("darwin") == ()


@pytest.mark.parametrize(
    ("path", "vendor"),
    [("/opt/x/librtpkcs11ecp.so", "Rutoken"), ("/x/JCPKCS11-2.DLL", "JaCarta"), ("/x/opensc-pkcs11.so", "OpenSC"), ("/x/own.so", "own.so")],
)
def test_vendor_of_is_found_by_the_file_name(path: str, vendor: str) -> None:
    assert vendor_of(Path(path)) == vendor
