"""Where the vendors' PKCS#11 libraries lie on each system. A list of places to look; nothing is loaded here.

Each library sees only the tokens of its own vendor, so all that are installed are used side by side.
Sources: the vendors' packages and manuals; OpenSC comes last, since it also lists tokens that a vendor's own library serves better.
"""

from __future__ import annotations

import contextlib
import mmap
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final


@dataclass(frozen=True, slots=True)
class KnownModule:
    """One library in one place."""

    platform: str
    """`sys.platform`."""
    path: str
    """May begin with an environment variable in Windows' way."""
    vendor: str


KNOWN: Final = (
    KnownModule("linux", "/usr/lib/librtpkcs11ecp.so", "Rutoken"),
    KnownModule("linux", "/usr/lib64/librtpkcs11ecp.so", "Rutoken"),
    KnownModule("linux", "/usr/lib64/pkcs11/librtpkcs11ecp.so", "Rutoken"),
    KnownModule("linux", "/opt/aktivco/rutokenecp/x86_64/librtpkcs11ecp.so", "Rutoken"),
    KnownModule("linux", "/usr/lib/libjcPKCS11-2.so", "JaCarta"),
    KnownModule("linux", "/usr/lib64/libjcPKCS11-2.so", "JaCarta"),
    KnownModule("linux", "/usr/lib/libeToken.so", "eToken"),
    KnownModule("linux", "/usr/lib64/libeToken.so", "eToken"),
    KnownModule("linux", "/usr/lib/libisbc_pkcs11_main.so", "ESMART"),
    KnownModule("linux", "/usr/lib64/libisbc_pkcs11_main.so", "ESMART"),
    KnownModule("linux", "/usr/lib/x86_64-linux-gnu/opensc-pkcs11.so", "OpenSC"),
    KnownModule("linux", "/usr/lib64/opensc-pkcs11.so", "OpenSC"),
    KnownModule("linux", "/usr/lib64/pkcs11/opensc-pkcs11.so", "OpenSC"),
    KnownModule("win32", r"%SystemRoot%\System32\rtPKCS11ECP.dll", "Rutoken"),
    KnownModule("win32", r"%SystemRoot%\System32\jcPKCS11-2.dll", "JaCarta"),
    KnownModule("win32", r"%SystemRoot%\System32\eTPKCS11.dll", "eToken"),
    KnownModule("win32", r"%SystemRoot%\System32\isbc_pkcs11_main.dll", "ESMART"),
    KnownModule("win32", r"%ProgramFiles%\OpenSC Project\OpenSC\pkcs11\opensc-pkcs11.dll", "OpenSC"),
)


VIRTUAL_MARK: Final = "Virtual Rutoken"
"""Begins the library description of the test module."""


def is_virtual(path: Path) -> bool:
    """Whether the file is the test module, found out without running a line of it."""
    with contextlib.suppress(ValueError, OSError), path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        return content.find(VIRTUAL_MARK.encode()) >= 0
    return False


def known_modules(platform: str = sys.platform) -> tuple[Path, ...]:
    """Libraries of the table that are installed here, in its order. One file reached by two paths is named once."""
    found: dict[Path, Path] = {}
    for module in KNOWN:
        path = Path(os.path.expandvars(module.path))
        if module.platform == platform and path.is_file():
            found.setdefault(path.resolve(), path)
    return tuple(found.values())


def vendor_of(path: Path) -> str:
    """Vendor by the library's file name; the file name itself where the table doesn't know it."""
    for module in KNOWN:
        if module.path.replace("\\", "/").rpartition("/")[2].lower() == path.name.lower():
            return module.vendor
    return path.name
