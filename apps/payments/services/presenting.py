"""A payment at a reader: sent there once, never again, or left to an app that drives its own.

A reader that may not have got it is looked at; by the time anybody could send it again, the
customer would have left, or paid otherwise.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import structlog
from django_subatomic.db import durable, transaction, transaction_required

from apps.payments.bulkhead import stripe_slot
from apps.payments.errors import PaymentStateConflict
from apps.payments.gateway import calling, intents
from apps.payments.locks import hold_payment, lock_payment
from apps.payments.rules import status_of_intent
from apps.payments.selectors import get_payment
from apps.payments.services.attempting import close_failed, perform, settle
from apps.payments.services.beginning import begin
from apps.payments.services.booking import book_presented, give_up
from apps.payments.services.looking import look_at_reader, look_for_intent, why_idle
from apps.payments.types import (
    OPEN_STATES,
    Answered,
    Intent,
    Operation,
    PaymentStatus,
    Refused,
    Unanswered,
)

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.payments.models import Attempt, Payment

    type Seen = Answered[Any] | Refused[Any] | None  # None: nobody could be asked

NOT_PRESENTED = "reader_not_asked"

log = structlog.get_logger()


@durable
def present_payment(*, payment_id: UUID, now: datetime) -> None:
    """Let the payment's reader ask for a card, if there is an intent that waits for one."""
    if attempt := _write_down(payment_id, now):
        perform(attempt, now=now)


@transaction
def leave_to_app(*, payment_id: UUID, now: datetime) -> None:
    """Wait for an app at the counter to bring a card, if there is an intent that waits for one."""
    if held := _hold_ready(payment_id):
        book_presented(hold_payment(held.pk), Answered(None), now=now)


@durable
def show_client_secret(*, store_id: int, payment_id: UUID) -> str:
    """What an app needs to bring a card to a payment that was left to it, asked of Stripe anew.

    Raises:
        PaymentUnknown: the store has no such payment.
        PaymentStateConflict: it waits for no card, or for one at a reader that we drive.
        CardsBusy: Stripe has not answered of late; nothing was tried.
        StripeSilent: there was no answer.
    """
    payment = get_payment(store_id=store_id, payment_id=payment_id)
    if payment.status != PaymentStatus.PROCESSING or payment.reader_id or not payment.intent_id:
        raise PaymentStateConflict(
            "It does not wait for a card that an app brings.",
            id=str(payment.pk),
            payment_status=payment.status.lower(),
        )
    with stripe_slot(), calling.within(calling.REQUEST_SECONDS):
        return calling.demand(intents.find_client_secret(payment.intent_id))


@durable
def resolve_presenting(attempt: Attempt, *, now: datetime) -> None:
    """Find out what became of a call that was to bring a payment to a reader; nothing is repeated.

    An intent that was made and never presented is closed.
    """
    payment = attempt.payment
    is_made = attempt.operation == Operation.PRESENT
    outcome = _look_at_presenting(payment) if is_made else _look_at_making(payment)
    if outcome is None:  # silent still, or our key is refused: somebody must see to that
        log.warning("payment_outcome_still_unknown", attempt=attempt.pk)
        return
    if isinstance(outcome, Refused):
        close_unpresented(payment.pk, now=now, why=outcome.code)
    settle(attempt, outcome, now=now)
    if is_made:
        close_failed(payment.pk, now=now)
    else:
        close_unpresented(payment.pk, now=now)


@durable
def close_unpresented(payment_id: UUID, *, now: datetime, why: str = NOT_PRESENTED) -> None:
    """Give up a payment that no reader works on."""
    with transaction():
        give_up(payment_id, why, now=now)
    close_failed(payment_id, now=now)


@transaction
def _write_down(payment_id: UUID, now: datetime) -> Attempt | None:
    held = _hold_ready(payment_id)
    if held is None:
        return None
    return begin(held.pk, Operation.PRESENT, {"payment_intent": held.intent_id}, now=now)


@transaction_required
def _hold_ready(payment_id: UUID) -> Payment | None:
    """The payment, locked; None where it was refused, nobody knows, or it is being cancelled."""
    held = lock_payment(payment_id)
    is_busy = held.attempts.filter(state__in=OPEN_STATES).exists()
    is_ready = held.status == PaymentStatus.PENDING and held.intent_id and not is_busy
    return held if is_ready else None


def _look_at_making(payment: Payment) -> Seen:
    match look_for_intent(payment):
        case Answered(None):
            return Refused(NOT_PRESENTED, "There is no intent.")
        case Answered() as seen:
            return seen
        case _:
            return None


def _look_at_presenting(payment: Payment) -> Seen:
    """The reader, if it waits for the card; else the intent, which knows whether there was one."""
    shown = look_at_reader(payment)
    if isinstance(shown, Unanswered):
        return None
    why = why_idle(payment, shown)
    if not why and isinstance(shown, Answered):
        return shown
    match look_for_intent(payment):
        case Answered(Intent() as intent) if status_of_intent(intent) is PaymentStatus.PENDING:
            return Refused(why, "The reader does not wait for it.")
        case Answered() as seen:
            return seen
        case _:
            return None
