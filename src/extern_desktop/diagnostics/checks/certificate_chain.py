"""Ask whether the certificates lead to a root that is trusted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.signing.values import ChainVerdict


@dataclass(frozen=True, slots=True)
class CertificateChainCheck:
    """An unknown issuer is told apart from a broken signature: the first wants a certificate installed, the second a new one."""

    id: ClassVar[CheckId] = CheckId("certificate-chain")
    group: ClassVar[Group] = Group.CERTIFICATES
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("certificate-validity"),)

    def judge(self, workplace: Workplace) -> Finding:
        usable = [seen for seen in workplace.certificates if seen.has_private_key]
        if not usable:
            return Finding(Verdict.NOT_APPLICABLE)
        evidence = {seen.certificate.thumbprint: seen.chain.value for seen in usable}
        chains = {seen.chain for seen in usable}
        if ChainVerdict.TRUSTED in chains:
            return Finding(Verdict.PASSED, evidence)
        if ChainVerdict.UNKNOWN_ISSUER in chains:
            return Finding(Verdict.WARNING, evidence, Remedy.INSTALL_ISSUER_CERTIFICATE)
        return Finding(Verdict.FAILED, evidence, Remedy.REPLACE_CERTIFICATE)
