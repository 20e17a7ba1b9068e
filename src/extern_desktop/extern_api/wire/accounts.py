"""Accounts, organisations and certificates of the account."""

from __future__ import annotations

from extern_desktop.extern_api.wire.base import Wire
from extern_desktop.extern_api.wire.links import Link


class Product(Wire, frozen=True, kw_only=True):
    name: str = ""


class Account(Wire, frozen=True, kw_only=True):
    id: str
    inn: str = ""
    kpp: str | None = None
    organization_name: str = ""
    products: tuple[Product, ...] = ()
    role: str = ""
    """user, admin or director."""
    abonent_id: str | None = None
    links: tuple[Link, ...] = ()


class AccountList(Wire, frozen=True, kw_only=True):
    skip: int = 0
    take: int = 0
    total_count: int = 0
    accounts: tuple[Account, ...] = ()
    links: tuple[Link, ...] = ()


class OrganizationGeneral(Wire, frozen=True, kw_only=True):
    inn: str = ""
    kpp: str | None = None
    name: str = ""
    is_main_org: bool = False
    links: tuple[Link, ...] = ()


class Organization(Wire, frozen=True, kw_only=True):
    id: str
    general: OrganizationGeneral = OrganizationGeneral()
    fns_mchd_id: str | None = None


class OrganizationBatch(Wire, frozen=True, kw_only=True):
    organizations: tuple[Organization, ...] = ()
    skip: int = 0
    take: int = 0
    total_count: int = 0
    links: tuple[Link, ...] = ()


class CertificateInfo(Wire, frozen=True, kw_only=True):
    """A certificate that the operator knows for this account."""

    fio: str = ""
    inn: str = ""
    kpp: str | None = None
    is_valid: bool = False
    is_qualified: bool = False
    content: str = ""
    """Base64 of DER."""
    thumbprint: str = ""
    expired_at: str | None = None
    serial_number: str | None = None


class CertificateList(Wire, frozen=True, kw_only=True):
    certificates: tuple[CertificateInfo, ...] = ()
    skip: int = 0
    take: int = 0
    total_count: int = 0
    links: tuple[Link, ...] = ()
