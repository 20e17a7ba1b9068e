"""Ask whether the operator proved who it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar, Final

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Reach, Workplace
from extern_desktop.extern_api.errors import TlsProblem

_REMEDIES: Final[Mapping[str, Remedy]] = {
    TlsProblem.EXPIRED: Remedy.SYNCHRONISE_CLOCK,  # the operator renews in time: a computer that lives in another year does not see it
    TlsProblem.NOT_YET_VALID: Remedy.SYNCHRONISE_CLOCK,
    TlsProblem.WRONG_HOST: Remedy.SIGN_IN_TO_NETWORK,  # a portal that answers with a certificate of its own
}
"""Every other problem is a root that this computer does not know, which is how an office that inspects traffic looks."""


@dataclass(frozen=True, slots=True)
class OperatorTlsCheck:
    """Certificate of the host, trusted root, right name, right dates. Verification is never switched off; a corporate root is added by name."""

    id: ClassVar[CheckId] = CheckId("operator-tls")
    group: ClassVar[Group] = Group.NETWORK
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("operator-reachable"),)

    def judge(self, workplace: Workplace) -> Finding:
        operator = workplace.operator
        evidence = {"host": operator.host, "reason": operator.reason, "issuer": operator.issuer}
        if operator.reach is Reach.TLS_FAILED:
            return Finding(Verdict.FAILED, evidence, _REMEDIES.get(operator.reason, Remedy.ADD_CORPORATE_ROOT))
        if operator.is_loopback:
            return Finding(Verdict.NOT_APPLICABLE, {"host": operator.host})
        return Finding(Verdict.PASSED, evidence)
