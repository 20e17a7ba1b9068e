"""Sign a file where it lies: a detached signature beside it. Nothing enters the outbox and nothing is sent."""

from __future__ import annotations

from pathlib import Path

from extern_desktop.forms.check import check_report
from extern_desktop.jobs.work import Stage, Work
from extern_desktop.services.connect import read_organisations
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import FileExistsAlreadyError, UnknownPayerError
from extern_desktop.services.import_report import read_file
from extern_desktop.services.signers import choose_signing_key, opened
from extern_desktop.services.write_file import write_new_file
from extern_desktop.signing.cms import sign_detached


def sign_file(path: Path, *, desk: Desk, work: Work) -> Path:
    """Write `NAME.p7s` (DER, detached CMS) beside the report and give its path. An existing one is never overwritten."""
    target = path.with_name(path.name + ".p7s")
    if target.exists():
        raise FileExistsAlreadyError(str(target))
    content = read_file(path)
    identity = check_report(content, file_name=path.name).identity
    inn, kpp = (identity.payer_inn, identity.payer_kpp) if identity else ("", "")
    known = desk.store.organisations.all() or read_organisations(desk, work)
    organisation = next((it for it in known if (it.inn, it.kpp) == (inn, kpp)), None)
    if organisation is None:
        raise UnknownPayerError(path.name, inn, kpp)
    key = choose_signing_key(organisation, desk, work)
    with opened(key, [path.name], desk, work) as signer:
        work.show(Stage.SIGNING, subject=path.name)
        signature = sign_detached(content, signer, signed_at=desk.now())
    write_new_file(target, signature)
    return target
