"""What the operator's check and prepare find: broken reports, and signatures that don't hold.

Reports are judged by `forms`, signatures by `signing`; the same bytes are judged once, their judgement is kept. The texts are the other side's words.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Final

import msgspec

from extern_desktop.domain.reports import ReportIdentity
from extern_desktop.extern_api.wire.tasks import CheckError
from extern_desktop.forms.check import check_report
from extern_desktop.forms.values import Finding, Origin, Severity
from extern_desktop.intake.errors import UnreadableInputError
from extern_desktop.sandbox.office import Turn
from extern_desktop.signing.chains import check_chain
from extern_desktop.signing.cms import verify_detached
from extern_desktop.signing.values import Certificate, ChainVerdict, SignatureProblem

_ERROR: Final = "Error"
_WARNING: Final = "Warning"
_SCHEMA: Final = "Schema"
_RATIO: Final = "CrossCheckReport"
CERTIFICATE_CHECK: Final = "CrossCheckReportCert"

_PROBLEMS: Final[Mapping[SignatureProblem, str]] = {
    SignatureProblem.CONTENT_CHANGED: "Подпись сделана под другим содержимым: документ изменён после подписания.",
    SignatureProblem.SIGNATURE_DAMAGED: "Подпись не соответствует открытому ключу сертификата.",
    SignatureProblem.NOT_DETACHED: "Подпись должна быть отсоединённой.",
    SignatureProblem.CERTIFICATE_MISSING: "В подписи нет сертификата подписанта.",
    SignatureProblem.UNSUPPORTED_ALGORITHM: "Алгоритм подписи не поддерживается: нужен ГОСТ Р 34.10-2012.",
}
_CHAINS: Final[Mapping[ChainVerdict, str]] = {
    ChainVerdict.UNKNOWN_ISSUER: "Сертификат выдан не учебным удостоверяющим центром.",
    ChainVerdict.EXPIRED: "Срок действия сертификата истёк.",
    ChainVerdict.NOT_YET_VALID: "Срок действия сертификата ещё не начался.",
}


class Judgement(msgspec.Struct, frozen=True):
    """What is known of a report's bytes."""

    identity: ReportIdentity | None
    errors: tuple[CheckError, ...]


def is_error(error: CheckError) -> bool:
    return error.level == _ERROR


def failure(text: str, kind: str = _SCHEMA) -> CheckError:
    """An error of the operator's own checks."""
    return CheckError(description=text, level=_ERROR, type=kind)


def judge_report(turn: Turn, content_id: str, sha256: str, file_name: str) -> Judgement:
    """Identity and findings of a report; from memory where the same bytes were judged under the same name."""
    row = turn.rows.execute("SELECT judgement FROM judged_reports WHERE sha256 = ? AND file_name = ?", (sha256, file_name)).fetchone()
    if row is not None:
        return msgspec.json.decode(row["judgement"], type=Judgement)
    judgement = _judge_content(turn.office.contents.read(turn.rows, content_id), file_name)
    turn.rows.execute(
        "INSERT INTO judged_reports (sha256, file_name, judgement) VALUES (?, ?, ?)", (sha256, file_name, msgspec.json.encode(judgement))
    )
    return judgement


def judge_signature(turn: Turn, content: bytes, signature: bytes, expected: Certificate) -> str:
    """Why the signature can't be taken, in one sentence; empty when it holds and is by the expected certificate."""
    content_sha256, signature_sha256 = hashlib.sha256(content).hexdigest(), hashlib.sha256(signature).hexdigest()
    key = (content_sha256, signature_sha256)
    row = turn.rows.execute("SELECT thumbprint, problem FROM judged_signatures WHERE content_sha256 = ? AND signature_sha256 = ?", key).fetchone()
    if row is None:
        verified = verify_detached(content, signature)
        thumbprint = verified.certificate.thumbprint if verified.certificate is not None else ""
        problem = "" if verified.problem is None else _PROBLEMS.get(verified.problem, f"Подпись не прочитана ({verified.problem}).")
        turn.rows.execute(
            "INSERT INTO judged_signatures (content_sha256, signature_sha256, thumbprint, problem) VALUES (?, ?, ?, ?)", (*key, thumbprint, problem)
        )
    else:
        thumbprint, problem = row["thumbprint"], row["problem"]
    if problem:
        return problem
    return "" if thumbprint == expected.thumbprint else "Документ подписан не тем сертификатом, который указан у отправителя."


def judge_certificate(turn: Turn, certificate: Certificate, sender_inn: str) -> str:
    """Why this certificate can't sign for the sender, in one sentence; empty when it can."""
    verdict = check_chain(certificate, (turn.office.authority.certificate,), at=turn.now)
    if verdict is not ChainVerdict.TRUSTED:
        return _CHAINS.get(verdict, f"Сертификат не прошёл проверку ({verdict}).")
    if not certificate.is_training:
        return "Сертификат не учебный: учебный оператор принимает только учебные ключи."
    if certificate.inn != sender_inn:
        return f"ИНН сертификата {certificate.inn} не совпадает с ИНН отправителя {sender_inn}."
    return ""


def _judge_content(content: bytes, file_name: str) -> Judgement:
    try:
        checked = check_report(content, file_name=file_name)
    except UnreadableInputError as error:
        return Judgement(None, (failure(f"Файл не является отчётом, который принимает оператор ({type(error).__name__})."),))
    errors = tuple(_as_wire(finding) for finding in checked.findings)
    if checked.identity is None and not any(map(is_error, errors)):
        errors += (failure("Не удалось определить, что это за отчёт."),)
    return Judgement(checked.identity, errors)


def _as_wire(finding: Finding) -> CheckError:
    place = f"{finding.path}/{finding.field}" if finding.field else finding.path
    subject = f"{finding.label}: " if finding.label else ""
    line = f" Строка {finding.line}." if finding.line else ""
    stated = f" Указано «{finding.value}»." if finding.value else ""
    return CheckError(
        description=f"{subject}{finding.title or finding.rule}.{line}{stated}",
        source=place,
        level=_ERROR if finding.severity is Severity.ERROR else _WARNING,
        type=_RATIO if finding.origin is Origin.RATIO else _SCHEMA,
        id=finding.code or finding.rule,
    )
