"""Taking the money that was set aside, or letting it go."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import IntegrityError
from django_subatomic.db import durable, transaction

from apps.core.money import format_cents
from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import PaymentStateConflict
from apps.payments.gateway import calling
from apps.payments.locks import hold_payment
from apps.payments.models import Tender
from apps.payments.selectors import get_payment
from apps.payments.services.attempting import perform
from apps.payments.services.beginning import begin
from apps.payments.services.freeing import free_reader
from apps.payments.types import CAME_TO_NOTHING, Operation, PaymentStatus

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.locks import Held
    from apps.payments.models import Attempt, Payment

_DONE = {
    Operation.CAPTURE: (
        PaymentStatus.CAPTURED,
        PaymentStatus.PARTIALLY_REFUNDED,
        PaymentStatus.REFUNDED,
    ),
    Operation.CANCEL: (PaymentStatus.CANCELED,),
}


_FROM = {
    Operation.CAPTURE: (PaymentStatus.AUTHORIZED,),
    Operation.CANCEL: (
        PaymentStatus.AUTHORIZED,
        PaymentStatus.PENDING,
        PaymentStatus.PROCESSING,
        PaymentStatus.UNKNOWN,
    ),
}
_LET_GO = "It was let go, or its time ran out: take the card again."
FREEING_SECONDS = 13.0  # for two calls, so that there is time left for the one that matters


@durable
def capture_payment(
    *, store_id: int, payment_id: UUID, amount_cents: int | None = None, now: datetime
) -> Payment:
    """Take what its order takes, or what was authorised, or less; the rest is let go.

    A payment captured before, for the same amount, is answered as it stands.

    Raises:
        PaymentUnknown: the store has no such payment.
        PaymentStateConflict: it is not authorised, was captured for another amount, has expired,
            or more is asked for than was authorised.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    payment = get_payment(store_id=store_id, payment_id=payment_id)
    whole = payment.tendered_cents or payment.authorized_cents
    asked = whole if amount_cents is None else amount_cents
    if payment.status in _DONE[Operation.CAPTURE]:
        if amount_cents in {None, payment.captured_cents}:
            return payment
        raise _conflict(payment, f"It was captured for {format_cents(payment.captured_cents)}.")
    if not 0 < asked <= payment.authorized_cents:
        authorized = format_cents(payment.authorized_cents)
        raise _conflict(payment, f"{authorized} is authorised, not {format_cents(asked)}.")
    if payment.tendered_cents not in {None, asked}:
        raise _conflict(payment, f"Its order takes {format_cents(payment.tendered_cents)} of it.")
    return _ask(payment, Operation.CAPTURE, {"amount_to_capture": asked}, now)


@durable
def cancel_payment(*, store_id: int, payment_id: UUID, now: datetime) -> Payment:
    """Let go what was authorised, or what a reader still waits for.

    A payment cancelled before is answered as it stands. A card that was presented in this very
    moment is let go too.

    Raises:
        PaymentUnknown: the store has no such payment.
        PaymentStateConflict: its money was taken, it came to nothing before, an order rests on it,
            or Stripe is being asked about it.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    payment = get_payment(store_id=store_id, payment_id=payment_id)
    if payment.status in _DONE[Operation.CANCEL]:
        return payment
    return _ask(payment, Operation.CANCEL, {"cancellation_reason": "abandoned"}, now)


def _ask(
    payment: Payment, operation: Operation, parameters: dict[str, JSON], now: datetime
) -> Payment:
    with stripe_slot(), calling.within(calling.REQUEST_SECONDS):
        try:
            attempt = _write_down(payment, operation, parameters, now)
        except IntegrityError as error:
            raise _conflict(payment, "The same is being asked of Stripe already.") from error
        if operation is Operation.CANCEL and payment.status != PaymentStatus.AUTHORIZED:
            with calling.within(FREEING_SECONDS):
                free_reader(payment, now=now)
        refusal = perform(attempt, now=now)
    after = payment
    if payment.status not in _DONE[operation]:
        after = get_payment(store_id=payment.store_id, payment_id=payment.pk)
    if refusal and after.status not in _DONE[operation]:
        is_gone = after.status in CAME_TO_NOTHING
        raise _conflict(after, _LET_GO if is_gone else f"Stripe said no: {refusal.message}")
    return after


@transaction
def _write_down(
    payment: Payment, operation: Operation, parameters: dict[str, JSON], now: datetime
) -> Attempt:
    """Begin, while nobody else can turn the payment."""
    held = hold_payment(payment.pk)
    if held.status not in _FROM[operation]:
        raise _conflict(held, "Only an authorised payment can be captured or cancelled.")
    if operation is Operation.CANCEL and held.tendered_cents and not held.is_released:
        raise _conflict(held, "An order rests on it: void the order.")
    if operation is Operation.CAPTURE and held.tendered_cents is None and _is_paid(payment):
        raise _conflict(held, "Its order was placed without it: let it go.")
    if operation is Operation.CAPTURE and held.is_released:
        raise _conflict(held, "Its order was voided.")
    if held.asked - _answered(held):
        raise _conflict(held, "Stripe is being asked about this payment already.")
    if operation is Operation.CAPTURE and held.tendered_cents not in {None, *parameters.values()}:
        raise _conflict(held, "An order that takes another amount of it was placed meanwhile.")
    attempt = begin(payment.pk, operation, parameters, now=now)
    attempt.payment = payment
    return attempt


def _is_paid(payment: Payment) -> bool:
    """Whether the order that a payment was made for has been placed, and has its money."""
    return Tender.objects.filter(order=payment.order_id).exists()


def _answered(held: Held) -> frozenset[Operation]:
    """Calls that are open though their outcome is known: it was seen at Stripe."""
    is_authorized = held.status is PaymentStatus.AUTHORIZED
    return frozenset({Operation.AUTHORIZE, Operation.PRESENT}) if is_authorized else frozenset()


def _conflict(payment: Payment | Held, detail: str) -> PaymentStateConflict:
    return PaymentStateConflict(detail, id=str(payment.id), payment_status=payment.status.lower())
