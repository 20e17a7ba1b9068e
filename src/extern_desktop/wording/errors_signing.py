"""Sentences for the errors of `signing`, and words for what it found out about signatures and certificate chains."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.signing import errors
from extern_desktop.signing.values import ChainVerdict, SignatureProblem
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _t


@sentence.register
def _(error: errors.UnreadableCertificateError) -> Sentence:
    return Sentence(
        happened=_t("This is no certificate that we can read."),
        means=_t("The file is damaged or holds something else. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Ask the certification authority for the certificate file (.cer) again, or export it from the key anew."),
    )


@sentence.register
def _(error: errors.UnsupportedKeyError) -> Sentence:
    return Sentence(
        happened=_t("The key of this certificate is not one that reports are signed with."),
        means=_t("Reports need GOST R 34.10-2012. This key says: {algorithm}.").format(algorithm=error.algorithm or _t("nothing readable")),
        do_next=_t("Choose another certificate, or get a qualified one from the FNS certification authority."),
    )


@sentence.register
def _(error: errors.SignerFailedError) -> Sentence:
    return Sentence(
        happened=_t("The key of {owner} gave a wrong signature.").format(owner=error.owner),
        means=_t("The signature was compared with certificate {serial} and thrown away.").format(serial=error.serial_number),
        do_next=_t("Sign again. If it happens again, the certificate does not belong to this key, or the key's driver is broken: open Check-up."),
    )


@sentence.register
def _(error: errors.TrainingKeyMissingError) -> Sentence:
    return Sentence(
        happened=_t("There is no training key in {path}.").format(path=error.path),
        means=_t("Without it nothing can be signed in training."),
        do_next=_t("Get a training key again: Keys, Training key."),
    )


@sentence.register
def _(error: errors.TrainingKeyExistsError) -> Sentence:
    return Sentence(
        happened=_t("There is a training key in {path} already.").format(path=error.path),
        means=_t("A key is never written over another."),
        do_next=_t("Use the key that is there, or move its file away first."),
    )


@sentence.register
def _(error: errors.UnreadableTrainingKeyError) -> Sentence:
    return Sentence(
        happened=_t("The training key in {path} can't be read.").format(path=error.path),
        means=_t("The file is damaged, or you may not read it. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Move the file away and get a training key again. Real keys are not touched."),
    )


@sentence.register
def _(error: errors.TrainingKeyNotWritableError) -> Sentence:
    return Sentence(
        happened=_t("The training key can't be saved to {path}.").format(path=error.path),
        means=_t("The system says: {reason}.").format(reason=error.reason),
        do_next=_t("Free some space, or choose a folder that you may write to, and try again."),
    )


@sentence.register
def _(error: errors.CertificateMissingError) -> Sentence:
    return Sentence(
        happened=_t("The training key in {path} has no certificate yet.").format(path=error.path),
        means=_t("Nobody can tell whose key it is, so it does not sign."),
        do_next=_t("Ask the training operator for a certificate: Keys, Training key."),
    )


@sentence.register
def _(error: errors.CertificateMismatchError) -> Sentence:
    return Sentence(
        happened=_t("The certificate of {owner} belongs to another key.").format(owner=error.owner),
        means=_t("Certificate {serial} was issued for a different public key.").format(serial=error.serial_number),
        do_next=_t("Take the certificate that was issued for this key, or ask for a new one."),
    )


@sentence.register
def _(error: errors.UnreadableEnvelopeError) -> Sentence:
    return Sentence(
        happened=_t("The encrypted document can't be read."),
        means=_t("It is damaged, or encrypted in a way that we don't open. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Fetch it from the operator again. If that does not help, show the file to the operator's support."),
    )


@sentence.register
def _(error: errors.NotAddressedError) -> Sentence:
    return Sentence(
        happened=_t("The document is encrypted for another key."),
        means=_t("It opens with certificates {recipients}; the one at hand is {serial}.").format(
            recipients=", ".join(error.recipients) or "—", serial=error.serial_number
        ),
        do_next=_t("Plug in the key with one of those certificates."),
    )


@sentence.register
def _(error: errors.DamagedEnvelopeError) -> Sentence:
    return Sentence(
        happened=_t("The encrypted document did not open."),
        means=_t("It is addressed to certificate {serial}, but its key does not fit: the file was damaged on the way.").format(
            serial=error.serial_number
        ),
        do_next=_t("Fetch it from the operator again."),
    )


_PROBLEMS: Final[Mapping[SignatureProblem, Callable[[], str]]] = {
    SignatureProblem.UNREADABLE: lambda: _t("The signature file is damaged or is no signature."),
    SignatureProblem.NOT_DETACHED: lambda: _t("The signature holds the document inside it; reports are signed in a separate file."),
    SignatureProblem.NO_SIGNER: lambda: _t("Nobody signed in this file."),
    SignatureProblem.SEVERAL_SIGNERS: lambda: _t("Several people signed in one file. Such files are not judged here."),
    SignatureProblem.CERTIFICATE_MISSING: lambda: _t("The signer's certificate is not in the signature."),
    SignatureProblem.CERTIFICATE_UNREADABLE: lambda: _t("The certificate in the signature can't be read."),
    SignatureProblem.UNSUPPORTED_ALGORITHM: lambda: _t("The signature is not GOST R 34.10-2012."),
    SignatureProblem.ALGORITHM_MISMATCH: lambda: _t("The signature was made with other algorithms than the certificate's key has."),
    SignatureProblem.ATTRIBUTE_MISSING: lambda: _t("The signature lacks a part that it must have."),
    SignatureProblem.ATTRIBUTE_DOUBLED: lambda: _t("The signature says one thing twice."),
    SignatureProblem.ATTRIBUTES_UNSORTED: lambda: _t("The parts of the signature stand in a wrong order."),
    SignatureProblem.CONTENT_TYPE_DIFFERS: lambda: _t("The signature is for something else than a file."),
    SignatureProblem.CONTENT_CHANGED: lambda: _t("The file was changed after it was signed."),
    SignatureProblem.SIGNATURE_DAMAGED: lambda: _t("The signature was not made with the key of its certificate."),
    SignatureProblem.CERTIFICATE_SUBSTITUTED: lambda: _t("The certificate in the signature is not the one that the signer named."),
}

_VERDICTS: Final[Mapping[ChainVerdict, Callable[[], str]]] = {
    ChainVerdict.TRUSTED: lambda: _t("The certificate leads to a trusted authority."),
    ChainVerdict.UNKNOWN_ISSUER: lambda: _t("The authority that issued the certificate is not known here."),
    ChainVerdict.NOT_YET_VALID: lambda: _t("The certificate is not valid yet."),
    ChainVerdict.EXPIRED: lambda: _t("The certificate has ended."),
    ChainVerdict.ISSUER_NOT_YET_VALID: lambda: _t("The authority's certificate is not valid yet."),
    ChainVerdict.ISSUER_EXPIRED: lambda: _t("The authority's certificate has ended."),
    ChainVerdict.BROKEN_SIGNATURE: lambda: _t("The certificate was not signed by the authority that it names."),
    ChainVerdict.ISSUER_MAY_NOT_ISSUE: lambda: _t("The certificate was issued by somebody who may not issue certificates."),
    ChainVerdict.UNKNOWN_CRITICAL_EXTENSION: lambda: _t("The certificate sets a condition that we don't know."),
    ChainVerdict.UNREADABLE: lambda: _t("A certificate on the way to the authority can't be read."),
    ChainVerdict.UNSUPPORTED_ALGORITHM: lambda: _t("A certificate on the way to the authority is not GOST R 34.10-2012."),
}


def signature_problem_words(problem: SignatureProblem) -> str:
    """One sentence: why a signature doesn't hold."""
    return _PROBLEMS[problem]()


def chain_verdict_words(verdict: ChainVerdict) -> str:
    """One sentence: whether a certificate is to be trusted, and why not."""
    return _VERDICTS[verdict]()
