"""Whose reports these are, and the numbers Russia gives them.

Masks and check digits follow the orders of the tax service; python-stdnum computes the check digits of INN.
"""

import re
from dataclasses import dataclass
from typing import Final

KPP: Final = re.compile(r"\d{4}[\dA-Z]{2}\d{3}")


@dataclass(frozen=True, slots=True)
class Organisation:
    """One taxpayer of the account."""

    id: str
    """The operator's identifier, a lower-case GUID. The operator may change it: never a key of our own rows' meaning."""
    inn: str
    """10 digits for a company, 12 for an entrepreneur."""
    kpp: str
    """9 characters; empty for an entrepreneur."""
    name: str

    @property
    def is_company(self) -> bool:
        return len(self.inn) == 10

    @property
    def inn_kpp(self) -> str:
        """`INN-KPP` for a company, the bare INN for an entrepreneur, as the operator writes `payer-inn`."""
        return f"{self.inn}-{self.kpp}" if self.kpp else self.inn


def is_valid_inn(text: str) -> bool:
    """Whether the digits and their check digits are those of an INN (10 or 12 digits)."""
    from stdnum.ru import inn  # 26 ms that the first painted window does not need

    return text.isascii() and text.isdigit() and bool(inn.is_valid(text))


def is_valid_kpp(text: str) -> bool:
    """Whether the text has the shape of a KPP; a KPP has no check digit."""
    return KPP.fullmatch(text) is not None
