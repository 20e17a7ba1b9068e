"""Accounts, organisations and certificates of the person; and the account that all other calls are made in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from typing import Final, TypeVar

from extern_desktop.extern_api.calls import join_path
from extern_desktop.extern_api.channel import Channel
from extern_desktop.extern_api.errors import AccountNotChosenError
from extern_desktop.extern_api.wire.accounts import Account, AccountList, CertificateInfo, CertificateList, Organization, OrganizationBatch
from extern_desktop.jobs.work import Work

T = TypeVar("T")

PAGE: Final = 100


class AccountCalls:
    """Ground of every area: it knows the channel and the account."""

    def __init__(self, channel: Channel, account_id: str | None) -> None:
        self._channel = channel
        self._account_id = account_id

    @property
    def account_id(self) -> str | None:
        """`None` until it is chosen or asked for."""
        return self._account_id

    def use_account(self, account_id: str) -> None:
        self._account_id = account_id

    def accounts(self, *, work: Work | None = None) -> tuple[Account, ...]:
        watched = work or Work()

        def fetch(skip: int) -> tuple[Sequence[Account], int]:
            page = self._channel.read(join_path("v1"), AccountList, watched, {"skip": skip, "take": PAGE})
            return page.accounts, page.total_count

        return all_pages(fetch)

    def organisations(self, *, work: Work | None = None) -> tuple[Organization, ...]:
        watched = work or Work()

        def fetch(skip: int) -> tuple[Sequence[Organization], int]:
            page = self._channel.read(self._path(watched, "organizations"), OrganizationBatch, watched, {"skip": skip, "take": PAGE})
            return page.organizations, page.total_count

        return all_pages(fetch)

    def certificates(self, *, work: Work | None = None) -> tuple[CertificateInfo, ...]:
        watched = work or Work()

        def fetch(skip: int) -> tuple[Sequence[CertificateInfo], int]:
            page = self._channel.read(self._path(watched, "certificates"), CertificateList, watched, {"skip": skip, "take": PAGE})
            return page.certificates, page.total_count

        return all_pages(fetch)

    def _path(self, work: Work, *parts: str) -> str:
        """`/v1/{account}/…`. Where nobody chose an account, the only one is taken; `AccountNotChosenError` when there is not exactly one."""
        if self._account_id is None:
            found = self.accounts(work=work)
            if len(found) != 1:
                raise AccountNotChosenError(tuple((account.id, account.organization_name) for account in found))
            self._account_id = found[0].id
        return join_path("v1", self._account_id, *parts)


def all_pages(fetch: Callable[[int], tuple[Sequence[T], int]]) -> tuple[T, ...]:
    """Everything that `fetch(skip)` gives as (items, total), until the total is reached or a page comes empty."""
    gathered: list[T] = []
    for _page in count():
        items, total = fetch(len(gathered))
        gathered += items
        if not items or len(gathered) >= total:
            break
    return tuple(gathered)
