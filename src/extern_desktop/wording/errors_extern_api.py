"""Sentences for the errors of `extern_api`: the line, the operator's refusals and the sign-in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import ceil
from typing import Final

from extern_desktop.extern_api import errors
from extern_desktop.extern_api.errors import LostReason, SignInProblem, TlsProblem, UnreachableReason
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _n, _t

_Text = Callable[[], str]

UNREACHABLE_STEPS: Final[Mapping[UnreachableReason, _Text]] = {
    UnreachableReason.NAME_NOT_FOUND: lambda: _t(
        "Check that the computer is connected to the internet. If other sites open, check the operator's address in the settings."
    ),
    UnreachableReason.NO_NETWORK: lambda: _t(
        "Connect the computer to the internet. Go on working: everything ready goes by itself when the connection is back."
    ),
    UnreachableReason.CONNECTION_REFUSED: lambda: _t(
        "Wait a few minutes and do it again. If it stays so, a firewall may be closing the way: show this to your administrator."
    ),
    UnreachableReason.TIMED_OUT: lambda: _t("Wait a few minutes and do it again. If other sites are slow too, the internet connection is at fault."),
    UnreachableReason.PROXY: lambda: _t("Check the proxy's address, login and password in the settings, or ask your administrator for them."),
    UnreachableReason.CUT: lambda: _t("Do it again: we go on from the same place."),
}

LOST_CAUSES: Final[Mapping[LostReason, _Text]] = {
    LostReason.CUT: lambda: _t("The connection with the operator was cut before the answer came."),
    LostReason.TIMED_OUT: lambda: _t("The operator's answer did not come in time."),
    LostReason.SERVER_FAILED: lambda: _t("The operator's server failed before it gave an answer."),
    LostReason.FOREIGN_ANSWER: lambda: _t("Your network answered instead of the operator."),
    LostReason.ANSWER_UNREADABLE: lambda: _t("The operator's answer came damaged."),
}

TLS_CAUSES: Final[Mapping[TlsProblem, _Text]] = {
    TlsProblem.UNKNOWN_ROOT: lambda: _t(
        "Its certificate was issued by someone this computer does not trust. An antivirus or an office filter may be opening the traffic."
    ),
    TlsProblem.WRONG_HOST: lambda: _t("Its certificate belongs to another site."),
    TlsProblem.EXPIRED: lambda: _t("Its certificate has expired by this computer's clock."),
    TlsProblem.NOT_YET_VALID: lambda: _t("Its certificate is not valid yet by this computer's clock."),
    TlsProblem.OTHER: lambda: _t("A secure connection could not be agreed upon."),
}

TLS_STEPS: Final[Mapping[TlsProblem, _Text]] = {
    TlsProblem.UNKNOWN_ROOT: lambda: _t(
        "Show this to your administrator: the operator's address must be left out of inspection, or the office's root added in the settings."
    ),
    TlsProblem.WRONG_HOST: lambda: _t("Check the operator's address in the settings. If it is right, show this to your administrator."),
    TlsProblem.EXPIRED: lambda: _t("Check the date and time of the computer. If they are right, show this to your administrator."),
    TlsProblem.NOT_YET_VALID: lambda: _t("Check the date and time of the computer. If they are right, show this to your administrator."),
    TlsProblem.OTHER: lambda: _t("Run the computer check. If it finds nothing, show this to your administrator."),
}

SIGN_IN_CAUSES: Final[Mapping[SignInProblem, _Text]] = {
    SignInProblem.WRONG_CREDENTIALS: lambda: _t("The login or the password did not fit."),
    SignInProblem.SECOND_FACTOR: lambda: _t("The operator asks for one more confirmation, which a password alone can't give."),
    SignInProblem.EXPIRED: lambda: _t("The code was not confirmed in time."),
    SignInProblem.DENIED: lambda: _t("The sign-in was declined on the operator's page."),
    SignInProblem.CERTIFICATE: lambda: _t("The operator did not accept this certificate for signing in."),
    SignInProblem.PROGRAM: lambda: _t("The operator does not know this program's key."),
    SignInProblem.OTHER: lambda: _t("The operator did not say why."),
}

SIGN_IN_STEPS: Final[Mapping[SignInProblem, _Text]] = {
    SignInProblem.WRONG_CREDENTIALS: lambda: _t(
        "Check the keyboard layout and type the password again. A forgotten password is restored on the operator's site."
    ),
    SignInProblem.SECOND_FACTOR: lambda: _t("Sign in with a code on the operator's page instead."),
    SignInProblem.EXPIRED: lambda: _t("Ask for a new code and confirm it on the operator's page."),
    SignInProblem.DENIED: lambda: _t("If that was you by mistake, ask for a new code and confirm it."),
    SignInProblem.CERTIFICATE: lambda: _t("Choose another certificate, or sign in with a password or a code."),
    SignInProblem.PROGRAM: lambda: _t("Check the program's key in the settings, or ask the operator for a new one."),
    SignInProblem.OTHER: lambda: _t("Try again later. If it stays so, tell the operator's support the code named here."),
}


@sentence.register
def _(error: errors.UnsafeAddressError) -> Sentence:
    return Sentence(
        happened=_t("The address {url} can't be used.").format(url=error.url or "—"),
        means=_t("An operator is reached over https only, and the address holds no login or password. Nothing was sent."),
        do_next=_t("Correct the operator's address in the settings."),
    )


@sentence.register
def _(error: errors.OperatorUnreachableError) -> Sentence:
    return Sentence(
        happened=_t("No connection with the operator {host}.").format(host=error.host),
        means=_t("Nothing was filed and nothing is lost. You can go on working without the connection."),
        do_next=UNREACHABLE_STEPS[error.reason](),
    )


@sentence.register
def _(error: errors.LineLostError) -> Sentence:
    if error.may_have_filed:
        return Sentence(
            happened=LOST_CAUSES[error.reason](),
            means=_t("We don't know whether the document arrived."),
            do_next=_t("Don't send it again: we ask the operator ourselves and show what became of it."),
        )
    return Sentence(
        happened=LOST_CAUSES[error.reason](),
        means=_t("The document was only being prepared. Nothing was filed."),
        do_next=_t("Do it again when the connection is back: we go on from the same place."),
    )


@sentence.register
def _(error: errors.TlsFailedError) -> Sentence:
    met = _t("Issued by: {issuer}.").format(issuer=error.issuer) if error.issuer else ""
    return Sentence(
        happened=_t("The server {host} could not prove that it is the operator.").format(host=error.host),
        means=" ".join(filter(None, (TLS_CAUSES[error.kind](), met, _t("Nothing was sent.")))),
        do_next=TLS_STEPS[error.kind](),
    )


@sentence.register
def _(error: errors.UnreadableRootError) -> Sentence:
    return Sentence(
        happened=_t("The root certificate {path} can't be read.").format(path=error.path),
        means=_t("It is named in the settings, and without it we connect to nobody."),
        do_next=_t("Choose a certificate file in PEM format in the settings, or remove it from there."),
    )


@sentence.register
def _(error: errors.ForeignAnswerError) -> Sentence:
    sent_on = _t("It sends us to {host}.").format(host=error.redirected_to) if error.redirected_to else ""
    return Sentence(
        happened=_t("Your network answered instead of the operator {host}.").format(host=error.host),
        means=" ".join(
            filter(None, (_t("A proxy, a filter or a sign-in page of the network stands in between."), sent_on, _t("Nothing was filed.")))
        ),
        do_next=_t("Open any site in a browser and sign in to the network if it asks. If that does not help, show this to your administrator."),
    )


@sentence.register
def _(error: errors.OperatorRefusedError) -> Sentence:
    return Sentence(
        happened=_t("The operator refused: “{message}”.").format(message=error.message or error.code or error.status),
        means=_t("Nothing was filed. Request number for the operator's support: {trace}.").format(trace=error.trace_id)
        if error.trace_id
        else _t("Nothing was filed."),
        do_next=_t("Correct what the operator names and do it again. If it is not clear, ask the operator's support."),
    )


@sentence.register
def _(error: errors.OperatorFailedError) -> Sentence:
    return Sentence(
        happened=_t("The operator's server {host} failed (code {status}).").format(host=error.host, status=error.status),
        means=_t("Nothing was changed. Request number for the operator's support: {trace}.").format(trace=error.trace_id or "—"),
        do_next=_t("Wait a few minutes and do it again. On the last day of a term do not wait longer than an hour: call the operator's support."),
    )


@sentence.register
def _(error: errors.TooManyRequestsError) -> Sentence:
    seconds = ceil(error.retry_after_seconds)
    pause = _n("It asks us to wait {n} second.", "It asks us to wait {n} seconds.", seconds).format(n=seconds) if seconds else ""
    return Sentence(
        happened=_t("The operator is busy and asks for a pause."),
        means=" ".join(filter(None, (pause, _t("The request was not carried out.")))),
        do_next=_t("Do it again a little later."),
    )


@sentence.register
def _(error: errors.SignInRequiredError) -> Sentence:
    return Sentence(
        happened=_t("You are not signed in to the operator {host}.").format(host=error.host),
        means=_t("The last sign-in has ended or there was none. What is saved here stays and can be worked with."),
        do_next=_t("Sign in to the operator again."),
    )


@sentence.register
def _(error: errors.SignInRefusedError) -> Sentence:
    number = _t("Code: {code}.").format(code=error.code) if error.code else ""
    return Sentence(
        happened=_t("The operator did not let us sign in."),
        means=" ".join(filter(None, (SIGN_IN_CAUSES[error.problem](), number))),
        do_next=SIGN_IN_STEPS[error.problem](),
    )


@sentence.register
def _(error: errors.AccountNotChosenError) -> Sentence:
    names = "; ".join(name or identifier for identifier, name in error.accounts)
    if not error.accounts:
        return Sentence(
            happened=_t("The operator has no account for this sign-in."),
            means=_t("There is nothing to file for until an organisation is connected."),
            do_next=_t("Sign in under another login, or ask the operator to connect your organisation."),
        )
    return Sentence(
        happened=_t("The sign-in opens several accounts."),
        means=_t("We don't choose between them by ourselves: {names}.").format(names=names),
        do_next=_t("Choose the account in the settings."),
    )


@sentence.register
def _(error: errors.AnswerTooLargeError) -> Sentence:
    return Sentence(
        happened=_t("The answer of {host} is larger than we take.").format(host=error.host),
        means=_t("We stopped reading at {megabytes} MB. What came was not saved.").format(megabytes=ceil(error.limit_bytes / (1 << 20))),
        do_next=_t("Do it again. If it happens again, show this to the operator's support."),
    )


@sentence.register
def _(error: errors.UnexpectedAnswerError) -> Sentence:
    return Sentence(
        happened=_t("The operator's answer can't be understood."),
        means=_t("This version of the program may be older than the operator's server. For a technician: {action}, {status}, {trace}.").format(
            action=error.action, status=error.status, trace=error.trace_id or "—"
        ),
        do_next=_t("Check whether there is a newer version of the program. If there is none, show this to our support."),
    )


@sentence.register
def _(error: errors.TaskStillRunningError) -> Sentence:
    return Sentence(
        happened=_t("The operator is still working on the document."),
        means=_t("We waited {minutes} min. It goes on there without us, and nothing is lost.").format(
            minutes=max(1, ceil(error.waited_seconds / 60))
        ),
        do_next=_t("Come back later: we ask for the result ourselves. Don't send the document again."),
    )
