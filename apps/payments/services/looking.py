"""Where a payment stands at Stripe, looked up and booked: whoever has reason to look.

The intent is the truth. A reader only says whether it still waits for a card; one that reports a
failure may have had its card approved all the same.
"""

from __future__ import annotations

import contextlib
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django_subatomic.db import durable, transaction

from apps.payments.bulkhead import bulkhead, stripe_slot
from apps.payments.errors import CardsBusy, CardsNotTaken, PaymentUnknown
from apps.payments.gateway import calling, intents, terminal
from apps.payments.models import Payment
from apps.payments.rules import status_of_intent
from apps.payments.selectors import get_payment
from apps.payments.services.attempting import close_failed
from apps.payments.services.booking import apply_intent, give_up
from apps.payments.types import (
    Answered,
    PaymentStatus,
    Refused,
    StripeReader,
    Unanswered,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.payments.types import Intent, Outcome

CLOCKS_DIFFER = timedelta(minutes=5)
POLL_SECONDS = 14.0  # at most, for the two or three calls of one look
NOT_WAITING = "reader_not_waiting"  # somebody has cleared its screen
UNKNOWN_THERE = "resource_missing"  # Stripe's code of what it does not know

log = structlog.get_logger()


@durable
def look_at_payment(*, payment_id: UUID, now: datetime) -> bool:
    """Bring a payment to where Stripe shows it; whether Stripe said where that is.

    Forward only and idempotent, like all that books what was seen.

    Raises:
        PaymentUnknown: there is no such payment.
        CardsNotTaken: no key of Stripe's is configured.
    """
    payment = Payment.objects.select_related("reader").filter(pk=payment_id).first()
    if payment is None:
        raise PaymentUnknown("There is no payment of this id.", id=str(payment_id))
    outcome = look_for_intent(payment)
    if isinstance(outcome, Refused):
        log.warning("payment_not_shown", payment=str(payment_id), code=outcome.code)
    if isinstance(outcome, Answered) and outcome.seen:
        return book_look(payment, outcome.seen, now=now)
    return tells_something(outcome)


@durable
def find_out(*, store_id: int, payment_id: UUID, now: datetime) -> Payment:
    """A payment of a store, looked up at Stripe while a reader works on it.

    A silent Stripe, or too many who wait for it, only means that we say what we know.

    Raises:
        PaymentUnknown: the store has no such payment.
    """
    payment = get_payment(store_id=store_id, payment_id=payment_id)
    if payment.status != PaymentStatus.PROCESSING:
        return payment
    with (
        contextlib.suppress(CardsBusy, CardsNotTaken),
        stripe_slot(),
        calling.within(POLL_SECONDS),
    ):
        is_answered = look_at_payment(payment_id=payment_id, now=now)
        (bulkhead.note_answer if is_answered else bulkhead.note_silence)()
    return get_payment(store_id=store_id, payment_id=payment_id)


def look_for_intent(payment: Payment) -> Outcome[Intent | None]:
    """The intent of a payment, by its name or, where that was never heard, by its metadata."""
    if payment.intent_id:
        return intents.retrieve_intent(payment.intent_id)
    return intents.find_intent(payment.pk, since=payment.created_at - CLOCKS_DIFFER)


def tells_something(outcome: Outcome[Any]) -> bool:
    """Whether it is news of a thing: that it is there, or that Stripe does not know it.

    A refused key, like silence, is none.
    """
    return isinstance(outcome, Answered) or (
        isinstance(outcome, Refused) and outcome.code == UNKNOWN_THERE
    )


def look_at_reader(payment: Payment) -> Outcome[StripeReader]:
    """The reader of a payment, with what it does."""
    return terminal.retrieve_reader(payment.reader.stripe_id if payment.reader else "")


def why_idle(payment: Payment, shown: Answered[StripeReader] | Refused[StripeReader]) -> str:
    """Why a reader does not wait for a payment's card any more; empty while it does."""
    match shown:
        case Answered(seen) if seen.intent_id == payment.intent_id:
            return "" if seen.is_waiting else seen.failure_code or NOT_WAITING
        case _:  # it serves somebody else, or is no longer ours
            return NOT_WAITING


@durable
def book_look(payment: Payment, intent: Intent, *, now: datetime) -> bool:
    """Bring a payment to where its intent, just looked up, shows it; whether Stripe answered."""
    with transaction():
        apply_intent(payment.pk, intent, now=now)
    is_waiting = status_of_intent(intent) is PaymentStatus.PENDING
    if is_waiting and payment.status == PaymentStatus.PROCESSING:
        return _ask_the_reader(payment, now)
    close_failed(payment.pk, now=now)
    return True


def _ask_the_reader(payment: Payment, now: datetime) -> bool:
    """A payment that still waits for its card fails when its reader does not.

    One that an app brings the card to waits until it is cancelled or forgotten. The intent is
    looked at once more after the reader: the card may have come in between.
    """
    if payment.reader is None:
        return True
    shown = look_at_reader(payment)
    if isinstance(shown, Unanswered) or not tells_something(shown):
        return False
    why = why_idle(payment, shown)
    if not why:
        return True
    outcome = look_for_intent(payment)
    if isinstance(outcome, Answered) and (intent := outcome.seen):
        with transaction():
            if status_of_intent(intent) is PaymentStatus.PENDING:
                give_up(payment.pk, why, now=now)
            else:
                apply_intent(payment.pk, intent, now=now)
        close_failed(payment.pk, now=now)
    return tells_something(outcome)
