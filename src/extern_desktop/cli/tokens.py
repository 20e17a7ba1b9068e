"""`tokens …`: list, watch, enrol a training key, change or unblock a PIN."""

from typing import Annotated

import typer

from extern_desktop.cli.session import Session, to_json
from extern_desktop.cli.terminal import say
from extern_desktop.jobs.work import Cancelled
from extern_desktop.services.change_pin import change_pin, unblock_pin
from extern_desktop.services.connect import connect
from extern_desktop.services.enrol_training_key import enrol_training_key
from extern_desktop.services.find_organisation import find_organisation
from extern_desktop.services.list_keys import list_keys
from extern_desktop.services.values import CarrierKind, Keys
from extern_desktop.tokens.values import TokenCard, TokenChange, TokenChangeKind
from extern_desktop.wording.keys import attempts_text
from extern_desktop.wording.texts import _t


def add_commands(app: typer.Typer, session: Session) -> None:
    family = typer.Typer(help=_t("Keys: what is plugged in."), no_args_is_help=True)
    app.add_typer(family, name="tokens")
    json_option = typer.Option("--json", help=_t("Print one JSON document."))

    @family.command("list", help=_t("Keys in sight with their certificates."))
    def show(as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            keys = list_keys(desk=desk)
        session.print_result(keys, _lines(keys))

    @family.command("watch", help=_t("Tell of every key that comes or goes, until Ctrl+C."))
    def watch(as_json: Annotated[bool, json_option] = False) -> None:
        def tell(change: TokenChange) -> None:
            print(to_json(change) if as_json else _change_line(change), flush=True)

        with session.desk() as desk:
            watching = desk.tokens.watch(tell)
            try:
                say(_t("Watching. Ctrl+C ends it."))
                while not session.work.cancelled.wait(0.2):
                    pass
            finally:
                watching.stop()
        raise Cancelled

    @family.command("enrol", help=_t("Make a training key and certificate on a key, for training only."))
    def enrol(
        serial: str,
        inn: Annotated[str, typer.Option(help=_t("INN of the training organisation."))],
        as_json: Annotated[bool, json_option] = False,
    ) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            connect(desk, session.work)
            certificate = enrol_training_key(serial, find_organisation(inn, desk=desk), desk=desk, work=session.work)
        session.print_result(certificate, [f"{certificate.owner}, {certificate.organisation}, {certificate.thumbprint}"])

    pin = typer.Typer(help=_t("The PIN of a key."), no_args_is_help=True)
    family.add_typer(pin, name="pin")

    @pin.command("change", help=_t("Set a new PIN; the one that stands now is asked for, once."))
    def change(serial: str, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            card = change_pin(serial, desk=desk, work=session.work)
        session.print_result(card, [_pin_line(card)])

    @pin.command("unblock", help=_t("Give a locked key a new PIN with the administrator's."))
    def unblock(serial: str, as_json: Annotated[bool, json_option] = False) -> None:
        session.as_json = as_json
        with session.desk() as desk:
            card = unblock_pin(serial, desk=desk, work=session.work)
        session.print_result(card, [_pin_line(card)])


def _pin_line(card: TokenCard) -> str:
    return _t("{label} № {serial} has a new PIN, {attempts}.").format(label=card.label, serial=card.serial, attempts=attempts_text(card))


def _lines(keys: Keys) -> list[str]:
    lines = []
    for card in keys.tokens:
        lines.append(f"{card.label}  {card.model}  № {card.serial}  {attempts_text(card)}")
        lines += [_certificate_line(keys, number) for number, row in enumerate(keys.certificates) if row.carrier_serial == card.serial]
    training = [number for number, row in enumerate(keys.certificates) if row.carrier is CarrierKind.TRAINING_KEY]
    if training:
        lines.append(_t("Training keys on this computer"))
        lines += [_certificate_line(keys, number) for number in training]
    lines += [_t("Could not be asked: {what}").format(what=problem) for problem in keys.problems]
    return lines or [_t("No key is in sight.")]


def _certificate_line(keys: Keys, number: int) -> str:
    it = keys.certificates[number].certificate
    return f"    {it.owner}, {it.organisation or it.inn}, {it.valid_to_at.astimezone():%d.%m.%Y}, {it.thumbprint}"


def _change_line(change: TokenChange) -> str:
    card: TokenCard = change.card
    word = _t("came") if change.kind is TokenChangeKind.APPEARED else _t("gone")
    return f"{word}: {card.label} № {card.serial}"


