"""One call to Stripe, and its two ends: the row before it, the books after it.

The row is committed before the call, the call is made outside any transaction, and its outcome is
booked in a second one. So a process may die anywhere in between: what was asked is on file, and
the resolver finds out the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django_subatomic.db import durable, transaction, transaction_required

from apps.payments.bulkhead import bulkhead
from apps.payments.gateway import intents, refunds
from apps.payments.models import Attempt, Payment
from apps.payments.services.booking import book_intent, book_refund, book_silence
from apps.payments.types import (
    OPEN_STATES,
    Answered,
    AttemptState,
    Operation,
    Refused,
    Unanswered,
)

if TYPE_CHECKING:
    from datetime import datetime

    from apps.core.types import JSON
    from apps.payments.models import Refund
    from apps.payments.types import Intent, Outcome, StripeRefund

ANSWER_LENGTH = 300


@transaction_required
def begin(
    payment: Payment,
    operation: Operation,
    parameters: dict[str, JSON],
    *,
    now: datetime,
    refund: Refund | None = None,
) -> Attempt:
    """Write down what is about to be asked, under a key of its own.

    Raises:
        django.db.IntegrityError: the same is being asked already.
    """
    subject = refund.pk if refund else payment.pk
    asked = Attempt.objects.filter(payment=payment, refund=refund, operation=operation.value)
    number = asked.count() + 1
    return Attempt.objects.create(
        payment=payment,
        refund=refund,
        operation=operation.value,
        key=f"{subject}:{operation.value.lower()}:{number}",
        parameters=parameters,
        state=AttemptState.SENT.value,
        first_sent_at=now,
        sent_at=now,
    )


@durable
def perform(attempt: Attempt, *, now: datetime) -> Refused[Any] | None:
    """Make the call of an attempt and book what came of it; the refusal, if it was one.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
    """
    outcome = _ask(attempt)
    if isinstance(outcome, Unanswered):
        bulkhead.note_silence()
    else:
        bulkhead.note_answer()
    return settle(attempt, outcome, now=now)


@transaction
def settle(attempt: Attempt, outcome: Outcome[Any], *, now: datetime) -> Refused[Any] | None:
    """Book the outcome of an attempt; nothing, where somebody else has booked it meanwhile."""
    if not _close(attempt, outcome, now):
        return None
    match outcome:
        case Unanswered():
            book_silence(attempt, now=now)
        case Answered(seen) | Refused(seen=seen):
            _book(attempt, seen, now=now)
    return outcome if isinstance(outcome, Refused) else None


def _book(attempt: Attempt, seen: Intent | StripeRefund | None, *, now: datetime) -> None:
    if attempt.operation == Operation.REFUND:
        book_refund(attempt, seen, now=now)
    else:
        book_intent(attempt, seen, now=now)


def _ask(attempt: Attempt) -> Outcome[Any]:
    parameters, intent_id = attempt.parameters, attempt.payment.intent_id or ""
    match Operation(attempt.operation):
        case Operation.AUTHORIZE:
            return intents.create_intent(parameters, key=attempt.key)
        case Operation.PRESENT:
            raise NotImplementedError
        case Operation.CAPTURE:
            return intents.capture_intent(intent_id, parameters, key=attempt.key)
        case Operation.CANCEL:
            return intents.cancel_intent(intent_id, parameters, key=attempt.key)
        case Operation.REFUND:
            return refunds.create_refund(parameters, key=attempt.key)


def _close(attempt: Attempt, outcome: Outcome[Any], now: datetime) -> bool:
    """Note the outcome on the attempt, unless somebody has closed it."""
    silence, answer = "", ""
    match outcome:
        case Answered(seen):
            state, answer = AttemptState.ANSWERED, f"{seen.id} {seen.status}"
        case Refused(code=code, message=message):
            state, answer = AttemptState.REFUSED, f"{code}: {message}"
        case Unanswered(silence=why, reason=reason):
            state, silence, answer = AttemptState.UNANSWERED, why.value, reason
    return bool(
        Attempt.objects.filter(pk=attempt.pk, state__in=OPEN_STATES).update(
            state=state.value, silence=silence, answer=answer[:ANSWER_LENGTH], answered_at=now
        )
    )
