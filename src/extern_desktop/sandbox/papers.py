"""The documents that operator, inspectorates and payers exchange around a report: well-formed XML in windows-1251, of our own plain layout.

They name the classifier numbers and prefixes of the real ones (KV, PD, UO, IV, IZ, UU), and carry no more than a person wants to read in them.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from xml.etree import ElementTree

from extern_desktop.domain.docflows import ReportDocument
from extern_desktop.extern_api.wire.times import MOSCOW
from extern_desktop.sandbox.scene import OPERATOR_NAME

_PROGRAM: Final = "Учебный оператор"
_FORMAT: Final = "5.01"


@dataclass(frozen=True, slots=True)
class PaperKind:
    """How a document is called and numbered."""

    prefix: str
    knd: str
    title: str


KINDS: Final[Mapping[ReportDocument, PaperKind]] = {
    ReportDocument.DESCRIPTION: PaperKind("TR_DEKL", "", "Описание документооборота"),
    ReportDocument.DATE_CONFIRMATION: PaperKind("PD", "1166004", "Подтверждение даты отправки"),
    ReportDocument.RECEIPT: PaperKind("IZ", "1166008", "Извещение о получении"),
    ReportDocument.ACCEPTANCE_POSITIVE: PaperKind("KV", "1166002", "Квитанция о приёме"),
    ReportDocument.ACCEPTANCE_NEGATIVE: PaperKind("UO", "1166006", "Уведомление об отказе"),
    ReportDocument.PROCESSING_OK: PaperKind("IV", "1166007", "Извещение о вводе"),
    ReportDocument.PROCESSING_PRECISE: PaperKind("UU", "1166009", "Уведомление об уточнении"),
}


@dataclass(frozen=True, slots=True)
class Subject:
    """The report that the papers are about."""

    file_id: str
    form_name: str
    knd: str
    period_code: str
    year: int
    correction: int
    payer: str
    """`INN-KPP`, or the INN of an entrepreneur."""
    authority: str
    authority_name: str
    sent_at: datetime
    reason: str
    """Why the authority refuses or asks to correct; empty otherwise."""


@dataclass(frozen=True, slots=True)
class Paper:
    file_name: str
    content: bytes


def write_paper(kind: ReportDocument, subject: Subject, at: datetime) -> Paper:
    """The document of this kind, dated `at`."""
    name = _file_id(KINDS[kind].prefix, subject, at)
    root, document = _begin(name, KINDS[kind], at)
    ElementTree.SubElement(document, "Оператор" if kind in _BY_OPERATOR else "Инспекция", _sender(kind, subject))
    report = _report(document, subject)
    if kind is ReportDocument.DATE_CONFIRMATION:
        report.attrib |= {"ДатаОтпр": _day(subject.sent_at), "ВремяОтпр": _time(subject.sent_at)}
    if kind is ReportDocument.ACCEPTANCE_POSITIVE:
        report.attrib |= {"ДатаПрин": _day(at), "РегНом": str(uuid.uuid5(uuid.NAMESPACE_OID, subject.file_id).int % 10**10)}
    if kind in _WITH_REASON:
        ElementTree.SubElement(document, "Нарушение", {"КодОш": _WITH_REASON[kind], "ТекстОш": subject.reason})
    return Paper(f"{name}.xml", _write(root))


def write_reply(answered_file: str, subject: Subject, signer: str, at: datetime) -> Paper:
    """The payer's receipt for a document of the authority or the operator."""
    name = f"IZ_{uuid.uuid5(uuid.NAMESPACE_OID, answered_file)}"
    root, document = _begin(name, KINDS[ReportDocument.RECEIPT], at)
    ElementTree.SubElement(document, "Получатель", {"ИННКПП": subject.payer, "Подписант": signer})
    ElementTree.SubElement(document, "ПолученныйФайл", {"ИмяФайла": answered_file, "ДатаПол": _day(at), "ВремяПол": _time(at)})
    return Paper(f"{name}.xml", _write(root))


_BY_OPERATOR: Final = frozenset({ReportDocument.DESCRIPTION, ReportDocument.DATE_CONFIRMATION})
_WITH_REASON: Final[Mapping[ReportDocument, str]] = {
    ReportDocument.ACCEPTANCE_NEGATIVE: "0400300003",
    ReportDocument.PROCESSING_PRECISE: "0400400007",
}


def is_by_operator(kind: ReportDocument) -> bool:
    """Whether the operator signs it; else the inspectorate does."""
    return kind in _BY_OPERATOR


def _begin(name: str, kind: PaperKind, at: datetime) -> tuple[ElementTree.Element, ElementTree.Element]:
    root = ElementTree.Element("Файл", {"ИдФайл": name, "ВерсПрог": _PROGRAM, "ВерсФорм": _FORMAT})
    facts = {"НаимДок": kind.title, "ДатаДок": _day(at), "ВремДок": _time(at)}
    if kind.knd:
        facts["КНД"] = kind.knd
    return root, ElementTree.SubElement(root, "Документ", facts)


def _sender(kind: ReportDocument, subject: Subject) -> dict[str, str]:
    return {"Наим": OPERATOR_NAME} if kind in _BY_OPERATOR else {"КодНО": subject.authority, "Наим": subject.authority_name}


def _report(document: ElementTree.Element, subject: Subject) -> ElementTree.Element:
    facts = {
        "ИмяФайла": subject.file_id,
        "НаимОтч": subject.form_name,
        "КНД": subject.knd,
        "Период": subject.period_code,
        "ОтчетГод": str(subject.year),
        "НомКорр": str(subject.correction),
        "ИННКПП": subject.payer,
        "КодНО": subject.authority,
    }
    return ElementTree.SubElement(document, "Отчет", facts)


def _file_id(prefix: str, subject: Subject, at: datetime) -> str:
    form = subject.file_id[: subject.file_id.find("_", 3)].replace("_", "")
    unique = uuid.uuid5(uuid.NAMESPACE_OID, f"{prefix} {subject.file_id} {at.isoformat()}")
    return f"{prefix}_{form}_{subject.payer.replace('-', '')}_{subject.authority}_{at.astimezone(MOSCOW):%Y%m%d}_{unique}"


def _write(root: ElementTree.Element) -> bytes:
    return bytes(ElementTree.tostring(root, encoding="windows-1251", xml_declaration=True))


def _day(at: datetime) -> str:
    return f"{at.astimezone(MOSCOW):%d.%m.%Y}"


def _time(at: datetime) -> str:
    return f"{at.astimezone(MOSCOW):%H.%M.%S}"
