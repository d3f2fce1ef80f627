"""One call to Stripe, and its two ends: the row before it, the books after it.

The row is committed before the call, the call is made outside any transaction, and its outcome is
booked in a second one. So a process may die anywhere in between: what was asked is on file, and
the resolver finds out the rest.
"""

from __future__ import annotations

import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django_subatomic.db import durable, transaction

from apps.core.sql import Batch
from apps.payments.bulkhead import bulkhead
from apps.payments.gateway import intents, refunds, terminal
from apps.payments.locks import Locking
from apps.payments.models import Attempt
from apps.payments.services.booking import (
    book_intent,
    book_presented,
    book_refund,
    book_silence,
)
from apps.payments.services.freeing import TIMED_OUT, free_reader
from apps.payments.types import (
    OPEN_STATES,
    Answered,
    AttemptState,
    Operation,
    PaymentStatus,
    Refused,
    Silence,
    Unanswered,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from uuid import UUID

    from apps.core.sql import Statement
    from apps.payments.locks import Held
    from apps.payments.types import Outcome

ANSWER_LENGTH = 300
PAUSES_SECONDS = (0.3, 0.9)  # after being turned away at the door (429), under the same key
_CLOSE = (
    "UPDATE payments_attempt SET state = %s, silence = %s, answer = %s, answered_at = %s"
    " WHERE id = %s AND state IN (%s, %s) RETURNING id"
)


@durable
def perform(attempt: Attempt, *, now: datetime) -> Refused[Any] | None:
    """Make the call of an attempt and book what came of it; the refusal, if it was one.

    Raises:
        CardsNotTaken: no key of Stripe's is configured.
    """
    begun = time.monotonic()
    outcome = _ask(attempt)
    for pause in PAUSES_SECONDS:
        if not (isinstance(outcome, Unanswered) and outcome.silence is Silence.BUSY):
            break
        time.sleep(pause)
        outcome = _ask(attempt)
    took = timedelta(seconds=time.monotonic() - begun)
    if isinstance(outcome, Unanswered):
        bulkhead.note_silence()
    else:
        bulkhead.note_answer()
    refusal = settle(attempt, outcome, now=now, took=took)
    if refusal and attempt.operation == Operation.PRESENT:
        if refusal.code == TIMED_OUT:
            free_reader(attempt.payment, now=now)
        close_failed(attempt.payment_id, now=now)
    return refusal


@durable
def close_failed(payment_id: UUID, *, now: datetime) -> None:
    """Cancel the intent of a payment that was booked as failed at this instant, at a reader."""
    owed = Attempt.objects.filter(
        payment=payment_id,
        payment__status=PaymentStatus.FAILED.value,
        operation=Operation.CANCEL.value,
        state=AttemptState.SENT.value,
        first_sent_at=now,
    )
    for attempt in owed.select_related("payment"):
        perform(attempt, now=now)


@transaction
def settle(
    attempt: Attempt, outcome: Outcome[Any], *, now: datetime, took: timedelta = timedelta()
) -> Refused[Any] | None:
    """Book the outcome of an attempt; nothing, where somebody else has booked it meanwhile.

    `took` is how long the call lasted since `now`. What is written of the payment is set on the
    attempt's own as well.
    """
    batch = Batch()
    locking = Locking(batch, attempt.payment_id)
    closing = _close(batch, attempt, outcome, now + took)
    batch.run()
    if not closing.rows:
        return None
    for column, value in _book(attempt, locking.held, outcome, now=now).items():
        setattr(attempt.payment, column, value)
    return outcome if isinstance(outcome, Refused) else None


def _book(
    attempt: Attempt, held: Held, outcome: Outcome[Any], *, now: datetime
) -> Mapping[str, object]:
    """Book an outcome; the columns of the payment that were written."""
    if isinstance(outcome, Unanswered):
        return book_silence(attempt, held, now=now)
    match Operation(attempt.operation):
        case Operation.REFUND:
            book_refund(attempt, held, outcome.seen, now=now)
            return {}
        case Operation.PRESENT:
            return book_presented(held, outcome, now=now)
        case _:
            return book_intent(attempt, held, outcome.seen, now=now)


def _ask(attempt: Attempt) -> Outcome[Any]:
    parameters, intent_id = attempt.parameters, attempt.payment.intent_id or ""
    match Operation(attempt.operation):
        case Operation.AUTHORIZE:
            return intents.create_intent(parameters, key=attempt.key)
        case Operation.PRESENT:
            reader = attempt.payment.reader
            reader_id = reader.stripe_id if reader else ""
            return terminal.process_payment_intent(reader_id, intent_id, key=attempt.key)
        case Operation.CAPTURE:
            return intents.capture_intent(intent_id, parameters, key=attempt.key)
        case Operation.CANCEL:
            return intents.cancel_intent(intent_id, parameters, key=attempt.key)
        case Operation.REFUND:
            return refunds.create_refund(parameters, key=attempt.key)


def _close(
    batch: Batch, attempt: Attempt, outcome: Outcome[Any], answered_at: datetime
) -> Statement:
    """Queue the noting of the outcome; it returns a row unless somebody has closed the attempt."""
    silence, answer = "", ""
    match outcome:
        case Answered(seen):
            state, answer = AttemptState.ANSWERED, f"{seen.id} {seen.status}"
        case Refused(code=code, message=message):
            state, answer = AttemptState.REFUSED, f"{code}: {message}"
        case Unanswered(silence=why, reason=reason):
            state, silence, answer = AttemptState.UNANSWERED, why.value, reason
    noted = [state.value, silence, answer[:ANSWER_LENGTH], answered_at]
    return batch.add(_CLOSE, [*noted, attempt.pk, *OPEN_STATES])
