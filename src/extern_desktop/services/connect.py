"""Reach the operator: sign in, choose the account, keep the tokens. In training the operator is started on this computer.

Connected once a desk; every service asks here. Nothing is sent to a real operator before a person has signed in.
"""

from __future__ import annotations

import json
import threading
from concurrent.futures import Future
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from extern_desktop.domain.organisations import Organisation
from extern_desktop.domain.secrets import AccessToken
from extern_desktop.extern_api.values import ApiKey, DeviceSignIn, KeptTokens, OperatorAddress, Proxy, RefreshToken
from extern_desktop.jobs.work import Cancelled, Work
from extern_desktop.jobs.work import Stage as WorkStage
from extern_desktop.sandbox.values import Pace
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import NoAccountError, RealOnlyError, SignInNeededError
from extern_desktop.services.mirroring import organisation_of
from extern_desktop.services.questions import AskPassword, OpenInBrowser
from extern_desktop.services.training_keys import make_training_keys
from extern_desktop.settings import options
from extern_desktop.settings.places import Stage

if TYPE_CHECKING:
    from extern_desktop.extern_api.operator import Operator
    from extern_desktop.sandbox.launch import RunningOperator

_TRAINING_CLIENT: Final = "extern-desktop"
_TRAINING_API_KEY: Final = "00000000-0000-0000-0000-000000000000"
"""The training operator knows no programs: any key opens it, and it opens nothing else."""


def connect(desk: Desk, work: Work) -> Operator:
    """The operator of this desk, signed in and with its account chosen.

    Raises `SignInNeededError` in real work when nobody has signed in yet, and what starting, reaching or signing in may raise.
    """
    with desk.connecting:
        if desk.operator is None:
            work.show(WorkStage.SIGNING_IN)
            desk.operator = _connect_training(desk, work) if desk.stage is Stage.TRAINING else _connect_real(desk, work)
        return desk.operator


def read_organisations(desk: Desk, work: Work) -> tuple[Organisation, ...]:
    """The account's organisations as the operator tells them now, kept in the workspace."""
    return _read_organisations(connect(desk, work), desk, work)


def operator_address(desk: Desk) -> OperatorAddress:
    """Where the operator of this desk is. In training it is started if it does not run."""
    if desk.operator is not None:
        return desk.operator.address
    return _training_address(_training_operator(desk)) if desk.stage is Stage.TRAINING else _real_address(desk)


def sign_in_by_password(login: str, *, desk: Desk, work: Work) -> None:
    """Ask the person's password and sign in once. A refused password is not tried again."""
    operator = _real_operator(desk)
    operator.sign_in_by_password(login, work.ask(AskPassword(login, operator.address.host)), work=work)
    _take(operator, login, desk, work)


def sign_in_by_device(*, desk: Desk, work: Work) -> None:
    """Show the address and the code, and wait until the person has confirmed them in a browser."""
    operator = _real_operator(desk)
    device = operator.start_device_sign_in(work=work)
    work.show(WorkStage.SIGNING_IN, subject=device.user_code)
    _wait_for_browser(operator, device, work)
    _take(operator, device.user_code, desk, work)


def _wait_for_browser(operator: Operator, device: DeviceSignIn, work: Work) -> None:
    """The question stays while the operator is asked; a confirmation, a refusal or the end of the code takes it away."""
    settled, end = threading.Event(), Future[None]()

    def poll() -> None:
        try:
            operator.wait_device_sign_in(device, work=work)
        except BaseException as error:
            end.set_exception(error)
        else:
            end.set_result(None)
        settled.set()

    polling = threading.Thread(target=poll, name="device-sign-in")
    polling.start()
    try:
        work.ask_until(OpenInBrowser(device.complete_url, device.user_code), settled)
    except Cancelled:
        work.cancel()  # nobody waits for the code any more
        raise
    finally:
        polling.join()
    end.result()


def is_signed_in(*, desk: Desk) -> bool:
    """Whether a person has signed in to the operator of this desk; always in training. The operator may still say no."""
    return desk.stage is Stage.TRAINING or desk.store.secrets.get(_secret_name(_real_address(desk))) is not None


def has_api_key(*, desk: Desk) -> bool:
    """Whether the program's key at the operator is kept here."""
    return desk.store.secrets.get(options.OPERATOR_API_KEY.name) is not None


def keep_api_key(key: AccessToken, *, desk: Desk) -> None:
    """Keep the program's key at the operator; an empty one is forgotten. The next act connects anew with it."""
    if key.reveal():
        desk.store.secrets.put(options.OPERATOR_API_KEY.name, key)
    else:
        desk.store.secrets.forget(options.OPERATOR_API_KEY.name)
    disconnect(desk=desk)


def disconnect(*, desk: Desk) -> None:
    """Connect anew at the next act: the address or the key of the real operator changed. Tokens stay."""
    if desk.stage is Stage.REAL:
        with desk.connecting:
            desk.operator = None


def sign_out(*, desk: Desk) -> None:
    """Forget the operator's tokens on this computer."""
    with desk.connecting:
        if desk.operator is not None:
            desk.operator.sign_out()
            desk.operator = None
        if desk.stage is Stage.REAL:
            desk.store.secrets.forget(_secret_name(_real_address(desk)))


def _connect_training(desk: Desk, work: Work) -> Operator:
    running = _training_operator(desk)
    from extern_desktop.extern_api.operator import Operator  # brings the HTTP library, which takes a tenth of the program's memory

    operator = Operator(_training_address(running), now=desk.now)
    desk.closing.callback(operator.close)
    operator.sign_in_by_password(running.account.login, running.account.password, work=work)
    _choose_account(operator, running.account.login, work)
    make_training_keys(_read_organisations(operator, desk, work), desk)
    return operator


def _read_organisations(operator: Operator, desk: Desk, work: Work) -> tuple[Organisation, ...]:
    organisations = tuple(organisation_of(it) for it in operator.organisations(work=work))
    desk.store.organisations.replace_all(organisations)
    return organisations


def _training_operator(desk: Desk) -> RunningOperator:
    """The training operator of this desk, started if it does not run; it ends with the desk that started it."""
    from extern_desktop.sandbox.launch import ensure_running  # brings an HTTP client of its own

    running = ensure_running(desk.places.training_operator, Pace(desk.settings.get(options.TRAINING_PACE).value))
    desk.closing.callback(running.close)
    return running


def _training_address(running: RunningOperator) -> OperatorAddress:
    return OperatorAddress(running.api_url, running.identity_url, _TRAINING_CLIENT, ApiKey(_TRAINING_API_KEY))


def _connect_real(desk: Desk, work: Work) -> Operator:
    address = _real_address(desk)
    kept = desk.store.secrets.get(_secret_name(address))
    if kept is None:
        raise SignInNeededError(address.host)
    operator = _new_operator(address, desk, _read_tokens(kept))
    _choose_account(operator, "", work)
    return operator


def _real_operator(desk: Desk) -> Operator:
    """An operator to sign in to. Raises `RealOnlyError` in training, whose operator needs no sign-in."""
    if desk.stage is not Stage.REAL:
        raise RealOnlyError
    return _new_operator(_real_address(desk), desk)


def _new_operator(address: OperatorAddress, desk: Desk, tokens: KeptTokens | None = None) -> Operator:
    def keep(fresh: KeptTokens) -> None:
        if fresh.can_sign_in:
            desk.store.secrets.put(_secret_name(address), _write_tokens(fresh))
        else:
            desk.store.secrets.forget(_secret_name(address))

    proxy = desk.settings.get(options.PROXY)
    named = None if proxy in (options.ProxyMode.SYSTEM.value, options.ProxyMode.NONE.value) else Proxy(proxy)
    from extern_desktop.extern_api.operator import Operator  # as above

    operator = Operator(address, tokens=tokens, on_tokens=keep, proxy=named, now=desk.now)
    desk.closing.callback(operator.close)
    return operator


def _take(operator: Operator, login: str, desk: Desk, work: Work) -> None:
    _choose_account(operator, login, work)
    with desk.connecting:
        desk.operator = operator


def _choose_account(operator: Operator, login: str, work: Work) -> None:
    """The only account, or the first of several: the one the operator shows first is the person's own."""
    accounts = operator.accounts(work=work)
    if not accounts:
        raise NoAccountError(login)
    operator.use_account(accounts[0].id)


def _real_address(desk: Desk) -> OperatorAddress:
    key = desk.store.secrets.get(options.OPERATOR_API_KEY.name)
    return OperatorAddress(
        desk.settings.get(options.OPERATOR_API_URL),
        desk.settings.get(options.OPERATOR_IDENTITY_URL),
        desk.settings.get(options.OPERATOR_CLIENT_ID),
        ApiKey(key.reveal() if key is not None else ""),
    )


def _secret_name(address: OperatorAddress) -> str:
    return f"operator-tokens/{address.identity_url}"


def _write_tokens(tokens: KeptTokens) -> AccessToken:
    body = {
        "access": tokens.access.reveal() if tokens.access else None,
        "refresh": tokens.refresh.reveal() if tokens.refresh else None,
        "expires-at": tokens.expires_at.isoformat() if tokens.expires_at else None,
    }
    return AccessToken(json.dumps(body))


def _read_tokens(kept: AccessToken) -> KeptTokens:
    body: dict[str, Any] = json.loads(kept.reveal())
    return KeptTokens(
        AccessToken(body["access"]) if body["access"] else None,
        RefreshToken(body["refresh"]) if body["refresh"] else None,
        datetime.fromisoformat(body["expires-at"]) if body["expires-at"] else None,
    )
