"""Sentences for the training operator: why it can't be started, and why its authority issues no certificate."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.sandbox.errors import (
    CertificateNotIssuedError,
    IssueProblem,
    NotLoopbackError,
    OperatorNotStartedError,
    StartProblem,
    StateFolderBusyError,
    UnreadableStateError,
)
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _t

_ISSUE_PROBLEMS: Final[Mapping[IssueProblem, Callable[[], tuple[str, str]]]] = {
    IssueProblem.UNKNOWN_ORGANISATION: lambda: (
        _t("The organisation with INN {inn} does not take part in the training."),
        _t("Choose one of the training organisations."),
    ),
    IssueProblem.NOT_GOST: lambda: (
        _t("The key for the organisation with INN {inn} is not a GOST R 34.10-2012 key, or it can't be read."),
        _t("Make a new GOST R 34.10-2012 key and ask for a certificate again."),
    ),
}

_START_PROBLEMS: Final[Mapping[StartProblem, Callable[[], str]]] = {
    StartProblem.ENDED: lambda: _t("It ended with code {code}. It said: {detail}"),
    StartProblem.SILENT: lambda: _t("It started, but gave no answer in time. The computer may be busy."),
    StartProblem.SYSTEM: lambda: _t("The system said: {detail}."),
}


@sentence.register
def _(error: NotLoopbackError) -> Sentence:
    return Sentence(
        happened=_t("The training operator does not open at the address {host}.").format(host=error.host or "—"),
        means=_t("Other computers could reach it there. It works on this computer alone."),
        do_next=_t("Leave the address out, or give 127.0.0.1."),
    )


@sentence.register
def _(error: StateFolderBusyError) -> Sentence:
    process = _t("process {pid}").format(pid=error.pid) if error.pid else _t("another program")
    return Sentence(
        happened=_t("The training operator in the folder {folder} is taken by {process} and does not answer.").format(
            folder=error.folder, process=process
        ),
        means=_t("Two operators must not write to one folder. Nothing is lost."),
        do_next=_t("Close the other program, or wait half a minute, and do it again."),
    )


@sentence.register
def _(error: UnreadableStateError) -> Sentence:
    return Sentence(
        happened=_t("The training operator can't read its file {path}: {detail}.").format(path=error.path, detail=error.detail),
        means=_t("The file is damaged or made by another version of the program. Real reports are not touched: they are never kept there."),
        do_next=_t("Move the folder of the training operator elsewhere and start again: a new training begins."),
    )


@sentence.register
def _(error: OperatorNotStartedError) -> Sentence:
    means = _START_PROBLEMS[error.problem]().format(code=error.exit_code, detail=error.detail.strip() or "—")
    return Sentence(
        happened=_t("The training operator did not start in the folder {folder}.").format(folder=error.folder),
        means=means,
        do_next=_t("Do it again. If it stays so, check that the disk has room and that the folder can be written to."),
    )


@sentence.register
def _(error: CertificateNotIssuedError) -> Sentence:
    happened, do_next = _ISSUE_PROBLEMS[error.problem]()
    return Sentence(happened=happened.format(inn=error.inn), means=_t("The training authority did not issue a certificate."), do_next=do_next)
