"""Reads of certificates of exemption."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, IntegerField, Q, Value, When

from apps.core.errors import FieldError
from apps.customers.errors import ExemptionUnknown
from apps.customers.exemption_rules import refuse_not_in_force, tidy_number
from apps.customers.models import ExemptionCertificate
from apps.customers.types import Certificate, CertificateKind, Exemption

if TYPE_CHECKING:
    from datetime import date, datetime
    from uuid import UUID

    from django.db.models import QuerySet

    from apps.customers.types import ExemptionClaim

SOON = timedelta(days=30)


def get_exemption(*, claim: ExemptionClaim, at: datetime, day: date) -> Exemption:
    """The exemption that a buyer claims, judged by the instant and local date of the sale.

    Of several with one number (a resale certificate keeps its number from year to year), the one
    that holds on the day is taken, or else the newest.

    Raises:
        ExemptionUnknown: nothing of the kind is on file.
        ExemptionNotInForce: it is, and does not hold.
    """
    known = (
        Q(pk=claim.certificate_id) if claim.certificate_id else Q(number=tidy_number(claim.number))
    )
    holds = Q(valid_from__lte=day, valid_until__gte=day, revoked_at__isnull=True)
    by_use = Case(When(holds, then=Value(0)), default=Value(1), output_field=IntegerField())
    row = ExemptionCertificate.objects.filter(known).order_by(by_use, "-valid_until", "pk").first()
    if row is None:
        detail = "Have the certificate written down at the back office, or sell with tax."
        fault = FieldError("/tax_exemption", "exemption-unknown", detail)
        raise ExemptionUnknown(detail, errors=[fault])
    certificate = as_certificate(row)
    refuse_not_in_force(certificate, at=at, day=day)
    return Exemption(certificate, claim)


def list_certificates(*, customer_id: UUID) -> QuerySet[ExemptionCertificate]:
    """The certificates that a customer has shown, the first to end first."""
    own = ExemptionCertificate.objects.filter(customer=customer_id)
    return own.order_by("valid_until", "pk")


def as_certificate(row: ExemptionCertificate) -> Certificate:
    """A certificate as rules see it."""
    return Certificate(
        row.pk,
        CertificateKind(row.kind),
        row.number,
        row.holder,
        row.valid_from,
        row.valid_until,
        row.revoked_at,
    )


def standing(row: ExemptionCertificate, today: date) -> str:
    """In a few words how a certificate stands on a date."""
    if row.revoked_at:
        return "revoked"
    if row.valid_until < today:
        return "expired"
    if row.valid_from > today:
        return "to come"
    return "ends soon" if row.valid_until - today <= SOON else "in force"
