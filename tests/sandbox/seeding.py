"""Many docflows in a moment, for paging tests and benches: made by the operator's own code, without uploads, checks and signatures of each."""

from __future__ import annotations

import uuid
from datetime import timedelta

from extern_desktop.domain.reports import FormId, ReportIdentity
from extern_desktop.extern_api.values import DraftStatus
from extern_desktop.extern_api.wire import base, drafts
from extern_desktop.sandbox import docflows
from extern_desktop.sandbox.database import stamp
from extern_desktop.sandbox.drafts import DocumentRow, DraftRow
from extern_desktop.sandbox.office import Office, Turn
from extern_desktop.sandbox.scene import TAXPAYERS

AUTHORITIES = ("0087", "0088", "0085")


def seed_docflows(office: Office, count: int, *, seconds_apart: float = 60.0) -> list[str]:
    """File `count` УСН reports of the three taxpayers with the three robots in turn, the last one now; gives the docflows' ids, oldest first."""
    with office.turn() as turn:
        apart = timedelta(seconds=seconds_apart)
        return [_seed(Turn(office, turn.rows, turn.now - apart * (count - 1 - number)), number) for number in range(count)]


def _seed(turn: Turn, number: int) -> str:
    payer, authority = TAXPAYERS[number % len(TAXPAYERS)].organisation, AUTHORITIES[number % len(AUTHORITIES)]
    file_id = f"NO_USN_{authority}_{authority}_{payer.inn}{payer.kpp}_20261124_{uuid.uuid4()}"
    content = turn.office.contents.keep(turn.rows, file_id.encode(), turn.now)
    meta = drafts.DraftMeta(
        sender=drafts.Sender(inn=payer.inn, kpp=payer.kpp or None),
        recipient=drafts.Recipient(ifns_code=authority),
        payer=drafts.Payer(inn=payer.inn),
    )
    draft = DraftRow(str(uuid.uuid4()), payer.id, meta, DraftStatus.SENT, None)
    turn.rows.execute(
        "INSERT INTO drafts (id, organisation_id, meta, progress, created_at) VALUES (?, ?, ?, ?, ?)",
        (draft.id, payer.id, base.encode(meta), draft.progress, stamp(turn.now)),
    )
    document = DocumentRow(str(uuid.uuid4()), content.id, content.sha256, f"{file_id}.xml", "urn:document:fns534-report")
    identity = ReportIdentity(FormId("1152017", "5.09"), "УСН", "34", 2025, number // 9, payer.inn, payer.kpp, payer.name, authority, file_id)
    return docflows.open_docflow(turn, draft, document, identity)
