"""A declaration to learn on: of a training organisation, with one mistake for the check to find. Training only."""

from __future__ import annotations

from decimal import Decimal

from extern_desktop.domain.organisations import Organisation
from extern_desktop.forms.check import check_report
from extern_desktop.forms.document import open_document, set_value
from extern_desktop.forms.writing import IncomeTax, PersonName, new_usn_declaration
from extern_desktop.jobs.work import Stage as WorkStage
from extern_desktop.jobs.work import Work
from extern_desktop.services.connect import read_organisations
from extern_desktop.services.desk import Desk
from extern_desktop.services.errors import TrainingOnlyError
from extern_desktop.services.import_report import summary_of
from extern_desktop.services.what_is_due import today_of
from extern_desktop.settings.places import Stage

ACCEPTING_INSPECTORATE = "0087"
"""The robot that accepts; the others are met by changing the code in the report."""


def take_training_report(*, desk: Desk, work: Work) -> str:
    """Put a training declaration on the desk and give its report id.

    It is of the first organisation without one. Raises `TrainingOnlyError` in real work.
    """
    if desk.stage is not Stage.TRAINING:
        raise TrainingOnlyError
    organisations = desk.store.organisations.all() or read_organisations(desk, work)
    taken = {row.organisation.id for row in desk.store.reports.list() if row.organisation is not None}
    payer = next((it for it in organisations if it.id not in taken), organisations[0])
    work.show(WorkStage.CHECKING, subject=payer.name)
    content = declaration_with_a_mistake(payer, desk)
    checked = check_report(content, file_name="")
    name = checked.identity.file_id if checked.identity else "report"
    return desk.store.reports.add(content, f"{name}.xml", checked.identity, summary_of(checked, desk)).id


def declaration_with_a_mistake(payer: Organisation, desk: Desk) -> bytes:
    """A УСН declaration of the last finished year whose tax to pay for the year is a thousand roubles too high."""
    today = today_of(desk)
    content = new_usn_declaration(
        payer=payer,
        year=today.year - 1,
        figures=IncomeTax(
            income=(1_250_000, 1_480_000, 1_310_000, 1_690_000), reductions=(30_000, 32_000, 31_500, 33_000), rate_percent=Decimal("6.0")
        ),
        signer=PersonName("Образцова", "Анна", "Тестовна"),
        authority_code=ACCEPTING_INSPECTORATE,
        made_on=today,
    )
    tax = next(row for row in open_document(content).fields() if row.field == "@НалПУУменПер")
    return set_value(content, tax.path, tax.field, str(int(tax.value) + 1000))
