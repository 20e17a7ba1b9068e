"""Pieces that every journey uses: a declaration on disk, the payer, the way to the end of a docflow."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.writing import IncomeTax, PersonName, new_usn_declaration
from extern_desktop.jobs.work import Work
from extern_desktop.services.connect import connect
from extern_desktop.services.desk import Desk
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.send_replies import send_replies
from extern_desktop.services.synchronise import synchronise

ROMASHKA_INN = "7701234560"
ANNA = PersonName("Образцова", "Анна", "Тестовна")
LAST_YEAR = date.today().year - 1  # noqa: DTZ011  the tax year that is filed now


def declaration(payer: Organisation, authority: str = "0087", *, income: int = 1_000_000, correction: int = 0) -> bytes:
    """A sound УСН declaration of the last finished year."""
    return new_usn_declaration(
        payer=payer, year=LAST_YEAR, figures=IncomeTax((income,) * 4), signer=ANNA, authority_code=authority, correction_number=correction
    )


def file_name_of(content: bytes) -> str:
    found = re.search(r'ИдФайл="([^"]+)"', content.decode("cp1251"))
    assert found is not None
    return f"{found[1]}.xml"


def put_file(folder: Path, content: bytes) -> Path:
    """The declaration as a file that is called as its `ИдФайл` says."""
    path = folder / file_name_of(content)
    path.write_bytes(content)
    return path


def romashka(desk: Desk, work: Work) -> Organisation:
    connect(desk, work)
    return find_organisation(ROMASHKA_INN, desk=desk)


def enrolled(desk: Desk, work: Work) -> Organisation:
    """ООО «Ромашка» with a training certificate on the token in slot 0."""
    payer = romashka(desk, work)
    enrol_training_key(desk.tokens.list_tokens()[0].serial, payer, desk=desk, work=work)
    return payer


def finish(docflow_id: str, desk: Desk, work: Work) -> None:
    """Read answers and send receipts until nothing is owed."""
    for _ in range(6):
        synchronise(desk=desk, work=work)
        if send_replies([docflow_id], desk=desk, work=work) == 0:
            return
    raise AssertionError("the docflow never ends")
