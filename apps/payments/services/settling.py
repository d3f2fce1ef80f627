"""What is owed to a payment once its order's fate is known: the money taken, let go, or sent back.

Everything here may run twice, late, or at once with its like: each step asks where the payment
stands, and Stripe is asked under a row that says so.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import structlog
from django_subatomic.db import durable

from apps.core.errors import DomainError
from apps.payments.rules import refund_id_of_void
from apps.payments.selectors import (
    list_amounts_of_refunds,
    list_payments_of,
    list_payments_to_settle,
    list_refunds_to_send,
)
from apps.payments.services.capturing import cancel_payment, capture_payment
from apps.payments.services.refunding import refund_payment, send_refund
from apps.payments.types import PaymentStatus, RefundRequest

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from uuid import UUID

    from apps.payments.models import Payment, Refund

FORGOTTEN_AFTER = timedelta(minutes=15)  # an authorisation that no order has named

log = structlog.get_logger()


@durable
def settle_order(*, order_id: UUID, now: datetime) -> int:
    """Do what is owed to the card payments of an order; how many there are."""
    payments = list(list_payments_of(order_id=order_id))
    for payment in _not_refunded(payments):
        _settle(payment, now)
    for refund in list(list_refunds_to_send(order_id=order_id)):
        _send(refund, now)
    return len(payments)


@durable
def settle_payments(*, now: datetime) -> int:
    """Do what is owed to every payment, for whatever was missed; how many things were owed."""
    owed = _not_refunded(list_payments_to_settle(forgotten_since=now - FORGOTTEN_AFTER))
    for payment in owed:
        _settle(payment, now)
    held = list(list_refunds_to_send())
    for refund in held:
        _send(refund, now)
    return len(owed) + len(held)


def _not_refunded(payments: Iterable[Payment]) -> list[Payment]:
    """Those of these payments whose void was not refunded before: it is done once.

    What is left of one whose refund failed is with a manager (`owing`).
    """
    void_of = {payment: refund_id_of_void(payment.pk) for payment in payments}
    known = list_amounts_of_refunds(refund_ids=void_of.values())
    return [payment for payment, refund_id in void_of.items() if refund_id not in known]


def _settle(payment: Payment, now: datetime) -> None:
    try:
        _do_what_is_owed(payment, now)
    except DomainError as refusal:  # it is tried again, and stands on the manager's page till then
        log.warning("payment_not_settled", payment=str(payment.pk), reason=refusal.detail)


def _send(refund: Refund, now: datetime) -> None:
    try:
        send_refund(refund_id=refund.pk, now=now)
    except DomainError as refusal:  # as above
        log.warning("refund_not_sent", refund=str(refund.pk), reason=refusal.detail)


def _do_what_is_owed(payment: Payment, now: datetime) -> None:
    store_id, is_forgotten = payment.store_id, payment.created_at <= now - FORGOTTEN_AFTER
    if payment.status == PaymentStatus.AUTHORIZED:
        if payment.tendered_at and not payment.released_at:
            capture_payment(
                store_id=store_id,
                payment_id=payment.pk,
                amount_cents=payment.tendered_cents,
                now=now,
            )
        elif payment.released_at or is_forgotten:
            cancel_payment(store_id=store_id, payment_id=payment.pk, now=now)
    elif payment.status in {PaymentStatus.PENDING, PaymentStatus.PROCESSING}:
        cancel_payment(store_id=store_id, payment_id=payment.pk, now=now)
    elif payment.released_at and payment.captured_cents > payment.refunded_cents:
        request = RefundRequest(
            id=refund_id_of_void(payment.pk),
            payment_id=payment.pk,
            amount_cents=payment.captured_cents - payment.refunded_cents,
            reason="The sale was voided.",
            actor_name="Tillhouse",
        )
        refund_payment(store_id=store_id, request=request, now=now)
