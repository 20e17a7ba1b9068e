"""Every foreseen error of the program is said in both languages, in three parts."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from extern_desktop.domain.errors import DomainRefusalError, EnvironmentProblemError, ExternError
from extern_desktop.domain.outbox import ImpossibleStepError
from extern_desktop.domain.working_days import UnreadableCalendarError
from extern_desktop.forms.errors import BrokenFormPackageError
from extern_desktop.sandbox.errors import OperatorNotStartedError, StartProblem
from extern_desktop.wording.sentences import ROOMS, load_sentences, sentence, sentence_of
from wording.samples import import_everything, samples_of, subclasses_of

CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
OUR_BUGS = (ImpossibleStepError, UnreadableCalendarError, BrokenFormPackageError)
"""Never shown as something foreseen: they end in the crash report."""


def errors_to_say() -> Iterator[type[ExternError]]:
    """Every class that is raised: the ones without children of their own."""
    import_everything()
    load_sentences()
    for kind in dict.fromkeys(subclasses_of(ExternError)):
        if kind not in (EnvironmentProblemError, DomainRefusalError, *OUR_BUGS) and not list(subclasses_of(kind)):
            yield kind


ERRORS = tuple(errors_to_say())


def is_impossible(error: ExternError) -> bool:
    """An operator that ended has an exit code: the samples know no facts that go together."""
    return isinstance(error, OperatorNotStartedError) and error.problem is StartProblem.ENDED and error.exit_code is None


def test_errors_of_every_room_are_found() -> None:
    assert len(ERRORS) > 60
    rooms = {kind.__module__.split(".")[1] for kind in ERRORS}
    assert rooms >= {"extern_api", "forms", "intake", "sandbox", "services", "settings", "signing", "store", "tokens"}


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_error_has_a_sentence_of_its_own(kind: type[ExternError]) -> None:
    assert sentence.dispatch(kind) is not sentence.dispatch(object), kind


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_error_belongs_to_one_of_the_two_branches(kind: type[ExternError]) -> None:
    assert issubclass(kind, EnvironmentProblemError) != issubclass(kind, DomainRefusalError)


@pytest.mark.parametrize("kind", ERRORS, ids=lambda kind: kind.__name__)
def test_sentence_has_three_parts_in_the_language_spoken(kind: type[ExternError], spoken: str) -> None:
    for error in samples_of(kind):
        said = sentence_of(error)
        for part in (said.happened, said.means, said.do_next):
            assert part.strip(), (kind, said)
            assert "{" not in part, part
            assert "}" not in part, part
            assert part.rstrip(")»”").endswith((".", ":", "?", "Образец", "—")), part
            assert "None" not in part or is_impossible(error), part
            own = re.sub("“[^”]*”", "", part.replace("Образец", "").replace("образец.xml", "").replace("образец", ""))
            assert bool(CYRILLIC.search(own)) is (spoken == "ru"), part
            if spoken == "ru":
                assert "!" not in part, part
                assert "успешно" not in part.casefold(), part


def test_bug_of_ours_is_said_without_its_text(spoken: str) -> None:
    said = sentence_of(ZeroDivisionError("canary-text"))

    assert all((said.happened, said.means, said.do_next))
    assert "canary-text" not in f"{said}"


def test_rooms_that_are_loaded_are_the_wording_modules_that_exist() -> None:
    from importlib.util import find_spec
    from pathlib import Path

    spec = find_spec("extern_desktop.wording.sentences")
    assert spec is not None
    assert spec.origin is not None
    assert {path.stem for path in Path(spec.origin).parent.glob("errors_*.py")} == {f"errors_{room}" for room in ROOMS}
