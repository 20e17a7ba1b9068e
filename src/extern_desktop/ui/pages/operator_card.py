"""The operator in Settings: where it is, who the program is to it, and whether the person is signed in.

The program's key goes to the secrets of the workspace as it is typed, and is never shown again. Passwords and codes are asked for by the services.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from PySide6.QtWidgets import QFrame, QLineEdit, QWidget

from extern_desktop.domain.secrets import MASK, AccessToken
from extern_desktop.settings.places import Stage
from extern_desktop.ui import theme
from extern_desktop.ui.bridge import Act
from extern_desktop.ui.office import Places, Preferences
from extern_desktop.ui.pages.page import Shell
from extern_desktop.ui.widgets.basics import Part, button, column, holder, label, row, rule
from extern_desktop.ui.widgets.pill import StatusPill
from extern_desktop.wording.texts import _t

FIELD_WIDTH: Final = 230


class OperatorCard(QFrame):
    """Addresses are kept at once, like every setting; signing in needs the open workspace of real work."""

    def __init__(self, shell: Shell, change: Callable[[Callable[[Preferences], Preferences]], object]) -> None:
        """`change` is handed what a new value does to the preferences."""
        super().__init__()
        self.setProperty("role", "card")
        self._shell = shell
        now = shell.office.preferences()
        self._is_real = shell.office.stage is Stage.REAL
        self.address = self._field(_t("Address of the operator"), now.operator_address, "https://")
        self.identity = self._field(_t("Address of the sign-in"), now.identity_address, "https://")
        self.client = self._field(_t("Name of the program at the operator"), now.operator_client_id)
        self.key = self._field(_t("Key of the program at the operator"), "")
        self.key.setEchoMode(QLineEdit.EchoMode.Password)
        self.address.editingFinished.connect(lambda: change(lambda old: replace(old, operator_address=self.address.text().strip())))
        self.identity.editingFinished.connect(lambda: change(lambda old: replace(old, identity_address=self.identity.text().strip())))
        self.client.editingFinished.connect(lambda: change(lambda old: replace(old, operator_client_id=self.client.text().strip())))
        self.key.editingFinished.connect(self._keep_key)
        self.forget_button = button(_t("Forget the key"), "link", on_click=lambda: self._put_key(""))
        where = _t("Used for real work only; the training operator lives on this computer.")
        known = _t("The operator gives it together with a key when you register.")
        kept = _t("Kept among the secrets of this workplace and never shown again.")
        parts: list[Part] = [label(_t("Operator"), "heading"), 4]
        if self._is_real:
            parts += [self._make_sign_in(), rule()]
        parts += [
            self._line(self.address, where, "operator-api-url" in now.locked),
            rule(),
            self._line(self.identity, _t("The operator names it together with its own."), "operator-identity-url" in now.locked),
            rule(),
            self._line(self.client, known, "operator-client-id" in now.locked),
            rule(),
        ]
        if self._is_real:
            parts.append(self._line(self.key, kept, False, self.forget_button))
        else:
            none = _t("The training operator needs no sign-in. The key and the sign-in are here once real work is open.")
            parts.append(label(none, "small", "muted", wrap=True))
        self.setLayout(column(*parts, gap=10, margins=(18, 18, 18, 18)))

    def _make_sign_in(self) -> QWidget:
        self.state = StatusPill("idle", _t("Not signed in"))
        self.browser_button = button(_t("Sign in in the browser"), "primary", "globe", self._by_browser)
        self.login = self._field(_t("Login"), "", _t("Login"))
        self.login.returnPressed.connect(self._by_password)
        self.password_button = button(_t("Sign in with a password"), on_click=self._by_password)
        self.password_button.setEnabled(False)
        self.login.textChanged.connect(lambda text: self.password_button.setEnabled(bool(text.strip())))
        self.out_button = button(_t("Sign out"), icon="log-out", on_click=self._out)
        self._ways = holder(column(row(self.browser_button, None), row(self.login, self.password_button, None), gap=10))
        self._ways.hide()
        self.out_button.hide()
        head = row(label(_t("Sign-in"), "strong"), self.state, None, self.out_button, gap=10)
        return holder(column(head, self._ways, gap=10))

    def show_facts(self, facts: Places) -> None:
        """Show whether the key is kept and the person is signed in."""
        if not self._is_real:
            return
        self.key.setPlaceholderText(MASK if facts.has_api_key else "")
        self.key.setAccessibleDescription(_t("A key is kept.") if facts.has_api_key else _t("No key is kept."))
        self.forget_button.setVisible(facts.has_api_key)
        self.state.show_state(*(("ok", _t("Signed in")) if facts.signed_in else ("warn", _t("Not signed in"))))
        self._ways.setVisible(not facts.signed_in)
        self.out_button.setVisible(facts.signed_in)

    def focus_sign_in(self) -> None:
        """Lead the person to the first thing that is missing."""
        if self._is_real:
            missing = next((part for part in (self.client, self.key) if not part.text() and not part.placeholderText()), self.browser_button)
            missing.setFocus()
        else:
            self.address.setFocus()

    def _field(self, name: str, value: str, placeholder: str = "") -> QLineEdit:
        edit = QLineEdit(value)
        edit.setFont(theme.font("body"))
        edit.setAccessibleName(name)
        edit.setPlaceholderText(placeholder)
        edit.setCursorPosition(0)
        edit.setFixedWidth(theme.px(FIELD_WIDTH))
        return edit

    def _line(self, edit: QLineEdit, text: str, is_locked: bool, beside: QWidget | None = None) -> QWidget:
        edit.setEnabled(not is_locked)
        said = _t("Set by the administrator of this computer.") if is_locked else text
        edit.setAccessibleDescription(said)
        right: Part = edit if beside is None else column(edit, beside, gap=2)
        line = row(column(label(edit.accessibleName(), "strong", wrap=True), label(said, "small", "muted", wrap=True), gap=1), right, gap=16)
        line.setStretch(0, 1)
        return holder(line)

    def _keep_key(self) -> None:
        if self.key.text():
            self._put_key(self.key.text())

    def _put_key(self, typed: str) -> None:
        self.key.clear()
        self._shell.bridge.take(self._shell.office.keep_api_key(AccessToken(typed)), lambda _done: None, self._shell.show_error, self)

    def _by_browser(self) -> None:
        self._sign_in(self._shell.run(self._shell.office.sign_in_by_device))

    def _by_password(self) -> None:
        login = self.login.text().strip()
        if login:
            self._sign_in(self._shell.run(lambda work: self._shell.office.sign_in_by_password(login, work)))

    def _sign_in(self, act: Act) -> None:
        self._ways.setEnabled(False)
        act.failed.connect(self._shell.show_error)
        act.done.connect(lambda _done: self._shell.synchronise())
        act.ended.connect(lambda: self._ways.setEnabled(True))

    def _out(self) -> None:
        self._shell.bridge.take(self._shell.office.sign_out(), lambda _done: None, self._shell.show_error, self)
