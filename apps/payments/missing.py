"""What cards were to pay of orders and did not, less what was handed back of those orders since."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import BigIntegerField, F, OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from apps.payments.models import Payment, Tender

if TYPE_CHECKING:
    from django.db.models import QuerySet

_TENDERS = Tender.objects.filter(order=OuterRef("order_id"), payment_id=OuterRef("pk"))
_COUNTED = _TENDERS.values("payment_id").annotate(cents=Sum("amount_cents")).values("cents")
# What the order's books still count as paid by the card: tendered, less what was handed back.
_PAID = Coalesce(Subquery(_COUNTED, output_field=BigIntegerField()), F("tendered_cents"))
_SHORT = Q(released_at__isnull=True, captured_cents__lt=F("tendered_cents"))


def list_payments_missing() -> QuerySet[Payment]:
    """Payments of which an order is still to have money that has not come in."""
    short = Payment.objects.filter(_SHORT).alias(paid=_PAID)
    return short.filter(paid__gt=F("captured_cents") - F("refunded_cents"))


def find_missing_cents(payment: Payment) -> int:
    """How much of what an order was sold for is still to come in; 0 where none rests on it.

    What went back by hand is not missing: it had come in.
    """
    if payment.tendered_at is None or payment.released_at is not None:
        return 0
    short = (payment.tendered_cents or 0) - payment.captured_cents
    if short <= 0:
        return 0
    rows = Tender.objects.filter(order=payment.order_id, payment_id=payment.pk)
    amounts = list(rows.values_list("amount_cents", flat=True))
    paid = sum(amounts) if amounts else payment.tendered_cents or 0
    return max(0, min(short, paid - payment.captured_cents + payment.refunded_cents))
