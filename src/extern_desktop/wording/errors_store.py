"""Sentences for the errors of `store`: the workspace, its key, its files and the outbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from extern_desktop.domain.outbox import OutboxState
from extern_desktop.store import errors
from extern_desktop.store.errors import KeyTrouble, RowKind
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _t

_Text = Callable[[], str]


@sentence.register
def _(error: errors.DiskFullError) -> Sentence:
    return Sentence(
        happened=_t("The disk is full: nothing could be written to {folder}.").format(folder=error.folder),
        means=_t("What was being saved is not saved. Everything saved before is whole."),
        do_next=_t("Free some space on the disk and do it again. The program need not be restarted."),
    )


@sentence.register
def _(error: errors.WriteOutcomeUnknownError) -> Sentence:
    return Sentence(
        happened=_t("The disk failed while we were saving to {folder}.").format(folder=error.folder),
        means=_t("The last change may be saved or not. For a technician: {code}.").format(code=error.code),
        do_next=_t("Close the program and start it again: we look what was saved. Have the disk checked."),
    )


@sentence.register
def _(error: errors.WorkspaceBusyError) -> Sentence:
    return Sentence(
        happened=_t("The workspace is held by another program: {folder}.").format(folder=error.folder),
        means=_t("We waited for {seconds:.0f} seconds and saved nothing.").format(seconds=error.waited_seconds),
        do_next=_t("Wait for the other program to finish: a second copy of this one, a backup or an antivirus. Then do it again."),
    )


@sentence.register
def _(error: errors.WorkspaceDamagedError) -> Sentence:
    return Sentence(
        happened=_t("The workspace is damaged: {file} can't be read.").format(file=error.file),
        means=_t("What was sent is safe with the operator. Reports in work may be in the damaged file. For a technician: {detail}.").format(
            detail=error.detail
        ),
        do_next=_t("Do not delete anything. Copy the folder aside and restore it from your last backup; the rest comes back from the operator."),
    )


@sentence.register
def _(error: errors.WrongKeyError) -> Sentence:
    return Sentence(
        happened=_t("The key does not open the workspace {folder}.").format(folder=error.folder),
        means=_t("Your data are whole, but they were encrypted with another key: the folder came from another computer, or the key was replaced."),
        do_next=_t("Bring back the key together with the folder: the file key.json or the entry in the system's keyring."),
    )


@sentence.register
def _(error: errors.NewerWorkspaceError) -> Sentence:
    return Sentence(
        happened=_t("The workspace {folder} was made by a newer version of the program.").format(folder=error.folder),
        means=_t("Its shape is {found}, this version knows {known}. We change nothing in it.").format(
            found=error.found_version, known=error.known_version
        ),
        do_next=_t("Install the newer version."),
    )


@sentence.register
def _(error: errors.ReadOnlyWorkspaceError) -> Sentence:
    return Sentence(
        happened=_t("The workspace can only be read: {folder}.").format(folder=error.folder),
        means=_t("The disk or the folder does not let us write. Nothing was saved."),
        do_next=_t("Take away the write protection, or give yourself the right to write into the folder, and start the program again."),
    )


@sentence.register
def _(error: errors.WorkspaceUnreachableError) -> Sentence:
    return Sentence(
        happened=_t("The workspace can't be opened: {path}.").format(path=error.path),
        means=_t("The system does not give us the file. For a technician: {detail}.").format(detail=error.detail),
        do_next=_t("Check that the disk is connected and that you may read and write in this folder."),
    )


@sentence.register
def _(error: errors.NetworkFolderError) -> Sentence:
    return Sentence(
        happened=_t("The workspace is in a network folder ({kind}): {folder}.").format(kind=error.file_system, folder=error.folder),
        means=_t("On a network folder the database can lose what it promised to keep, so we don't open it there."),
        do_next=_t("Keep the workspace on a disk of this computer. EXTERN_DESKTOP_HOME names another folder."),
    )


@sentence.register
def _(error: errors.MigrationFailedError) -> Sentence:
    return Sentence(
        happened=_t("The workspace {folder} could not be brought to the new version.").format(folder=error.folder),
        means=_t("It stays as it was, in the shape {old} instead of {new}. A copy lies beside it.").format(
            old=error.from_version, new=error.to_version
        ),
        do_next=_t("Go on with the version of the program you had, and send us a report from Check-up."),
    )


_KEY_TROUBLES: Final[Mapping[KeyTrouble, tuple[_Text, _Text]]] = {
    KeyTrouble.KEYRING_SILENT: (
        lambda: _t("The system's keyring does not answer."),
        lambda: _t("Look for a window that asks for the keyring's password, unlock the keyring and start the program again."),
    ),
    KeyTrouble.KEYRING_REFUSED: (
        lambda: _t("The system's keyring did not give out the key: it is locked or the request was denied."),
        lambda: _t("Unlock the keyring (sign in to the system with your password) and start the program again."),
    ),
    KeyTrouble.KEY_NOT_FOUND: (
        lambda: _t("The key is not where it was kept."),
        lambda: _t("Bring back the file key.json or the entry “extern-desktop” of the keyring. What was sent can be read again from the operator."),
    ),
    KeyTrouble.NO_PLACE: (
        lambda: _t("There is no keyring in this system, and nobody to ask for a passphrase."),
        lambda: _t("Start the program in a window or a terminal and choose a passphrase."),
    ),
    KeyTrouble.BROKEN_KEY_FILE: (
        lambda: _t("The file key.json is damaged."),
        lambda: _t("Restore the file key.json from a backup."),
    ),
}


@sentence.register
def _(error: errors.KeyUnavailableError) -> Sentence:
    means, do_next = _KEY_TROUBLES[error.trouble]
    return Sentence(happened=_t("There is no key to the workspace {folder}.").format(folder=error.folder), means=means(), do_next=do_next())


@sentence.register
def _(error: errors.WrongPassphraseError) -> Sentence:
    return Sentence(
        happened=_t("The passphrase does not open the workspace."),
        means=_t("Nothing is lost: the passphrase can be typed again, as often as you need. Folder: {folder}.").format(folder=error.folder),
        do_next=_t("Check the keyboard layout and Caps Lock and type the passphrase again."),
    )


@sentence.register
def _(error: errors.ContentMissingError) -> Sentence:
    return Sentence(
        happened=_t("The document {name} is gone from the workspace.").format(name=error.name),
        means=_t("Its file was deleted or not copied. The other documents can be used. For a technician: {id}.").format(id=error.content_id),
        do_next=_t("Restore the folder contents from a backup. Documents of a docflow can be fetched from the operator again."),
    )


@sentence.register
def _(error: errors.ContentChangedError) -> Sentence:
    return Sentence(
        happened=_t("The document {name} is not what it was.").format(name=error.name),
        means=_t("Its bytes were altered after they were kept, so we neither show nor send it. For a technician: {id}.").format(id=error.content_id),
        do_next=_t("Restore it from a backup. A report in work: open its file again, check it and sign it."),
    )


_STATES: Final[Mapping[OutboxState, _Text]] = {
    OutboxState.SIGNED: lambda: _t("It is signed and waits to be sent."),
    OutboxState.UPLOADED: lambda: _t("It is being sent."),
    OutboxState.CHECKED: lambda: _t("It is being sent."),
    OutboxState.PREPARED: lambda: _t("It is being sent."),
    OutboxState.SENDING: lambda: _t("It is being sent."),
    OutboxState.UNCERTAIN: lambda: _t("We don't know yet whether it has arrived and are asking the operator."),
    OutboxState.SENT: lambda: _t("It is sent."),
    OutboxState.REFUSED: lambda: _t("The operator refused it."),
    OutboxState.WITHDRAWN: lambda: _t("It was taken back."),
}


@sentence.register
def _(error: errors.AlreadyInOutboxError) -> Sentence:
    return Sentence(
        happened=_t("{name} is in the outbox already.").format(name=error.file_name),
        means=_STATES[error.state](),
        do_next=_t("Do not send it a second time. For a correction make a new file with the next correction number."),
    )


@sentence.register
def _(error: errors.OutboxLeaseError) -> Sentence:
    return Sentence(
        happened=_t("Another window or command works on this report."),
        means=_t("It goes on there: {owner}. Nothing is sent twice.").format(owner=error.owner)
        if error.owner
        else _t("Our turn with it has ended. Nothing is sent twice."),
        do_next=_t("Wait until it is finished, or open the outbox to see how far it is."),
    )


@sentence.register
def _(error: errors.ReportInOutboxError) -> Sentence:
    return Sentence(
        happened=_t("The report is signed: it can't be changed or removed."),
        means=_STATES[error.state](),
        do_next=_t("For a correction make a new report with the next correction number. What is not sent yet can be taken back from the outbox."),
    )


_MISSING: Final[Mapping[RowKind, _Text]] = {
    RowKind.REPORT: lambda: _t("There is no such report in the workspace."),
    RowKind.OUTBOX: lambda: _t("There is no such act in the outbox."),
    RowKind.DOCFLOW: lambda: _t("There is no such docflow in the workspace."),
    RowKind.DOCUMENT: lambda: _t("There is no such document in the workspace."),
}


@sentence.register
def _(error: errors.NotInWorkspaceError) -> Sentence:
    return Sentence(
        happened=_MISSING[error.kind](),
        means=_t("Its number is {id}: it was removed, mistyped, or belongs to the other workspace.").format(id=error.id),
        do_next=_t("Look it up in the list. Docflows come with a synchronisation."),
    )
