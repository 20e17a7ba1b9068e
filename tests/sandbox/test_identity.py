"""Sign-in in each of its ways, over HTTP."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest
import requests

from extern_desktop.sandbox.office import Office
from extern_desktop.signing.envelope import decrypt

from .conftest import Clock, new_key

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
CLIENT = {"client_id": "desk", "client_secret": "key", "scope": "extern.api"}


def _token(url: str, **form: str) -> requests.Response:
    return requests.post(f"{url}/connect/token", data=CLIENT | form, timeout=30)


def _is_good(url: str, answer: requests.Response) -> bool:
    assert answer.status_code == 200, answer.text
    assert answer.json()["token_type"] == "Bearer"
    return requests.get(f"{url}/v1", headers={"Authorization": f"Bearer {answer.json()['access_token']}"}, timeout=30).status_code == 200


def _refusal(answer: requests.Response) -> str:
    assert answer.status_code == 400
    return str(answer.json()["error"])


def test_password_right_one_lets_in_and_wrong_one_does_not(office: Office, operator_url: str) -> None:
    password = office.account.password.reveal()
    assert _is_good(operator_url, _token(operator_url, grant_type="password", username="training", password=password))
    assert _refusal(_token(operator_url, grant_type="password", username="training", password="wrong")) == "invalid_grant"
    assert _refusal(_token(operator_url, grant_type="password", username="other", password=password)) == "invalid_grant"
    assert _refusal(_token(operator_url, grant_type="implicit")) == "unsupported_grant_type"


def test_refresh_token_works_once(office: Office, operator_url: str) -> None:
    first = _token(operator_url, grant_type="password", username="training", password=office.account.password.reveal()).json()
    second = _token(operator_url, grant_type="refresh_token", refresh_token=first["refresh_token"])
    assert _is_good(operator_url, second)
    assert _refusal(_token(operator_url, grant_type="refresh_token", refresh_token=first["refresh_token"])) == "invalid_grant"
    assert _refusal(_token(operator_url, grant_type="refresh_token", refresh_token=first["access_token"])) == "invalid_grant"


def _start_device(url: str) -> dict[str, Any]:
    answer = requests.post(f"{url}/connect/deviceauthorization", data=CLIENT, timeout=30)
    assert answer.status_code == 200
    started: dict[str, Any] = answer.json()
    return started


def test_device_sign_in_waits_for_the_press_on_the_page(operator_url: str) -> None:
    started = _start_device(operator_url)
    assert _refusal(_token(operator_url, grant_type=DEVICE, device_code=started["device_code"])) == "authorization_pending"
    page = requests.get(started["verification_uri_complete"], timeout=30)
    assert started["user_code"] in page.text
    assert 'method="post"' in page.text
    pressed = requests.post(started["verification_uri"], data={"user-code": started["user_code"].lower(), "answer": "allow"}, timeout=30)
    assert "Вход разрешён" in pressed.text
    assert _is_good(operator_url, _token(operator_url, grant_type=DEVICE, device_code=started["device_code"]))
    assert _refusal(_token(operator_url, grant_type=DEVICE, device_code=started["device_code"])) == "invalid_grant"


def test_device_sign_in_denied_or_late_is_refused(operator_url: str, clock: Clock) -> None:
    denied, late = _start_device(operator_url), _start_device(operator_url)
    requests.post(denied["verification_uri"], data={"user-code": denied["user_code"], "answer": "deny"}, timeout=30)
    assert _refusal(_token(operator_url, grant_type=DEVICE, device_code=denied["device_code"])) == "access_denied"
    clock.pass_by(minutes=6)
    assert _refusal(_token(operator_url, grant_type=DEVICE, device_code=late["device_code"])) == "expired_token"
    pressed = requests.post(late["verification_uri"], data={"user-code": late["user_code"], "answer": "allow"}, timeout=30)
    assert pressed.status_code == 400


def test_device_page_shows_a_strangers_code_as_text(operator_url: str) -> None:
    page = requests.get(f"{operator_url}/device", params={"user-code": '"><script>alert(1)</script>'}, timeout=30)
    assert "<script>" not in page.text
    assert "default-src 'none'" in page.headers["Content-Security-Policy"]


def test_certificate_challenge_opened_by_its_key_lets_in(office: Office, operator_url: str, tmp_path: Path) -> None:
    key = new_key(office, tmp_path)
    form = CLIENT | {"public_key": base64.b64encode(key.certificate.der).decode(), "free": "false"}
    challenge = requests.post(f"{operator_url}/authentication/certificate", data=form, timeout=30).json()
    assert challenge["trusted_thumbprints"] == [key.certificate.thumbprint]
    secret = base64.b64encode(decrypt(base64.b64decode(challenge["encrypted_key"]), key)).decode()
    grant = {"grant_type": "certificate", "thumbprint": key.certificate.thumbprint}
    wrong = base64.b64encode(bytes(32)).decode()
    assert _refusal(_token(operator_url, **grant, decrypted_key=wrong)) == "invalid_grant"
    assert _is_good(operator_url, _token(operator_url, **grant, decrypted_key=secret))
    assert _refusal(_token(operator_url, **grant, decrypted_key=secret)) == "invalid_grant"


def test_certificate_challenge_expires_after_ten_minutes(office: Office, operator_url: str, tmp_path: Path, clock: Clock) -> None:
    key = new_key(office, tmp_path)
    form = {"public_key": base64.b64encode(key.certificate.der).decode()}
    challenge = requests.post(f"{operator_url}/authentication/certificate", data=form, timeout=30).json()
    secret = base64.b64encode(decrypt(base64.b64decode(challenge["encrypted_key"]), key)).decode()
    clock.pass_by(minutes=11)
    late = _token(operator_url, grant_type="certificate", thumbprint=key.certificate.thumbprint, decrypted_key=secret)
    assert _refusal(late) == "invalid_grant"


@pytest.mark.parametrize("public_key", ["", "AAAA", "***"])
def test_certificate_challenge_for_what_is_no_certificate_is_refused(operator_url: str, public_key: str) -> None:
    answer = requests.post(f"{operator_url}/authentication/certificate", data={"public_key": public_key}, timeout=30)
    assert _refusal(answer) == "invalid_request"


def test_certificate_challenge_for_the_operators_own_certificate_is_refused(office: Office, operator_url: str) -> None:
    form = {"public_key": base64.b64encode(office.authority.operator.certificate.der).decode()}
    assert _refusal(requests.post(f"{operator_url}/authentication/certificate", data=form, timeout=30)) == "invalid_grant"


def test_database_holds_no_token_and_no_code(office: Office, operator_url: str) -> None:
    answer = _token(operator_url, grant_type="password", username="training", password=office.account.password.reveal()).json()
    started = _start_device(operator_url)
    with office.turn() as turn:
        dump = "\n".join(turn.rows.iterdump())
    for secret in (answer["access_token"], answer["refresh_token"], started["device_code"], office.account.password.reveal()):
        assert secret not in dump
