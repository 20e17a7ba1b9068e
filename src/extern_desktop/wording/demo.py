"""The README.txt of the demo: what each file is, and how to verify the signature without this program."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from extern_desktop.services.demonstrate import Demonstrated
from extern_desktop.wording.statuses import cell_word, document_word
from extern_desktop.wording.texts import _t

_OPENSSL_CONFIG = """openssl_conf = openssl_init
[openssl_init]
engines = engines
[engines]
gost = gost
[gost]
engine_id = gost
default_algorithms = ALL"""


def readme_text(done: Demonstrated, pictures: Sequence[Path]) -> str:
    """In the language spoken now."""
    signer = _t("on the virtual token") if done.signed_on_token else _t("with a training key of this computer")
    lines = [
        _t("What the demo of Extern Desktop left here"),
        "",
        _t("A declaration was checked, corrected, signed {how} and sent to the training operator.").format(how=signer),
        _t("The authority answered, our receipts went back, and the cell of the calendar is: {status}.").format(status=cell_word(done.cell)),
        _t("Everything is training: fictional firms, a training authority, nothing left this computer."),
        "",
        f"  {done.report.name}",
        "      " + _t("the declaration, byte for byte as it was signed and sent"),
        f"  {done.signature.name}",
        "      " + _t("its detached signature (CMS, GOST R 34.10-2012) by {owner}").format(owner=done.owner),
        f"  {done.certificate.name}",
        "      " + _t("the signer's certificate (DER)"),
        f"  {done.diagnostics.name}",
        "      " + _t("the check-up of this computer"),
        f"  {Path(done.container.target).relative_to(done.folder)}",
        "      " + _t("a copied key container, read back and compared with its source"),
        "  documents/",
        *(f"      {number:02d} {document_word(it.kind)}" for number, it in enumerate(done.docflow.documents, 1)),
        "  pictures/",
        *(f"      {picture.name}" for picture in pictures),
        "  workplace/",
        "      " + _t("the workplace of the demo: encrypted database, settings, training operator"),
        "",
        _t("To verify the signature by hand you need OpenSSL 3 with the GOST engine (Debian 12: libengine-gost-openssl)."),
        _t("Write these lines into gost.cnf:"),
        "",
        _OPENSSL_CONFIG,
        "",
        _t("and run, in this folder:"),
        "",
        "  openssl x509 -inform DER -in signer.cer -out signer.pem",
        f"  OPENSSL_CONF=gost.cnf openssl cms -verify -binary -inform DER -in '{done.signature.name}' \\",
        f"      -content '{done.report.name}' -certfile signer.pem -noverify -out /dev/null",
        "",
        _t("It says “CMS Verification successful”. Change one byte of the declaration and it refuses."),
        "",
    ]
    return "\n".join(lines)
