"""What an order takes of its tenders, and what it hands back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django_subatomic.db import transaction_required

from apps.payments.models import Payment, Tender
from apps.payments.selectors import not_capturable
from apps.payments.types import PaymentStatus, TenderKind

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from uuid import UUID

    from apps.payments.types import Tender as Taken


@transaction_required
def claim_payments(*, order_id: UUID, tenders: Sequence[Taken], now: datetime) -> None:
    """Make card payments this order's, in the transaction that places it.

    From now on they can only be captured, or let go with the order.

    Raises:
        PaymentNotCapturable: one of them was cancelled or named by another order meanwhile.
    """
    taken = {tender.payment_id: tender.amount_cents for tender in tenders if tender.payment_id}
    for payment_id, amount_cents in sorted(taken.items()):
        mine = Payment.objects.filter(
            pk=payment_id,
            status=PaymentStatus.AUTHORIZED.value,
            tendered_at__isnull=True,
            authorized_cents__gte=amount_cents,
        )
        if not mine.update(tendered_at=now, tendered_cents=amount_cents):
            raise not_capturable(order_id, payment_id)


@transaction_required
def hand_back_tenders(*, order_id: UUID, change_cents: int, now: datetime) -> None:
    """Write down that all that was taken for an order goes back, as it came.

    The money of cards follows when Stripe has been asked (`services.settling`).
    """
    taken = list(Tender.objects.filter(order=order_id).order_by("pk"))
    cash = sum(row.amount_cents for row in taken if row.kind == TenderKind.CASH) - change_cents
    back = [Tender(order_id=order_id, kind=TenderKind.CASH, amount_cents=-cash, at=now)]
    back = back if cash else []
    cards = [row for row in taken if row.kind == TenderKind.CARD]
    back += [
        Tender(
            order_id=order_id,
            kind=TenderKind.CARD,
            amount_cents=-row.amount_cents,
            payment_id=row.payment_id,
            at=now,
        )
        for row in cards
    ]
    Tender.objects.bulk_create(back)
    if cards:
        named = [row.payment_id for row in cards if row.payment_id]
        Payment.objects.filter(pk__in=named).update(released_at=now)
