"""The people and authorities of the training: one account, three fictional taxpayers, three inspectorates played by robots, and the forms they file.

Constant facts only. Robots' codes are those of the real test stand: 0087 accepts, 0088 refuses, 0085 asks for clarification.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from enum import StrEnum, unique
from typing import Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.terms import Payer, ReportForm

_NAMES: Final = uuid.UUID("5b0f8a52-6f0e-4d54-9a3c-3f6d2f4f6b01")
"""Namespace of the scene's stable identifiers."""


def scene_id(name: str) -> str:
    """A GUID that is the same in every state folder."""
    return str(uuid.uuid5(_NAMES, name))


@dataclass(frozen=True, slots=True)
class TrainingTaxpayer:
    """A fictional taxpayer of the account."""

    organisation: Organisation
    ogrn: str
    forms: tuple[ReportForm, ...]
    """What it files: rows of its reports table."""

    @property
    def payer(self) -> Payer:
        return Payer.COMPANY if self.organisation.is_company else Payer.ENTREPRENEUR


_COMPANY_FORMS: Final = (ReportForm.USN, ReportForm.RSV, ReportForm.NDFL_6, ReportForm.VAT, ReportForm.ENP_NOTICE)
_ENTREPRENEUR_FORMS: Final = (ReportForm.USN, ReportForm.ENP_NOTICE)

TAXPAYERS: Final = (
    TrainingTaxpayer(Organisation(scene_id("romashka"), "7701234560", "770101001", "ООО «Ромашка»"), "1027700123450", _COMPANY_FORMS),
    TrainingTaxpayer(Organisation(scene_id("severny-veter"), "5908123454", "590801001", "ООО «Северный ветер»"), "", _COMPANY_FORMS),
    TrainingTaxpayer(Organisation(scene_id("testov"), "770123456703", "", "ИП Тестов Тест Тестович"), "", _ENTREPRENEUR_FORMS),
)
ACCOUNT_ID: Final = scene_id("account")
OPERATOR_NAME: Final = "Учебный оператор"
OPERATOR_INN: Final = "7700000009"


@unique
class Verdict(StrEnum):
    """How an authority will answer a report."""

    ACCEPT = "accept"
    REFUSE = "refuse"
    CLARIFY = "clarify"


@dataclass(frozen=True, slots=True)
class Inspectorate:
    """A robot that plays a tax inspectorate."""

    code: str
    name: str
    verdict: Verdict


INSPECTORATES: Final = (
    Inspectorate("0087", "Учебная инспекция № 87 (принимает)", Verdict.ACCEPT),
    Inspectorate("0088", "Учебная инспекция № 88 (отказывает)", Verdict.REFUSE),
    Inspectorate("0085", "Учебная инспекция № 85 (просит уточнить)", Verdict.CLARIFY),
)


@dataclass(frozen=True, slots=True)
class FormCard:
    """A form as the operator's tables name it."""

    form: ReportForm
    form_id: int
    full_name: str
    short_name: str


FORMS: Final = (
    FormCard(ReportForm.USN, 152017, "Налоговая декларация по налогу при упрощённой системе налогообложения", "УСН"),
    FormCard(ReportForm.RSV, 151111, "Расчёт по страховым взносам", "РСВ"),
    FormCard(ReportForm.NDFL_6, 151100, "Расчёт сумм налога на доходы физических лиц", "6-НДФЛ"),
    FormCard(ReportForm.VAT, 151001, "Налоговая декларация по налогу на добавленную стоимость", "НДС"),
    FormCard(ReportForm.ENP_NOTICE, 110355, "Уведомление об исчисленных суммах налогов", "Уведомление ЕНП"),
)


def find_taxpayer(inn: str, kpp: str | None = None) -> TrainingTaxpayer | None:
    """The account's taxpayer with this INN; a KPP, where given, must be its own."""
    for taxpayer in TAXPAYERS:
        if taxpayer.organisation.inn == inn and (not kpp or taxpayer.organisation.kpp == kpp):
            return taxpayer
    return None


def find_inspectorate(code: str) -> Inspectorate | None:
    return next((inspectorate for inspectorate in INSPECTORATES if inspectorate.code == code), None)
