"""Money back to the card it came from, never more than was taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F
from django_subatomic.db import durable, transaction

from apps.core.money import format_cents
from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured, RefundExists
from apps.payments.gateway import calling
from apps.payments.locks import lock_payment
from apps.payments.models import Payment, Refund
from apps.payments.rules import status_after_refunds
from apps.payments.selectors import get_refund
from apps.payments.services.attempting import begin, perform
from apps.payments.types import Operation, PaymentStatus, RefundStatus

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.models import Attempt
    from apps.payments.types import RefundRequest

_REFUNDABLE = (PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED)


@durable
def refund_payment(*, store_id: int, request: RefundRequest, now: datetime) -> Refund:
    """Send money back; the refund as it stands then, which may be pending or unknown.

    Its amount is held before Stripe is asked, so refunds in hand together never exceed what was
    captured, whoever asks at once. The same refund asked for again is answered as it stands.

    Raises:
        PaymentUnknown: the store has no such payment.
        PaymentStateConflict: nothing was captured.
        RefundExceedsCaptured: with `left_cents`, what may still go back.
        RefundExists: another refund has this id.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    if known := _find_same(request):
        return known
    with stripe_slot():
        try:
            attempt = _write_down(store_id, request, now)
        except IntegrityError:
            if known := _find_same(request):  # a twin of this request was faster
                return known
            raise
        perform(attempt, now=now)
    return get_refund(refund_id=request.id)


def _find_same(request: RefundRequest) -> Refund | None:
    known = Refund.objects.filter(pk=request.id).first()
    if known is None:
        return None
    if (known.payment_id, known.amount_cents) != (request.payment_id, request.amount_cents):
        raise RefundExists(
            "This id belongs to another refund. Make a new id for a new refund.",
            id=str(request.id),
        )
    return known


@transaction
def _write_down(store_id: int, request: RefundRequest, now: datetime) -> Attempt:
    payment = lock_payment(request.payment_id, store_id=store_id)
    _hold(payment, request, now)
    refund = Refund.objects.create(
        id=request.id,
        payment=payment,
        amount_cents=request.amount_cents,
        reason=request.reason,
        status=RefundStatus.PENDING.value,
        actor_name=request.actor_name,
        created_at=now,
        changed_at=now,
    )
    parameters: dict[str, JSON] = {
        "payment_intent": payment.intent_id,
        "amount": request.amount_cents,
        "metadata": {
            calling.PAYMENT_NAME: str(payment.pk),
            calling.REFUND_NAME: str(request.id),
        },
    }
    return begin(payment, Operation.REFUND, parameters, now=now, refund=refund)


def _hold(payment: Payment, request: RefundRequest, now: datetime) -> None:
    """Take the refund's share of what was captured. The constraint says no, should this not."""
    left = payment.captured_cents - payment.refunded_cents
    if payment.status not in (*_REFUNDABLE, PaymentStatus.REFUNDED):
        raise PaymentStateConflict(
            "Nothing was captured: cancel it instead.",
            id=str(payment.pk),
            status=payment.status.lower(),
        )
    if request.amount_cents > left:
        raise RefundExceedsCaptured(
            f"{format_cents(left)} may still go back to this card.", left_cents=left
        )
    after = status_after_refunds(
        payment.captured_cents, payment.refunded_cents + request.amount_cents
    )
    Payment.objects.filter(pk=payment.pk).update(
        refunded_cents=F("refunded_cents") + request.amount_cents,
        status=after.value,
        changed_at=now,
    )
