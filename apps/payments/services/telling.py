"""Telling other systems of money that cards have brought and had back, once Stripe has confirmed.

Whoever calls holds the payment, so what is told of it is told in the order in which it happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db.models import Sum
from django_subatomic.db import transaction_required

from apps.core.outbox import publish
from apps.payments.events import PaymentCaptured, PaymentRefunded
from apps.payments.models import Payment, Refund
from apps.payments.types import RefundStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID


@transaction_required
def tell_captured(payment_id: UUID, *, now: datetime) -> None:
    """Publish that the money of a payment was taken."""
    payment = Payment.objects.select_related("store").get(pk=payment_id)
    publish(
        PaymentCaptured(
            aggregate=f"payment:{payment_id}",
            occurred_at=now,
            payment_id=str(payment_id),
            store=payment.store.code,
            order_id=str(payment.order_id),
            method=payment.method,
            currency=payment.currency,
            amount_cents=payment.amount_cents,
            tip_cents=payment.tip_cents,
            captured_cents=payment.captured_cents,
            refunded_cents=payment.refunded_cents,
            card_brand=payment.card_brand,
            card_last4=payment.card_last4,
        )
    )


@transaction_required
def tell_refunded(refund_id: UUID, *, is_undone: bool = False, now: datetime) -> None:
    """Publish that a refund has given money back, or that what was told of it is undone."""
    refund = Refund.objects.select_related("payment__store").get(pk=refund_id)
    payment = refund.payment
    confirmed = Refund.objects.filter(payment=payment, status=RefundStatus.SUCCEEDED.value)
    publish(
        PaymentRefunded(
            aggregate=f"payment:{payment.pk}",
            occurred_at=now,
            refund_id=str(refund_id),
            payment_id=str(payment.pk),
            store=payment.store.code,
            order_id=str(payment.order_id),
            currency=payment.currency,
            amount_cents=refund.amount_cents,
            is_undone=is_undone,
            captured_cents=payment.captured_cents,
            refunded_cents=confirmed.aggregate(cents=Sum("amount_cents"))["cents"] or 0,
            card_brand=payment.card_brand,
            card_last4=payment.card_last4,
        )
    )
