"""The list of checks, in the order in which they are shown. The list is the documentation: a new check is one file and one line here."""

from __future__ import annotations

from typing import Final

from extern_desktop.diagnostics.check import Check
from extern_desktop.diagnostics.checks.certificate_chain import CertificateChainCheck
from extern_desktop.diagnostics.checks.certificate_on_token import CertificateOnTokenCheck
from extern_desktop.diagnostics.checks.certificate_validity import CertificateValidityCheck
from extern_desktop.diagnostics.checks.clock_skew import ClockSkewCheck
from extern_desktop.diagnostics.checks.codepage import CodepageCheck
from extern_desktop.diagnostics.checks.free_disk import FreeDiskCheck
from extern_desktop.diagnostics.checks.home_writable import HomeWritableCheck
from extern_desktop.diagnostics.checks.key_on_token import KeyOnTokenCheck
from extern_desktop.diagnostics.checks.operator_reachable import OperatorReachableCheck
from extern_desktop.diagnostics.checks.operator_tls import OperatorTlsCheck
from extern_desktop.diagnostics.checks.pin_state import PinStateCheck
from extern_desktop.diagnostics.checks.readers import ReadersCheck
from extern_desktop.diagnostics.checks.smart_card_service import SmartCardServiceCheck
from extern_desktop.diagnostics.checks.system_supported import SystemSupportedCheck
from extern_desktop.diagnostics.checks.token_library import TokenLibraryCheck
from extern_desktop.diagnostics.checks.token_seen import TokenSeenCheck
from extern_desktop.diagnostics.checks.usb_token import UsbTokenCheck
from extern_desktop.diagnostics.checks.workspace_whole import WorkspaceWholeCheck

CATALOGUE: Final[tuple[Check, ...]] = (
    SystemSupportedCheck(),
    HomeWritableCheck(),
    CodepageCheck(),
    FreeDiskCheck(),
    OperatorReachableCheck(),
    OperatorTlsCheck(),
    ClockSkewCheck(),
    UsbTokenCheck(),
    SmartCardServiceCheck(),
    ReadersCheck(),
    TokenLibraryCheck(),
    TokenSeenCheck(),
    PinStateCheck(),
    CertificateOnTokenCheck(),
    KeyOnTokenCheck(),
    CertificateValidityCheck(),
    CertificateChainCheck(),
    WorkspaceWholeCheck(),
)
