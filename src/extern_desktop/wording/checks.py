"""Checks of the workplace in words: the question, what each verdict means for an accountant, and the steps of each remedy."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.diagnostics.values import Answer, Group, Remedy, Verdict
from extern_desktop.wording.texts import _t

_Text = Callable[[], str]

_QUESTIONS: Final[Mapping[str, _Text]] = {
    "system-supported": lambda: _t("Is the program made for this system?"),
    "codepage": lambda: _t("Can Russian texts and file names be written?"),
    "home-writable": lambda: _t("May the program write into its folder?"),
    "free-disk": lambda: _t("Is there room for another year of reports?"),
    "operator-reachable": lambda: _t("Does the operator answer?"),
    "operator-tls": lambda: _t("Did the operator prove who it is?"),
    "clock-skew": lambda: _t("Does the clock agree with the operator's?"),
    "usb-token": lambda: _t("Does the USB port see a key?"),
    "smart-card-service": lambda: _t("Does the smart-card service run?"),
    "readers": lambda: _t("Does the service list a reader?"),
    "token-library": lambda: _t("Does the key's library (PKCS#11) answer?"),
    "token-seen": lambda: _t("Is the key seen through its library?"),
    "pin-state": lambda: _t("Can the PIN be used?"),
    "certificate-on-token": lambda: _t("Is there a certificate on the key?"),
    "key-on-token": lambda: _t("Does the certificate have its private key there?"),
    "certificate-validity": lambda: _t("Is a certificate valid today?"),
    "certificate-chain": lambda: _t("Is the certificate's issuer trusted?"),
    "workspace-whole": lambda: _t("Is the workspace whole?"),
}

_FAILURES: Final[Mapping[str, _Text]] = {
    "system-supported": lambda: _t("The program is not tested on this system and may fail anywhere."),
    "codepage": lambda: _t("This system can't write Cyrillic file names: reports would be lost or renamed."),
    "home-writable": lambda: _t("The program can't write into its own folder: nothing can be saved."),
    "free-disk": lambda: _t("The disk is almost full: signed reports may have nowhere to be kept."),
    "operator-reachable": lambda: _t("The operator does not answer: nothing can be sent or received."),
    "operator-tls": lambda: _t("Whoever answered did not prove to be the operator, so nothing was sent to it."),
    "clock-skew": lambda: _t("The clock is wrong: valid signatures look expired and are refused."),
    "usb-token": lambda: _t("No key is plugged in, or the USB port does not see it."),
    "smart-card-service": lambda: _t("The smart-card service does not run: no key can be reached."),
    "readers": lambda: _t("The port sees the key, but the smart-card service does not: its driver is missing."),
    "token-library": lambda: _t("The key's library is missing or broken: the key can't be used."),
    "token-seen": lambda: _t("The key's library answers, but it sees no key."),
    "pin-state": lambda: _t("The PIN is locked: this key can't sign."),
    "certificate-on-token": lambda: _t("There is no certificate on the key, so it can't sign a report."),
    "key-on-token": lambda: _t("The certificate is there, but its private key is not: it lies on another key or in a container."),
    "certificate-validity": lambda: _t("No certificate is valid today: the authority would refuse every signature."),
    "certificate-chain": lambda: _t("The certificate does not lead to a trusted authority."),
    "workspace-whole": lambda: _t("A part of the workspace can't be read. What is whole stays usable."),
}

_WARNINGS: Final[Mapping[str, _Text]] = {
    "free-disk": lambda: _t("The disk fills up: there may be no room for a year of reports."),
    "token-library": lambda: _t("One of the libraries for keys does not work; another one does."),
    "pin-state": lambda: _t("The PIN was typed wrongly before, or it is still the factory PIN."),
    "certificate-validity": lambda: _t("The certificate ends in less than 30 days."),
    "certificate-chain": lambda: _t("The certificate of the issuing authority is not on this computer, so its signature can't be checked here."),
}

_REMEDIES: Final[Mapping[Remedy, _Text]] = {
    Remedy.NONE: lambda: "",
    Remedy.USE_64_BIT_SYSTEM: lambda: _t("Use a 64-bit Windows or Linux."),
    Remedy.SET_UTF8_LOCALE: lambda: _t("Set a UTF-8 locale, for example ru_RU.UTF-8, and start the program again."),
    Remedy.FREE_DISK: lambda: _t("Free at least 2 GB on the disk of the workspace."),
    Remedy.MAKE_HOME_WRITABLE: lambda: _t("Give yourself the right to write into the folder, or choose another with EXTERN_DESKTOP_HOME."),
    Remedy.SYNCHRONISE_CLOCK: lambda: _t("Switch on automatic time in the system's settings and check the time zone."),
    Remedy.START_SMART_CARD_SERVICE: lambda: _t("Start the service: on Linux “systemctl start pcscd”, on Windows “Smart Card” in Services."),
    Remedy.INSTALL_SMART_CARD_SERVICE: lambda: _t("Install the packages pcscd and libccid."),
    Remedy.CONNECT_READER: lambda: _t("Install the key vendor's driver, then plug the key in again."),
    Remedy.PLUG_TOKEN: lambda: _t("Plug the key into another port of the computer itself, not into a hub. The light on the key must be on."),
    Remedy.INSTALL_TOKEN_LIBRARY: lambda: _t("Install the library of the key's vendor (for Rutoken: librtpkcs11ecp), or name its file in Settings."),
    Remedy.REPLACE_TOKEN_LIBRARY: lambda: _t("Reinstall the library from the vendor's site, for this system and 64 bits."),
    Remedy.REPLUG_TOKEN: lambda: _t("Pull the key out and plug it in again. If that does not help, restart the smart-card service."),
    Remedy.UNBLOCK_PIN: lambda: _t("Unblock the PIN with the administrator's PIN, or ask the certification authority."),
    Remedy.CHANGE_INITIAL_PIN: lambda: _t("Change the factory PIN: everybody knows it."),
    Remedy.MIND_LAST_ATTEMPT: lambda: _t("Check the keyboard layout before you type the PIN: few attempts are left."),
    Remedy.WRITE_KEY_TO_TOKEN: lambda: _t("Plug in the key that holds the private key, or copy its container."),
    Remedy.WRITE_CERTIFICATE_TO_TOKEN: lambda: _t("Write the certificate to the key. In training: “Get a training certificate” on the page Keys."),
    Remedy.RENEW_CERTIFICATE: lambda: _t("Ask your certification authority for a new certificate."),
    Remedy.INSTALL_ISSUER_CERTIFICATE: lambda: _t("Install the certificate of the issuing authority."),
    Remedy.REPLACE_CERTIFICATE: lambda: _t("Ask the certification authority for another certificate: this one is damaged or not what it says."),
    Remedy.CHECK_NETWORK: lambda: _t("Check the network and the proxy. Other sites open? Then ask your administrator to allow the operator's host."),
    Remedy.SIGN_IN_TO_NETWORK: lambda: _t("Your network answered in the operator's place. Open any site in the browser and sign in to the network."),
    Remedy.ADD_CORPORATE_ROOT: lambda: _t("If your office inspects traffic, ask for its root certificate and add it by name in Settings."),
    Remedy.CHECK_OPERATOR_ADDRESS: lambda: _t("Enter the operator's address in Settings."),
    Remedy.RESTORE_WORKSPACE: lambda: _t("Copy the folder of the workspace aside, then restore it from a backup."),
}

_MEANINGS: Final[Mapping[Verdict, Mapping[str, _Text]]] = {Verdict.FAILED: _FAILURES, Verdict.WARNING: _WARNINGS}
"""A check that crashed has found nothing out, so it is not among them."""

_VERDICTS: Final[Mapping[Verdict, _Text]] = {
    Verdict.PASSED: lambda: _t("In order"),
    Verdict.WARNING: lambda: _t("Attention"),
    Verdict.FAILED: lambda: _t("Failed"),
    Verdict.NOT_ASKED: lambda: _t("Not asked"),
    Verdict.NOT_APPLICABLE: lambda: _t("Not needed here"),
    Verdict.UNKNOWN: lambda: _t("Could not find out"),
    Verdict.BROKEN: lambda: _t("The check itself failed"),
}

_GROUPS: Final[Mapping[Group, _Text]] = {
    Group.SYSTEM: lambda: _t("System"),
    Group.SMART_CARDS: lambda: _t("Ports and readers"),
    Group.KEYS: lambda: _t("Keys"),
    Group.CERTIFICATES: lambda: _t("Certificates"),
    Group.NETWORK: lambda: _t("Network and operator"),
    Group.PROGRAM: lambda: _t("Program and data"),
}


def question_of(check_id: str) -> str:
    """The question of a check. A check of a newer program is called by its id."""
    return _QUESTIONS[check_id]() if check_id in _QUESTIONS else check_id


def meaning_of(answer: Answer) -> str:
    """What the answer means for the person."""
    said = _MEANINGS.get(answer.verdict, {}).get(answer.id)
    if said is not None:
        return said()
    if answer.verdict is Verdict.NOT_ASKED and answer.because_of is not None:
        return _t("Not asked, because this failed before: {check}").format(check=question_of(answer.because_of))
    return _VERDICTS[answer.verdict]()


def remedy_text(remedy: Remedy) -> str:
    """What to do; empty where nothing is to be done."""
    return _REMEDIES[remedy]()


def verdict_word(verdict: Verdict) -> str:
    return _VERDICTS[verdict]()


def group_word(group: Group) -> str:
    return _GROUPS[group]()
