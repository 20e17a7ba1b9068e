"""Look at the machine and write down what is seen. The only place of this room that touches anything; it repairs nothing.

Whatever can hang is asked in child processes with deadlines (tokens, readers) or with the network's own (operator), so the facts are always complete.
"""

from __future__ import annotations

import codecs
import errno
import locale
import os
import platform
import shutil
import struct
import sys
import tempfile
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from extern_desktop.diagnostics.workplace import Disk, Module, OperatorSeen, Reach, SeenCertificate, SmartCards, System, Texts
from extern_desktop.extern_api.errors import (
    AnswerTooLargeError,
    ForeignAnswerError,
    OperatorFailedError,
    OperatorRefusedError,
    OperatorUnreachableError,
    TlsFailedError,
    TooManyRequestsError,
    UnexpectedAnswerError,
)
from extern_desktop.jobs.work import Work
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.chains import check_chain
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.values import Certificate
from extern_desktop.tokens.desk import TokenDesk
from extern_desktop.tokens.modules import is_virtual
from extern_desktop.tokens.rungs import readers, smart_card_service, usb_tokens
from extern_desktop.tokens.values import ModuleFailure, TokenCard

if TYPE_CHECKING:
    from extern_desktop.extern_api.operator import Operator

TRAINING_KEY: Final = "training-key"
_CYRILLIC_NAME: Final = "Проверка.txt"
_PROBE: Final = b"extern-desktop"


def see_system() -> System:
    return System(
        name=_system_name(),
        kind=sys.platform,
        machine=platform.machine(),
        pointer_bits=struct.calcsize("P") * 8,
        python=platform.python_version(),
    )


def see_texts(home: Path) -> Texts:
    return Texts(
        file_name_encoding=sys.getfilesystemencoding(),
        locale_encoding=locale.getpreferredencoding(do_setlocale=False),
        knows_windows_1251=_knows("cp1251"),
        cyrillic_file_names=_can_write(home, _CYRILLIC_NAME) == "",
    )


def see_disk(home: Path) -> Disk:
    problem = _can_write(home, "probe")
    existing = next((folder for folder in (home, *home.parents) if folder.is_dir()), Path.cwd())
    return Disk(shutil.disk_usage(existing).free, not problem, problem)


def see_smart_cards() -> SmartCards:
    return SmartCards(usb_tokens(), smart_card_service(), readers())


def see_modules(tokens: TokenDesk) -> tuple[Module, ...]:
    """The PKCS#11 libraries after they were asked for tokens."""
    problems = {problem.path: problem for problem in tokens.problems() if problem.kind is not ModuleFailure.SLOT_UNREADABLE}
    seen = []
    for process in tokens.modules:
        problem = problems.get(process.path)
        seen.append(Module(str(process.path), problem.kind.value if problem else "", is_virtual(process.path)))
    return tuple(seen)


def see_certificates(
    cards: Sequence[TokenCard], training: Sequence[Certificate], issuers: Sequence[Certificate], at: datetime
) -> tuple[SeenCertificate, ...]:
    """Certificates with where their keys are and where their chains lead. One that can't be read is counted by no check: the token still shows it."""
    seen = [SeenCertificate(it, TRAINING_KEY, has_private_key=True, chain=check_chain(it, issuers, at=at)) for it in training]
    for card in cards:
        for held in card.certificates:
            try:
                certificate = read_certificate(held.der)
            except UnreadableCertificateError:
                continue
            seen.append(SeenCertificate(certificate, card.serial, held.has_private_key, check_chain(certificate, issuers, at=at)))
    return tuple(seen)


def see_operator(operator: Operator, now: Callable[[], datetime], work: Work) -> OperatorSeen:
    """Ask the operator's clock, which takes one small answer and no sign-in."""
    address = operator.address

    def seen(reach: Reach, reason: str = "", issuer: str = "") -> OperatorSeen:
        return OperatorSeen(address.host, reach, reason, issuer, address.is_loopback, None)

    try:
        server_time = operator.server_time(work=work)
    except OperatorUnreachableError as error:
        return seen(Reach.NOT_REACHED, error.reason.value)
    except TlsFailedError as error:
        return seen(Reach.TLS_FAILED, error.kind.value, error.issuer)
    except ForeignAnswerError as error:
        return seen(Reach.FOREIGN, error.redirected_to or error.content_type)
    except (AnswerTooLargeError, OperatorFailedError, OperatorRefusedError, TooManyRequestsError, UnexpectedAnswerError) as error:
        return seen(Reach.REACHED, type(error).__name__)
    return OperatorSeen(address.host, Reach.REACHED, "", "", address.is_loopback, now() - server_time)


def no_operator(reason: str) -> OperatorSeen:
    """When there is nobody to ask: no address, or the training operator did not start."""
    return OperatorSeen("", Reach.NO_ADDRESS, reason, "", is_loopback=False, skew=None)


def _system_name() -> str:
    if sys.platform == "linux":
        try:
            return platform.freedesktop_os_release().get("PRETTY_NAME", "Linux")
        except OSError:
            return "Linux"
    return f"{platform.system()} {platform.release()} {platform.version()}"


def _knows(encoding: str) -> bool:
    try:
        return codecs.lookup(encoding) is not None
    except LookupError:
        return False


def _can_write(home: Path, name: str) -> str:
    """Write a file in a folder of its own below `home` and read it back; empty when it worked, else what the system said."""
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".probe-", dir=home) as folder:
            file = Path(folder) / name
            file.write_bytes(_PROBE)
            found = file.read_bytes() == _PROBE and name in os.listdir(folder)
    except UnicodeEncodeError:
        return "file name can't be encoded"
    except OSError as error:
        return errno.errorcode.get(error.errno or 0, type(error).__name__)
    return "" if found else "read back differs"
