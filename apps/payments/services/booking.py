"""What Stripe shows, written into our books: forward only, whoever brings the news, how often ever.

Every writer comes through here with what it has seen: the caller of a till, the resolver, and
whoever was told that something changed. A payment's status moves by a conditional update that names
where it may come from, so late and repeated news change nothing.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, cast

import structlog
from django.db.models import F
from django_subatomic.db import transaction_required

from apps.core import audit
from apps.core.sql import Batch
from apps.core.types import Actor, ActorKind
from apps.payments.locks import hold_payment
from apps.payments.models import Attempt, Payment, Refund
from apps.payments.rules import (
    refund_sources_of,
    sources_of,
    status_after_refunds,
    status_of_intent,
    status_of_refund,
)
from apps.payments.services.beginning import begin
from apps.payments.services.telling import tell_captured, tell_refunded
from apps.payments.types import (
    OPEN_STATES,
    TAKEN,
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

    type Written = Mapping[str, object]
    from apps.payments.locks import Held

CODE_LENGTH = 80
# Where a payment is shown to have arrived, these calls about it have an answer, though none came.
_BEGUN = frozenset({Operation.AUTHORIZE, Operation.PRESENT})
_ANSWERED_BY: Mapping[PaymentStatus, frozenset[Operation]] = {
    PaymentStatus.AUTHORIZED: _BEGUN,
    PaymentStatus.CAPTURED: _BEGUN | {Operation.CAPTURE},
    PaymentStatus.FAILED: _BEGUN,
    PaymentStatus.CANCELED: _BEGUN | {Operation.CANCEL},
}
_CLOSE = (
    "UPDATE payments_attempt SET state = 'ANSWERED', answer = %s, answered_at = %s"
    " WHERE payment_id = %s AND operation = %s AND state = 'UNANSWERED'"
)

log = structlog.get_logger()


@transaction_required
def book_intent(
    attempt: Attempt, held: Held, seen: Intent | StripeRefund | None, *, now: datetime
) -> Written:
    """Book what a call about an intent has shown. A refusal that shows nothing leaves things be."""
    if isinstance(seen, Intent):
        return _apply(held, seen, now)
    if attempt.operation == Operation.AUTHORIZE:
        return _move(held, PaymentStatus.FAILED, {"decline_code": "refused"}, now)
    return {}


@transaction_required
def book_presented(
    held: Held, outcome: Answered[object] | Refused[object], *, now: datetime
) -> Written:
    """Book what became of the wish to present a payment at a reader.

    The reader is at work on it, or would not have it; where somebody has looked already, the intent
    itself is there.
    """
    match outcome:
        case Answered(Intent() as intent):
            return _apply(held, intent, now)
        case Answered():
            return _move(held, PaymentStatus.PROCESSING, {}, now)
        case Refused(code=code):
            return _fail(held, {"decline_code": code[:CODE_LENGTH]}, now)


@transaction_required
def give_up(payment_id: UUID, code: str, *, now: datetime) -> bool:
    """A payment that no reader works on has failed, and its intent is to be closed."""
    return bool(_fail(hold_payment(payment_id), {"decline_code": code[:CODE_LENGTH]}, now))


@transaction_required
def book_silence(attempt: Attempt, held: Held, *, now: datetime) -> Written:
    """Stripe did not answer: say that we do not know, unless it was seen there meanwhile."""
    operation = Operation(attempt.operation)
    if operation is Operation.REFUND:
        _move_refund(cast("UUID", attempt.refund_id), RefundStatus.UNKNOWN, {}, now)
        return {}
    if operation in _ANSWERED_BY.get(held.status, frozenset()):
        batch, seen = Batch(), f"Seen at Stripe: {held.status.lower()}."
        batch.add(_CLOSE, [seen, now, held.id, operation.value])
        batch.run()
        return {}
    return _move(held, PaymentStatus.UNKNOWN, {}, now)


@transaction_required
def book_refund(
    attempt: Attempt, held: Held, seen: Intent | StripeRefund | None, *, now: datetime
) -> None:
    """Book what a call about a refund has shown; refused with nothing to show, it has failed.

    The payment is held: one that failed gives its share back, after the audit.
    """
    refund = Refund.objects.get(attempts=attempt)
    if isinstance(seen, StripeRefund):
        apply_refund(refund, seen, now=now)
    else:
        _fail_refund(refund, {}, now)


@transaction_required
def apply_intent(payment_id: UUID, seen: Intent, *, now: datetime) -> bool:
    """Bring a payment to where Stripe shows it; whether that moved it.

    An intent over another amount or currency is none of ours, whatever its metadata says: it is
    logged and changes nothing. Nor is another intent than the one that the payment has.
    """
    return bool(_apply(hold_payment(payment_id), seen, now))


def _apply(held: Held, seen: Intent, now: datetime) -> Written:
    if not _is_ours(held, seen):
        return {}
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
        if held.status in TAKEN:  # what went back since does not come again
            return {}
        values["authorized_cents"] = max(held.authorized_cents, seen.received_cents)
        values["captured_cents"] = seen.received_cents
        return _capture(held, values, now)
    elif target is PaymentStatus.FAILED:
        return _fail(held, {**values, "decline_code": seen.decline_code or seen.status}, now)
    elif target is PaymentStatus.PENDING:  # no news, but for its name
        Payment.objects.filter(pk=held.id, intent_id__isnull=True).update(intent_id=seen.id)
        return {}
    return _move(held, target, values, now)


def _is_ours(held: Held, seen: Intent) -> bool:
    """Whether an intent is the one of a payment; logged where it is not."""
    asked = seen.amount_cents - seen.tip_cents
    if (asked, seen.currency) != (held.amount_cents, held.currency):
        log.error("payment_amount_differs", payment=str(held.id), intent=seen.id)
        return False
    if held.intent_id not in {None, seen.id}:
        log.error("payment_has_another_intent", payment=str(held.id), intent=seen.id)
        return False
    return True


def _capture(held: Held, values: Mapping[str, object], now: datetime) -> Written:
    """The money is here: other systems are told."""
    written = _move(held, PaymentStatus.CAPTURED, values, now)
    if written:
        tell_captured(held.id, now=now)
    return written


def _fail(held: Held, values: Mapping[str, object], now: datetime) -> Written:
    """A card that failed at a reader leaves an intent that the next card could pay: close it.

    That is written down with the failure, and done by whoever wrote it, or else by the resolver.
    """
    written = _move(held, PaymentStatus.FAILED, values, now)
    if not written:
        return {}
    has_intent = values.get("intent_id") or held.intent_id
    if held.method is Method.CARD_PRESENT and has_intent and not _is_closing(held.id):
        begin(held.id, Operation.CANCEL, {"cancellation_reason": "abandoned"}, now=now)
    return written


def _is_closing(payment_id: UUID) -> bool:
    asked = Attempt.objects.filter(payment=payment_id, operation=Operation.CANCEL.value)
    return asked.filter(state__in=OPEN_STATES).exists()


@transaction_required
def apply_refund(refund: Refund, seen: StripeRefund, *, now: datetime) -> bool:
    """Bring a refund to where Stripe shows it; whether that moved it. Its payment is held."""
    values = {"stripe_id": seen.id}
    target = status_of_refund(seen)
    if target is RefundStatus.FAILED:
        return _fail_refund(refund, values, now)
    has_moved = _move_refund(refund.pk, target, values, now)
    if has_moved and target is RefundStatus.SUCCEEDED:
        tell_refunded(refund.pk, now=now)
    return has_moved


def _fail_refund(refund: Refund, values: Mapping[str, object], now: datetime) -> bool:
    """A refund that came to nothing frees its share of the payment again."""
    had_succeeded = Refund.objects.filter(pk=refund.pk, status=RefundStatus.SUCCEEDED).exists()
    if not _move_refund(refund.pk, RefundStatus.FAILED, values, now):
        return False
    Payment.objects.filter(pk=refund.payment_id).update(
        refunded_cents=F("refunded_cents") - refund.amount_cents
    )
    held = hold_payment(refund.payment_id)
    _move(held, status_after_refunds(held.captured_cents, held.refunded_cents), {}, now)
    if had_succeeded:  # it was told, so its undoing is
        tell_refunded(refund.pk, is_undone=True, now=now)
    return True


def _move(
    held: Held, target: PaymentStatus, values: Mapping[str, object], now: datetime
) -> Written:
    """Move a held payment on, with its audit, in two round trips; nothing, if it may not go there.

    Returned are the columns that were written.
    """
    if held.status.value not in sources_of(target):
        return {}
    actor, batch = _actor(held.terminal_id), Batch()
    head = audit.lock_head(batch, actor.chain)
    batch.run()
    written: dict[str, object] = {"status": target.value, "changed_at": now, **values}
    batch.add(_update_sql(tuple(written)), [*written.values(), held.id, held.status.value])
    for operation in _ANSWERED_BY.get(target, frozenset()) & held.asked:
        batch.add(_CLOSE, [f"Seen at Stripe: {target.lower()}.", now, held.id, operation.value])
    facts = _facts(held, values)
    fact = audit.AuditFact(now, actor, f"payment.{target.lower()}", f"payment:{held.id}", facts)
    audit.add_to(batch, fact, audit.begin_if_new(head, actor.chain))
    batch.run()
    return written


@lru_cache(maxsize=32)
def _update_sql(columns: tuple[str, ...]) -> str:
    """From the status it was held in only, though its lock lets nobody else turn it."""
    assigned = ", ".join(f"{column} = %s" for column in columns)
    return f"UPDATE payments_payment SET {assigned} WHERE id = %s AND status = %s"  # noqa: S608 - our own columns


def _move_refund(
    refund_id: UUID, target: RefundStatus, values: Mapping[str, object], now: datetime
) -> bool:
    mine = Refund.objects.filter(pk=refund_id)
    moved = mine.filter(status__in=refund_sources_of(target)).update(
        status=target.value, changed_at=now, **values
    )
    if moved:
        payment = mine.select_related("payment").get().payment
        actor, action = _actor(payment.terminal_id), f"refund.{target.value.lower()}"
        facts = _facts(payment, {})
        audit.record(audit.AuditFact(now, actor, action, f"refund:{refund_id}", facts))
    return bool(moved)


def _actor(terminal_id: int) -> Actor:
    """Stripe, on the chain of the till that took the card: no till waits for another's."""
    return Actor(ActorKind.SYSTEM, "stripe", "Stripe", f"terminal:{terminal_id}")


def _facts(payment: Held | Payment, values: Mapping[str, object]) -> dict[str, JSON]:
    """What an entry of the audit says of a payment as it is after these values."""
    return {
        "authorized_cents": cast("int", values.get("authorized_cents", payment.authorized_cents)),
        "captured_cents": cast("int", values.get("captured_cents", payment.captured_cents)),
        "refunded_cents": payment.refunded_cents,
    }
