"""The lower rungs of the way to a key, below any PKCS#11 library: the USB device, the smart-card service, the readers.

Each look has a deadline, and PC/SC, which hangs with its service, is asked from a child process. They look and never repair.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import msgspec

from extern_desktop.tokens._launch import child_command, child_environment
from extern_desktop.tokens.child import READERS
from extern_desktop.tokens.values import ReadersRung, RungState, ServiceRung, UsbRung, UsbToken

DEADLINE_SECONDS: Final = 5.0

_RUTOKEN, _JACARTA, _ETOKEN, _ESMART, _BIFIT = 0x0A89, 0x24DC, 0x0529, 0x2CE4, 0x23A0

KNOWN_DEVICES: Final[Mapping[tuple[int, int], tuple[str, bool]]] = {
    (_RUTOKEN, 0x0020): ("Rutoken S", True),
    (_RUTOKEN, 0x0025): ("Rutoken Lite", False),
    (_RUTOKEN, 0x0026): ("Rutoken Lite (HID)", False),
    (_RUTOKEN, 0x0030): ("Rutoken ECP", False),
    (_RUTOKEN, 0x0040): ("Rutoken ECP (HID)", False),
    (_RUTOKEN, 0x0060): ("Rutoken Magistra", False),
    (_RUTOKEN, 0x0069): ("Rutoken SCR 3001", False),
    (_RUTOKEN, 0x0080): ("Rutoken PINPad", False),
    (_RUTOKEN, 0x0081): ("Rutoken PINPad", False),
    (_RUTOKEN, 0x0082): ("Rutoken PINPad", False),
    (_JACARTA, 0x0101): ("JaCarta", False),
    (_JACARTA, 0x0102): ("JaCarta LT", False),
    (_JACARTA, 0x0201): ("JaCarta", False),
    (_JACARTA, 0x0401): ("JaCarta", False),
    (_JACARTA, 0x0402): ("JaCarta", False),
    (_JACARTA, 0x0428): ("JaCarta", False),
    (_JACARTA, 0x0501): ("JaCarta", False),
    (_JACARTA, 0x100F): ("JaCarta", False),
    (_ETOKEN, 0x0602): ("eToken", False),
    (_ETOKEN, 0x0620): ("eToken", False),
    (_ESMART, 0x7479): ("ESMART Token", False),
    (_BIFIT, 0x0001): ("BIFIT", False),
    (_BIFIT, 0x0002): ("BIFIT", False),
    (_BIFIT, 0x0003): ("BIFIT", False),
    (_BIFIT, 0x0008): ("BIFIT", False),
}
"""Vendor and product number: name, and whether it needs a driver of its vendor. Source: Info.plist of libccid and the vendors' lists."""

_SYSTEM_DEVICES: Final = Path("/sys/bus/usb/devices")
_SERVICE_SOCKET: Final = Path("/run/pcscd/pcscd.comm")
_SERVICE_RUNS: Final = "4"
"""SERVICE_RUNNING, a number in every language of Windows."""


def usb_tokens(devices: Path = _SYSTEM_DEVICES) -> UsbRung:
    """Known tokens and readers in the USB ports. On Linux from sysfs; elsewhere not known yet."""
    if not devices.is_dir():
        return UsbRung(RungState.NOT_KNOWN, (), "no-usb-tree")
    found = []
    for device in sorted(devices.iterdir()):
        numbers = (_hexadecimal(device / "idVendor"), _hexadecimal(device / "idProduct"))
        if numbers in KNOWN_DEVICES:
            name, needs_driver = KNOWN_DEVICES[numbers]
            found.append(UsbToken(*numbers, name, needs_driver))
    return UsbRung(RungState.PRESENT if found else RungState.ABSENT, tuple(found))


def smart_card_service(service_socket: Path = _SERVICE_SOCKET, deadline_seconds: float = DEADLINE_SECONDS) -> ServiceRung:
    """Whether the smart-card service takes a connection. Where the system starts it on demand, asking starts it."""
    if sys.platform == "win32":
        return _windows_service(deadline_seconds)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.settimeout(deadline_seconds)
        try:
            line.connect(str(service_socket))
        except TimeoutError:
            return ServiceRung(RungState.HUNG)
        except PermissionError:
            return ServiceRung(RungState.ABSENT, "no-permission")
        except OSError:
            installed = shutil.which("pcscd", path=os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin")))
            return ServiceRung(RungState.ABSENT, "not-running" if installed else "not-installed")
    return ServiceRung(RungState.PRESENT)


def readers(deadline_seconds: float = DEADLINE_SECONDS) -> ReadersRung:
    """Readers and cards as PC/SC sees them, asked by a child process that is killed when it takes too long."""
    try:
        asked = subprocess.run(  # noqa: S603  our own interpreter, our own words
            child_command(READERS),
            env=child_environment(os.environ, virtual_allowed=False),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=deadline_seconds,
            check=False,
        )
        return msgspec.json.decode(asked.stdout, type=ReadersRung)
    except subprocess.TimeoutExpired:
        return ReadersRung(RungState.HUNG, ())
    except msgspec.DecodeError:
        return ReadersRung(RungState.NOT_KNOWN, (), f"exit-code-{asked.returncode}")


def _hexadecimal(path: Path) -> int:
    """-1 for what is no device: an interface or a hub's entry has no such file."""
    try:
        return int(path.read_text("ascii"), 16)
    except (OSError, ValueError):
        return -1


def _windows_service(deadline_seconds: float) -> ServiceRung:
    program = str(Path(os.environ.get("SYSTEMROOT", r"C:\Windows")) / "System32" / "sc.exe")
    try:
        asked = subprocess.run(  # noqa: S603  a full path and fixed words
            [program, "query", "SCardSvr"], capture_output=True, text=True, errors="replace", timeout=deadline_seconds, check=False
        )
    except subprocess.TimeoutExpired:
        return ServiceRung(RungState.HUNG)
    except OSError as error:
        return ServiceRung(RungState.NOT_KNOWN, type(error).__name__)
    if asked.returncode != 0:
        return ServiceRung(RungState.ABSENT, "not-installed")
    states = [line.partition(":")[2].split() for line in asked.stdout.splitlines() if line.strip().startswith("STATE")]
    runs = any(words and words[0] == _SERVICE_RUNS for words in states)
    return ServiceRung(RungState.PRESENT) if runs else ServiceRung(RungState.ABSENT, "not-running")
