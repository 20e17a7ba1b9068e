"""Every error of the room, with every problem it knows, has its own three sentences in both languages."""

from __future__ import annotations

import gettext
import inspect
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

import extern_desktop.wording.errors_sandbox  # noqa: F401  registers the sentences
from extern_desktop.domain.errors import ExternError
from extern_desktop.sandbox import errors
from extern_desktop.wording.sentences import Sentence, sentence
from extern_desktop.wording.texts import _Speaker, catalogue_folder

EVERY: tuple[ExternError, ...] = (
    errors.NotLoopbackError("0.0.0.0"),
    errors.NotLoopbackError(""),
    errors.StateFolderBusyError("folder", 0),
    errors.StateFolderBusyError("folder", 7),
    errors.UnreadableStateError(str(Path("folder") / "operator.sqlite3"), "file is not a database"),
    *(errors.OperatorNotStartedError("folder", problem, 4, "disk full.") for problem in errors.StartProblem),
    *(errors.CertificateNotIssuedError(problem, "7700000016") for problem in errors.IssueProblem),
)


class _Russian(gettext.NullTranslations):
    """The room's own catalogue, strict: a text that it lacks is an error."""

    def __init__(self) -> None:
        super().__init__()
        with (catalogue_folder() / "ru" / "LC_MESSAGES" / "extern_desktop.po").open("rb") as file:
            catalogue = read_po(file, abort_invalid=True)
        self.texts = {message.id: str(message.string) for message in catalogue if message.id and isinstance(message.id, str)}

    def gettext(self, message: str) -> str:
        assert self.texts[message]
        return self.texts[message]


@pytest.fixture(params=["en", "ru"])
def said_in(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(_Speaker, "language", request.param)
    monkeypatch.setattr(_Speaker, "catalogue", _Russian() if request.param == "ru" else gettext.NullTranslations())
    return str(request.param)


def _parts(said: Sentence) -> tuple[str, str, str]:
    return said.happened, said.means, said.do_next


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_sentence_of_each_error_has_three_whole_parts(error: ExternError, said_in: str) -> None:
    parts = _parts(sentence(error))
    assert all(part.endswith(".") and "{" not in part for part in parts)
    assert any("а" <= letter <= "я" for part in parts for letter in part) == (said_in == "ru")


def test_sentences_leave_no_error_of_the_room_out() -> None:
    classes = {kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__}
    assert {kind for kind in classes if issubclass(kind, ExternError)} == {type(error) for error in EVERY}
