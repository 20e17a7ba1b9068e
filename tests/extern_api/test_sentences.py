"""Every error of the room, with every reason it knows, has its own three sentences."""

from __future__ import annotations

import gettext
import inspect
from pathlib import Path

import pytest

import extern_desktop.wording.errors_extern_api  # noqa: F401  registers the sentences
from extern_desktop.domain.errors import ExternError
from extern_desktop.extern_api import errors
from extern_desktop.wording.sentences import sentence
from extern_desktop.wording.texts import _Speaker

EVERY: tuple[ExternError, ...] = (
    errors.UnsafeAddressError("http://operator.example"),
    *(errors.OperatorUnreachableError("h", reason) for reason in errors.UnreachableReason),
    *(errors.LineLostError("h", "POST /x", reason, may_have_filed=filed) for reason in errors.LostReason for filed in (True, False)),
    *(errors.TlsFailedError("h", kind, issuer) for kind in errors.TlsProblem for issuer in ("Office", "")),
    *(errors.SignInRefusedError(problem, "invalid_grant") for problem in errors.SignInProblem),
    errors.UnreadableRootError(Path("root.pem")),
    errors.ForeignAnswerError("h", "text/html", 302, "portal.example"),
    errors.OperatorRefusedError(400, "urn:error", "Не заполнен КПП", "trace-7"),
    errors.OperatorFailedError("h", 500),
    errors.TooManyRequestsError(0),
    errors.TooManyRequestsError(2.5),
    errors.SignInRequiredError("h"),
    errors.AccountNotChosenError(()),
    errors.AccountNotChosenError((("a1", "ООО «Ромашка»"), ("a2", ""))),
    errors.AnswerTooLargeError("h", 1 << 20),
    errors.UnexpectedAnswerError("h", "GET /x", 200),
    errors.TaskStillRunningError("t1", 600),
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    """The message ids themselves; whatever language was spoken before comes back."""
    monkeypatch.setattr(_Speaker, "language", "en")
    monkeypatch.setattr(_Speaker, "catalogue", gettext.NullTranslations())


@pytest.mark.parametrize("error", EVERY, ids=lambda error: type(error).__name__)
def test_sentence_of_each_error_has_three_parts_of_its_own(error: ExternError) -> None:
    said = sentence(error)

    assert said.happened != sentence(ExternError()).happened
    assert all(part.endswith(".") and "{" not in part for part in (said.happened, said.means, said.do_next))


def test_sentences_leave_no_error_of_the_room_out() -> None:
    classes = {kind for _name, kind in inspect.getmembers(errors, inspect.isclass) if kind.__module__ == errors.__name__}

    assert {kind for kind in classes if issubclass(kind, ExternError)} == {type(error) for error in EVERY}


@pytest.mark.parametrize("reason", errors.LostReason)
def test_sentence_of_a_lost_filing_says_ask_and_never_repeat(reason: errors.LostReason) -> None:
    assert "Don't send it again" in sentence(errors.LineLostError("h", "POST /x", reason, may_have_filed=True)).do_next
