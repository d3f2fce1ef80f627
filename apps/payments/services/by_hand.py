"""What a manager does to a payment in the back office, noted under their name before it is done.

Each is asked for under an id that was made with the page: sent twice, it is noted and done once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django_subatomic.db import durable, transaction

from apps.core import audit
from apps.core.models import AuditEntry
from apps.payments.bulkhead import bulkhead, stripe_slot
from apps.payments.errors import PaymentStateConflict
from apps.payments.locks import lock_payment
from apps.payments.models import Refund
from apps.payments.owing import find_owed
from apps.payments.services.capturing import cancel_payment, capture_payment
from apps.payments.services.looking import look_at_payment
from apps.payments.services.refunding import refund_payment
from apps.payments.types import RefundRequest

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON, Actor
    from apps.payments.models import Payment


@dataclass(frozen=True, slots=True)
class Wish:
    """Who wants something done to which payment; `id` is new for everything that is wanted."""

    id: UUID
    actor: Actor
    payment: Payment


@durable
def capture_by_hand(wish: Wish, *, amount_cents: int, now: datetime) -> Payment:
    """Take a held amount, or less of it.

    Raises:
        PaymentStateConflict: as `capture_payment` says.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    _note(wish, "payment.capture_asked", {"amount_cents": amount_cents}, now)
    return capture_payment(
        store_id=wish.payment.store_id,
        payment_id=wish.payment.pk,
        amount_cents=amount_cents,
        now=now,
    )


@durable
def cancel_by_hand(wish: Wish, *, now: datetime) -> Payment:
    """Let a held amount go.

    Raises:
        PaymentStateConflict: as `cancel_payment` says.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    _note(wish, "payment.cancel_asked", {}, now)
    return cancel_payment(store_id=wish.payment.store_id, payment_id=wish.payment.pk, now=now)


@durable
def refund_by_hand(wish: Wish, *, amount_cents: int, reason: str, now: datetime) -> Refund:
    """Send money back to the card; the wish's id becomes the refund's.

    Raises:
        PaymentStateConflict: nothing was captured, or it is in dispute.
        RefundExceedsCaptured: more than is left.
        RefundExists: the page was used before, for another amount.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    _note(wish, "payment.refund_asked", {"amount_cents": amount_cents, "reason": reason}, now)
    request = RefundRequest(wish.id, wish.payment.pk, amount_cents, reason, wish.actor.name)
    return refund_payment(store_id=wish.payment.store_id, request=request, now=now)


@durable
def refund_again_by_hand(wish: Wish, *, now: datetime) -> Refund:
    """Send again what a card was to get back and did not, because a refund failed.

    The wish's id is the one that follows from the refund that failed (`rules.next_refund_id`): of
    two who press at once, both get the same refund.

    Raises:
        PaymentStateConflict: nothing is owed to the card any more.
        RefundExists, CardsBusy: as `refund_by_hand`.
    """
    known = Refund.objects.filter(pk=wish.id, payment=wish.payment).first()
    owed = find_owed(payment_id=wish.payment.pk)
    if known is not None:
        cents, reason = known.amount_cents, known.reason
    elif owed is not None:
        cents, reason = owed.cents, owed.failed.reason
    else:
        raise PaymentStateConflict("Nothing is owed to this card any more.")
    return refund_by_hand(wish, amount_cents=cents, reason=reason, now=now)


@durable
def ask_stripe(*, payment_id: UUID, now: datetime) -> bool:
    """Look a payment up at Stripe and book what it shows; whether Stripe answered.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
        CardsBusy: Stripe has not answered of late; nothing was tried.
    """
    with stripe_slot():
        is_answered = look_at_payment(payment_id=payment_id, now=now)
    (bulkhead.note_answer if is_answered else bulkhead.note_silence)()
    return is_answered


@transaction
def _note(wish: Wish, action: str, facts: dict[str, JSON], now: datetime) -> None:
    """Write down once what is wanted. A second click waits for the lock, and finds the first."""
    lock_payment(wish.payment.pk)
    subject, wanted = f"payment:{wish.payment.pk}", str(wish.id)
    noted = AuditEntry.objects.filter(subject=subject, action=action)
    if all(entry.facts.get("wish") != wanted for entry in noted):
        audit.record(audit.AuditFact(now, wish.actor, action, subject, {**facts, "wish": wanted}))
