"""What Stripe shows, written into our books: forward only, whoever brings the news, how often ever.

Every writer comes through here with what it has seen: the caller of a till, the resolver, and
whoever was told that something changed. A payment's status moves by a conditional update that names
where it may come from, so late and repeated news change nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog
from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.types import Actor, ActorKind
from apps.payments.locks import lock_payment
from apps.payments.models import Payment, Refund
from apps.payments.rules import (
    refund_sources_of,
    sources_of,
    status_after_refunds,
    status_of_intent,
    status_of_refund,
)
from apps.payments.services.beginning import begin
from apps.payments.types import (
    OPEN_STATES,
    Answered,
    Intent,
    Method,
    Operation,
    PaymentStatus,
    RefundStatus,
    Refused,
    StripeRefund,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from apps.core.types import JSON
    from apps.payments.models import Attempt

CODE_LENGTH = 80

log = structlog.get_logger()


@transaction_required
def book_intent(attempt: Attempt, seen: Intent | StripeRefund | None, *, now: datetime) -> None:
    """Book what a call about an intent has shown. A refusal that shows nothing leaves things be."""
    if isinstance(seen, Intent):
        apply_intent(attempt.payment_id, seen, now=now)
    elif attempt.operation == Operation.AUTHORIZE:
        _move(attempt.payment_id, PaymentStatus.FAILED, {"decline_code": "refused"}, now)


@transaction_required
def book_presented(
    attempt: Attempt, outcome: Answered[object] | Refused[object], *, now: datetime
) -> None:
    """Book what became of the wish to present a payment at a reader.

    The reader is at work on it, or would not have it; where somebody has looked already, the intent
    itself is there.
    """
    match outcome:
        case Answered(Intent() as intent):
            apply_intent(attempt.payment_id, intent, now=now)
        case Answered():
            _move(attempt.payment_id, PaymentStatus.PROCESSING, {}, now)
        case Refused(code=code):
            give_up(attempt.payment_id, code, now=now)


@transaction_required
def give_up(payment_id: UUID, code: str, *, now: datetime) -> bool:
    """A payment that no reader works on has failed, and its intent is to be closed."""
    payment = lock_payment(payment_id)
    return _fail(payment, {"decline_code": code[:CODE_LENGTH]}, now)


@transaction_required
def book_silence(attempt: Attempt, *, now: datetime) -> None:
    """Stripe did not answer: say that we do not know."""
    if attempt.refund_id:
        _move_refund(attempt.refund_id, RefundStatus.UNKNOWN, {}, now)
    else:
        _move(attempt.payment_id, PaymentStatus.UNKNOWN, {}, now)


@transaction_required
def book_refund(attempt: Attempt, seen: Intent | StripeRefund | None, *, now: datetime) -> None:
    """Book what a call about a refund has shown; refused with nothing to show, it has failed."""
    lock_payment(attempt.payment_id)  # one that failed gives its share back, after the audit
    refund = Refund.objects.get(attempts=attempt)
    if isinstance(seen, StripeRefund):
        apply_refund(refund, seen, now=now)
    else:
        _fail_refund(refund, {}, now)


@transaction_required
def apply_intent(payment_id: UUID, seen: Intent, *, now: datetime) -> bool:
    """Bring a payment to where Stripe shows it; whether that moved it.

    An intent over another amount or currency is none of ours, whatever its metadata says: it is
    logged and changes nothing.
    """
    payment = lock_payment(payment_id)
    asked = seen.amount_cents - seen.tip_cents
    if (asked, seen.currency) != (payment.amount_cents, payment.currency):
        log.error("payment_amount_differs", payment=str(payment_id), intent=seen.id)
        return False
    values: dict[str, object] = {
        "intent_id": seen.id,
        "tip_cents": seen.tip_cents,
        "card_brand": seen.card_brand,
        "card_last4": seen.card_last4,
        "capture_before": seen.capture_before,
    }
    target = status_of_intent(seen)
    if target is PaymentStatus.AUTHORIZED:
        values["authorized_cents"] = seen.capturable_cents
    elif target is PaymentStatus.CAPTURED:
        values["authorized_cents"] = max(payment.authorized_cents, seen.received_cents)
        values["captured_cents"] = seen.received_cents
    elif target is PaymentStatus.FAILED:
        return _fail(payment, {**values, "decline_code": seen.decline_code or seen.status}, now)
    elif target is PaymentStatus.PENDING:  # no news, but for its name
        Payment.objects.filter(pk=payment_id, intent_id__isnull=True).update(intent_id=seen.id)
        return False
    return _move(payment_id, target, values, now)


def _fail(payment: Payment, values: Mapping[str, object], now: datetime) -> bool:
    """A card that failed at a reader leaves an intent that the next card could pay: close it.

    That is written down with the failure, and done by whoever wrote it, or else by the resolver.
    The payment is locked.
    """
    if not _move(payment.pk, PaymentStatus.FAILED, values, now):
        return False
    payment.refresh_from_db(fields=["intent_id"])
    is_closing = payment.attempts.filter(
        operation=Operation.CANCEL.value, state__in=OPEN_STATES
    ).exists()
    if payment.method == Method.CARD_PRESENT and payment.intent_id and not is_closing:
        begin(payment, Operation.CANCEL, {"cancellation_reason": "abandoned"}, now=now)
    return True


@transaction_required
def apply_refund(refund: Refund, seen: StripeRefund, *, now: datetime) -> bool:
    """Bring a refund to where Stripe shows it; whether that moved it."""
    values = {"stripe_id": seen.id}
    target = status_of_refund(seen)
    if target is RefundStatus.FAILED:
        return _fail_refund(refund, values, now)
    return _move_refund(refund.pk, target, values, now)


def _fail_refund(refund: Refund, values: Mapping[str, object], now: datetime) -> bool:
    """A refund that came to nothing frees its share of the payment again."""
    if not _move_refund(refund.pk, RefundStatus.FAILED, values, now):
        return False
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_cents=F("refunded_cents") - refund.amount_cents
    )
    payment = Payment.objects.get(pk=refund.payment_id)
    status = status_after_refunds(payment.captured_cents, payment.refunded_cents)
    _move(payment.pk, status, {}, now)
    return True


def _move(
    payment_id: UUID, target: PaymentStatus, values: Mapping[str, object], now: datetime
) -> bool:
    mine = Payment.objects.filter(pk=payment_id)
    moved = mine.filter(status__in=sources_of(target)).update(
        status=target.value, changed_at=now, **values
    )
    if moved:
        _tell(mine.get(), f"payment.{target.value.lower()}", f"payment:{payment_id}", now)
    return bool(moved)


def _move_refund(
    refund_id: UUID, target: RefundStatus, values: Mapping[str, object], now: datetime
) -> bool:
    mine = Refund.objects.filter(pk=refund_id)
    moved = mine.filter(status__in=refund_sources_of(target)).update(
        status=target.value, changed_at=now, **values
    )
    if moved:
        payment = mine.select_related("payment").get().payment
        _tell(payment, f"refund.{target.value.lower()}", f"refund:{refund_id}", now)
    return bool(moved)


def _tell(payment: Payment, action: str, subject: str, now: datetime) -> None:
    """Write the move on the chain of the till that took the card: no till waits for another's."""
    actor = Actor(ActorKind.SYSTEM, "stripe", "Stripe", f"terminal:{payment.terminal_id}")
    facts: dict[str, JSON] = {
        "authorized_cents": payment.authorized_cents,
        "captured_cents": payment.captured_cents,
        "refunded_cents": payment.refunded_cents,
    }
    audit.record(audit.AuditFact(now, actor, action, subject, facts))
