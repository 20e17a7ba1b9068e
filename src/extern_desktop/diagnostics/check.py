"""What every check is: a question with a stable name, the checks it stands on, and a judgement of the collected facts."""

from __future__ import annotations

from typing import ClassVar, Protocol

from extern_desktop.diagnostics.values import CheckId, Finding, Group
from extern_desktop.diagnostics.workplace import Workplace


class Check(Protocol):
    """One question. A frozen dataclass in a file of its own below `checks/`; it reads facts and never repairs."""

    id: ClassVar[CheckId]
    group: ClassVar[Group]
    after: ClassVar[tuple[CheckId, ...]]
    """Checks whose failing makes this question pointless."""

    def judge(self, workplace: Workplace) -> Finding: ...
