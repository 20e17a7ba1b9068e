"""Identity's endpoints, and the page on which a person confirms a device sign-in. The page's words are those of the other side."""

from __future__ import annotations

import html
from typing import Final

from starlette.routing import Route

from extern_desktop.sandbox import identity
from extern_desktop.sandbox.web import Answer, Call, route

_HTML: Final = "text/html; charset=utf-8"
_PAGE: Final = """<!doctype html><html lang="ru"><head><meta charset="utf-8"><title>Учебный оператор: вход</title>
<meta name="viewport" content="width=device-width"><style>body{{font:16px system-ui;max-width:32em;margin:3em auto;padding:0 1em}}
button{{font:inherit;padding:.5em 1em;margin-right:.5em}}code{{font-size:1.4em}}</style></head>
<body><h1>Учебный оператор</h1>{body}</body></html>"""
_ASK: Final = """<p>Программа на этом компьютере просит войти. Сверьте код с тем, что показан в программе.</p>
<p><code>{code}</code></p><form method="post" action="/device"><input type="hidden" name="user-code" value="{code}">
<button name="answer" value="allow">Разрешить вход</button><button name="answer" value="deny">Отклонить</button></form>"""
_ASK_CODE: Final = """<form method="get" action="/device"><p><label>Код из программы: <input name="user-code" autofocus></label>
<button>Дальше</button></p></form>"""


def _token(call: Call) -> Answer:
    try:
        return Answer(identity.grant(call.turn, call.form()), headers={"Cache-Control": "no-store"})
    except identity.SignInRefusedError as error:
        return Answer(error.as_wire(), 400)


def _device_start(call: Call) -> Answer:
    return Answer(identity.start_device(call.turn, call.base_url))


def _challenge(call: Call) -> Answer:
    try:
        return Answer(identity.challenge(call.turn, call.form()))
    except identity.SignInRefusedError as error:
        return Answer(error.as_wire(), 400)


def _device_page(call: Call) -> Answer:
    code = call.one("user-code") or call.one("user_code")
    return _page(_ASK.format(code=html.escape(code, quote=True)) if code else _ASK_CODE)


def _device_answer(call: Call) -> Answer:
    form = call.form()
    allowed = form.get("answer") == "allow"
    if not identity.answer_device(call.turn, form.get("user-code", ""), allowed=allowed):
        return _page("<p>Такой код не ждёт ответа: он истёк, уже использован или введён с ошибкой.</p>", 400)
    return _page("<p>Вход разрешён. Вернитесь в программу.</p>" if allowed else "<p>Вход отклонён.</p>")


def _page(body: str, status: int = 200) -> Answer:
    headers = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"}
    return Answer(_PAGE.format(body=body).encode(), status, _HTML, headers)


ROUTES: Final[tuple[Route, ...]] = (
    route("/connect/token", "POST", _token, is_open=True),
    route("/connect/deviceauthorization", "POST", _device_start, is_open=True),
    route("/authentication/certificate", "POST", _challenge, is_open=True),
    route("/device", "GET", _device_page, is_open=True),
    route("/device", "POST", _device_answer, is_open=True),
)
