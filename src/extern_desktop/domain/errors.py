"""The two branches every foreseen failure belongs to.

An error carries typed facts, never sentences; `wording/` turns it into what happened, what it means and what to do next. Anything that is
neither of the two branches nor `Cancelled` is a bug and reaches the crash report.
"""

from dataclasses import dataclass


@dataclass(eq=False)
class ExternError(Exception):
    """A failure the program foresees. Not frozen: Python sets the traceback on it."""


@dataclass(eq=False)
class EnvironmentProblemError(ExternError):
    """The computer, a device or the network stands in the way; a person can act. Commands end with exit code 3."""


@dataclass(eq=False)
class DomainRefusalError(ExternError):
    """A rule says no, whatever the computer does. Commands end with exit code 4."""
