"""Write a УСН declaration (format 5.09) from values, with every computed line right. For the training operator, the demo, tests and benches.

Amounts are whole roubles of one quarter each; what the form wants cumulative is added up here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import accumulate
from typing import Final, TypeAlias
from uuid import uuid4

from lxml import etree

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.encoding import refuse_unwritable, report_bytes

FILE_PREFIX: Final = "NO_USN"
Quarters: TypeAlias = tuple[int, int, int, int]

_NO_QUARTERS: Final = (0, 0, 0, 0)
_SUMS: Final = ("СумЗаКв", "СумЗаПг", "СумЗа9м", "СумЗаНалПер")
_RATES: Final = ("СтавкаКв", "СтавкаПг", "Ставка9м", "СтавкаНалПер")
_ADVANCES: Final = ("АвПУКв", "АвПУУменПг", "АвПУУмен9м")


@dataclass(frozen=True, slots=True)
class PersonName:
    last: str
    first: str
    patronymic: str = ""


@dataclass(frozen=True, slots=True)
class IncomeTax:
    """Object of taxation «доходы»."""

    income: Quarters
    """Of each quarter."""
    reductions: Quarters = _NO_QUARTERS
    """Contributions and benefits paid in each quarter. What the law does not let reduce the tax is left out of the form."""
    rate_percent: Decimal = Decimal("6.0")
    pays_employees: bool = True


@dataclass(frozen=True, slots=True)
class DifferenceTax:
    """Object of taxation «доходы минус расходы»."""

    income: Quarters
    expenses: Quarters
    earlier_losses: int = 0
    """What is left of it after the base has come to zero is left out of the form."""
    rate_percent: Decimal = Decimal("15.0")


def new_usn_declaration(
    *,
    payer: Organisation,
    year: int,
    figures: IncomeTax | DifferenceTax,
    signer: PersonName,
    authority_code: str = "0087",
    correction_number: int = 0,
    made_on: date | None = None,
    oktmo: str = "45000000",
    representative_document: str = "",
    unique: str = "",
) -> bytes:
    """Bytes of the declaration in windows-1251; its file is called `Файл/@ИдФайл` with `.xml`.

    An entrepreneur's own name is the signer's. `representative_document` names the power of attorney when somebody else signs for a company.
    Raises `UnwritableValueError` for a character that windows-1251 lacks.
    """
    day = made_on or date.today()  # noqa: DTZ011  the date on the paper is the day where the person sits
    file_id = f"{FILE_PREFIX}_{authority_code}_{authority_code}_{payer.inn}{payer.kpp}_{day:%Y%m%d}_{unique or uuid4()}"
    root = etree.Element("Файл", _written({"ИдФайл": file_id, "ВерсПрог": "Экстерн Десктоп", "ВерсФорм": "5.09"}))
    document = _add(
        root,
        "Документ",
        {
            "КНД": "1152017",
            "ДатаДок": f"{day:%d.%m.%Y}",
            "Период": "34",
            "ОтчетГод": str(year),
            "КодНО": authority_code,
            "НомКорр": str(correction_number),
            "ПоМесту": "210" if payer.is_company else "120",
        },
    )
    _add_payer(document, payer, signer)
    _add_signer(document, payer, signer, representative_document)
    if isinstance(figures, IncomeTax):
        _add_income_tax(_add(document, "УСН", {"ОбНал": "1"}), figures, oktmo, own=not payer.is_company)
    else:
        _add_difference_tax(_add(document, "УСН", {"ОбНал": "2"}), figures, oktmo, own=not payer.is_company)
    return report_bytes(root)


def _add_payer(document: etree._Element, payer: Organisation, signer: PersonName) -> None:
    box = _add(document, "СвНП", {})
    if payer.is_company:
        _add(box, "НПЮЛ", {"НаимОрг": payer.name, "ИННЮЛ": payer.inn, "КПП": payer.kpp})
    else:
        _add_name(_add(box, "НПФЛ", {"ИННФЛ": payer.inn}), signer)


def _add_signer(document: etree._Element, payer: Organisation, signer: PersonName, representative_document: str) -> None:
    box = _add(document, "Подписант", {"ПрПодп": "2" if representative_document else "1"})
    if payer.is_company or representative_document:
        _add_name(box, signer)
    if representative_document:
        _add(box, "СвПред", {"НаимДок": representative_document})


def _add_name(box: etree._Element, name: PersonName) -> None:
    parts = {"Фамилия": name.last, "Имя": name.first}
    _add(box, "ФИО", parts | ({"Отчество": name.patronymic} if name.patronymic else {}))


def _add_income_tax(box: etree._Element, figures: IncomeTax, oktmo: str, *, own: bool) -> None:
    income = _cumulative(figures.income)
    tax = [_percent(amount, figures.rate_percent) for amount in income]
    most = [amount // 2 if figures.pays_employees else amount for amount in tax]
    reduced = [min(asked, limit) for asked, limit in zip(_cumulative(figures.reductions), most, strict=True)]
    advances = _steps([amount - less for amount, less in zip(tax, reduced, strict=True)])
    section = _add(box, "СумНалПУ_НП", {"ОКТМО": oktmo, **_texts(_ADVANCES, advances), "НалПУУменПер": str(advances[3])})
    computation = _add(section, "РасчНал1", {"ПризНП": "1" if figures.pays_employees else "2"})
    _add(computation, "Доход", _texts(_SUMS, income))
    _add_rates(computation, figures.rate_percent)
    _add(computation, "Исчисл", _texts(_SUMS, tax))
    _add(computation, "УменНал", _texts(_SUMS, reduced))
    if own:
        _add_own_contributions(computation, "Стр143Разд2.1.1")


def _add_difference_tax(box: etree._Element, figures: DifferenceTax, oktmo: str, *, own: bool) -> None:
    income, expenses = _cumulative(figures.income), _cumulative(figures.expenses)
    base = [gain - cost for gain, cost in zip(income, expenses, strict=True)]
    losses = min(figures.earlier_losses, max(base[3], 0))
    base[3] -= losses
    tax = [_percent(max(amount, 0), figures.rate_percent) for amount in base]
    minimum = _percent(income[3], Decimal(1))
    advances = _steps(tax)
    paid = sum(advances[:3])
    section = _add(box, "СумНалПУ_СмНП", {"ОКТМО": oktmo, **_texts(_ADVANCES, advances)})
    if tax[3] < minimum and minimum > paid:
        _add(section, "НалПУМин", {}, str(minimum - paid))
    else:
        _add(section, "НалПУУменПер", {}, str(max(tax[3], minimum) - paid))
    computation = _add(section, "РасчНал2", {"ИсчислМин": str(minimum), **({"УбытПред": str(losses)} if losses else {})})
    _add(computation, "Доход", _texts(_SUMS, income))
    _add(computation, "Расход", _texts(_SUMS, expenses))
    _add(computation, "НалБазаУбыт", _texts(_SUMS, base))
    _add_rates(computation, figures.rate_percent)
    _add(computation, "Исчисл", _texts(_SUMS, tax))
    if own:
        _add_own_contributions(computation, "Стр223Разд2.2")


def _add_rates(computation: etree._Element, rate_percent: Decimal) -> None:
    _add(computation, "Ставка", dict.fromkeys(_RATES, format(rate_percent.quantize(Decimal("0.1")), "f")))


def _add_own_contributions(computation: etree._Element, name: str) -> None:
    _add(computation, name, dict.fromkeys(("ФиксРазм", "ДохПрев300", "РасПерТекГод", "РасПерПредГод"), "0"))


def _cumulative(quarters: Quarters) -> list[int]:
    return list(accumulate(quarters))


def _steps(totals: Sequence[int]) -> list[int]:
    """What each period adds to the periods before it; negative where it takes away."""
    return [total - before for total, before in zip(totals, [0, *totals], strict=False)]


def _percent(amount: int, rate_percent: Decimal) -> int:
    return int((Decimal(amount) * rate_percent / 100).quantize(Decimal(1), ROUND_HALF_UP))


def _texts(names: Sequence[str], amounts: Sequence[int]) -> dict[str, str]:
    return {name: str(amount) for name, amount in zip(names, amounts, strict=False)}


def _add(parent: etree._Element, name: str, values: Mapping[str, str], text: str = "") -> etree._Element:
    node = etree.SubElement(parent, name, _written(values))
    node.text = text or None
    return node


def _written(values: Mapping[str, str]) -> dict[str, str]:
    for name, value in values.items():
        refuse_unwritable(f"@{name}", value)
    return dict(values)
