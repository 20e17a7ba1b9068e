"""What a report is called and which period it covers."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FormId:
    """One form in one format version."""

    knd: str
    """Classifier of tax documents, 7 digits."""
    version: str
    """Format version as in `@ВерсФорм`, for example `5.09`."""


@dataclass(frozen=True, slots=True)
class ReportIdentity:
    """What tells one report from another for people and for the authority."""

    form: FormId
    form_short_name: str
    """As accountants say it: «УСН»."""
    period_code: str
    """Two digits of `@Период`."""
    year: int
    correction_number: int
    """0 is the original."""
    payer_inn: str
    payer_kpp: str
    """Empty for an entrepreneur."""
    payer_name: str
    authority_code: str
    """Four digits of `@КодНО`."""
    file_id: str
    """`@ИдФайл`: the file's name without its ending."""
