"""Sentences for the errors of key containers and of the carriers they lie on."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.tokens import container_errors as errors
from extern_desktop.tokens.container_values import ContainerFlaw
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _n, _t

FLAWS: Final[Mapping[ContainerFlaw, Callable[[], str]]] = {
    ContainerFlaw.NOT_A_FILE: lambda: _t("A link or a folder stands in its place. We don't follow links: they may lead to another key."),
    ContainerFlaw.TOO_LARGE: lambda: _t("It is far larger than such a file can be."),
    ContainerFlaw.EMPTY: lambda: _t("It is empty. The copy to this carrier may have been interrupted."),
    ContainerFlaw.BROKEN: lambda: _t("It is cut short or damaged, so the key can't be used."),
    ContainerFlaw.FOREIGN: lambda: _t("It holds something else. It may belong to another program."),
    ContainerFlaw.WRONG_MAC: lambda: _t("Its authentication code does not match: the file was changed after CryptoPro wrote it."),
}
"""What a flaw means, for the sentence and for the list of containers."""


@sentence.register
def _(error: errors.ContainerMissingError) -> Sentence:
    return Sentence(
        happened=_t("There is no key container in {folder}.").format(folder=error.folder),
        means=_t("The carrier was taken out, or the folder was moved or is a link."),
        do_next=_t("Plug in the carrier and choose the container again."),
    )


@sentence.register
def _(error: errors.ContainerIncompleteError) -> Sentence:
    return Sentence(
        happened=_t("The key container in {folder} is not whole.").format(folder=error.folder),
        means=_n("{n} file is missing: {files}.", "{n} files are missing: {files}.", len(error.missing)).format(
            n=len(error.missing), files=", ".join(error.missing)
        ),
        do_next=_t("Take another copy of this key. Without all six files CryptoPro can't use it."),
    )


@sentence.register
def _(error: errors.ContainerDamagedError) -> Sentence:
    return Sentence(
        happened=_t("The file {file} of the key container in {folder} can't be used.").format(file=error.file_name, folder=error.folder),
        means=FLAWS[error.flaw](),
        do_next=_t("Take another copy of this key. If there is none, ask the certification authority for a new certificate."),
    )


@sentence.register
def _(error: errors.ContainerUnreadableError) -> Sentence:
    return Sentence(
        happened=_t("{folder} can't be read.").format(folder=error.folder),
        means=_t("The system says: {reason}.").format(reason=os.strerror(error.code)),
        do_next=_t("Plug the carrier in again, into another port if you can, and check that you may open this folder."),
    )


@sentence.register
def _(error: errors.ContainerNotExportableError) -> Sentence:
    return Sentence(
        happened=_t("The key “{name}” can't be copied.").format(name=error.name),
        means=_t(
            "It was made as non-exportable, which protects it: nobody can take it from its carrier unnoticed. The program does not get round this."
        ),
        do_next=_t("Work from the carrier the key is on. For a second workplace, ask the certification authority for a second certificate."),
    )


@sentence.register
def _(error: errors.ContainerExistsError) -> Sentence:
    return Sentence(
        happened=_t("{folder} is already there.").format(folder=error.folder),
        means=_t("We never write over a key container: it may be another key. Nothing was changed."),
        do_next=_t("Choose another folder name, for example with the next number, or another carrier."),
    )


@sentence.register
def _(error: errors.ContainerFolderNameError) -> Sentence:
    return Sentence(
        happened=_t("CryptoPro does not look into a folder named “{name}”.").format(name=error.folder_name),
        means=_t("A container's folder has up to 8 Latin letters or digits, a dot and three digits, like keys2026.000."),
        do_next=_t("Choose such a name."),
    )


@sentence.register
def _(error: errors.CarrierMissingError) -> Sentence:
    return Sentence(
        happened=_t("{folder} is not there.").format(folder=error.folder),
        means=_t("The carrier was taken out, or the folder was removed. No container appeared on it; the source is as it was."),
        do_next=_t("Plug in the carrier and copy again. We remove what was left unfinished."),
    )


@sentence.register
def _(error: errors.CarrierFullError) -> Sentence:
    return Sentence(
        happened=_t("There is no room in {folder}.").format(folder=error.folder),
        means=_t("The container needs {kilobytes} KB and a little more for its six files. Nothing was left there.").format(
            kilobytes=-(-error.needed_bytes // 1024)
        ),
        do_next=_t("Remove something from the carrier or choose another one."),
    )


@sentence.register
def _(error: errors.CarrierReadOnlyError) -> Sentence:
    return Sentence(
        happened=_t("Nothing can be written to {folder}.").format(folder=error.folder),
        means=_t("The carrier is write-protected, or you have no right to write there."),
        do_next=_t("Move the switch on the carrier's side, or choose another folder or carrier."),
    )


@sentence.register
def _(error: errors.CarrierFailedError) -> Sentence:
    return Sentence(
        happened=_t("{folder} did not take the copy.").format(folder=error.folder),
        means=_t("The system says: {reason}.").format(reason=os.strerror(error.code)),
        do_next=_t("Choose another carrier. If this one fails again, don't keep keys on it."),
    )


@sentence.register
def _(error: errors.CopyDiffersError) -> Sentence:
    return Sentence(
        happened=_t("The copy of {file} is not the same as the original.").format(file=error.file_name),
        means=_t(
            "The carrier gave back other bytes than were written, so it can't be trusted with a key. The copy was removed; the source is as it was."
        ),
        do_next=_t("Choose another carrier."),
    )
