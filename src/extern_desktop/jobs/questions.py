"""A question only a person can answer, without Qt and without a terminal.

A worker asks through `Work.ask` and waits. Window, terminal and test answer the same class; closing the window, pulling the token and Ctrl+C all
end it with `Cancelled`. Concrete questions are frozen dataclasses in `services/questions.py`; their wording is in `wording/questions.py`.
"""

from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class Question(Generic[Answer]):
    """Base of every question; the type argument is the type of its answer."""

    __slots__ = ()
