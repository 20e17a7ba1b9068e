from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from extern_desktop.store.contents import CHUNK_BYTES, INLINE_BYTES
from extern_desktop.store.errors import ContentChangedError, ContentMissingError
from extern_desktop.store.values import DocflowUpdate, FetchedDocument
from extern_desktop.store.workspace import Workspace
from store.conftest import add_signed, child_program, docflow, document, identity

HEADER = 24
STEP = CHUNK_BYTES + 16


def files(workspace: Workspace) -> list[Path]:
    return sorted((workspace.folder / "contents").glob("*/*"))


def keep(workspace: Workspace, data: bytes, name: str = "report.xml") -> str:
    return workspace.reports.add(data, name, identity()).id


@pytest.mark.parametrize(
    "size", [0, 1, INLINE_BYTES, INLINE_BYTES + 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES, 3 * CHUNK_BYTES + 7]
)
def test_content_of_any_size_comes_back_exactly(workspace: Workspace, size: int) -> None:
    data = os.urandom(size)

    report_id = keep(workspace, data)

    assert workspace.reports.content(report_id) == data
    assert len(files(workspace)) == (size > INLINE_BYTES)
    assert workspace.reports.get(report_id).content_sha256 == hashlib.sha256(data).hexdigest()


def flip(at: int) -> Callable[[bytes], bytes]:
    return lambda box: box[:at] + bytes([box[at] ^ 1]) + box[at + 1 :]


TAMPERED: dict[str, Callable[[bytes], bytes]] = {
    "magic": flip(0),
    "id in the header": flip(5),
    "size of chunks": flip(21),
    "first chunk": flip(HEADER),
    "tag of the first chunk": flip(HEADER + STEP - 1),
    "last byte": lambda box: box[:-1] + bytes([box[-1] ^ 1]),
    "last chunk cut off": lambda box: box[: HEADER + 2 * STEP],
    "all but the first chunk cut off": lambda box: box[: HEADER + STEP],
    "everything cut off": lambda box: box[:HEADER],
    "empty": lambda box: b"",
    "half a chunk": lambda box: box[: HEADER + STEP + 100],
    "chunks swapped": lambda box: box[:HEADER] + box[HEADER + STEP : HEADER + 2 * STEP] + box[HEADER : HEADER + STEP] + box[HEADER + 2 * STEP :],
    "chunk repeated": lambda box: box + box[HEADER : HEADER + STEP],
    "a byte more": lambda box: box + b"\0",
}


@pytest.mark.parametrize("how", TAMPERED)
def test_content_altered_on_disk_is_named_and_never_given_out(workspace: Workspace, how: str) -> None:
    report_id, other = keep(workspace, os.urandom(2 * CHUNK_BYTES + 500), "NO_USN.xml"), keep(workspace, b"small")
    (file,) = files(workspace)
    file.write_bytes(TAMPERED[how](file.read_bytes()))

    with pytest.raises(ContentChangedError) as refused:
        workspace.reports.content(report_id)

    assert refused.value.name == "NO_USN.xml"
    assert workspace.reports.content(other) == b"small"


def test_content_of_another_document_in_its_place_is_noticed(workspace: Workspace) -> None:
    first, second = keep(workspace, b"1" * 10_000, "first.xml"), keep(workspace, b"2" * 10_000, "second.xml")
    one, two = files(workspace)
    one_bytes = one.read_bytes()
    one.write_bytes(two.read_bytes())
    two.write_bytes(one_bytes)

    for report_id in (first, second):
        with pytest.raises(ContentChangedError):
            workspace.reports.content(report_id)


def test_content_missing_is_named_and_the_rest_stays_usable(workspace: Workspace) -> None:
    outbox_id = add_signed(workspace, os.urandom(20_000))
    report = workspace.reports.list()[0]
    files(workspace)[0].unlink()

    for read in (lambda: workspace.reports.content(report.id), lambda: workspace.outbox.signed(outbox_id)):
        with pytest.raises(ContentMissingError) as refused:
            read()
        assert refused.value.name == "report.xml"
    assert workspace.outbox.get(outbox_id).report_id == report.id
    assert workspace.reports.content(keep(workspace, b"new" * 9_000)) == b"new" * 9_000


def test_damaged_names_every_document_that_is_missing_or_altered(workspace: Workspace) -> None:
    flow = docflow()
    workspace.mirror.store_docflows([DocflowUpdate(flow, (document(flow.id, 1), document(flow.id, 2)), ())])
    keep(workspace, b"1" * 10_000, "report.xml")
    (first,) = files(workspace)
    workspace.mirror.keep_fetched([FetchedDocument(document(flow.id, 1).id, b"2" * 10_000)])
    (second,) = set(files(workspace)) - {first}
    workspace.mirror.keep_fetched([FetchedDocument(document(flow.id, 2).id, b"small", b"3" * 10_000)])
    assert workspace.contents.damaged() == ()

    first.unlink()
    second.write_bytes(second.read_bytes()[:-1])

    assert workspace.contents.damaged() == ("KV_1.xml", "report.xml")
    (third,) = set(files(workspace)) - {second}
    third.unlink()
    assert workspace.contents.damaged() == ("KV_1.xml", "KV_2.xml", "report.xml")


def test_content_row_failed_leaves_no_file(workspace: Workspace) -> None:
    with pytest.raises(RuntimeError, match="inside"), workspace._database.write():
        keep(workspace, os.urandom(20_000))

    assert files(workspace) == []
    assert workspace.reports.list() == ()


def test_content_no_longer_used_goes_with_the_sweep(workspace: Workspace) -> None:
    report_id = keep(workspace, b"old" * 9_000)
    kept = keep(workspace, b"kept" * 9_000)
    workspace.reports.replace_content(report_id, b"new" * 9_000, "report.xml", identity())
    assert len(files(workspace)) == 3

    assert workspace.contents.sweep() == 0, "a file this young may be somebody's next commit"
    for file in files(workspace):
        os.utime(file, (0, 0))
    assert workspace.contents.sweep() == 1

    assert workspace.reports.content(report_id) == b"new" * 9_000
    assert workspace.reports.content(kept) == b"kept" * 9_000


def test_content_file_swept_away_before_its_row_refuses_the_row(workspace: Workspace) -> None:
    def lose() -> None:
        with workspace.contents.kept(os.urandom(20_000)) as kept, workspace._database.write() as writing:
            files(workspace)[0].unlink()
            workspace.contents.add_row(writing, kept)

    with pytest.raises(ContentMissingError):
        lose()


def test_content_kill_between_file_and_row_leaves_nothing_that_counts(workspace: Workspace) -> None:
    program = (
        "import os, sys\nfrom pathlib import Path\nfrom extern_desktop.settings.places import Stage\n"
        "from extern_desktop.store.workspace import open_workspace\nw = open_workspace(Path(sys.argv[1]), Stage.TRAINING)\n"
        "with w.contents.kept(os.urandom(20_000)):\n    os.kill(os.getpid(), 9)\n"
    )
    child = child_program(program, workspace.folder)
    child.communicate()

    assert child.returncode == -9
    assert len(files(workspace)) == 1
    for file in files(workspace):
        os.utime(file, (0, 0))
    assert workspace.contents.sweep() == 1
