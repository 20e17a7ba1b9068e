"""Declarations of fictional firms that every test of this room starts from."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from lxml import etree

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.writing import DifferenceTax, IncomeTax, PersonName, new_usn_declaration

ROMASHKA = Organisation("romashka", "7701234560", "770101001", "ООО «Ромашка»")
NORTH_WIND = Organisation("north-wind", "5908123454", "590801001", "ООО «Северный ветер»")
TESTOV = Organisation("testov", "770123456703", "", "ИП Тестов Тест Тестович")
SIGNER = PersonName("Образцова", "Анна", "Тестовна")
TESTOV_NAME = PersonName("Тестов", "Тест", "Тестович")

INCOME = IncomeTax((1_000_000, 900_000, 800_000, 1_200_001), (20_000, 25_000, 30_000, 35_000))
ALONE = IncomeTax((300_000, 0, 150_000, 50), (10_000, 10_000, 10_000, 10_000), pays_employees=False)
LOW_RATE = IncomeTax((5_000_000, 1, 2, 3), rate_percent=Decimal("4.5"))
DIFFERENCE = DifferenceTax((1_000_000, 900_000, 800_000, 700_000), (500_000, 600_000, 400_000, 100_000), 7_777)
LOSS = DifferenceTax((1_000_000, 500_000, 400_000, 300_000), (900_000, 800_000, 900_000, 1_000_000))
MINIMUM = DifferenceTax((1_000_000, 500_000, 400_000, 300_000), (990_000, 495_000, 396_000, 297_000))
LATE_LOSS = DifferenceTax((1_000_000, 500_000, 400_000, 300_000), (100_000, 100_000, 100_000, 2_000_000))
NOTHING = DifferenceTax((0, 0, 0, 0), (0, 0, 0, 0))
ALL_FIGURES = (INCOME, ALONE, LOW_RATE, DIFFERENCE, LOSS, MINIMUM, LATE_LOSS, NOTHING)


def declaration(
    figures: IncomeTax | DifferenceTax = INCOME, payer: Organisation = ROMASHKA, *, correction_number: int = 0, representative_document: str = ""
) -> bytes:
    """The same bytes every time."""
    return new_usn_declaration(
        payer=payer,
        year=2025,
        figures=figures,
        signer=SIGNER if payer.is_company else TESTOV_NAME,
        correction_number=correction_number,
        made_on=date(2026, 3, 25),
        representative_document=representative_document,
        unique="00000000-0000-4000-8000-000000000001",
    )


def all_declarations() -> list[bytes]:
    """Companies and an entrepreneur, both objects of taxation, all ways to end the year."""
    plain = [declaration(figures, payer) for payer in (ROMASHKA, TESTOV) for figures in ALL_FIGURES]
    represented = declaration(INCOME, NORTH_WIND, representative_document="Доверенность № 1")
    corrected = declaration(DIFFERENCE, NORTH_WIND, correction_number=12)
    larger = [with_reorganisation(declaration()), with_trade_levy(declaration()), with_targeted_funds(declaration(DIFFERENCE))]
    larger.append(with_cash_register(declaration(INCOME, TESTOV)))
    return [*plain, represented, corrected, *larger]


def edited(content: bytes, change: Callable[[etree._Element], object]) -> bytes:
    """The document with its tree changed by hand, in UTF-8."""
    root = etree.fromstring(content)
    change(root)
    return written(root)


def place(root: etree._Element, path: str) -> etree._Element:
    """The element at `path` below the root, which has to be there."""
    found = root.find(path)
    assert found is not None, path
    return found


def with_reorganisation(content: bytes, kind: str = "2", **numbers: str) -> bytes:
    numbers = numbers or {"ИННЮЛ": NORTH_WIND.inn, "КПП": NORTH_WIND.kpp}
    return edited(content, lambda root: place(root, "Документ/СвНП/НПЮЛ").append(etree.Element("СвРеоргЮЛ", {"ФормРеорг": kind, **numbers})))


def with_trade_levy(content: bytes) -> bytes:
    """A fifth of the income is trade under the levy, which takes 1,000 a quarter off the tax."""

    def change(root: etree._Element) -> None:
        tax = place(root, "Документ/УСН/СумНалПУ_НП")
        computation = place(tax, "РасчНал1")
        box = etree.SubElement(computation, "РасчТоргСбор")
        names = ("СумЗаКв", "СумЗаПг", "СумЗа9м", "СумЗаНалПер")
        rows = {"Доход": 200_000, "Исчисл": 12_000, "УменНал": 2_000, "ТоргСборФакт": 1_500, "ТоргСборУмен": 1_000}
        for name, amount in rows.items():
            texts = {sum_name: str(amount * number) for number, sum_name in enumerate(names, 1)}
            etree.SubElement(box, name, {key.replace("СумЗа", "СумТеч") if name == "ТоргСборФакт" else key: text for key, text in texts.items()})
        for name in ("АвПУКв", "АвПУУменПг", "АвПУУмен9м", "НалПУУменПер"):
            tax.set(name, str(int(tax.get(name, "0")) - 1_000))

    return edited(content, change)


def with_targeted_funds(content: bytes) -> bytes:
    def change(root: etree._Element) -> None:
        box = etree.SubElement(place(root, "Документ/УСН"), "ОтчетИсп", {"СумДенСредИт": "300", "СумИспСрокИт": "250", "СумНеИспСрокИт": "50"})
        etree.SubElement(box, "ОтчетИспКод", {"КодВидПост": "140", "ДатаПост": "01.02.2025", "СумДенСред": "100", "СумИспСрок": "100"})
        etree.SubElement(box, "ОтчетИспКод", {"КодВидПост": "150", "СумДенСред": "200", "СумИспСрок": "150", "СумНеИспСрок": "50"})

    return edited(content, change)


def with_cash_register(content: bytes) -> bytes:
    def change(root: etree._Element) -> None:
        box = etree.SubElement(place(root, "Документ/УСН"), "РасчСумККТ")
        texts = {"НаимККТ": "Касса-1", "НомККТ": "17", "РегНомККТ": "0000000001234567", "ДатаРегККТ": "01.02.2025", "СумРасхККТ": "28000"}
        for name, text in texts.items():
            box.set(name, text)
        etree.SubElement(box, "СумРасхККТПер", {"СумЗаНалПер": "28000"})

    return edited(content, change)


def written(root: etree._Element) -> bytes:
    """Bytes of a tree in UTF-8."""
    text = etree.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="utf-8"?>{text}'.encode()
