"""Taking a card: the money is set aside, and taken only when the order is placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError
from django_subatomic.db import durable, transaction

from apps.core.rows import add_row
from apps.core.sql import Batch
from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import CardsBusy, CardsNotTaken, PaymentExists
from apps.payments.gateway import calling
from apps.payments.models import Payment
from apps.payments.selectors import get_payment, get_reader
from apps.payments.services.attempting import perform
from apps.payments.services.beginning import begin, refuse_in_flight
from apps.payments.services.presenting import leave_to_app, present_payment
from apps.payments.types import Method, Operation, PaymentStatus

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.models import Attempt, Reader
    from apps.payments.types import PaymentRequest
    from apps.stores.types import Till


@durable
def authorize_payment(*, till: Till, request: PaymentRequest, now: datetime) -> Payment:
    """Set the amount aside on a card. The payment as it stands then: also failed, also unknown.

    The same payment asked for again is answered as it stands; Stripe is not asked twice.

    At a reader that only begins it: the payment is PROCESSING until somebody has presented a card
    (`services.looking`). Where none is named, an app at the counter brings the card.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
        CardsBusy: Stripe has not answered of late; nothing was tried.
        PaymentExists: another payment has this id.
        IdempotencyKeyInUse: the same is being asked at this moment.
        ReaderUnknown: the store has no such reader.
    """
    if not calling.takes_cards():
        raise CardsNotTaken("No key of Stripe's is configured: take cash.")
    at = (
        get_reader(store_id=till.store.id, reader_id=request.reader_id)
        if request.reader_id
        else None
    )
    try:
        with stripe_slot(), calling.within(calling.REQUEST_SECONDS):
            return _authorize(till, request, at, now)
    except (IntegrityError, CardsBusy):
        if known := _find_same(till, request):
            refuse_in_flight(known.attempts.all())
            return known
        raise


def _authorize(till: Till, request: PaymentRequest, at: Reader | None, now: datetime) -> Payment:
    attempt = _write_down(till, request, at, now)
    perform(attempt, now=now)
    if at:
        present_payment(payment_id=request.id, now=now)
    elif _is_read(request):
        leave_to_app(payment_id=request.id, now=now)
    elif attempt.payment.status != PaymentStatus.PENDING:
        return attempt.payment
    return get_payment(store_id=till.store.id, payment_id=request.id)


def _find_same(till: Till, request: PaymentRequest) -> Payment | None:
    known = Payment.objects.select_related("reader").filter(pk=request.id).first()
    if known is None:
        return None
    asked = (till.store.id, request.order_id, request.amount_cents, request.method.value)
    held = (known.store_id, known.order_id, known.amount_cents, known.method)
    if held != asked or (known.reader.stripe_id if known.reader else "") != request.reader_id:
        raise PaymentExists(
            "This id belongs to another payment. Make a new id for a new payment.",
            id=str(request.id),
        )
    return known


@transaction
def _write_down(till: Till, request: PaymentRequest, at: Reader | None, now: datetime) -> Attempt:
    payment = Payment(
        id=request.id,
        store_id=till.store.id,
        terminal_id=till.register.id,
        cashier_name=till.clerk.name,
        order_id=request.order_id,
        method=request.method.value,
        payment_method=request.payment_method,
        reader=at,
        currency=till.store.currency,
        amount_cents=request.amount_cents,
        status=PaymentStatus.PENDING.value,
        created_at=now,
        changed_at=now,
    )
    batch = Batch()
    add_row(batch, payment)
    asked = _parameters(till, request)
    attempt = begin(payment.pk, Operation.AUTHORIZE, asked, now=now, batch=batch)
    attempt.payment = payment
    return attempt


def _parameters(till: Till, request: PaymentRequest) -> dict[str, JSON]:
    asked: dict[str, JSON] = {
        "amount": request.amount_cents,
        "currency": till.store.currency.lower(),
        "capture_method": "manual",
        "metadata": {
            calling.PAYMENT_NAME: str(request.id),
            calling.ORDER_NAME: str(request.order_id),
            calling.STORE_NAME: till.store.code,
        },
    }
    if _is_read(request):  # the reader confirms it
        return {**asked, "allowed_payment_method_types": ["card_present"]}
    return {
        **asked,
        "confirm": True,
        "error_on_requires_action": True,
        "payment_method": request.payment_method,
        "allowed_payment_method_types": ["card"],
    }


def _is_read(request: PaymentRequest) -> bool:
    return request.method is Method.CARD_PRESENT
