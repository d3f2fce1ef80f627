"""Certificates of exemption, with good defaults."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from django_subatomic.db import transaction

from apps.customers.services.certifying import record_certificate, revoke_certificate
from apps.customers.types import CertificateKind, NewCertificate
from tests.factories import MANAGER

if TYPE_CHECKING:
    from apps.customers.models import ExemptionCertificate

CHURCH = "85-8012345678C-1"
DEALER = "78-8012345679-0"


def written(kind: CertificateKind = CertificateKind.DR_14, **said: Any) -> NewCertificate:
    """A church's certificate for five years, or a dealer's for this one."""
    is_dealer = kind is CertificateKind.DR_13
    told: dict[str, Any] = {
        "kind": kind,
        "number": DEALER if is_dealer else CHURCH,
        "holder": "Corner Deli LLC" if is_dealer else "First Church",
        "valid_from": date(2026, 1, 1),
        "valid_until": date(2026, 12, 31) if is_dealer else date(2030, 6, 30),
        "has_copy": True,
    }
    return NewCertificate(**{"id": uuid4(), **told, **said})


def file_certificate(
    kind: CertificateKind = CertificateKind.DR_14, **said: Any
) -> ExemptionCertificate:
    """A certificate that a manager has written down."""
    with transaction():
        return record_certificate(actor=MANAGER, new=written(kind, **said), now=datetime.now(UTC))


def revoke(row: ExemptionCertificate, at: datetime) -> None:
    with transaction():
        revoke_certificate(actor=MANAGER, certificate_id=row.pk, reason="closed", now=at)


def claim(row: ExemptionCertificate, *tenders: str, **said: Any) -> dict[str, Any]:
    """What a till says: the organization pays, in cash unless other ways are named."""
    asked = {"certificate_id": str(row.pk), "paid_with": "organization"}
    return {**asked, "tenders": list(tenders or ("cash",)), **said}
