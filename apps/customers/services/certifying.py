"""Writing certificates of exemption down, and revoking them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.core import audit
from apps.customers.errors import CertificateRevoked, CertificateTaken
from apps.customers.exemption_rules import check_certificate, tidy_number
from apps.customers.models import ExemptionCertificate

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor
    from apps.customers.types import NewCertificate


@transaction_required
def record_certificate(*, actor: Actor, new: NewCertificate, now: datetime) -> ExemptionCertificate:
    """Write down a certificate that somebody has shown.

    Raises:
        CertificateContradictory: it cannot be one.
        CertificateTaken: it is on file.
    """
    new = replace(new, number=tidy_number(new.number), holder=" ".join(new.holder.split()))
    check_certificate(new)
    known = ExemptionCertificate.objects.filter(
        kind=new.kind.value, number=new.number, valid_until=new.valid_until
    )
    if known.exists():
        raise CertificateTaken("Look it up; a revoked one stays revoked.", number=new.number)
    row = ExemptionCertificate.objects.create(
        id=new.id,
        kind=new.kind.value,
        number=new.number,
        holder=new.holder,
        customer_id=new.customer_id,
        valid_from=new.valid_from,
        valid_until=new.valid_until,
        has_copy=new.has_copy,
        verification_number=new.verification_number,
        recorded_by=actor.name,
        recorded_at=now,
    )
    facts: dict[str, JSON] = {
        "kind": row.kind,
        "number": row.number,
        "valid_until": row.valid_until.isoformat(),
    }
    _note(row, actor, "recorded", facts, now)
    return row


@transaction_required
def revoke_certificate(*, actor: Actor, certificate_id: UUID, reason: str, now: datetime) -> None:
    """Let a certificate free no sale any more that is made from now on.

    Raises:
        CertificateRevoked: it was revoked before.
    """
    standing = ExemptionCertificate.objects.filter(pk=certificate_id, revoked_at__isnull=True)
    if not standing.update(revoked_at=now, revoked_by=actor.name, revoke_reason=reason):
        raise CertificateRevoked("Nothing was changed.", id=str(certificate_id))
    row = ExemptionCertificate.objects.get(pk=certificate_id)
    _note(row, actor, "revoked", {"number": row.number, "reason": reason}, now)


def _note(
    row: ExemptionCertificate, actor: Actor, what: str, facts: dict[str, JSON], now: datetime
) -> None:
    subject = f"certificate:{row.pk}"
    audit.record(audit.AuditFact(now, actor, f"certificate.{what}", subject, facts))
