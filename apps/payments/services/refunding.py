"""Money back to the card it came from, never more than was taken.

A refund is made in two steps: its share of what was captured is held, then Stripe is asked. For
whoever asks for a refund alone the steps follow each other; a return holds the share in its own
transaction, and Stripe is asked after it (`send_refund`), by whoever comes to it first.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError
from django.db.models import F, Q
from django_subatomic.db import durable, transaction, transaction_required

from apps.core.money import format_cents
from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import PaymentStateConflict, RefundExceedsCaptured, RefundExists
from apps.payments.gateway import calling
from apps.payments.locks import lock_payment
from apps.payments.models import Dispute, Payment, Refund
from apps.payments.rules import status_after_refunds
from apps.payments.selectors import get_refund
from apps.payments.services.attempting import perform
from apps.payments.services.beginning import begin, refuse_in_flight
from apps.payments.types import (
    CAME_TO_NOTHING,
    DisputeStatus,
    Operation,
    PaymentStatus,
    RefundStatus,
)

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.models import Attempt
    from apps.payments.types import RefundRequest

_REFUNDABLE = (PaymentStatus.CAPTURED, PaymentStatus.PARTIALLY_REFUNDED)
_NOTHING_TAKEN = "Nothing was captured: cancel it instead."
_NOT_YET = "Its money has not been taken yet: try again shortly."
_NEVER = "Nothing was taken from this card, and nothing will be."
_IN_DISPUTE = Q(is_charge_refundable=False) & ~Q(status=DisputeStatus.WON.value)


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
        IdempotencyKeyInUse: the same is being asked at this moment.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    if known := _find_same(request):
        refuse_in_flight(known.attempts.all())
        return known
    with stripe_slot():
        try:
            attempt = _write_down(store_id, request, now)
        except IntegrityError:
            if known := _find_same(request):  # a twin of this request was faster
                refuse_in_flight(known.attempts.all())
                return known
            raise
        perform(attempt, now=now)
    return get_refund(refund_id=request.id)


@transaction_required
def hold_refund(*, store_id: int, request: RefundRequest, now: datetime) -> Refund:
    """Write a refund down and take its share of what was captured; `send_refund` asks Stripe.

    The payment is locked: hold several refunds in the order of their payments' ids.

    Raises:
        PaymentUnknown: the store has no such payment.
        PaymentStateConflict: nothing was captured yet, or the bank has the money in dispute.
        RefundExceedsCaptured: with `left_cents`, what may still go back.
        django.db.IntegrityError: there is a refund of this id.
    """
    payment = lock_payment(request.payment_id, store_id=store_id)
    _hold(payment, request, now)
    return Refund.objects.create(
        id=request.id,
        payment=payment,
        amount_cents=request.amount_cents,
        reason=request.reason,
        status=RefundStatus.PENDING.value,
        actor_name=request.actor_name,
        created_at=now,
        changed_at=now,
    )


@durable
def send_refund(*, refund_id: UUID, now: datetime) -> None:
    """Ask Stripe for a refund that was held, unless somebody has asked already.

    From the moment the call is written down it is the resolver's, should this process die.

    Raises:
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    with stripe_slot():
        attempt = begin_held(refund_id, now)
        if attempt is not None:
            perform(attempt, now=now)


@transaction
def begin_held(refund_id: UUID, now: datetime) -> Attempt | None:
    """Write down the call for a held refund; None where it was written down before."""
    refund = get_refund(refund_id=refund_id)
    lock_payment(refund.payment_id)  # of two who come at once, the second sees the first one's call
    if refund.attempts.exists():
        return None
    return _begin(refund, now)


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
    return _begin(hold_refund(store_id=store_id, request=request, now=now), now)


def _begin(refund: Refund, now: datetime) -> Attempt:
    parameters: dict[str, JSON] = {
        "payment_intent": refund.payment.intent_id,
        "amount": refund.amount_cents,
        "metadata": {
            calling.PAYMENT_NAME: str(refund.payment_id),
            calling.REFUND_NAME: str(refund.pk),
        },
    }
    return begin(refund.payment_id, Operation.REFUND, parameters, now=now, refund=refund)


def _hold(payment: Payment, request: RefundRequest, now: datetime) -> None:
    """Take the refund's share of what was captured. The constraint says no, should this not."""
    left = payment.captured_cents - payment.refunded_cents
    if payment.status not in (*_REFUNDABLE, PaymentStatus.REFUNDED):
        raise _conflict(payment, _why_nothing_is_in(payment))
    refuse_disputed([payment.pk])
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


def refuse_disputed(payment_ids: Collection[UUID]) -> None:
    """Refuse to send back what a bank may take, or has taken, by itself.

    Raises:
        PaymentStateConflict: one of these payments is in dispute, and it is not won.
    """
    disputes = Dispute.objects.filter(_IN_DISPUTE, payment__in=payment_ids)
    dispute = disputes.select_related("payment").first()
    if dispute and dispute.payment:
        raise _conflict(dispute.payment, "The customer's bank has the money in dispute.")


def _why_nothing_is_in(payment: Payment) -> str:
    if payment.status in CAME_TO_NOTHING:
        return _NEVER
    return _NOT_YET if payment.tendered_at else _NOTHING_TAKEN


def _conflict(payment: Payment, detail: str) -> PaymentStateConflict:
    return PaymentStateConflict(detail, id=str(payment.pk), payment_status=payment.status.lower())
