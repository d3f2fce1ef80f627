"""What became of calls that nobody saw the end of: a network that failed, a process that died.

Look first, ask again after. What Stripe shows is the truth; only where it shows that nothing was
done is the same asked again: under the same key after a network failure, because then at most one
of the two is carried out; under a new key after a 5xx, because Stripe repeats that answer for as
long as the key lives.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import structlog
from django_subatomic.db import durable, transaction

from apps.payments.gateway import intents, refunds
from apps.payments.models import Attempt
from apps.payments.selectors import list_attempts_to_resolve, list_payments_at_readers
from apps.payments.services.attempting import perform, settle
from apps.payments.services.beginning import begin
from apps.payments.services.booking import apply_intent
from apps.payments.services.looking import CLOCKS_DIFFER, look_at_payment
from apps.payments.services.presenting import close_unpresented, resolve_presenting
from apps.payments.types import (
    OPEN_STATES,
    Answered,
    AttemptState,
    Intent,
    Method,
    Operation,
    PaymentStatus,
    Silence,
)

if TYPE_CHECKING:
    from datetime import datetime

    from apps.payments.types import Outcome

SILENT_FOR = timedelta(seconds=10)
DEAD_AFTER = timedelta(seconds=30)  # a call lasts fifteen at most
KEY_LIVES = timedelta(hours=23)  # Stripe forgets keys after a day

_TO_READERS = (Operation.AUTHORIZE, Operation.PRESENT)
_DONE = ("succeeded", "canceled")  # an intent that no capture and no cancellation can move

log = structlog.get_logger()


@durable
def resolve_attempts(*, now: datetime) -> int:
    """Find out what became of every open attempt; how many are closed now."""
    due = list_attempts_to_resolve(silent_since=now - SILENT_FOR, dead_since=now - DEAD_AFTER)
    closed = 0
    for attempt in due:
        if not _claim(attempt, now):
            continue
        resolve(attempt, now=now)
        closed += not Attempt.objects.filter(pk=attempt.pk, state__in=OPEN_STATES).exists()
    return closed


@durable
def resolve_waiting(*, now: datetime) -> int:
    """Look after the payments that readers wait for, and those that never came to one; how many.

    A silent Stripe ends the round: the next one begins anew.
    """
    payments = list(list_payments_at_readers())
    for payment in payments:
        if payment.status == PaymentStatus.PROCESSING:
            if not look_at_payment(payment_id=payment.pk, now=now):
                break
        elif payment.changed_at <= now - DEAD_AFTER:
            close_unpresented(payment.pk, now=now)
    return len(payments)


@durable
def resolve(attempt: Attempt, *, now: datetime) -> None:
    """Find out what became of one attempt, and carry it out where nothing was done."""
    if attempt.payment.method == Method.CARD_PRESENT and attempt.operation in _TO_READERS:
        resolve_presenting(attempt, now=now)
        return
    match _look(attempt):
        case Answered(None):
            _ask_again(attempt, now)
        case Answered(Intent() as intent) if _is_undone(attempt, intent):
            with transaction():
                apply_intent(attempt.payment_id, intent, now=now)
            _ask_again(attempt, now)
        case Answered() as outcome:
            settle(attempt, outcome, now=now)
        case unseen:  # silent still, or our key is refused: somebody must see to that
            log.warning("payment_outcome_still_unknown", attempt=attempt.pk, said=str(unseen))


def _is_undone(attempt: Attempt, intent: Intent) -> bool:
    return attempt.operation != Operation.AUTHORIZE and intent.status not in _DONE


def _look(attempt: Attempt) -> Outcome[Any]:
    """What Stripe shows of an attempt's purpose; None where there is no trace of it."""
    payment = attempt.payment
    match Operation(attempt.operation):
        case Operation.AUTHORIZE:
            return intents.find_intent(payment.pk, since=payment.created_at - CLOCKS_DIFFER)
        case Operation.REFUND:
            return _look_for_refund(attempt)
        case _:
            return intents.retrieve_intent(payment.intent_id or "")


def _look_for_refund(attempt: Attempt) -> Outcome[Any]:
    listed = refunds.list_refunds(attempt.payment.intent_id or "")
    if isinstance(listed, Answered):
        mine = (refund for refund in listed.seen if refund.refund_id == attempt.refund_id)
        return Answered(next(mine, None))
    return listed


def _ask_again(attempt: Attempt, now: datetime) -> None:
    is_spent = attempt.silence == Silence.SERVER or now - attempt.first_sent_at > KEY_LIVES
    perform(_replace(attempt, now) if is_spent else attempt, now=now)


@transaction
def _claim(attempt: Attempt, now: datetime) -> bool:
    """Take an attempt for this run: of two resolvers one gets it."""
    mine = Attempt.objects.filter(pk=attempt.pk, state__in=OPEN_STATES, sent_at=attempt.sent_at)
    return bool(mine.update(sent_at=now))


@transaction
def _replace(attempt: Attempt, now: datetime) -> Attempt:
    """A new attempt under a new key, in the place of one that did nothing."""
    Attempt.objects.filter(pk=attempt.pk).update(state=AttemptState.ABANDONED.value)
    return begin(
        attempt.payment_id,
        Operation(attempt.operation),
        attempt.parameters,
        now=now,
        refund=attempt.refund,
    )
