"""Ask whether a certificate with its key is valid today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from extern_desktop.diagnostics.values import CheckId, Finding, Group, Remedy, Verdict
from extern_desktop.diagnostics.workplace import Workplace
from extern_desktop.signing.values import Certificate


@dataclass(frozen=True, slots=True)
class CertificateValidityCheck:
    """The clock comes first: with a wrong clock every certificate looks expired."""

    id: ClassVar[CheckId] = CheckId("certificate-validity")
    group: ClassVar[Group] = Group.CERTIFICATES
    after: ClassVar[tuple[CheckId, ...]] = (CheckId("clock-skew"),)

    warn_before: timedelta = timedelta(days=30)
    """When the last valid certificate ends sooner, it is time to renew."""

    def judge(self, workplace: Workplace) -> Finding:
        usable = [seen for seen in workplace.certificates if seen.has_private_key]
        if not usable:
            return Finding(Verdict.NOT_APPLICABLE)
        now = workplace.now_at
        evidence = {seen.certificate.thumbprint: _validity(seen.certificate) for seen in usable}
        valid = [seen for seen in usable if seen.certificate.valid_from_at <= now <= seen.certificate.valid_to_at]
        if not valid:
            return Finding(Verdict.FAILED, evidence, Remedy.RENEW_CERTIFICATE)
        ends_soon = all(seen.certificate.valid_to_at - now < self.warn_before for seen in valid)
        return Finding(Verdict.WARNING, evidence, Remedy.RENEW_CERTIFICATE) if ends_soon else Finding(Verdict.PASSED, evidence)


def _validity(certificate: Certificate) -> str:
    return f"{certificate.valid_from_at:%Y-%m-%d}/{certificate.valid_to_at:%Y-%m-%d}"
