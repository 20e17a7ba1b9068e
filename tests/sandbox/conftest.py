"""The training operator on a real socket, and a caller that speaks plain HTTP to it."""

from __future__ import annotations

import base64
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import requests
import uvicorn

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.writing import IncomeTax, PersonName, new_usn_declaration
from extern_desktop.sandbox.application import build_app
from extern_desktop.sandbox.office import Office
from extern_desktop.sandbox.scene import ACCOUNT_ID, TAXPAYERS
from extern_desktop.sandbox.serve import open_listener, server_config
from extern_desktop.sandbox.values import Pace, Person
from extern_desktop.signing.cms import sign_detached
from extern_desktop.signing.training_key import TrainingKey

ROMASHKA, SEVERNY_VETER, TESTOV = (taxpayer.organisation for taxpayer in TAXPAYERS)
ANNA = Person("Образцова", "Анна Тестовна", "11223344595", "Главный бухгалтер")
START = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


@dataclass
class Clock:
    """The operator's clock, turned by the test."""

    at: datetime = START

    def __call__(self) -> datetime:
        return self.at

    def pass_by(self, **time: float) -> None:
        self.at += timedelta(**time)


@contextmanager
def serving(app: Callable[..., object]) -> Iterator[str]:
    """Serve the application on a free loopback port, in a thread, as the product serves it."""
    with open_listener() as listener:
        server = uvicorn.Server(server_config(app))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()


@dataclass
class Caller:
    """A signed-in client that knows no more than the facts of the API."""

    url: str
    key: TrainingKey
    organisation: Organisation = ROMASHKA
    session: requests.Session = field(default_factory=requests.Session)

    def sign_in(self, login: str, password: str) -> None:
        form = {"grant_type": "password", "username": login, "password": password, "client_id": "test", "client_secret": "k", "scope": "extern.api"}
        answer = self.session.post(f"{self.url}/connect/token", data=form, timeout=30)
        assert answer.status_code == 200, answer.text
        self.session.headers["Authorization"] = f"Bearer {answer.json()['access_token']}"

    def ask(self, method: str, path: str, **options: Any) -> requests.Response:
        """Any request below `/v1/{account}`."""
        return self.session.request(method, f"{self.url}/v1/{ACCOUNT_ID}{path}", timeout=60, **options)

    def done(self, method: str, path: str, **options: Any) -> Any:
        """The same, which must succeed; gives its JSON."""
        answer = self.ask(method, path, **options)
        assert answer.status_code < 300, answer.text
        return answer.json() if answer.content else None

    def upload(self, content: bytes) -> str:
        headers = {"Content-Range": f"bytes 0-{len(content) - 1}/{len(content)}", "Content-Type": "application/octet-stream"}
        answer = self.ask("POST", "/contents", data=content, headers=headers)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    @property
    def certificate(self) -> str:
        return base64.b64encode(self.key.certificate.der).decode()

    def meta(self, authority: str = "0087") -> dict[str, Any]:
        payer: dict[str, Any] = {"inn": self.organisation.inn}
        if self.organisation.kpp:
            payer["organization"] = {"kpp": self.organisation.kpp}
        sender = {"inn": self.organisation.inn, "kpp": self.organisation.kpp or None, "certificate": {"content": self.certificate}}
        return {"sender": sender | {"ipaddress": "127.0.0.1"}, "recipient": {"ifns-code": authority}, "payer": payer}

    def sign(self, content: bytes) -> bytes:
        return sign_detached(content, self.key, signed_at=self.key.certificate.valid_from_at + timedelta(hours=1))

    def draft(self, report: bytes, signature: bytes | None = None, authority: str = "0087") -> str:
        """A draft with one signed document, nothing started."""
        content_id = self.upload(report)
        draft_id = str(self.done("POST", "/drafts", json=self.meta(authority))["id"])
        document = self.done("POST", f"/drafts/{draft_id}/documents", json={"content-id": content_id})
        der = self.sign(report) if signature is None else signature
        body = {"base64-content": base64.b64encode(der).decode(), "is-third-party-signature": False}
        self.done("POST", f"/drafts/{draft_id}/documents/{document['id']}/signatures", json=body)
        return draft_id

    def run(self, draft_id: str, step: str, **query: str) -> Any:
        """Start a task and read its result."""
        task = self.done("POST", f"/drafts/{draft_id}/{step}", params={"deferred": "true", **query})
        assert (task["task-state"], task["task-type"]) == ("running", f"urn:task-type:{step}")
        finished = self.done("GET", f"/drafts/{draft_id}/tasks/{task['id']}")
        assert finished["task-state"] == "succeed"
        return finished["task-result"]

    def file(self, report: bytes, authority: str = "0087") -> str:
        """Send a report all the way; gives the docflow's id."""
        return str(self.run(self.draft(report, authority=authority), "send")["id"])

    def reply(self, link: dict[str, str]) -> Any:
        """Pay one owed reply, by its link alone; gives the docflow after it."""
        made = self.session.post(f"{self.url}{link['href']}", json={"certificate-base64": self.certificate}, timeout=30)
        assert made.status_code == 200, made.text
        path = f"/docflows/{made.json()['docflow-id']}/documents/{made.json()['document-id']}/replies/{made.json()['id']}"
        signature = self.sign(base64.b64decode(made.json()["content"]))
        self.done("PUT", f"{path}/signature", data=signature, headers={"Content-Type": "application/pgp-signature"})
        return self.done("POST", f"{path}/send", json={"sender-ip": "127.0.0.1"})


def declaration(payer: Organisation = ROMASHKA, authority: str = "0087", **more: Any) -> bytes:
    """A right УСН declaration for 2025."""
    name = PersonName("Тестов", "Тест", "Тестович") if not payer.kpp else PersonName("Образцова", "Анна", "Тестовна")
    options = {"figures": IncomeTax(income=(100_000, 200_000, 300_000, 400_000))} | more
    return new_usn_declaration(payer=payer, year=2025, signer=name, authority_code=authority, **options)


def new_key(office: Office, folder: Path, organisation: Organisation = ROMASHKA) -> TrainingKey:
    """A training key with a certificate of the office's authority."""
    key = TrainingKey.create(folder / f"{organisation.inn}.pem")
    key.keep_certificate(office.authority.issue_for(key.public_key, ANNA, organisation))
    return key


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def pace() -> Pace:
    return Pace.INSTANT


@pytest.fixture
def office(tmp_path: Path, pace: Pace, clock: Clock) -> Iterator[Office]:
    opened = Office(tmp_path / "state", pace, clock)
    yield opened
    opened.close()


@pytest.fixture
def operator_url(office: Office) -> Iterator[str]:
    with serving(build_app(office)) as url:
        yield url


@pytest.fixture
def caller(office: Office, operator_url: str, tmp_path: Path) -> Iterator[Caller]:
    """Anna of ООО «Ромашка», signed in."""
    one = Caller(operator_url, new_key(office, tmp_path))
    one.sign_in(office.account.login, office.account.password.reveal())
    yield one
    one.session.close()
