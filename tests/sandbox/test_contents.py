"""The contents service over real sockets: parts in any order, ranges, limits and cut connections."""

from __future__ import annotations

import os
import socket
from urllib.parse import urlsplit

import pytest

from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.scene import ACCOUNT_ID

from .conftest import Caller

CONTENT = bytes(range(256)) * 40
MEBIBYTE = 1024 * 1024


def _range(first: int, last: int, total: int | str) -> dict[str, str]:
    return {"Content-Range": f"bytes {first}-{last}/{total}"}


def test_upload_in_parts_of_any_order_gives_the_same_bytes(caller: Caller) -> None:
    started = caller.ask("POST", "/contents", data=CONTENT[:1000], headers=_range(0, 999, len(CONTENT)))
    assert started.status_code == 200
    content_id = started.json()["id"]
    tail = caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[5000:], headers=_range(5000, len(CONTENT) - 1, len(CONTENT)))
    assert tail.json() == {"id": content_id, "content": {"id": content_id}, "is-completed": False}
    assert caller.ask("GET", f"/contents/{content_id}").status_code == 404
    middle = caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[1000:5000], headers=_range(1000, 4999, len(CONTENT)))
    assert (middle.status_code, middle.json()["is-completed"]) == (201, True)
    assert caller.ask("GET", f"/contents/{content_id}").content == CONTENT


def test_upload_whose_total_comes_late_is_whole_when_it_is_known(caller: Caller) -> None:
    content_id = caller.ask("POST", "/contents", data=CONTENT[:10], headers=_range(0, 9, "*")).json()["id"]
    done = caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[10:20], headers=_range(10, 19, 20))
    assert done.json()["is-completed"] is True
    assert caller.ask("GET", f"/contents/{content_id}").content == CONTENT[:20]


def test_upload_part_that_comes_again_after_the_end_changes_nothing(caller: Caller) -> None:
    content_id = caller.upload(CONTENT)
    again = caller.ask("PUT", f"/contents/{content_id}", data=b"\0" * 10, headers=_range(0, 9, len(CONTENT)))
    assert again.json()["is-completed"] is True
    assert caller.ask("GET", f"/contents/{content_id}").content == CONTENT


def test_upload_cut_in_the_middle_leaves_a_content_that_can_be_finished(caller: Caller) -> None:
    content_id = caller.ask("POST", "/contents", data=CONTENT[:100], headers=_range(0, 99, len(CONTENT))).json()["id"]
    parts = urlsplit(caller.url)
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as line:
        head = (
            f"PUT /v1/{ACCOUNT_ID}/contents/{content_id} HTTP/1.1\r\nHost: x\r\nAuthorization: {caller.session.headers['Authorization']!s}\r\n"
            f"Content-Range: bytes 100-{len(CONTENT) - 1}/{len(CONTENT)}\r\nContent-Length: {len(CONTENT) - 100}\r\n\r\n"
        )
        line.sendall(head.encode() + b"\xff" * 500)
    assert caller.ask("GET", f"/contents/{content_id}").status_code == 404
    rest = caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[100:], headers=_range(100, len(CONTENT) - 1, len(CONTENT)))
    assert rest.json()["is-completed"] is True
    assert caller.ask("GET", f"/contents/{content_id}").content == CONTENT


def test_download_by_range_gives_the_part_and_the_total(caller: Caller) -> None:
    content_id = caller.upload(CONTENT)
    part = caller.ask("GET", f"/contents/{content_id}", headers={"Range": "bytes=100-299"})
    assert (part.status_code, part.content) == (206, CONTENT[100:300])
    assert part.headers["Content-Range"] == f"bytes 100-299/{len(CONTENT)}"
    rest = caller.ask("GET", f"/contents/{content_id}", headers={"Range": "bytes=10000-"})
    assert rest.content == CONTENT[10000:]
    beyond = caller.ask("GET", f"/contents/{content_id}", headers={"Range": "bytes=99999-"})
    assert (beyond.status_code, beyond.headers["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 400),
        ({"Content-Range": "bytes x"}, 400),
        (_range(5, 4, 10), 400),
        (_range(0, 10, 10), 400),
        (_range(0, 98, 99), 400),
        (_range(0, 64 * MEBIBYTE, "*"), 413),
    ],
)
def test_upload_with_a_wrong_content_range_is_refused(caller: Caller, headers: dict[str, str], status: int) -> None:
    answer = caller.ask("POST", "/contents", data=b"0123456789", headers=headers)
    assert answer.status_code == status
    assert answer.json()["status-code"] == status


def test_upload_of_another_total_than_before_is_refused(caller: Caller) -> None:
    content_id = caller.ask("POST", "/contents", data=CONTENT[:10], headers=_range(0, 9, 100)).json()["id"]
    assert caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[10:20], headers=_range(10, 19, 200)).status_code == 400
    assert caller.ask("PUT", f"/contents/{content_id}", data=CONTENT[:10], headers=_range(95, 104, "*")).status_code == 400


def test_document_of_an_unfinished_content_is_empty_content(caller: Caller) -> None:
    draft_id = caller.done("POST", "/drafts", json=caller.meta())["id"]
    content_id = caller.ask("POST", "/contents", data=CONTENT[:10], headers=_range(0, 9, 100)).json()["id"]
    for named in (content_id, "11111111-aaaa-4bbb-8ccc-000000000001"):
        answer = caller.ask("POST", f"/drafts/{draft_id}/documents", json={"content-id": named})
        assert (answer.status_code, answer.json()["id"]) == (404, "urn:error:externapi:emptyContent")


def test_json_body_above_the_limit_is_413(caller: Caller) -> None:
    answer = caller.ask("POST", "/drafts", data=b" " * (33 * MEBIBYTE))
    assert answer.status_code == 413


@pytest.mark.skipif(os.name != "posix", reason="file modes are POSIX")
def test_uploads_and_keys_are_readable_by_their_owner_alone(caller: Caller, office: Office) -> None:
    caller.upload(CONTENT)
    folder = office.database.path.parent
    private = [folder / "account.json", *(folder / "contents").iterdir(), *(folder / "authority").iterdir()]
    assert len(private) == 7
    assert {path.stat().st_mode & 0o077 for path in private} == {0}
