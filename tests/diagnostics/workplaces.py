"""The facts of a healthy workplace, to be broken one at a time with `dataclasses.replace`, and what the catalogue says of them."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extern_desktop.diagnostics.run import run_checks
from extern_desktop.diagnostics.values import Answer, DiagnosticsReport, Remedy, Verdict
from extern_desktop.diagnostics.workplace import (
    Disk,
    Module,
    OperatorSeen,
    Reach,
    SeenCertificate,
    SmartCards,
    System,
    Texts,
    Workplace,
    WorkspaceSeen,
)
from extern_desktop.signing.values import Certificate, ChainVerdict, KeyAlgorithm
from extern_desktop.tokens.values import (
    Attempts,
    Reader,
    ReadersRung,
    RungState,
    ServiceRung,
    TokenCard,
    TokenCertificate,
    UsbRung,
    UsbToken,
)

NOW = datetime(2026, 3, 16, 9, 0, tzinfo=UTC)
LIBRARY = str(Path("/opt/vendor/librtpkcs11ecp.so"))
VIRTUAL = str(Path("/opt/tests/libvirtual_rutoken.so"))
THUMBPRINT = "0123456789ABCDEF0123456789ABCDEF01234567"

CERTIFICATE = Certificate(
    der=b"\x30\x00",
    thumbprint=THUMBPRINT,
    serial_number="0A",
    owner="Образцова Анна Тестовна",
    organisation="ООО «Ромашка»",
    position="Генеральный директор",
    inn="7701234560",
    snils="11223344595",
    ogrn="1027700123450",
    issuer="Учебный УЦ",
    valid_from_at=NOW - timedelta(days=100),
    valid_to_at=NOW + timedelta(days=265),
    algorithm=KeyAlgorithm.GOST_256,
    key_usage=frozenset({"digitalSignature"}),
    is_training=False,
    public_key=b"",
)
SEEN = SeenCertificate(CERTIFICATE, "3a5f0001", has_private_key=True, chain=ChainVerdict.TRUSTED)

CARD = TokenCard(
    module=LIBRARY,
    slot_id=0,
    serial="3a5f0001",
    label="Ключ Образцовой",
    model="Rutoken ECP",
    manufacturer="Aktiv Co.",
    attempts=Attempts.MANY,
    attempts_left=10,
    attempts_total=10,
    initial_pin=False,
    pin_min_length=6,
    pin_max_length=32,
    protected_path=False,
    certificates=(TokenCertificate(b"\x30\x00", b"\x01", "Ромашка", has_private_key=True),),
)

HEALTHY = Workplace(
    now_at=NOW,
    system=System("Debian GNU/Linux 12 (bookworm)", "linux", "x86_64", 64, "3.11.2"),
    texts=Texts("utf-8", "UTF-8", knows_windows_1251=True, cyrillic_file_names=True),
    disk=Disk(free_bytes=500 << 30, is_writable=True, problem=""),
    smart_cards=SmartCards(
        UsbRung(RungState.PRESENT, (UsbToken(0x0A89, 0x0030, "Rutoken ECP", needs_vendor_driver=False),)),
        ServiceRung(RungState.PRESENT),
        ReadersRung(RungState.PRESENT, (Reader("Aktiv Rutoken ECP 00 00", card_present=True, atr=b"\x3b"),)),
    ),
    modules=(Module(LIBRARY, "", is_virtual=False),),
    tokens=(CARD,),
    certificates=(SEEN,),
    operator=OperatorSeen("api.example", Reach.REACHED, "", "", is_loopback=False, skew=timedelta(seconds=3)),
    workspace=WorkspaceSeen(is_open=True, problem="", damaged_contents=(), unfinished_acts=0),
    needs_token=True,
)

NOTHING_PLUGGED_IN = replace(
    HEALTHY,
    smart_cards=replace(HEALTHY.smart_cards, usb=UsbRung(RungState.ABSENT, ()), readers=ReadersRung(RungState.ABSENT, ())),
    tokens=(),
    certificates=(),
)


def answer_of(workplace: Workplace, check_id: str) -> Answer:
    return next(answer for answer in run_checks(workplace).answers if answer.id == check_id)


def judged(workplace: Workplace, check_id: str) -> tuple[Verdict, Remedy]:
    answer = answer_of(workplace, check_id)
    return answer.verdict, answer.remedy


def failed_ids(report: DiagnosticsReport) -> list[str]:
    return [answer.id for answer in report.answers if answer.verdict in (Verdict.FAILED, Verdict.BROKEN)]


def assert_only_failed(workplace: Workplace, check_id: str, remedy: Remedy) -> None:
    """This check failed with this remedy, it is named first, and nothing unrelated failed beside it."""
    report = run_checks(workplace)
    first = report.first_failed
    assert first is not None
    assert (first.id, first.verdict, first.remedy) == (check_id, Verdict.FAILED, remedy), first
    assert failed_ids(report) == [check_id]
    assert not report.is_ready
