"""One docflow with everything that came in it, and its documents as files."""

from __future__ import annotations

from pathlib import Path

from extern_desktop.intake.file_names import clean_file_name
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import FileExistsAlreadyError, FileUnwritableError
from extern_desktop.services.values import DocflowCard, DocflowDocument
from extern_desktop.services.write_file import write_new_file


def read_docflow(docflow_id: str, *, desk: Desk) -> DocflowCard:
    """From the mirror; asks nobody."""
    docflow = desk.store.mirror.docflow(docflow_id)
    owed = {obligation.document_id: obligation.reply_type for obligation in desk.store.mirror.obligations(docflow_id)}
    documents = tuple(
        DocflowDocument(
            document_id=it.id,
            kind=it.type,
            file_name=it.file_name,
            at=it.sent_at,
            size_bytes=len(desk.store.mirror.content(it.id) or b""),
            reply_owed=owed.get(it.id, ""),
            signatures=int(it.has_signature),
        )
        for it in desk.store.mirror.documents(docflow_id)
    )
    return DocflowCard(docflow.id, docflow.status, docflow.success_state, docflow.sent_at, docflow.changed_at, documents)


def save_documents(docflow_id: str, folder: Path, *, desk: Desk, work: Work) -> tuple[Path, ...]:
    """Write every document that is here, its signature beside it, into `folder`. Names are made safe; a file that is there already is left alone."""
    written: list[Path] = []
    documents = [it for it in desk.store.mirror.documents(docflow_id) if it.has_content]
    for number, it in enumerate(work.each(documents, Stage.COPYING, lambda it: it.file_name), 1):
        name = f"{number:02d} {clean_file_name(it.file_name, fallback='document')}"
        content, signature = desk.store.mirror.content(it.id), desk.store.mirror.signature(it.id)
        for path, data in ((folder / name, content), (folder / f"{name}.p7s", signature)):
            if data is not None and _write_new(path, data):
                written.append(path)
    return tuple(written)


def _write_new(path: Path, data: bytes) -> bool:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_new_file(path, data)
    except FileExistsAlreadyError:
        return False
    except OSError as error:
        raise FileUnwritableError(str(path), error.strerror or type(error).__name__) from error
    return True
