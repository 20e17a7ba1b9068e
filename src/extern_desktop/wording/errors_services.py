"""Sentences for the errors of `services`."""

from __future__ import annotations

from extern_desktop.services import errors
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _n, _t


@sentence.register
def _(error: errors.NoSigningKeyError) -> Sentence:
    owners = ", ".join(error.owners)
    return Sentence(
        happened=_t("No key for {organisation} (INN {inn}) is in sight.").format(organisation=error.organisation, inn=error.inn),
        means=_t("The keys that are in belong to: {owners}.").format(owners=owners) if owners else _t("No key with a certificate is plugged in."),
        do_next=_t("Plug in the key of this organisation. If it is in, open Check-up: it shows which step on the way to the key fails."),
    )


@sentence.register
def _(error: errors.KeypadTokenError) -> Sentence:
    return Sentence(
        happened=_t("The PIN of the key “{label}” is typed on its own keypad.").format(label=error.token_label),
        means=_t("The program never sees this PIN, so it cannot change it."),
        do_next=_t("Change it in the program of the key's maker."),
    )


@sentence.register
def _(error: errors.TrainingKeyRefusedError) -> Sentence:
    return Sentence(
        happened=_t("A training key does not sign for {host}.").format(host=error.host),
        means=_t("Training and real work never mix. Nothing was signed and nothing was sent."),
        do_next=_t("Plug in a real key, or go back to the training operator in Settings."),
    )


@sentence.register
def _(error: errors.ReportHasErrorsError) -> Sentence:
    return Sentence(
        happened=_n("{file} has {n} error.", "{file} has {n} errors.", error.errors).format(file=error.file_name, n=error.errors),
        means=_t("The authority would refuse it, so it is not signed."),
        do_next=_t("Open the report, correct the marked lines and check it again."),
    )


@sentence.register
def _(error: errors.UnknownPayerError) -> Sentence:
    payer = f"{error.inn}-{error.kpp}" if error.kpp else error.inn
    return Sentence(
        happened=_t("{file} is a report of {payer}, which is not among your organisations.").format(file=error.file_name, payer=payer),
        means=_t("The operator takes reports of the account's organisations only."),
        do_next=_t("Check INN and KPP in the report, or add the organisation to the operator's account and synchronise."),
    )


@sentence.register
def _(error: errors.ReportMissingError) -> Sentence:
    return Sentence(
        happened=_t("There is no report {report}.").format(report=error.report),
        means=_t("It was never opened in this workspace, or it was removed."),
        do_next=_t("See the list of reports, or open the file again."),
    )


@sentence.register
def _(error: errors.DocflowMissingError) -> Sentence:
    return Sentence(
        happened=_t("There is no docflow {docflow}.").format(docflow=error.docflow_id),
        means=_t("The operator has not shown it to this workspace yet, or it belongs to another account."),
        do_next=_t("Synchronise and look again."),
    )


@sentence.register
def _(error: errors.SignInNeededError) -> Sentence:
    return Sentence(
        happened=_t("The operator {operator} does not know you yet.").format(operator=error.operator),
        means=_t("Without a sign-in nothing can be sent or received. What is on this computer can be worked with."),
        do_next=_t("Sign in: Settings, Operator."),
    )


@sentence.register
def _(error: errors.NoAccountError) -> Sentence:
    return Sentence(
        happened=_t("The operator shows no account for {login}.").format(login=error.login),
        means=_t("The sign-in is right, but it opens no organisation's reports."),
        do_next=_t("Ask the operator or your administrator to give you access to the account."),
    )


@sentence.register
def _(error: errors.FileUnreadableError) -> Sentence:
    return Sentence(
        happened=_t("The file {path} can't be read.").format(path=error.path),
        means=_t("The system says: {reason}.").format(reason=error.reason),
        do_next=_t("Check that the file is there and that you may read it."),
    )


@sentence.register
def _(error: errors.FileExistsAlreadyError) -> Sentence:
    return Sentence(
        happened=_t("The file {path} is there already.").format(path=error.path),
        means=_t("Nothing is overwritten."),
        do_next=_t("Choose another name or folder."),
    )


@sentence.register
def _(error: errors.OutcomeUncertainError) -> Sentence:
    return Sentence(
        happened=_t("We don't know whether {file} arrived: the network failed while sending.").format(file=error.file_name),
        means=_t("It may be with the operator already. It is not sent a second time."),
        do_next=_t("We ask the operator ourselves when the network is back. Don't send it again."),
    )


@sentence.register
def _(_error: errors.TrainingOnlyError) -> Sentence:
    return Sentence(
        happened=_t("Training certificates are issued in training only."),
        means=_t("The real operator and the authorities would not accept one. Nothing was changed on the key."),
        do_next=_t("Switch to training in Settings, or ask a certification authority for a real certificate."),
    )


@sentence.register
def _(error: errors.UnknownOrganisationError) -> Sentence:
    return Sentence(
        happened=_t("No organisation of the account has the INN {inn}.").format(inn=error.inn),
        means=_t("Known are: {known}.").format(known="; ".join(error.known)) if error.known else _t("No organisations are known yet."),
        do_next=_t("Check the INN, or synchronise to read the organisations anew."),
    )


@sentence.register
def _(error: errors.FileUnwritableError) -> Sentence:
    return Sentence(
        happened=_t("The file {path} can't be written.").format(path=error.path),
        means=_t("The system says: {reason}.").format(reason=error.reason),
        do_next=_t("Choose another folder, or check the free space and your rights."),
    )


@sentence.register
def _(error: errors.FolderNotOursError) -> Sentence:
    return Sentence(
        happened=_t("The folder {path} is there and was not made by a demo.").format(path=error.path),
        means=_t("It may hold your files, so it is left alone."),
        do_next=_t("Name another folder."),
    )


@sentence.register
def _(_error: errors.RealOnlyError) -> Sentence:
    return Sentence(
        happened=_t("The training operator needs no sign-in."),
        means=_t("Nothing was sent to the real operator: training and real work never mix."),
        do_next=_t("To sign in to your operator, switch to real work in Settings first."),
    )
