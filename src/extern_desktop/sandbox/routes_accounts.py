"""Accounts, organisations, certificates and the authorities' handbook."""

from __future__ import annotations

import base64
from typing import Final

from starlette.routing import Route

from extern_desktop.extern_api.wire import accounts as wire
from extern_desktop.extern_api.wire.links import Link
from extern_desktop.sandbox.database import read_stamp, stamp
from extern_desktop.sandbox.refusals import not_found
from extern_desktop.sandbox.scene import ACCOUNT_ID, INSPECTORATES, TAXPAYERS, Inspectorate, TrainingTaxpayer, find_taxpayer
from extern_desktop.sandbox.web import Answer, Call, route

_MAIN: Final = TAXPAYERS[0]


def _account() -> wire.Account:
    organisation = _MAIN.organisation
    return wire.Account(
        id=ACCOUNT_ID,
        inn=organisation.inn,
        kpp=organisation.kpp,
        organization_name=organisation.name,
        products=(wire.Product(name="Extern"),),
        role="admin",
        links=(Link(rel="self", href=f"/v1/{ACCOUNT_ID}"),),
    )


def _organisation(taxpayer: TrainingTaxpayer) -> wire.Organization:
    organisation = taxpayer.organisation
    general = wire.OrganizationGeneral(inn=organisation.inn, kpp=organisation.kpp or None, name=organisation.name, is_main_org=taxpayer is _MAIN)
    return wire.Organization(id=organisation.id, general=general)


def _accounts(call: Call) -> Answer:
    skip, take = call.paging()
    return Answer(wire.AccountList(skip=skip, take=take, total_count=1, accounts=(_account(),)[skip : skip + take]))


def _one_account(_call: Call) -> Answer:
    return Answer(_account())


def _organisations(call: Call) -> Answer:
    skip, take = call.paging()
    inn, kpp = call.one("inn"), call.one("kpp")
    found = [taxpayer for taxpayer in TAXPAYERS if inn in {"", taxpayer.organisation.inn} and kpp in {"", taxpayer.organisation.kpp}]
    page = tuple(map(_organisation, found[skip : skip + take]))
    return Answer(wire.OrganizationBatch(organizations=page, skip=skip, take=take, total_count=len(found)))


def _one_organisation(call: Call) -> Answer:
    found = next((taxpayer for taxpayer in TAXPAYERS if taxpayer.organisation.id == call.path["organisation"].lower()), None)
    if found is None:
        raise not_found("организация")
    return Answer(_organisation(found))


def _certificates(call: Call) -> Answer:
    skip, take = call.paging()
    rows = call.turn.rows.execute("SELECT * FROM certificates ORDER BY issued_at, thumbprint").fetchall()
    now = stamp(call.turn.now)
    page = []
    for row in rows[skip : skip + take]:
        taxpayer = find_taxpayer(row["inn"])
        page.append(
            wire.CertificateInfo(
                fio=row["owner"],
                inn=row["inn"],
                kpp=(taxpayer.organisation.kpp or None) if taxpayer else None,
                is_valid=row["valid_to_at"] > now,
                is_qualified=True,
                content=base64.b64encode(row["der"]).decode(),
                thumbprint=row["thumbprint"],
                expired_at=f"{read_stamp(row['valid_to_at']):%Y-%m-%dT%H:%M:%S}",
                serial_number=row["serial"],
            )
        )
    return Answer(wire.CertificateList(certificates=tuple(page), skip=skip, take=take, total_count=len(rows)))


def _unit(inspectorate: Inspectorate, certificate: dict[str, str] | None = None) -> dict[str, object]:
    unit: dict[str, object] = {
        "type": "fns",
        "code": inspectorate.code,
        "name": inspectorate.name,
        "region": "00",
        "flags": {"is-active": True, "is-test": True, "business-registration": False},
        "contacts": {"short-name": inspectorate.name, "full-name": inspectorate.name},
    }
    return unit if certificate is None else unit | {"certificates": [certificate]}


def _control_units(call: Call) -> Answer:
    skip, take = call.paging()
    found = INSPECTORATES if call.one("type").lower() in {"", "fns"} else ()
    units = [_unit(inspectorate) for inspectorate in found[skip : skip + take]]
    return Answer({"skip": skip, "take": take, "total-count": len(found), "control-units": units})


def _control_unit(call: Call) -> Answer:
    found = next((inspectorate for inspectorate in INSPECTORATES if inspectorate.code == call.path["code"]), None)
    if found is None:
        raise not_found("контролирующий орган")
    certificate = call.turn.office.authority.inspectorates[found.code].certificate
    return Answer(_unit(found, {"content": base64.b64encode(certificate.der).decode(), "thumbprint": certificate.thumbprint}))


ROUTES: Final[tuple[Route, ...]] = (
    route("/v1", "GET", _accounts),
    route("/v1/handbooks/control-units", "GET", _control_units),
    route("/v1/handbooks/control-units/{code}", "GET", _control_unit),
    route("/v1/{account}", "GET", _one_account),
    route("/v1/{account}/organizations", "GET", _organisations),
    route("/v1/{account}/organizations/{organisation}", "GET", _one_organisation),
    route("/v1/{account}/certificates", "GET", _certificates),
)
