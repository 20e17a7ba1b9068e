"""All keys in sight: tokens, their certificates, training keys, and what could not be asked."""

from __future__ import annotations

from collections.abc import Sequence

from extern_desktop.domain.organisations import Organisation
from extern_desktop.services.desk import Desk
from extern_desktop.services.training_keys import read_training_keys
from extern_desktop.services.values import CarrierKind, KeyCertificate, Keys
from extern_desktop.signing.certificates import read_certificate
from extern_desktop.signing.errors import UnreadableCertificateError
from extern_desktop.signing.values import Certificate


def list_keys(*, desk: Desk) -> Keys:
    """Asks every token library side by side. One broken certificate or library never stops the list: it is named among the problems."""
    tokens = desk.tokens.list_tokens()
    organisations = desk.store.organisations.all()
    certificates: list[KeyCertificate] = []
    problems = [f"{problem.path}: {problem.kind.value} {problem.detail}".rstrip() for problem in desk.tokens.problems()]
    for card in tokens:
        for held in card.certificates:
            try:
                certificate = read_certificate(held.der)
            except UnreadableCertificateError:
                problems.append(f"{card.serial}: {held.label}")
                continue
            certificates.append(_row(certificate, CarrierKind.TOKEN, card.serial, held.has_private_key, organisations, desk))
    for key in read_training_keys(desk):
        certificates.append(_row(key.certificate, CarrierKind.TRAINING_KEY, "", True, organisations, desk))
    certificates.sort(key=lambda row: row.days_left)
    return Keys(tokens, tuple(certificates), tuple(problems))


def _row(
    certificate: Certificate, carrier: CarrierKind, serial: str, has_private_key: bool, organisations: Sequence[Organisation], desk: Desk
) -> KeyCertificate:
    return KeyCertificate(
        certificate=certificate,
        carrier=carrier,
        carrier_serial=serial,
        has_private_key=has_private_key,
        days_left=(certificate.valid_to_at - desk.now()).days,
        organisations=tuple(it.name for it in organisations if it.inn == certificate.inn),
    )
