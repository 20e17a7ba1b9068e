"""The operator's words for docflows."""

from __future__ import annotations

import pytest

from extern_desktop.domain.docflows import CELL_TONES, CellStatus, DocflowStatus, ReportDocument, SuccessState, Tone, nss


@pytest.mark.parametrize(
    ("urn", "word"),
    [
        ("urn:docflow:fns534-report", "fns534-report"),
        ("urn:docflow-common-status:response-arrived", DocflowStatus.RESPONSE_ARRIVED),
        ("urn:docflow-state:warning", SuccessState.WARNING),
        ("urn:document:fns534-report-acceptance-result-positive", ReportDocument.ACCEPTANCE_POSITIVE),
        ("finished", "finished"),
        ("", ""),
    ],
)
def test_nss_is_the_last_part_of_a_urn(urn: str, word: str) -> None:
    assert nss(urn) == word


def test_every_cell_status_has_a_tone() -> None:
    assert set(CELL_TONES) == set(CellStatus)


def test_only_what_is_accepted_is_green() -> None:
    green = {status for status, tone in CELL_TONES.items() if tone is Tone.OK}

    assert green == {
        CellStatus.ACCEPTED,
        CellStatus.ACCEPTED_AFTER_DEADLINE,
        CellStatus.ACCEPTED_WITH_SENT,
        CellStatus.ACCEPTED_CUSTOM,
    }


def test_what_an_accountant_must_act_on_is_never_calm() -> None:
    asking = (CellStatus.DECLINED, CellStatus.NOT_SENT_AFTER_DEADLINE, CellStatus.ACCEPTED_WITH_REBUKE, CellStatus.ACCEPTED_WITH_WARNING)

    assert {CELL_TONES[status] for status in asking} <= {Tone.BAD, Tone.WARN}
