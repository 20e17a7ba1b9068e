"""Keys: carriers that are here or were here, certificates on a time line, and the way to a copy of a container."""
# ruff: noqa: N802  Qt names what we override

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from datetime import UTC, datetime
from functools import partial

from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QGridLayout, QStackedWidget, QVBoxLayout, QWidget

from extern_desktop.domain.organisations import Organisation
from extern_desktop.jobs.work import Work
from extern_desktop.services.values import Keys
from extern_desktop.settings.places import Stage
from extern_desktop.tokens.values import Attempts, TokenCard
from extern_desktop.ui import dates, theme
from extern_desktop.ui.pages.copy_container import CopyView
from extern_desktop.ui.pages.page import Page, PageHeader, Shell, page_box
from extern_desktop.ui.places import Place
from extern_desktop.ui.widgets.banner import Banner
from extern_desktop.ui.widgets.basics import button, card, clear, column, holder, label, row
from extern_desktop.ui.widgets.carrier_card import CarrierCard
from extern_desktop.ui.widgets.certificates import SOON_DAYS, CertificateList, Scale, YearScale
from extern_desktop.ui.widgets.empty_state import EmptyState
from extern_desktop.ui.widgets.rows import Row, RowList
from extern_desktop.ui.widgets.sheet import Sheet
from extern_desktop.wording.texts import _n, _t

CARDS_IN_A_ROW = 3


class KeysPage(Page):
    """Cards come and go by themselves."""

    def __init__(self, shell: Shell) -> None:
        super().__init__(shell)
        self._keys: Keys | None = None
        self._seen: dict[str, tuple[TokenCard, tuple[str, ...], datetime]] = {}
        self._organisations: tuple[Organisation, ...] = ()
        self._stack = QStackedWidget()
        self._stack.addWidget(self._make_overview())
        self.copy = CopyView(shell, self.close_copy)
        self._stack.addWidget(self.copy)
        self.setLayout(column(self._stack))

    def _make_overview(self) -> QWidget:
        copy = button(_t("Copy a container"), icon="copy", on_click=self.open_copy)
        test = button(_t("Check the way to the key"), icon="stethoscope", on_click=lambda: self.shell.go(Place.CHECK_UP))
        self.header = PageHeader(_t("Keys and certificates"), _t("Looking for keys…"), copy, test)
        self._warning = QVBoxLayout()
        self._cards = QGridLayout()
        self._cards.setContentsMargins(0, 0, 0, 0)
        self._cards.setSpacing(14)
        for number in range(CARDS_IN_A_ROW):
            self._cards.setColumnStretch(number, 1)
        self._cards_holder = holder(self._cards)
        self.none = card(
            EmptyState("token-off", _t("No key in sight"), _t("Plug in a key: it appears here by itself, nothing to press."), width=520), pad=4
        )
        self.none.hide()
        self.certificates = CertificateList()
        self._scale = YearScale()
        self._no_certificates = label(_t("No certificates yet. In training a key of this computer signs for you."), "body", "muted", wrap=True)
        self._no_certificates_line = holder(column(self._no_certificates, margins=(16, 0, 16, 12)))
        head = row(label(_t("Certificates"), "heading"), None, margins=(16, 12, 10, 0))
        listing = card(head, self._scale, self._no_certificates_line, self.certificates, gap=0, pad=1)
        overview = QWidget()
        overview.setLayout(page_box(self.header, self._warning, self._cards_holder, self.none, listing, stretch_at=4))
        return overview

    def refresh(self) -> None:
        if self._stack.currentWidget() is self.copy:
            return
        self.shell.bridge.take(self.shell.office.keys(), self.show_keys, self.shell.show_error, self)
        self.shell.bridge.take(self.shell.office.organisations(), self._take_organisations, self.shell.show_error, self)

    def focus_first(self) -> None:
        if self._stack.currentWidget() is not self.copy:
            self.certificates.setFocus()

    def escape(self) -> bool:
        if self._stack.currentWidget() is self.copy:
            return self.copy.escape() or self.close_copy()
        return False

    def open_copy(self) -> None:
        """Start copying a container."""
        self._stack.setCurrentWidget(self.copy)
        self.copy.begin()

    def close_copy(self) -> bool:
        self._stack.setCurrentIndex(0)
        self.refresh()
        return True

    def show_keys(self, keys: Keys) -> None:
        """Show what is in sight; carriers seen before keep their place."""
        self._keys = keys
        now = datetime.now(UTC)
        for token in keys.tokens:
            owners = tuple(dict.fromkeys(row.certificate.owner for row in keys.certificates if row.carrier_serial == token.serial))
            self._seen[token.serial] = (token, owners, now)
        here = {token.serial for token in keys.tokens}
        known = len(self._seen) - len(here)
        plugged = _n("{n} key plugged in", "{n} keys plugged in", len(here)).format(n=len(here)) if here else _t("No key plugged in")
        self.header.show_words(
            _t("Keys and certificates"), f"{plugged}, {_n('{n} seen before', '{n} seen before', known).format(n=known)}" if known else plugged
        )
        self._show_cards(here)
        self._show_warning(keys)
        today = now.astimezone().date()
        scale = Scale(today, theme.px(290) if self.width() > theme.px(900) else theme.px(260))
        self._scale.scale = scale
        self._scale.update()
        self._scale.setVisible(bool(keys.certificates))
        self._no_certificates_line.setVisible(not keys.certificates)
        self.certificates.show_certificates(sorted(keys.certificates, key=lambda row: (row.days_left < 0, row.days_left)), scale)

    def _show_cards(self, here: set[str]) -> None:
        clear(self._cards)
        for number, (serial, (token, owners, seen_at)) in enumerate(self._seen.items()):
            part = CarrierCard(token, owners, None if serial in here else seen_at, self._acts(token) if serial in here else ())
            self._cards.addWidget(part, number // CARDS_IN_A_ROW, number % CARDS_IN_A_ROW)
        self._cards_holder.setVisible(bool(self._seen))
        self.none.setVisible(not self._seen)

    def _acts(self, token: TokenCard) -> list[tuple[str, Callable[[], object]]]:
        """What can be done with a key that is plugged in. A PIN that is typed on the key itself is changed there."""
        acts: list[tuple[str, Callable[[], object]]] = []
        if not token.protected_path and token.attempts is Attempts.LOCKED:
            acts.append((_t("Unblock"), partial(self._set_pin, token, self.shell.office.unblock_pin)))
        elif not token.protected_path:
            acts.append((_t("Change the PIN"), partial(self._set_pin, token, self.shell.office.change_pin)))
        if not token.certificates and self.shell.office.preferences().stage is Stage.TRAINING:
            acts.append((_t("Get a training certificate"), partial(self.enrol, token.serial)))
        return acts

    def _set_pin(self, token: TokenCard, way: Callable[[str, Work], Future[TokenCard]]) -> None:
        act = self.shell.run(partial(way, token.serial))
        act.failed.connect(self.shell.show_error)
        said = _t("It was asked once and took the new PIN. The program keeps neither.")
        act.done.connect(lambda card: self.shell.notify("ok", _t("The key {label} has a new PIN").format(label=card.label), said))
        act.ended.connect(self.refresh)

    def _show_warning(self, keys: Keys) -> None:
        clear(self._warning)
        ending = [row for row in keys.certificates if 0 <= row.days_left <= SOON_DAYS]
        if ending:
            first = min(ending, key=lambda row: row.days_left)
            last = dates.day(first.certificate.valid_to_at.date())
            title = _t("The certificate of {owner} ends in {days}").format(owner=first.certificate.owner, days=dates.days(first.days_left))
            self._warning.addWidget(Banner("warn", title, _t("After {day} it can't sign. A new one is issued within five days.").format(day=last)))
        if keys.problems:
            title = _n("{n} library of keys could not be asked", "{n} libraries of keys could not be asked", len(keys.problems)).format(
                n=len(keys.problems)
            )
            self._warning.addWidget(Banner("warn", title, keys.problems[0], _t("Check"), lambda: self.shell.go(Place.CHECK_UP)))

    def _take_organisations(self, organisations: tuple[Organisation, ...]) -> None:
        self._organisations = organisations

    def enrol(self, serial: str) -> None:
        """Make a training certificate on a token, for an organisation that the person chooses."""
        by_key = {one.id: one for one in self._organisations}
        listing = RowList(
            [Row(one.name, _t("INN {inn}").format(inn=one.inn), "building-2", key=one.id) for one in self._organisations],
            _t("For which organisation?"),
            height=52,
            opens_on_click=True,
        )
        box = card(column(label(_t("For which organisation?"), "heading"), margins=(16, 12, 16, 8)), listing, gap=0, pad=2)
        sheet = Sheet(self, box, width=theme.px(460), height=theme.px(320), top=90)

        def take(key: str) -> None:
            sheet.close_sheet()
            self._enrol(serial, by_key[key])

        listing.opened.connect(take)
        sheet.show()
        sheet.raise_()
        listing.setFocus()

    def _enrol(self, serial: str, organisation: Organisation) -> None:
        act = self.shell.run(lambda work: self.shell.office.enrol_training_key(serial, organisation, work))
        act.failed.connect(self.shell.show_error)
        act.done.connect(
            lambda _certificate: self.shell.notify(
                "ok",
                _t("The training certificate is on the key"),
                _t("It signs for {organisation} and for the training operator only.").format(organisation=organisation.name),
            )
        )
        act.ended.connect(self.refresh)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._keys is not None and abs(event.size().width() - event.oldSize().width()) > 100:
            self.show_keys(self._keys)
