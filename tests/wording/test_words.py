"""Checks, states and questions in words: nothing of a closed list is left without one."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from extern_desktop.diagnostics import catalogue
from extern_desktop.diagnostics.catalogue import CATALOGUE
from extern_desktop.diagnostics.values import Answer, CheckId, Group, Remedy, Verdict
from extern_desktop.domain.docflows import CellStatus, ReportDocument
from extern_desktop.domain.outbox import OutboxState
from extern_desktop.forms.values import Severity
from extern_desktop.jobs.questions import Question
from extern_desktop.jobs.work import Stage
from extern_desktop.services import questions
from extern_desktop.services.today_values import STANDING_TONES, ReportStanding, WaitingKind
from extern_desktop.tokens.values import Attempts, TokenCard
from extern_desktop.wording import checks, keys, statuses
from extern_desktop.wording.questions import pin_warning, wording_of
from wording.samples import import_everything, samples_of, subclasses_of

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
Word = Callable[[Any], str]

CLOSED_LISTS: tuple[tuple[Word, Iterable[Any]], ...] = (
    (checks.question_of, [check.id for check in CATALOGUE]),
    (checks.verdict_word, Verdict),
    (checks.group_word, Group),
    (checks.remedy_text, [remedy for remedy in Remedy if remedy is not Remedy.NONE]),
    (statuses.standing_word, ReportStanding),
    (statuses.cell_word, CellStatus),
    (statuses.document_word, ReportDocument),
    (statuses.stage_word, Stage),
    (statuses.outbox_word, OutboxState),
    (statuses.waiting_word, WaitingKind),
    (statuses.severity_word, Severity),
)


@pytest.mark.parametrize(("word", "value"), [(word, value) for word, values in CLOSED_LISTS for value in values])
def test_word_of_every_value_is_there_in_the_language_spoken(word: Word, value: Any, spoken: str) -> None:
    text = word(value)

    assert text != value
    assert bool(CYRILLIC.search(text)) is (spoken == "ru"), text


@pytest.mark.parametrize("standing", ReportStanding)
def test_word_of_a_standing_fits_into_a_pill(standing: ReportStanding, spoken: str) -> None:
    assert len(statuses.standing_word(standing)) <= 20


@pytest.mark.parametrize("word", [checks.question_of, checks.verdict_word, statuses.standing_word, statuses.document_word])
def test_words_of_different_values_differ(word: Word, spoken: str) -> None:
    texts = [word(value) for of, values in CLOSED_LISTS if of is word for value in values]

    assert len(set(texts)) == len(texts), sorted(texts)


@pytest.mark.parametrize("check", CATALOGUE, ids=lambda check: check.id)
def test_check_that_failed_says_what_it_means(check: Any, spoken: str) -> None:
    failed = Answer(check.id, check.group, check.after, Verdict.FAILED, {}, Remedy.NONE)

    meaning = checks.meaning_of(failed)

    assert meaning.endswith(".")
    assert meaning != checks.verdict_word(Verdict.FAILED)


WARNED = ("free-disk", "pin-state", "token-library", "certificate-validity", "certificate-chain")


@pytest.mark.parametrize("check_id", WARNED)
def test_check_that_warns_says_what_of(check_id: str, spoken: str) -> None:
    """Each check that can warn: its failure would say too much, its verdict's word too little."""
    check = next(check for check in CATALOGUE if check.id == check_id)

    meanings = [checks.meaning_of(Answer(check.id, check.group, (), verdict, {}, Remedy.NONE)) for verdict in (Verdict.WARNING, Verdict.FAILED)]

    assert meanings[0].endswith(".")
    assert meanings[0] != meanings[1]


def test_checks_that_can_warn_are_these() -> None:
    folder = Path(inspect.getfile(catalogue)).parent / "checks"
    warning = {path.stem.replace("_", "-") for path in folder.glob("*.py") if "Verdict.WARNING" in path.read_text("utf-8")}

    assert warning == set(WARNED)


@pytest.mark.parametrize("verdict", [verdict for verdict in Verdict if verdict not in (Verdict.FAILED, Verdict.WARNING, Verdict.NOT_ASKED)])
def test_check_that_did_not_fail_never_says_the_failure(verdict: Verdict, spoken: str) -> None:
    """A check that crashed has found nothing out: to say its failure would be a guess."""
    for check in CATALOGUE:
        answer = Answer(check.id, check.group, check.after, verdict, {}, Remedy.NONE)

        assert checks.meaning_of(answer) == checks.verdict_word(verdict)


def test_check_that_was_not_asked_names_the_question_it_stands_on(spoken: str) -> None:
    answer = Answer(CheckId("clock-skew"), Group.NETWORK, (), Verdict.NOT_ASKED, {}, Remedy.NONE, CheckId("operator-reachable"))

    assert checks.question_of("operator-reachable") in checks.meaning_of(answer)


def test_check_of_a_newer_program_is_called_by_its_id(spoken: str) -> None:
    assert checks.question_of("from-the-future") == "from-the-future"


def test_document_of_an_unknown_type_is_shown_as_it_came(spoken: str) -> None:
    assert statuses.document_word("fns534-report-something-new") == "fns534-report-something-new"


def test_every_standing_has_a_tone() -> None:
    assert set(STANDING_TONES) == set(ReportStanding)


def questions_of_the_program() -> list[type[Question[Any]]]:
    import_everything()
    """Those that services ask. The window's own question has a card of its own."""
    return [kind for kind in dict.fromkeys(subclasses_of(Question)) if not kind.__module__.startswith("extern_desktop.ui.")]


def test_questions_are_found() -> None:
    assert questions.AskPin in questions_of_the_program()


@pytest.mark.parametrize("kind", questions_of_the_program(), ids=lambda kind: kind.__name__)
def test_question_has_title_and_explanation(kind: type[Question[Any]], spoken: str) -> None:
    for question in samples_of(kind):
        wording = wording_of(question)

        assert wording.title
        assert wording.explanation
        assert "{" not in f"{wording.title}{wording.explanation}{wording.warning}"
        own = f"{wording.title} {wording.explanation}".replace("Образец", "")
        assert bool(CYRILLIC.search(own)) is (spoken == "ru"), own


def ask_pin(attempts: Attempts, left: int | None, *, initial: bool = False) -> questions.AskPin:
    return questions.AskPin("Ключ", "3a5f0001", attempts, left, 10, initial, 6, 32, "Образцова", ("a.xml",))


@pytest.mark.parametrize("left", [1, 2, 5, 9])
def test_pin_question_says_how_many_attempts_are_left(left: int, spoken: str) -> None:
    assert str(left) in pin_warning(ask_pin(Attempts.FEW, left))


def test_pin_question_warns_by_what_is_at_stake(spoken: str) -> None:
    calm, few, unknown, last = (
        pin_warning(ask_pin(*facts)) for facts in ((Attempts.MANY, 10), (Attempts.FEW, 9), (Attempts.FEW, None), (Attempts.LAST, 1))
    )

    assert calm == ""
    assert len({few, unknown, last}) == 3
    assert pin_warning(ask_pin(Attempts.MANY, 10, initial=True)) not in ("", few, unknown, last)
    assert pin_warning(ask_pin(Attempts.LAST, 1, initial=True)) == last


def card(attempts: Attempts, left: int | None, total: int | None) -> TokenCard:
    return TokenCard("lib.so", 0, "3a5f0001", "Ключ", "Rutoken", "Aktiv", attempts, left, total, False, 6, 32, False, ())


def test_attempts_of_a_key_in_words(spoken: str) -> None:
    counted = keys.attempts_text(card(Attempts.FEW, 3, 10))

    assert "3" in counted
    assert "10" in counted
    words = [keys.attempts_text(card(attempts, None, None)) for attempts in Attempts]
    assert len(set(words)) == len(Attempts)
    assert keys.attempts_text(card(Attempts.LOCKED, 0, 10)) == keys.attempts_text(card(Attempts.LOCKED, None, None))
