"""What cards were to get back by a void or a return, and did not: their refunds failed for good."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, Exists, F, OuterRef, Q, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from apps.payments.models import Difference, Payment, Refund, Tender
from apps.payments.rules import RECONCILER
from apps.payments.types import DifferenceKind, RefundStatus

if TYPE_CHECKING:
    from uuid import UUID

    from django.db.models import QuerySet

_FAILED = Refund.objects.filter(status=RefundStatus.FAILED.value)
_TENDERS = Tender.objects.filter(order=OuterRef("order_id"), payment_id=OuterRef("pk"))
_PAID = _TENDERS.values("payment_id").annotate(cents=Sum("amount_cents")).values("cents")
# What a payment holds, less what its order's books say it paid and did not get back.
_OWED = (
    F("captured_cents")
    - F("refunded_cents")
    - Coalesce(Subquery(_PAID, output_field=BigIntegerField()), Value(0))
)


@dataclass(frozen=True, slots=True)
class Owed:
    """What a card was to get back and did not, in cents, and the refund that failed last."""

    cents: int
    failed: Refund


def list_payments_owing() -> QuerySet[Payment]:
    """Payments that hold what their order's books say went back, because a refund failed.

    What is held for a refund, or on its way, is owed no more.
    """
    sold = Payment.objects.filter(pk__in=_FAILED.values("payment_id"), tendered_at__isnull=False)
    return sold.alias(owed=_OWED).filter(owed__gt=0)


def list_refunds_owed() -> QuerySet[Payment]:
    """Those of these payments to which nobody has seen yet."""
    return list_payments_owing().exclude(seen_to(DifferenceKind.MISSING_REFUND))


def seen_to(kind: DifferenceKind) -> Q:
    """Whether a person has closed a difference of this kind about a payment, and none is open."""
    rows = Difference.objects.filter(payment=OuterRef("pk"), kind=kind.value)
    closed = rows.filter(closed_at__isnull=False).exclude(closed_by=RECONCILER)
    return Q(Exists(closed)) & ~Q(Exists(rows.filter(closed_at__isnull=True)))


def list_owed_cents() -> dict[UUID, int]:
    """How much each of these payments owes its card."""
    return dict(list_payments_owing().values_list("pk", _OWED))


def find_owed(*, payment_id: UUID) -> Owed | None:
    """What a payment owes its card; None where it owes nothing, or somebody has seen to it."""
    owing = list_refunds_owed().filter(pk=payment_id)
    cents = owing.values_list(_OWED, flat=True).first()
    failed = _FAILED.filter(payment=payment_id).order_by("created_at", "pk").last()
    return Owed(cents, failed) if cents and failed else None
