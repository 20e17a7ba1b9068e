"""Sentences for keys, PINs and the vendors' libraries that reach them. In everyday words a token is a key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.tokens.errors import (
    DeviceFailedError,
    KeyMissingError,
    LoginLostError,
    ModuleFailedError,
    ModuleHungError,
    PinLengthError,
    PinLockedError,
    PinRefusedError,
    PinUnfitError,
    SoPinLockedError,
    SoPinRefusedError,
    TokenBusyError,
    TokenMissingError,
    TokenRemovedError,
    VirtualTokenRefusedError,
)
from extern_desktop.tokens.values import Attempts, ModuleFailure
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _n, _t

ATTEMPTS_LEFT: Final[Mapping[Attempts, Callable[[], str]]] = {
    Attempts.MANY: lambda: _t("The key still takes several attempts."),
    Attempts.FEW: lambda: _t("Some attempts are used up. When all are, the key locks the PIN."),
    Attempts.LAST: lambda: _t("One attempt is left. If it is wrong too, the key locks the PIN."),
    Attempts.LOCKED: lambda: _t("The PIN is locked."),
}
"""What the key's flags say where it doesn't count."""

_MODULE_FAILURES: Final[Mapping[ModuleFailure, Callable[[], str]]] = {
    ModuleFailure.MISSING: lambda: _t("The file is not there."),
    ModuleFailure.NOT_A_MODULE: lambda: _t("The file is no library for keys, or it is made for another system or processor."),
    ModuleFailure.REFUSED_TO_START: lambda: _t("The library did not start."),
    ModuleFailure.CRASHED: lambda: _t("The library broke off while it worked. We ended it; nothing half-signed is left."),
    ModuleFailure.HUNG: lambda: _t("The library did not answer, and we ended it. Nothing half-signed is left."),
    ModuleFailure.CONFUSED: lambda: _t("The library gave an answer that can't be. We ended it."),
    ModuleFailure.SLOT_UNREADABLE: lambda: _t("The library works, but it can't read one of the keys."),
    ModuleFailure.VIRTUAL: lambda: _t("The library is a test key, which real work never uses."),
}


def explain_module_failure(kind: ModuleFailure) -> str:
    """What a failure of a vendor's library means, for lists of libraries too."""
    return _MODULE_FAILURES[kind]()


def count_attempts(attempts: Attempts, left: int | None, total: int | None) -> str:
    """How many attempts are left: in numbers where the key counts, else in words."""
    if left is None or total is None or attempts is Attempts.LOCKED:
        return ATTEMPTS_LEFT[attempts]()
    counted = _n("{n} attempt of {total} is left.", "{n} attempts of {total} are left.", left).format(n=left, total=total)
    return counted if attempts is not Attempts.LAST else _t("{counted} If it is wrong too, the key locks the PIN.").format(counted=counted)


@sentence.register
def _(error: TokenMissingError) -> Sentence:
    return Sentence(
        happened=_t("The key with number {serial} is not plugged in.").format(serial=error.serial),
        means=_t("Nothing is signed without it. Another key may be in, but it is not the one chosen."),
        do_next=_t("Plug this key in. If it is in, open the computer check: it shows where the way to the key ends."),
    )


@sentence.register
def _(error: TokenRemovedError) -> Sentence:
    return Sentence(
        happened=_t("The key “{label}” was taken out.").format(label=error.token_label),
        means=_t("What was signed before is kept. The document in work is not signed."),
        do_next=_t("Plug the key in again: we go on from the document where it stopped and ask for the PIN."),
    )


@sentence.register
def _(error: TokenBusyError) -> Sentence:
    return Sentence(
        happened=_t("The key “{label}” is in use.").format(label=error.token_label),
        means=_t("Another batch, or another program, works with it now. The PIN was not tried."),
        do_next=_t("Wait until the other work is done, or end it, then try again."),
    )


@sentence.register
def _(error: LoginLostError) -> Sentence:
    return Sentence(
        happened=_t("The key “{label}” wants its PIN again.").format(label=error.token_label),
        means=_t("The connection with the key was interrupted. What was signed before is kept."),
        do_next=_t("Start signing again and type the PIN: we go on from the document where it stopped."),
    )


@sentence.register
def _(error: PinRefusedError) -> Sentence:
    return Sentence(
        happened=_t("The PIN does not fit the key “{label}”.").format(label=error.token_label),
        means=count_attempts(error.attempts, error.attempts_left, error.attempts_total),
        do_next=_t("Check the keyboard layout and Caps Lock, then type the PIN again."),
    )


@sentence.register
def _(error: PinLockedError) -> Sentence:
    return Sentence(
        happened=_t("The PIN of the key “{label}” is locked.").format(label=error.token_label),
        means=_t("Too many wrong PINs were typed. This key can't sign until it is unlocked. The certificate is whole."),
        do_next=_t("Unlock it with the administrator PIN, or ask the certification authority that issued the key."),
    )


@sentence.register
def _(error: PinUnfitError) -> Sentence:
    return Sentence(
        happened=_t("The key “{label}” does not take this as its PIN.").format(label=error.token_label),
        means=_t("The old PIN stands. Some keys refuse a PIN that is too simple or has letters they don't know."),
        do_next=_t("Choose another PIN, of Latin letters and digits."),
    )


@sentence.register
def _(error: SoPinRefusedError) -> Sentence:
    return Sentence(
        happened=_t("The administrator's PIN does not fit the key “{label}”.").format(label=error.token_label),
        means=count_attempts(error.attempts, error.attempts_left, error.attempts_total),
        do_next=_t("The administrator's PIN is with whoever prepared the key: ask them before you type it again."),
    )


@sentence.register
def _(error: SoPinLockedError) -> Sentence:
    return Sentence(
        happened=_t("The administrator's PIN of the key “{label}” is locked.").format(label=error.token_label),
        means=_t("Nothing unblocks this key any more. It can be formatted, but the keys on it are lost then."),
        do_next=_t("Ask the certification authority for a new certificate."),
    )


@sentence.register
def _(error: PinLengthError) -> Sentence:
    if error.max_length:
        span = _t("The PIN of this key has {min_length} to {max_length} characters.").format(min_length=error.min_length, max_length=error.max_length)
    else:
        span = _t("The PIN of this key has at least {min_length} characters.").format(min_length=error.min_length)
    return Sentence(
        happened=_t("A PIN of this length can't be that of the key “{label}”.").format(label=error.token_label),
        means=_t("{span} The key was not asked: no attempt is used up.").format(span=span),
        do_next=_t("Type the whole PIN."),
    )


@sentence.register
def _(error: KeyMissingError) -> Sentence:
    return Sentence(
        happened=_t("On “{label}” there is a certificate without its private key.").format(label=error.token_label),
        means=_t("A certificate alone can't sign. Its key is on another carrier, was deleted, or is of a kind that reports don't use."),
        do_next=_t("Choose another certificate, or plug in the carrier on which this key was made."),
    )


@sentence.register
def _(error: ModuleFailedError) -> Sentence:
    means = explain_module_failure(error.kind)
    return Sentence(
        happened=_t("The library {name} for keys does not work.").format(name=error.path.name),
        means=_t("{means} For a technician: {detail}.").format(means=means, detail=error.detail.rstrip(".")) if error.detail else means,
        do_next=_t("Keys of other vendors work on. Take the key out and plug it in again; if it stays so, install the vendor's driver anew."),
    )


@sentence.register
def _(error: ModuleHungError) -> Sentence:
    return Sentence(
        happened=_t("The library {name} for keys did not answer for {seconds:.0f} seconds.").format(
            name=error.path.name, seconds=error.deadline_seconds
        ),
        means=_t("We ended it. The document in work is not signed, and nothing has left this computer."),
        do_next=_t("Take the key out, plug it in again and repeat. Keys of other vendors work on."),
    )


@sentence.register
def _(error: DeviceFailedError) -> Sentence:
    return Sentence(
        happened=_t("The key answered with an error."),
        means=_t("The document in work is not signed. For a technician: {code}.").format(code=error.code),
        do_next=_t("Take the key out, plug it into another port and repeat. If it stays so, open the computer check."),
    )


@sentence.register
def _(error: VirtualTokenRefusedError) -> Sentence:
    return Sentence(
        happened=_t("{name} is a test key.").format(name=error.path.name),
        means=_t("Test keys never sign for real work. The library was not started."),
        do_next=_t("Remove it from the list of libraries, or work with the training operator."),
    )
