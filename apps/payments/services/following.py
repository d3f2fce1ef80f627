"""From an event of Stripe's to what it is about: retrieved anew, matched with ours, and booked.

What an event says is as old as the event; they come late, twice and in any order. So the object is
looked up, and what Stripe shows now is booked by those who book everything: forward only.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog
from django_subatomic.db import durable, transaction

from apps.payments.gateway import disputes, intents, refunds
from apps.payments.locks import lock_payment
from apps.payments.models import Payment
from apps.payments.selectors import find_payment_of, find_refund_of
from apps.payments.services.booking import apply_refund
from apps.payments.services.disputing import apply_dispute
from apps.payments.services.looking import book_look, tells_something
from apps.payments.types import Answered, EventState, Refused, Unanswered

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.payments.models import StripeEvent
    from apps.payments.types import Intent, Outcome, StripeDispute, StripeRefund

_NO_PAYMENT = "No payment of this shop is behind it."

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Finding:
    """What came of following an event. WAITING: Stripe did not say, so nobody knows yet."""

    state: EventState
    note: str
    payment_id: UUID | None = None


@durable
def follow(event: StripeEvent, *, now: datetime) -> Finding:
    """Look up what an event is about, and book what Stripe shows of it.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
        KeyError, ValueError: a status that the pinned version of the API does not have.
    """
    if event.type.startswith("payout."):
        return Finding(EventState.DONE, "The reconciliation reads payouts.")
    if event.type.startswith("charge.dispute."):
        return _follow_dispute(event, now)
    if event.type.startswith(("refund.", "charge.refund.")):
        return _follow_refund(event, now)
    if not event.intent_id:
        return _without_payment(event)
    if event.type == "charge.refunded":
        return _follow_refunds(event, now)
    return _follow_payment(event, now)


def _without_payment(event: StripeEvent) -> Finding:
    if event.type.startswith("terminal."):
        return Finding(EventState.IGNORED, "The reader was not at work on a payment.")
    return Finding(EventState.UNMATCHED, _NO_PAYMENT)


def _follow_payment(event: StripeEvent, now: datetime) -> Finding:
    outcome = intents.retrieve_intent(event.intent_id)
    if not isinstance(outcome, Answered):
        return _unseen(event, outcome)
    intent: Intent = outcome.seen
    payment = find_payment_of(intent_id=intent.id, named=intent.payment_id)
    if payment is None:
        return Finding(EventState.UNMATCHED, _NO_PAYMENT)
    if not book_look(payment, intent, now=now):
        return Finding(EventState.WAITING, "The reader could not be asked.")
    if not Payment.objects.filter(pk=payment.pk, intent_id=intent.id).exists():
        return Finding(
            EventState.UNMATCHED, "It names a payment of this shop that does not fit it."
        )
    return Finding(EventState.DONE, f"The payment intent is {intent.status}.", payment.pk)


def _follow_refund(event: StripeEvent, now: datetime) -> Finding:
    outcome = refunds.retrieve_refund(event.object_id)
    if not isinstance(outcome, Answered):
        return _unseen(event, outcome)
    seen: StripeRefund = outcome.seen
    if _book_refund(seen, now):
        payment = find_payment_of(intent_id=seen.intent_id)
        return Finding(
            EventState.DONE, f"The refund is {seen.status}.", payment.pk if payment else None
        )
    return _foreign_refund(seen)


def _foreign_refund(seen: StripeRefund) -> Finding:
    """A refund of which no row is ours. What one capture let go is shown as a refund, too."""
    payment = find_payment_of(intent_id=seen.intent_id)
    if payment is None or seen.refund_id is not None:
        return Finding(EventState.UNMATCHED, "No refund of this shop is behind it.")
    note = "It was not asked for here; the reconciliation compares what went back."
    return Finding(EventState.DONE, note, payment.pk)


def _follow_refunds(event: StripeEvent, now: datetime) -> Finding:
    payment = find_payment_of(intent_id=event.intent_id)
    if payment is None:
        return Finding(EventState.UNMATCHED, _NO_PAYMENT)
    outcome = refunds.list_refunds(event.intent_id)
    if not isinstance(outcome, Answered):
        return _unseen(event, outcome)
    ours = sum(_book_refund(seen, now) for seen in outcome.seen)
    note = f"{ours} of {len(outcome.seen)} refunds were asked for here."
    return Finding(EventState.DONE, note, payment.pk)


def _book_refund(seen: StripeRefund, now: datetime) -> bool:
    """Book a refund if it is one of ours; whether it is."""
    refund = find_refund_of(seen)
    if refund is None:
        return False
    with transaction():
        lock_payment(refund.payment_id)
        apply_refund(refund, seen, now=now)
    return True


def _follow_dispute(event: StripeEvent, now: datetime) -> Finding:
    outcome = disputes.retrieve_dispute(event.object_id)
    if not isinstance(outcome, Answered):
        return _unseen(event, outcome)
    seen: StripeDispute = outcome.seen
    payment = find_payment_of(intent_id=seen.intent_id)
    with transaction():
        apply_dispute(seen, payment, now=now)
    if payment is None:
        return Finding(EventState.UNMATCHED, _NO_PAYMENT)
    return Finding(EventState.DONE, f"The dispute is {seen.status.value.lower()}.", payment.pk)


def _unseen(event: StripeEvent, outcome: Outcome[Any]) -> Finding:
    """Stripe does not know it either; or says nothing, or not to this key: that is no answer."""
    match outcome:
        case Refused(message=message) if tells_something(outcome):
            return Finding(EventState.UNMATCHED, f"Stripe does not know it: {message}")
        case Refused(code=code, message=message):
            log.warning("stripe_event_not_looked_up", stripe_event=event.pk, code=code)
            return Finding(EventState.WAITING, f"{code}: {message}")
        case Unanswered(reason=reason):
            return Finding(EventState.WAITING, f"Stripe did not answer: {reason}")
        case Answered():
            raise AssertionError(outcome)
